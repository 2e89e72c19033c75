"""What goes over the wire: forms, as python-telegram-bot's own layer sends them, so that any stand-in reads them."""

import json
from collections.abc import AsyncIterator, Mapping
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.request import AiohttpRequest

TEXT = "ቆጸራ & <b>50 %</b> + 🤒\nzin"


@pytest.fixture
async def asked() -> AsyncIterator[tuple[str, list[tuple[str, str, Mapping[str, list[str]]]]]]:
    """The server's address, and what it was asked: path with query, content type, fields of the form."""
    seen: list[tuple[str, str, Mapping[str, list[str]]]] = []

    async def take(request: web.Request) -> web.Response:
        fields = parse_qs((await request.read()).decode(), keep_blank_values=True, strict_parsing=True)
        seen.append((request.path_qs, request.content_type, fields))
        return web.json_response({"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "x"}}})

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/"), seen


async def test_a_message_is_a_form(asked: tuple[str, list[tuple[str, str, Mapping[str, list[str]]]]]) -> None:
    url, seen = asked
    request = AiohttpRequest()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("✅ Ja", callback_data="come:1")]])
    await Bot("1:X", base_url=f"{url}/bot", request=request).send_message(7, TEXT, reply_markup=keyboard)
    await request.shutdown()
    [(path, media_type, fields)] = seen
    assert (path, media_type) == ("/bot1:X/sendMessage", "application/x-www-form-urlencoded")
    assert (fields["chat_id"], fields["text"]) == (["7"], [TEXT])
    assert json.loads(fields["reply_markup"][0])["inline_keyboard"][0][0]["callback_data"] == "come:1"


async def test_what_is_asked_by_url_is_a_form_too(
    asked: tuple[str, list[tuple[str, str, Mapping[str, list[str]]]]],
) -> None:
    url, seen = asked
    request = AiohttpRequest()
    await request.post(f"{url}/bot1:X/getUpdates?offset=5&timeout=25")
    await request.shutdown()
    assert seen == [("/bot1:X/getUpdates", "application/x-www-form-urlencoded", {"offset": ["5"], "timeout": ["25"]})]
