"""The phone: what it sends, what it waits for, and what it says when it waits in vain."""

import asyncio

import pytest

from tests.botapi import BotApi, BotApiUser
from tests.botapi.conftest import RawClient

KEYBOARD = {"inline_keyboard": [[{"text": "✅ Ja", "callback_data": "yes"}, {"text": "Kaart", "url": "https://a.nl"}]]}


async def test_sees_waits_for_the_bell(raw: RawClient, person: BotApiUser) -> None:
    waiting = asyncio.create_task(person.sees("welkom"))
    await raw.call("sendMessage", chat_id=person.id, text="hallo en welkom")
    assert (await waiting).text == "hallo en welkom"
    assert (await person.sees(lambda message: message.message_id == 2)).text == "hallo en welkom"


async def test_sees_looks_only_at_what_came_since(raw: RawClient, person: BotApiUser) -> None:
    await raw.call("sendMessage", chat_id=person.id, text="oud")
    await person.says("iets")
    with pytest.raises(AssertionError, match="oud"):
        await person.sees("oud", timeout=0.01)
    assert (await person.sees("oud", ever=True)).text == "oud"
    assert person.has_seen("oud")


async def test_an_edit_is_seen(raw: RawClient, person: BotApiUser) -> None:
    await raw.call("sendMessage", chat_id=person.id, text="oud")
    await person.says("iets")
    await raw.call("editMessageText", chat_id=person.id, message_id=2, text="nieuw")
    assert (await person.sees("nieuw")).edited_at is not None


async def test_failing_tells_the_conversation_and_the_buttons(raw: RawClient, person: BotApiUser) -> None:
    await raw.call("sendMessage", chat_id=person.id, text="Kom je?", reply_markup=KEYBOARD)
    with pytest.raises(AssertionError, match=r"(?s)✅ Ja.*Kom je\?"):
        await person.taps("Misschien", timeout=0.01)
    with pytest.raises(AssertionError, match=r"use link"):
        await person.taps("Kaart")
    assert person.link("Kaart") == "https://a.nl"


@pytest.mark.parametrize("label", ["✅ Ja", "yes", "Ja"])
async def test_taps_by_label_data_or_part(raw: RawClient, person: BotApiUser, label: str) -> None:
    await raw.call("sendMessage", chat_id=person.id, text="Kom je?", reply_markup=KEYBOARD)
    await person.taps(label)
    answer = await raw.call("getUpdates", offset=2)
    result = answer["result"]
    assert isinstance(result, list)
    assert result[0]["callback_query"]["data"] == "yes"
    assert result[0]["callback_query"]["message"]["message_id"] == 2


async def test_a_start_parameter_that_telegram_would_not_open(api: BotApi) -> None:
    with pytest.raises(ValueError, match="start parameter"):
        await api.user(1).starts("a b")


async def test_starting_again_lifts_the_block(raw: RawClient, api: BotApi, person: BotApiUser) -> None:
    await person.blocks()
    await person.starts("AGAIN")
    assert (await raw.call("sendMessage", chat_id=person.id, text="x"))["ok"] is True
    assert api.user(person.id) is person


async def test_reset_forgets_but_numbers_on(raw: RawClient, api: BotApi, person: BotApiUser) -> None:
    api.reset()
    assert (await raw.call("sendMessage", chat_id=person.id, text="x"))["error_code"] == 400
    await api.user(person.id).starts()
    answer = await raw.call("getUpdates")
    result = answer["result"]
    assert isinstance(result, list)
    assert [update["update_id"] for update in result] == [2]
