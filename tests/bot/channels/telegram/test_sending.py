"""Telegram's answers to what we send, and the webhook's to what it sends; against the strict counterpart."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.base import AddressGone, BringAgain, Rejected, RetryLater
from bot.channels.telegram.channel import TelegramChannel
from bot.events import InboundEvent, Said
from locales.rendering.render import File, Picture
from tests.bot.channels.web.rig import message
from tests.botapi.control import add_fault
from tests.botapi.server import BotApi

SECRET = "a-secret"
HEADERS = {"x-telegram-bot-api-secret-token": SECRET}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as running:
        await running.user(7).starts()
        yield running


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(api.token, api_url=api.url, webhook_secret=SECRET)
    yield made
    await made.close()


async def test_flood_control_says_when(api: BotApi, channel: TelegramChannel) -> None:
    add_fault(api.faults, {"method": "sendMessage", "code": 429, "retry_after": 17})
    with pytest.raises(RetryLater) as found:
        await channel.send("7", message("Hallo"), reference="1")
    assert found.value.after == timedelta(seconds=17)


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        pytest.param({"code": 403, "description": "Forbidden: bot was blocked by the user"}, AddressGone, "blocked"),
        pytest.param({"code": 403, "description": "Forbidden: user is deactivated"}, AddressGone, "blocked"),
        pytest.param({"code": 400, "description": "Bad Request: chat not found"}, AddressGone, "chat_gone"),
        pytest.param({"code": 400, "description": "Bad Request: message is too long"}, Rejected, "bad_request"),
        pytest.param({"code": 500, "description": "Internal Server Error"}, RetryLater, None),
        pytest.param({"code": 502, "description": "Bad Gateway"}, RetryLater, None),
        pytest.param({"kind": "reset"}, RetryLater, "network"),
    ],
)
async def test_errors_are_ours(
    api: BotApi, channel: TelegramChannel, fault: dict[str, object], error: type[Exception], reason: str | None
) -> None:
    add_fault(api.faults, {"method": "sendMessage", **fault})
    with pytest.raises(error) as found:
        await channel.send("7", message("Hallo"), reference="1")
    if reason is not None:
        assert getattr(found.value, "reason", None) == reason
    await channel.send("7", message("Hallo"), reference="1")
    assert api.user(7).has_seen("Hallo")


async def test_a_message_in_parts_goes_on_where_it_broke_off(api: BotApi, channel: TelegramChannel) -> None:
    long = message("\n\n".join(f"{number} " + "x" * 3000 for number in range(3)))
    add_fault(api.faults, {"method": "sendMessage", "code": 500, "after": 1})
    with pytest.raises(RetryLater):
        await channel.send("7", long, reference="9")
    await channel.send("7", long, reference="9")
    shown = [m.text for m in api.user(7).messages if m.from_bot]
    assert [text[0] for text in shown] == ["0", "1", "2"]


async def test_a_button_that_says_too_much_is_refused(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected):
        await channel.send("7", message("?", buttons=[[("Ja", "x" * 65)]]), reference="1")


def body(text: str = "hallo") -> bytes:
    chat = {"id": 7, "type": "private", "first_name": "A"}
    sender = {"id": 7, "is_bot": False, "first_name": "A"}
    found = {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": sender, "text": text}
    return json.dumps({"update_id": 5, "message": found}).encode()


async def test_the_webhook_takes_what_telegram_signed(channel: TelegramChannel) -> None:
    heard: list[InboundEvent] = []

    async def receive(event: InboundEvent) -> None:
        heard.append(event)

    assert (await channel.handle_webhook(HEADERS, body())).status_code == 503
    await channel.start(receive)
    assert (await channel.handle_webhook(HEADERS, body())).status_code == 200
    assert [event.payload for event in heard] == [Said("hallo")]
    for headers in ({}, {"x-telegram-bot-api-secret-token": "other"}, {"x-telegram-bot-api-secret-token": ""}):
        assert (await channel.handle_webhook(headers, body())).status_code == 403
    for rubbish in (b"", b"{", b"[]", b"null", b'{"update_id": "x"}', b"\xff"):
        assert (await channel.handle_webhook(HEADERS, rubbish)).status_code == 200
    assert (await channel.handle_webhook(HEADERS, b" " * 4_000_001)).status_code == 413
    assert len(heard) == 1
    await channel.stop()


async def test_the_answer_to_a_press_by_webhook_ends_its_waiting_mark(api: BotApi, channel: TelegramChannel) -> None:
    heard: list[InboundEvent] = []
    failing = True

    async def receive(event: InboundEvent) -> None:
        if failing:
            raise BringAgain
        heard.append(event)
        await channel.acknowledge(event)

    await channel.start(receive)
    shown = {"message_id": 1, "date": 1_700_000_000, "chat": {"id": 7, "type": "private"}}
    sender = {"id": 7, "is_bot": False, "first_name": "A"}
    query = {"id": "77", "from": sender, "message": shown, "chat_instance": "1", "data": "menu"}
    press = json.dumps({"update_id": 6, "callback_query": query}).encode()
    refused = await channel.handle_webhook(HEADERS, press)
    assert (refused.status_code, refused.body) == (503, b"")
    failing = False
    answer = await channel.handle_webhook(HEADERS, press)
    assert json.loads(bytes(answer.body)) == {"method": "answerCallbackQuery", "callback_query_id": "77"}
    # And what comes by polling has an answer of its own.
    await channel.acknowledge(replace(heard[0], ack="78"))
    assert api.count("answerCallbackQuery") == 1
    await channel.stop()


async def test_what_could_not_be_stored_is_brought_again(channel: TelegramChannel) -> None:
    async def receive(_event: InboundEvent) -> None:
        raise OSError("the database is away")

    await channel.start(receive)
    assert (await channel.handle_webhook(HEADERS, body())).status_code == 503
    await channel.stop()


async def test_without_a_secret_nothing_is_taken(api: BotApi) -> None:
    channel = TelegramChannel(api.token, api_url=api.url)
    assert (await channel.handle_webhook({"x-telegram-bot-api-secret-token": ""}, body())).status_code == 403
    await channel.close()


async def test_polling_confirms_only_what_was_handled(api: BotApi, channel: TelegramChannel) -> None:
    heard: list[str] = []

    async def receive(event: InboundEvent) -> None:
        heard.append(event.event_id)
        if len(heard) < 3:
            raise OSError("the database is away")

    await channel.start(receive)
    await api.until_called("getUpdates", 4, timeout=15)
    await channel.stop()
    assert len(heard) >= 3
    assert len(set(heard)) == 1


@pytest.mark.parametrize("language", ["nl", "ar"])
async def test_the_commands_menu_is_set_in_each_language(api: BotApi, language: str) -> None:
    commands = {"nl": [("menu", "Menu")], "ar": [("menu", "القائمة")], "fa_AF": [("menu", "منو")]}
    channel = TelegramChannel(api.token, api_url=api.url, commands=commands)

    async def receive(_event: InboundEvent) -> None:
        return

    await channel.start(receive)
    await api.until_called("setMyCommands", 2)
    await channel.stop()
    await channel.close()
    assert api.count("setMyCommands") == 2
    assert language in commands


async def test_a_consultant_has_a_menu_of_their_own(api: BotApi) -> None:
    consultants = {str(7)}

    async def menu_of(address: str) -> Sequence[tuple[str, str]] | None:
        return [("today", "Vandaag")] if address in consultants else () if address == "8" else None

    channel = TelegramChannel(api.token, api_url=api.url, commands={"nl": [("menu", "Menu")]}, menu_of=menu_of)

    async def receive(_event: InboundEvent) -> None:
        return

    await channel.start(receive)
    await api.until_called("setMyCommands", 1)
    stranger, person = api.user(9), api.user(8)
    await stranger.says("hello")
    await person.starts()
    await api.user(7).starts()
    await api.until_called("setMyCommands", 2)
    # Whose chat it is may change with a code.
    consultants.clear()
    consultants.add("9")
    await stranger.says("hello again")

    def chats() -> list[str]:
        return [scope for scope, _ in api.world.commands if "chat_id" in scope]

    assert await api.world.bell.until(lambda: len(chats()) == 2 or None, 5)
    await channel.stop()
    await channel.close()
    assert chats() == ['{"type":"chat","chat_id":7}', '{"type":"chat","chat_id":9}']


SEEN_AND_HEARD = replace(
    message("Komt u?", buttons=[[("✅ Ja", "come:1")]]),
    picture=Picture(File("card.png", "image/png", b"\x89PNG\r\n\x1a\n a picture"), "Komt u?"),
    voice=File("message.ogg", "audio/ogg", b"OggS a voice"),
)


async def test_picture_and_sound_come_before_the_words_with_the_buttons(api: BotApi, channel: TelegramChannel) -> None:
    receipt = await channel.send("7", SEEN_AND_HEARD, reference="1")
    shown = api.user(7).messages
    assert [said.kind for said in shown] == ["photo", "voice", "text"]
    assert [button.text for button in shown[-1].buttons] == ["✅ Ja"]
    assert receipt.provider_ref == str(shown[-1].message_id)


async def test_a_picture_that_arrived_is_not_sent_again(api: BotApi, channel: TelegramChannel) -> None:
    add_fault(api.faults, {"method": "sendVoice", "code": 500, "description": "Internal Server Error"})
    with pytest.raises(RetryLater):
        await channel.send("7", SEEN_AND_HEARD, reference="1")
    await channel.send("7", SEEN_AND_HEARD, reference="1")
    assert [said.kind for said in api.user(7).messages] == ["photo", "voice", "text"]


async def test_the_button_to_hear_it_comes_last(api: BotApi, channel: TelegramChannel) -> None:
    await channel.send("7", replace(message("Hallo", buttons=[[("Ja", "y")]]), hear="hear:12"), reference="1")
    await channel.send("7", replace(message("Hallo"), hear="hear:13"), reference="2")
    assert [[b.data for b in said.buttons] for said in api.user(7).messages] == [["y", "hear:12"], ["hear:13"]]


async def _told_at_last(made: TelegramChannel) -> str:
    async with asyncio.timeout(20):
        while True:
            if said := await made.webhook_fault():
                return said


async def test_doctor_hears_why_telegram_cannot_bring_us_updates() -> None:
    async with BotApi() as api:
        made = TelegramChannel(api.token, api_url=api.url, webhook_url="http://127.0.0.1:1/telegram/webhook")
        try:
            assert "no address" in (await made.webhook_fault() or "")
            assert await made._bot.set_webhook("http://127.0.0.1:1/telegram/webhook")
            assert await made.webhook_fault() is None
            await api.user(7).says("dag")
            said = await _told_at_last(made)
            assert "could not reach us lately" in said
            assert "1 updates wait" in said
        finally:
            await made.close()
