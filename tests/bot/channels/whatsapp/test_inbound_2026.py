"""Payloads of 2026: user ids instead of numbers, changed messages, signs, groups, and what is for nobody."""

from collections.abc import Mapping

import pytest
import structlog

from bot.channels.base import RetryLater
from bot.channels.whatsapp.inbound import Item, LeftAside, items_of
from bot.events import InboundEvent, Reacted, Renamed, Said, Withdrawn
from tests.bot.channels.web.rig import message
from tests.bot.channels.whatsapp.rig import rigged
from tests.clock import START

ID = "NL.13491208655302741918"
NUMBER = "31600000000"


def items(one: Mapping[str, object], contacts: list[object] | None = None) -> list[Item]:
    value = {
        "metadata": {"phone_number_id": "1"},
        "contacts": contacts or [],
        "messages": [{"id": "wamid.A", "timestamp": str(int(START.timestamp())), **one}],
    }
    return list(items_of({"entry": [{"changes": [{"field": "messages", "value": value}]}]}, "1", START))


def event(one: Mapping[str, object], contacts: list[object] | None = None) -> InboundEvent:
    [found] = items(one, contacts)
    assert isinstance(found, InboundEvent)
    return found


TEXT: Mapping[str, object] = {"type": "text", "text": {"body": "ik ben ziek"}}


@pytest.mark.parametrize(
    ("one", "contacts", "address", "also"),
    [
        pytest.param(
            {"from_user_id": ID}, [{"user_id": ID, "profile": {"username": "@s"}}], ID, None, id="an id alone"
        ),
        pytest.param({"from": NUMBER, "from_user_id": ID}, [], NUMBER, ID, id="both"),
        pytest.param({"from": NUMBER}, [{"wa_id": NUMBER, "user_id": ID}], NUMBER, ID, id="the id beside it"),
        pytest.param({"from": NUMBER}, [{"wa_id": NUMBER}], NUMBER, None, id="a number alone"),
        pytest.param({}, [{"user_id": ID}], ID, None, id="the id in the contacts only"),
        pytest.param(
            {"from_user_id": ID}, [{"wa_id": NUMBER, "user_id": ID}], NUMBER, ID, id="the number in the contacts only"
        ),
        pytest.param({"from": "US.ENT.11815799212886844830"}, [], "US.ENT.11815799212886844830", None, id="of a group"),
    ],
)
def test_who_it_is(one: Mapping[str, object], contacts: list[object], address: str, also: str | None) -> None:
    found = event({**TEXT, **one}, contacts)
    assert (found.address, found.also, found.payload) == (address, also, Said("ik ben ziek"))


@pytest.mark.parametrize(
    ("sender", "more", "address", "also", "was"),
    [
        pytest.param({"from": NUMBER, "from_user_id": "NL.134"}, {}, NUMBER, "NL.134", "NL.134", id="by the sender"),
        pytest.param({}, {"previous_user_id": "NL.133"}, "NL.133", None, "NL.133", id="by what it was"),
        pytest.param(
            {"from": NUMBER}, {"previous_user_id": "NL.133"}, NUMBER, "NL.133", "NL.133", id="by both of them"
        ),
        pytest.param({"from": NUMBER}, {}, NUMBER, None, "", id="by the number alone"),
    ],
)
def test_an_id_that_changed_is_followed(
    sender: Mapping[str, object], more: Mapping[str, object], address: str, also: str | None, was: str
) -> None:
    system = {"body": "x", "type": "user_changed_user_id", "user_id": "NL.135", **more}
    found = event({**sender, "type": "system", "system": system})
    assert (found.address, found.also, found.payload) == (address, also, Renamed(was, "NL.135"))


def test_an_id_is_never_taken_from_another_of_the_webhook() -> None:
    others: list[object] = [{"wa_id": "31611111111", "user_id": "NL.999"}]
    assert event({**TEXT, "from": NUMBER}, others).also is None
    assert event({**TEXT, "from_user_id": ID}, others).address == ID


def test_a_changed_message_is_an_edit_as_on_any_channel() -> None:
    changed = {"original_message_id": "wamid.B", "message": {"type": "text", "text": {"body": "ik kom NIET"}}}
    assert event({"from": NUMBER, "type": "edit", "edit": changed}).payload == Said("ik kom NIET", edited=True)
    caption = {"message": {"type": "image", "image": {"id": "1", "caption": "morgen"}}}
    assert event({"from": NUMBER, "type": "edit", "edit": caption}).payload == Said("morgen", edited=True)


def test_a_message_that_is_taken_back() -> None:
    taken = {"type": "revoke", "revoke": {"original_message_id": "wamid.B"}}
    assert event({"from": NUMBER, **taken}).payload == Withdrawn()


def test_a_sign_under_a_message() -> None:
    sign = {"type": "reaction", "reaction": {"message_id": "wamid.T", "emoji": "👍"}}
    assert event({"from": NUMBER, **sign}).payload == Reacted("👍", "wamid.T")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param({**TEXT, "from": NUMBER, "group_id": "g"}, "group", id="a group"),
        pytest.param(TEXT, "no_sender", id="neither a number nor an id"),
        pytest.param({**TEXT, "from": "KPN"}, "no_sender", id="a name"),
        pytest.param(
            {"from": NUMBER, "type": "reaction", "reaction": {"message_id": "x"}}, "type_reaction", id="no sign"
        ),
    ],
)
def test_what_is_for_nobody_is_said_to_be(one: Mapping[str, object], why: str) -> None:
    assert items(one) == [LeftAside(why)]


async def test_somebody_without_a_number_is_heard_and_answered_by_their_id() -> None:
    async with rigged() as rig:
        await rig.meta.says(ID, "ik ben ziek")
        assert [(event.address, event.payload) for event in rig.heard] == [(ID, Said("ik ben ziek"))]
        await rig.channel.send(ID, message("Beterschap"), reference="1")
        assert rig.meta.requests[-1]["recipient"] == ID
        assert "to" not in rig.meta.requests[-1]


async def test_what_an_operator_must_mend_is_said_once_until_a_message_is_taken() -> None:
    async with rigged() as rig:
        await rig.meta.says(NUMBER, "Hallo")
        with structlog.testing.capture_logs() as logs:
            for times in (2, 1):
                rig.meta.refuses_next(400, 131031, times)
                for _ in range(times):
                    with pytest.raises(RetryLater, match="account_refused"):
                        await rig.channel.send(NUMBER, message("x"), reference="1")
                await rig.channel.send(NUMBER, message("x"), reference="1")
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["whatsapp_account_refused"] * 2


async def test_what_is_left_aside_is_counted() -> None:
    async with rigged() as rig:
        await rig.meta.brings_message("KPN", "wamid.X", TEXT)
        await rig.meta.brings_message("KPN", "wamid.Y", TEXT)
        assert rig.channel.left_aside == {"no_sender": 2}
        assert rig.heard == []
