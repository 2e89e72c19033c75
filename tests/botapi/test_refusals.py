"""Each limit and each rule of the schema: what breaks it is refused, what just keeps it is taken."""

import pytest

from tests.botapi import BotApi, BotApiUser
from tests.botapi.conftest import RawClient

ROW = [{"text": "a", "callback_data": "b"}]


def inline(*buttons: dict[str, object]) -> dict[str, object]:
    return {"reply_markup": {"inline_keyboard": [list(buttons)]}}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        pytest.param({}, "message text is empty", id="no text"),
        pytest.param({"text": ""}, "message text is empty", id="empty text"),
        pytest.param({"text": " \n"}, "message text is empty", id="only spaces"),
        pytest.param({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty", id="only markup"),
        pytest.param({"text": "x" * 4097}, "message is too long", id="4097 characters"),
        pytest.param({"text": 5}, '"text" is wrong', id="text is a number"),
        pytest.param({"text": "x", "parse_mode": "Markdown"}, "unsupported parse_mode", id="Markdown"),
        pytest.param({"text": "x", "colour": "red"}, 'unknown parameter "colour"', id="unknown parameter"),
        pytest.param({"text": "x", "disable_notification": "maybe"}, "true or false", id="no boolean"),
        pytest.param({"text": "x", "message_thread_id": "x1"}, "must be an integer", id="no integer"),
        pytest.param({"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON", id="markup is no JSON"),
        pytest.param({"text": "x", "reply_markup": "1"}, "object expected", id="markup is a number"),
        pytest.param({"text": "x", "reply_markup": {"foo": 1}}, "object expected as reply markup", id="no markup"),
        pytest.param({"text": "x", "reply_markup": {"inline_keyboard": 1}}, "inline_keyboard", id="no rows"),
        pytest.param(
            {"text": "x", "reply_markup": {"inline_keyboard": [ROW], "one_time": True}},
            "unknown field",
            id="unknown field of markup",
        ),
        pytest.param({"text": "x", **inline({"text": "a", "data": "b"})}, "unknown field", id="unknown field"),
        pytest.param({"text": "x", **inline({"text": "a"})}, "Text buttons are unallowed", id="button does nothing"),
        pytest.param({"text": "x", **inline({"callback_data": "a"})}, "text", id="button without text"),
        pytest.param({"text": "x", **inline({"text": " ", "callback_data": "b"})}, "non-empty", id="empty label"),
        pytest.param(
            {"text": "x", **inline({"text": "a", "callback_data": "b", "url": "https://a.nl"})},
            "only one",
            id="two acts",
        ),
        pytest.param(
            {"text": "x", **inline({"text": "a", "callback_data": ""})}, "BUTTON_DATA_INVALID", id="empty data"
        ),
        pytest.param(
            {"text": "x", **inline({"text": "a", "callback_data": "é" * 33})}, "BUTTON_DATA_INVALID", id="66 bytes"
        ),
        pytest.param({"text": "x", **inline({"text": "a", "url": "ftp://a.nl"})}, "URL", id="not a web address"),
        pytest.param({"text": "x", **inline({"text": "a", "url": "http://localhost/x"})}, "URL", id="localhost"),
        pytest.param(
            {"text": "x", **inline({"text": "a", "url": "https://t.me/a_bot?start=a.b"})}, "deep link", id="dot in code"
        ),
        pytest.param(
            {"text": "x", **inline({"text": "a", "url": "https://t.me/a_bot?start=" + "a" * 65})},
            "deep link",
            id="long",
        ),
        pytest.param({"text": "x", "reply_markup": {"inline_keyboard": [ROW] * 101}}, "too long", id="101 buttons"),
        pytest.param({"text": "x", "reply_markup": {"keyboard": [[{"text": ""}]]}}, "non-empty", id="empty key"),
        pytest.param({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "outside", id="entity"),
    ],
)
async def test_message(
    raw: RawClient, api: BotApi, person: BotApiUser, parameters: dict[str, object], reason: str
) -> None:
    for answer in (
        await raw.call("sendMessage", chat_id=person.id, **parameters),
        await raw.form("sendMessage", chat_id=person.id, **parameters),
    ):
        if answer["ok"] is True:
            assert parameters == {"text": 5}, "only a form cannot tell a number from a text"
            continue
        assert answer["error_code"] == 400
        assert str(answer["description"]).startswith("Bad Request: ")
        assert reason in str(answer["description"])
    assert api.refusals
    assert api.refusals[0] == api.mistakes[0]


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"text": "x" * 4096}, id="4096 characters"),
        pytest.param({"text": "😀" * 4096}, id="4096 emoji"),
        pytest.param({"text": "<b>" + "&lt;" * 4096 + "</b>", "parse_mode": "HTML"}, id="4096 after parsing"),
        pytest.param({"text": "x", **inline({"text": "a", "callback_data": "é" * 32})}, id="64 bytes"),
        pytest.param({"text": "x", "reply_markup": {"inline_keyboard": [ROW] * 100}}, id="100 buttons"),
        pytest.param(
            {"text": "x", **inline({"text": "a", "url": "https://t.me/a_bot?start=" + "a-_Z" * 16})}, id="64 in a link"
        ),
        pytest.param({"text": "x", "reply_markup": {"force_reply": True}}, id="force reply"),
        pytest.param({"text": "a😀b", "entities": [{"type": "bold", "offset": 1, "length": 3}]}, id="UTF-16 offsets"),
    ],
)
async def test_what_just_fits(raw: RawClient, api: BotApi, person: BotApiUser, parameters: dict[str, object]) -> None:
    assert (await raw.call("sendMessage", chat_id=person.id, **parameters))["ok"] is True
    assert (await raw.form("sendMessage", chat_id=str(person.id), **parameters))["ok"] is True
    assert api.refusals == []


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        pytest.param("sendPhoto", {"photo": "x", "caption": "c" * 1025}, "caption is too long", id="caption"),
        pytest.param("sendPhoto", {"photo": "nothing"}, "wrong remote file identifier", id="unknown file"),
        pytest.param("sendPhoto", {"photo": "attach://gone"}, "not attached", id="no attachment"),
        pytest.param("sendPhoto", {}, '"photo" is required', id="no photo"),
        pytest.param("sendChatAction", {"action": "dancing"}, "wrong parameter action", id="action"),
        pytest.param("editMessageText", {"message_id": 1}, "message text is empty", id="edit without text"),
        pytest.param("editMessageText", {"text": "x"}, "identifier is not specified", id="edit of nothing"),
        pytest.param(
            "editMessageReplyMarkup",
            {"message_id": 1, "reply_markup": {"keyboard": [[{"text": "a"}]]}},
            "not allowed",
            id="a reply keyboard in an edit",
        ),
    ],
)
async def test_chat_methods(
    raw: RawClient, person: BotApiUser, method: str, parameters: dict[str, object], reason: str
) -> None:
    answer = await raw.call(method, chat_id=person.id, **parameters)
    assert answer["error_code"] == 400
    assert reason in str(answer["description"])


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        pytest.param("sendMessage", {"text": "x"}, "chat_id is empty", id="no chat"),
        pytest.param("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "TOO_LONG", id="toast"),
        pytest.param(
            "setMyCommands", {"commands": [{"command": "Menu", "description": "x"}]}, "COMMAND_INVALID", id="A"
        ),
        pytest.param(
            "setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, "COMMAND_INVALID", id="33"
        ),
        pytest.param("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "DESCRIPTION", id="no text"),
        pytest.param(
            "setMyCommands", {"commands": [{"command": "a", "description": "x" * 257}]}, "DESCRIPTION", id="257"
        ),
        pytest.param(
            "setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}, "TOO_MUCH", id="101 commands"
        ),
        pytest.param("setMyCommands", {"commands": [], "language_code": "ckb"}, "invalid language", id="three letters"),
        pytest.param("setMyCommands", {"commands": [], "scope": {"type": "chat"}}, "scope", id="scope without chat"),
        pytest.param("setMyDescription", {"description": "x" * 513}, "too long", id="description"),
        pytest.param("setMyShortDescription", {"short_description": "x" * 121}, "too long", id="short description"),
        pytest.param("setMyName", {"name": "x" * 65}, "too long", id="name"),
        pytest.param("getUpdates", {"allowed_updates": ["mesage"]}, "unknown update type", id="update type"),
        pytest.param("setWebhook", {"url": "http://example.nl/"}, "HTTPS", id="plain HTTP"),
        pytest.param("setWebhook", {"url": "https://a.nl/", "secret_token": "a b"}, "unallowed", id="secret"),
        pytest.param("setWebhook", {"url": "https://a.nl/", "max_connections": 101}, "max_connections", id="101"),
    ],
)
async def test_other_methods(raw: RawClient, method: str, parameters: dict[str, object], reason: str) -> None:
    answer = await raw.call(method, **parameters)
    assert answer["error_code"] == 400
    assert reason in str(answer["description"])


async def test_token_method_and_verbs(raw: RawClient, api: BotApi) -> None:
    assert (await raw.call_as("1:x", "getMe"))["error_code"] == 401
    assert (await raw.call("getNothing"))["error_code"] == 404
    assert (await raw.get("getMe"))["ok"] is True
    assert (await raw.get("GETME"))["ok"] is True
    assert [code for _, code, _ in api.refusals] == [401, 404]


async def test_get_with_a_query(raw: RawClient, person: BotApiUser) -> None:
    assert (await raw.get("sendMessage", chat_id=str(person.id), text="dag"))["ok"] is True
    assert person.has_seen("dag")


async def test_wide_rows_are_advised_against(raw: RawClient, api: BotApi, person: BotApiUser) -> None:
    await raw.call("sendMessage", chat_id=person.id, text="x", reply_markup={"inline_keyboard": [ROW * 9]})
    assert len(api.world.advice) == 1
