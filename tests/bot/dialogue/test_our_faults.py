"""A fault of ours costs nobody what they wrote: they hear "sorry", and their consultant has the words."""

import pytest

from bot import inbox
from bot.dialogue.turn import Turn
from bot.events import Pressed
from tests.bot.dialogue.talk import Talk


async def stumbles(_: Turn) -> None:
    """A screen with a fault in it."""
    raise KeyError("ours")


async def test_words_reach_the_consultant(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    monkeypatch.setattr(inbox, "step", stumbles)
    await amina.says("my child is ill, I cannot come")
    amina.sees("error.sorry")
    amina.sees("letter.passed_on_too")
    sanne.sees("consultant.could_not_handle", person="Amina Tesfay")
    assert "my child is ill, I cannot come" in sanne.news


async def test_a_stranger_hears_sorry_only(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "step", stumbles)
    stranger = talk.phone("777")
    await stranger.does(Pressed("menu"))
    stranger.sees("error.sorry")
