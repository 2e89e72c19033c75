"""How a line of the chat is stored and shown: from a rendered message to what the page gets.

A WebMessage's content is {"from": "bot" | "person", "blocks": […], "buttons": […], …}; only this module makes and reads
it. The page gets the same with what depends on the moment: the local time, the day's name, which buttons are still
open.
"""

from base64 import b64decode, b64encode
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.channels.web.uploads import Upload
from bot.events import Media
from locales.rendering.dates import day_text, time_text
from locales.rendering.languages import LANGUAGES
from locales.rendering.render import File, Rendered
from locales.rendering.telephones import telephones_in
from storage.engine.columns import Json
from storage.people.webchat import WebMessage
from storage.vocabulary import MediaKind

Content: TypeAlias = dict[str, Json]

# What a browser may be told that a file is; anything else is a lump of bytes to be saved.
_MEDIA_TYPES = frozenset(
    {
        "text/calendar",
        "application/pdf",
        "text/plain",
        "application/json",
        "application/zip",
        "image/png",
        "image/jpeg",
        "audio/ogg",
    }
)
# What a person is shown to have pressed who wants to hear a message.
HEAR = "🔊"
# The page says it in the window's language.
PHOTO = "📷"


def language_tag(locale: str) -> str:
    """Our locale as an HTML language tag: fa_AF → fa-AF."""
    return locale.replace("_", "-")


def content_of(message: Rendered, *, unasked: bool = False) -> Content:
    """A message of ours as it is kept; `unasked` = it answers nothing that the person just did."""
    blocks: list[Json] = [
        {
            "text": block.text,
            "style": block.style.value,
            "lang": language_tag(block.locale),
            "dir": LANGUAGES[block.locale].direction.value,
            **_calls(block.text),
        }
        for block in message.blocks
    ]
    buttons: list[Json] = [[_button(b.label, b.intent, b.url) for b in row] for row in message.buttons]
    content: Content = {
        "from": "bot",
        "lang": language_tag(message.locale),
        "dir": message.direction.value,
        "blocks": blocks,
        "buttons": buttons,
    }
    if unasked:
        content["unasked"] = True
    if message.picture is not None:
        content["picture"] = message.picture.alt
    if message.voice is not None:
        content["voice"] = True
    if message.hear:
        content["hear"] = message.hear
    if message.file is not None:
        content["file"] = {"name": message.file.name, "type": _safe_type(message.file.media_type)}
    return content


def _button(label: str, intent: str, url: str) -> Json:
    return {"label": label, "url": url} if url else {"label": label, "intent": intent}


def content_of_words(text: str) -> Content:
    """A line of the person, which may be in any language."""
    return {"from": "person", "blocks": [{"text": text, "style": "normal"}]}


def content_of_upload(sent: Upload) -> Content:
    """A line of the person that is a photo, a voice note or a document."""
    content: Content = {"from": "person", "blocks": []}
    if sent.kind is MediaKind.PHOTO:
        content["picture"] = PHOTO
    elif sent.kind is MediaKind.VOICE:
        content["voice"] = True
    else:
        content["file"] = {"name": sent.file.name, "type": sent.file.media_type}
    return content


def sent_in(line: WebMessage) -> tuple[Media, File] | None:
    """What the person sent with this line, as it is handed over, and the file itself; None for any other line.

    Its id is the line's event: the contact's number and what their browser drew by lot, so that no id leads to a line
    of somebody else, nor to one of ours.
    """
    if line.event_id is None:
        return None
    media = line.media or {}
    for kind, kept in (
        (MediaKind.PHOTO, media.get("picture")),
        (MediaKind.VOICE, media.get("voice")),
        (MediaKind.DOCUMENT, line.file),
    ):
        if isinstance(kept, dict):
            return Media(kind, line.event_id), file_of(kept)
    return None


def _calls(text: str) -> dict[str, Json]:
    """The telephone numbers of a text as [start, end, number], counted as scripts count: in UTF-16."""
    calls: list[Json] = [[_units(text[: one.start]), _units(text[: one.end]), one.dial] for one in telephones_in(text)]
    return {"calls": calls} if calls else {}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def label_of(content: Content, intent: str) -> str | None:
    """The label of the button with this intent, or None when this message never had it."""
    if intent and content.get("hear") == intent:
        return HEAR
    rows = content.get("buttons")
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, dict) and intent and button.get("intent") == intent:
                return str(button["label"])
    return None


def kept_file(file: File | None) -> dict[str, Json] | None:
    """A file as it is kept with its message."""
    if file is None:
        return None
    return {"name": file.name, "media_type": file.media_type, "base64": b64encode(file.content).decode("ascii")}


def kept_upload(sent: Upload | None) -> tuple[dict[str, Json] | None, dict[str, Json] | None]:
    """The file and the media of a line of the person, as they are kept."""
    if sent is None:
        return None, None
    file = kept_file(sent.file)
    if sent.kind is MediaKind.DOCUMENT:
        return file, None
    return None, {"picture" if sent.kind is MediaKind.PHOTO else "voice": file}


def kept_media(message: Rendered) -> dict[str, Json] | None:
    """A message's picture and sound as they are kept."""
    files = {"picture": message.picture.file if message.picture else None, "voice": message.voice}
    kept: dict[str, Json] = {name: kept_file(file) for name, file in files.items() if file is not None}
    return kept or None


def file_of(kept: dict[str, Json]) -> File:
    """Back from the database; a media type that a browser might run becomes one that it only saves."""
    return File(str(kept["name"]), _safe_type(str(kept["media_type"])), b64decode(str(kept["base64"])))


def _safe_type(media_type: str) -> str:
    bare = media_type.partition(";")[0].strip().lower()
    return bare if bare in _MEDIA_TYPES else "application/octet-stream"


def shown(message: WebMessage, *, zone: ZoneInfo, locale: str) -> Content:
    """A line as the page gets it; `locale` is the window's, for the name of the day."""
    content = dict(message.content)
    rows = content.pop("buttons", [])
    if message.buttons_closed:
        rows = _links_only(rows)
    local: datetime = message.at.astimezone(zone)
    return {
        **content,
        "id": message.id,
        "buttons": rows,
        "time": time_text(message.at, zone),
        "day": local.date().isoformat(),
        "dayText": day_text(local.date(), locale),
        "event": message.event_id.partition(":")[2] if message.event_id else None,
    }


def _links_only(rows: Json) -> Json:
    # A button that opens a page stays: it changes nothing and may be wanted twice.
    if not isinstance(rows, list):
        return []
    kept: list[Json] = []
    for row in rows:
        links: list[Json] = [b for b in row if isinstance(b, dict) and "url" in b] if isinstance(row, list) else []
        if links:
            kept.append(links)
    return kept
