"""What the schema's models do not state: lengths, sizes, keyboards, links, commands.

Lengths of text count code points ("length in utf8 codepoints", https://core.telegram.org/api/config), callback data
bytes of UTF-8.
"""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from aiogram.methods import AnswerCallbackQuery, DeleteMyCommands, GetMyCommands, SetMyCommands
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyKeyboardMarkup,
)

from tests.botapi.errors import Json, bad_request
from tests.botapi.html import Formatted, parse_html, utf16_length

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTONS = 100
ADVISED_BUTTONS_PER_ROW = 8
START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
_LANGUAGE = re.compile(r"[a-z]{2}\Z")
_ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat")
_MORE_ACTIONS = ("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay", "disabled")


def formatted(
    source: str, parse_mode: object, entities: Sequence[MessageEntity] | None, *, caption: bool = False
) -> Formatted:
    """The text or caption after entity parsing, within its length; ApiError 400 otherwise."""
    if isinstance(parse_mode, str) and parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request("unsupported parse_mode: this counterpart reads HTML only")
        if entities:
            raise bad_request("parse_mode and entities can't be used together")
        parsed = parse_html(source)
    else:
        parsed = Formatted(source, tuple(_checked_entity(entity, source) for entity in entities or ()))
    for entity in parsed.entities:
        if isinstance(url := entity.get("url"), str):
            _check_start_parameter(url)
    if caption:
        if len(parsed.text) > MAX_CAPTION:
            raise bad_request("message caption is too long")
    elif not parsed.text.strip():
        raise bad_request("message text is empty")
    elif len(parsed.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return parsed


def _checked_entity(entity: MessageEntity, text: str) -> Json:
    if entity.offset < 0 or entity.length < 1 or entity.offset + entity.length > utf16_length(text):
        raise bad_request(f"can't parse entities: entity at offset {entity.offset} is outside the text")
    dumped: Json = entity.model_dump(mode="json", exclude_none=True)
    return dumped


def check_markup(markup: object) -> list[str]:
    """Refuses a keyboard that Telegram would refuse; returns advice on one that people would not like."""
    if isinstance(markup, InlineKeyboardMarkup):
        return _check_inline(markup.inline_keyboard)
    if isinstance(markup, ReplyKeyboardMarkup):
        for row in markup.keyboard:
            for button in row:
                if not button.text.strip():
                    raise bad_request("keyboard button text must be non-empty")
    return []


def _check_inline(rows: list[list[InlineKeyboardButton]]) -> list[str]:
    for row in rows:
        for button in row:
            _check_button(button)
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return [
        f"a row of {len(row)} buttons: at most {ADVISED_BUTTONS_PER_ROW} can be read on a phone"
        for row in rows
        if len(row) > ADVISED_BUTTONS_PER_ROW
    ]


def _check_button(button: InlineKeyboardButton) -> None:
    if not button.text.strip():
        raise bad_request("can't parse inline keyboard button: button text must be non-empty")
    actions = [name for name in _ACTIONS + _MORE_ACTIONS if getattr(button, name) is not None]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"can't parse inline keyboard button: only one of {', '.join(actions)} is allowed")
    if button.callback_data is not None and not 1 <= len(button.callback_data.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if button.url is not None:
        _check_url(button.url)
        _check_start_parameter(button.url)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return
    if parts.scheme not in {"http", "https"}:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if parts.hostname is None or "." not in parts.hostname or re.search(r"\s", url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_start_parameter(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname not in {"t.me", "telegram.me"} and not url.startswith("tg://resolve"):
        return
    for parameter in parse_qs(parts.query, keep_blank_values=True).get("start", []):
        if not START_PARAMETER.match(parameter):
            raise bad_request("the start parameter of a deep link must be 1-64 of A-Z, a-z, 0-9, _ and -")


def check_commands(call: SetMyCommands) -> None:
    """At most 100 commands, each of a-z, 0-9 and _, each described."""
    if len(call.commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in call.commands:
        if not _COMMAND.match(command.command.removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    check_language(call)


def check_language(call: object) -> None:
    """A language code is two letters (ISO 639-1) or empty: `ckb` and `fa_AF` are refused."""
    code = getattr(call, "language_code", None)
    if code and not _LANGUAGE.match(code):
        raise bad_request("invalid language code specified")


def check_length(value: str | None, limit: int, what: str) -> None:
    """A plain text of the profile (name 64, description 512, short description 120)."""
    if value is not None and len(value) > limit:
        raise bad_request(f"{what} is too long")


def check_callback_answer(call: AnswerCallbackQuery) -> None:
    """The text of an answer: 0-200 characters."""
    if call.text is not None and len(call.text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")


def commands_key(call: SetMyCommands | GetMyCommands | DeleteMyCommands) -> tuple[str, str]:
    """What commands are kept under: scope and language."""
    scope = call.scope.model_dump_json(exclude_none=True) if call.scope is not None else '{"type":"default"}'
    return scope, call.language_code or ""
