"""A request against the Bot API's schema: aiogram's method models, which are generated from the official specification.

Stricter than Telegram, which ignores what it does not know: an unknown parameter, or an unknown field anywhere inside,
is refused. What the models do not state (lengths, sizes, markup) is in `limits.py`.
"""

import datetime as dt
import json
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias, Union, get_args, get_origin

import aiogram.methods
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    ForceReply,
    InlineKeyboardMarkup,
    InputFile,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from pydantic import BaseModel, ValidationError

from tests.botapi.errors import ApiError, bad_request

Call: TypeAlias = TelegramMethod[object]

METHODS: dict[str, type[Call]] = {
    cls.__api_method__.lower(): cls
    for cls in (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    if cls is not TelegramMethod and hasattr(cls, "__api_method__") and isinstance(cls.__api_method__, str)
}
_MARKUPS: dict[str, type[BaseModel]] = {
    "inline_keyboard": InlineKeyboardMarkup,
    "keyboard": ReplyKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}
_WHOLE = re.compile(r"-?\d{1,18}\Z")
_WORDED = {"chat_id": "chat_id is empty", "text": "message text is empty", "user_id": "user_id is empty"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came in: strings from a form or a query, any JSON from a JSON body."""

    fields: Mapping[str, object]
    files: Mapping[str, Upload] = field(default_factory=dict)


def parse(method: str, request: RawRequest) -> Call:
    """The request as aiogram's method object; ApiError 404 for an unknown method, 400 for what does not fit."""
    model = METHODS.get(method.lower())
    if model is None:
        raise ApiError(404, "Not Found: method not found")
    values = _values(model, request)
    if isinstance(markup := values.get("reply_markup"), dict):
        values["reply_markup"] = _markup(model, markup)
    call = _validated(model, values)
    assert isinstance(call, TelegramMethod)
    _refuse_unknown(call, model.__api_method__)
    return call


def _values(model: type[Call], request: RawRequest) -> dict[str, object]:
    values: dict[str, object] = {}
    used: set[str] = set()
    for name, raw in request.fields.items():
        info = model.model_fields.get(name)
        if info is None:
            raise bad_request(f'unknown parameter "{name}" of method {model.__api_method__}')
        kinds = _kinds(info.annotation)
        if isinstance(raw, str) and raw.startswith("attach://") and InputFile in kinds:
            part = raw.removeprefix("attach://")
            if part not in request.files:
                raise bad_request(f'file "{part}" of {name} is not attached')
            used.add(part)
            values[name] = _buffered(request.files[part])
        else:
            values[name] = _decoded(name, raw, kinds) if isinstance(raw, str) else raw
    for name, upload in request.files.items():
        if name in used:
            continue
        info = model.model_fields.get(name)
        if info is None or InputFile not in _kinds(info.annotation):
            raise bad_request(f'unexpected file "{name}" for method {model.__api_method__}')
        values[name] = _buffered(upload)
    return values


def _buffered(upload: Upload) -> BufferedInputFile:
    return BufferedInputFile(upload.content, filename=upload.filename)


def _kinds(annotation: object) -> set[object]:
    """The leaves of an annotation; containers count as what they are, not as what they hold."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return set().union(*(_kinds(part) for part in get_args(annotation)))
    if origin is Literal:
        return {str}
    return {annotation if origin is None else origin}


def _decoded(name: str, raw: str, kinds: set[object]) -> object:
    """A form value by the type that is wanted: what a form cannot say (numbers, truth, structure) is read from text."""
    if str in kinds:
        return int(raw) if int in kinds and _WHOLE.match(raw) else raw
    if any(kind in (list, dict) or _is_model(kind) for kind in kinds):
        try:
            value: object = json.loads(raw)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
        if not isinstance(value, dict | list):
            raise bad_request(f"object expected as {name}")
        return value
    if kinds & {int, dt.datetime}:
        if not _WHOLE.match(raw):
            raise bad_request(f"{name} must be an integer")
        return int(raw)
    if bool in kinds:
        if raw.lower() not in {"true", "false", "1", "0"}:
            raise bad_request(f"{name} must be true or false")
        return raw.lower() in {"true", "1"}
    if float in kinds:
        try:
            return float(raw)
        except ValueError:
            raise bad_request(f"{name} must be a number") from None
    return raw


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _markup(model: type[Call], raw: dict[str, object]) -> BaseModel:
    """The keyboard by its key, so that a fault in it is named instead of being read as another kind of markup."""
    allowed = _kinds(model.model_fields["reply_markup"].annotation) if "reply_markup" in model.model_fields else set()
    for key, kind in _MARKUPS.items():
        if key in raw:
            if kind not in allowed:
                raise bad_request(f"{kind.__name__} is not allowed in {model.__api_method__}")
            return _validated(kind, raw, within="reply_markup.")
    raise bad_request("object expected as reply markup")


def _validated(model: type[BaseModel], values: dict[str, object], within: str = "") -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = within + ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise bad_request(_WORDED.get(place, f'parameter "{place}" is required')) from None
        raise bad_request(f'parameter "{place}" is wrong: {first["msg"]}') from None


def _refuse_unknown(value: object, place: str) -> None:
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            raise bad_request(f'unknown field "{place}.{name}"')
        for name in value.model_fields_set:
            _refuse_unknown(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_unknown(item, f"{place}[{index}]")
