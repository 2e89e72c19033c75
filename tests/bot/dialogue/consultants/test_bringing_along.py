"""What somebody brings along, and the interpreter, chosen in taps when the chat makes a meeting."""

import pytest

from bot.dialogue.consultants.places import prepared
from bot.events import Pressed
from locales.rendering.message import Text, verbatim
from reminders.intents import LONGEST, Act, asks
from reminders.wording.meetings.bringing import Item, ReadNote
from storage.vocabulary import AppointmentKind
from tests.bot.dialogue.talk import Talk


async def test_a_new_meeting_says_what_to_bring_in_the_persons_language(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    mine = talk.person_ids["Amina"]
    await sanne.does(Pressed(f"new:{mine}:workshop:2603101000:none"))
    sanne.sees("consultant.bring_or_interpreter", person="Amina Tesfay")
    await sanne.taps("consultant.bring_button")
    await sanne.taps("bring.identity")
    sanne.sees("consultant.bring_chosen", things=[Text("bring.identity")])
    # Chosen by mistake, and let go again.
    await sanne.taps("bring.plan")
    await sanne.taps("bring.plan")
    await sanne.taps("consultant.page_after")
    await sanne.taps("bring.pen")
    await sanne.taps("consultant.bring_done")
    await sanne.taps("consultant.interpreter.without")
    sanne.sees("interpreter.no")
    await sanne.taps("consultant.interpreter.with")
    sanne.sees("interpreter.yes")
    sanne.sees("bring.item", icon=verbatim("🪪"), what=Text("bring.identity"))
    amina.mark()
    await sanne.taps("consultant.make_it")
    sanne.sees("consultant.made", person="Amina Tesfay")
    amina.sees("bring.item", icon=verbatim("🪪"), what=Text("bring.identity"))
    amina.sees("bring.item", icon=verbatim("✍️"), what=Text("bring.pen"))
    amina.sees("interpreter.yes")
    amina.sees_nothing_of("bring.plan")
    amina.sees_not("Neem mee")


async def test_a_talk_about_the_route_keeps_its_subject_beside(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed("doubt"))
    await sanne.does(Pressed(f"new:{talk.person_ids['Amina']}:progress_meeting:2603101000:none"))
    await sanne.taps("consultant.interpreter.with")
    amina.mark()
    await sanne.taps("consultant.make_it")
    amina.sees("progress.doubt.subject")
    amina.sees("interpreter.yes")


@pytest.mark.parametrize(
    ("carried", "means"),
    [
        pytest.param("", ReadNote(), id="nothing"),
        pytest.param("1", ReadNote((Item.IDENTITY,)), id="one thing"),
        pytest.param("1ffff", ReadNote(tuple(Item)), id="all things"),
        pytest.param("20000", ReadNote((), True), id="interpreter"),
        pytest.param("40000", ReadNote((), False), id="no interpreter"),
        pytest.param("-1", ReadNote(), id="no number"),
        pytest.param("zz", ReadNote(), id="letters"),
        pytest.param("1_1", ReadNote(), id="not as we write"),
        pytest.param("fffffffff", ReadNote(), id="too long"),
    ],
)
def test_what_a_button_carries(carried: str, means: ReadNote) -> None:
    assert prepared(carried) == means


def test_the_longest_choice_fits_behind_a_button() -> None:
    kind = max(AppointmentKind, key=lambda one: len(one.value))
    assert len(asks(Act.MAKE, 10**8 - 1, kind.value, "2603101000", "0" * 8, "7ffff")) <= LONGEST
    assert len(asks(Act.NEW, 10**8 - 1, kind.value, "2603101000", "0" * 8, "7ffff", "b2")) <= LONGEST
