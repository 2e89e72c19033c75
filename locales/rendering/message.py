"""A message before it has a language: texts by key with typed parameters, and buttons that carry their intent.

This is what the outbox stores (as JSON) and what locales.rendering.render turns into text. Nothing here knows a
language or a channel. What a message has many of are named tuples: a frozen dataclass takes twice as long to make, and
a morning's reminders make ten thousands of them a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias, Union, cast

Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]
# A string is somebody's data (a name, a place) and is shown as it is; a Text is ours and is translated.
Value: TypeAlias = Union[str, int, float, date, datetime, "Text", Sequence["Text"]]


class Style(StrEnum):
    """How a part of a message looks, as far as a channel can show it."""

    NORMAL = "normal"
    TITLE = "title"
    # A term, fine or duty: the simple Dutch is shown under the person's language.
    OFFICIAL = "official"
    # What somebody else wrote, shown as a quotation.
    QUOTE = "quote"
    # The Dutch line under an official statement; made by the renderer.
    DUTCH = "dutch"
    # The buttons as numbered lines, where there are no buttons; made by reminders.delivery.degrade.
    ANSWERS = "answers"


_STYLES: dict[str, Style] = {style.value: style for style in Style}

# The key of a text that is shown as it is in every language: a language's own name on a button.
VERBATIM = "verbatim"


@dataclass(slots=True)
class Text:
    """A catalog text by its key, with the values of its placeholders. `count` chooses the plural form.

    Nobody changes one. It is not frozen because that takes four times as long to make, and no named tuple because those
    have a `count` of their own.
    """

    key: str
    params: Mapping[str, Value] = field(default_factory=dict)
    count: int | None = None


def verbatim(text: str) -> Text:
    """A text that is the same in every language."""
    return Text(VERBATIM, {"text": text})


class Part(NamedTuple):
    """One paragraph of a message."""

    text: Text
    style: Style = Style.NORMAL


class Button(NamedTuple):
    """A choice. `intent` is what it means ("name:argument:…", at most 64 bytes); `url` opens a page instead.

    The icon is the same in every language and stands before the label.
    """

    label: Text
    intent: str = ""
    icon: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; made when the message is sent, from `kind` and `ref` ("calendar", "12").

    `needed`: without it the message says nothing, so that it waits until the file can be had.
    """

    kind: str
    ref: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A whole message: its parts in order, rows of buttons, and at most one file.

    `brief` is the message in short, without what others should not read (with whom, why, about what). `card` names the
    picture that says it without words, drawn when it is sent ("appointment:12"; see
    bot/enclosures/picture_and_sound.py); without one, a question's picture is its answers. `aloud` messages come with
    picture and sound also to those who read. `ethiopian_clock`: its reader has times told by that clock too; a person's
    wish, which is put there when the message is sent, and not stored with it. `pressed` is the label of the answer that
    was just given by a press, which is said before the rest to who listens, and shown nowhere.
    """

    parts: tuple[Part, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None
    brief: tuple[Text, ...] = ()
    card: str = ""
    aloud: bool = False
    ethiopian_clock: bool = field(default=False, kw_only=True)
    pressed: Text | None = field(default=None, kw_only=True)

    def to_json(self) -> dict[str, Json]:
        """As JSON for the outbox."""
        data: dict[str, Json] = {
            "parts": [[_text_to_json(part.text), part.style.value] for part in self.parts],
            "buttons": [[[_text_to_json(b.label), b.intent, b.icon, b.url] for b in row] for row in self.buttons],
        }
        if self.attachment is not None:
            file = self.attachment
            data["attachment"] = [file.kind, file.ref, *([True] if file.needed else [])]
        if self.brief:
            data["brief"] = [_text_to_json(text) for text in self.brief]
        if self.card:
            data["card"] = self.card
        if self.aloud:
            data["aloud"] = True
        if self.pressed is not None:
            data["pressed"] = _text_to_json(self.pressed)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Body":
        """Back from the outbox."""
        parts = cast(list[tuple[Json, str]], data["parts"])
        rows = cast(list[list[tuple[Json, str, str, str]]], data.get("buttons", []))
        attachment = cast(tuple[str, str] | tuple[str, str, bool] | None, data.get("attachment"))
        return cls(
            parts=tuple([Part(_text_from_json(text), _STYLES[style]) for text, style in parts]),
            buttons=tuple(
                [
                    tuple([Button(_text_from_json(label), intent, icon, url) for label, intent, icon, url in row])
                    for row in rows
                ]
            ),
            attachment=None if attachment is None else Attachment(*attachment),
            brief=tuple([_text_from_json(text) for text in cast(list[Json], data.get("brief", []))]),
            card=str(data.get("card", "")),
            aloud=bool(data.get("aloud", False)),
            pressed=_text_from_json(data["pressed"]) if "pressed" in data else None,
        )


def _value_to_json(value: Value) -> Json:
    # datetime before date: a datetime is a date too.
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a message parameter must be an aware datetime")
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    if isinstance(value, Text):
        return {"text": _text_to_json(value)}
    if isinstance(value, (str, int, float)):
        return value
    return {"texts": [_text_to_json(text) for text in value]}


def _value_from_json(data: Json) -> Value:
    if isinstance(data, (str, int, float)):
        return data
    if isinstance(data, dict):
        for tag, inner in data.items():
            match tag, inner:
                case "at", str():
                    return datetime.fromisoformat(inner)
                case "on", str():
                    return date.fromisoformat(inner)
                case "text", _:
                    return _text_from_json(inner)
                case "texts", list():
                    return [_text_from_json(item) for item in inner]
                case _:
                    break
    raise ValueError("not a message parameter")


def _text_to_json(text: Text) -> Json:
    params: Json = {name: _value_to_json(value) for name, value in text.params.items()}
    return [text.key, params] if text.count is None else [text.key, params, text.count]


def _text_from_json(data: Json) -> Text:
    if not isinstance(data, list) or not isinstance(data[0], str) or not isinstance(data[1], dict):
        raise ValueError("not a message text")
    count = data[2] if len(data) > 2 and isinstance(data[2], int) else None
    return Text(data[0], {name: _value_from_json(value) for name, value in data[1].items()}, count)
