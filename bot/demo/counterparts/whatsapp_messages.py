"""What the Graph API takes as a message, and how a telephone shows it; what it refuses is raised as RefusedByGraph."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime

_JOINERS = dict.fromkeys(map(ord, "\u2060\u200f"))


class RefusedByGraph(Exception):
    """An answer with the Graph API's error body."""

    def __init__(self, status: int, code: int, message: str, *, subcode: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.subcode = status, code, subcode


@dataclass(slots=True)
class Shown:
    """One message on a telephone: what is read, what can be pressed (label and id), what came with it."""

    id: str
    from_person: bool
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    media: str = ""
    template: str = ""
    reference: str = ""
    at: datetime | None = None


def show(sent: Mapping[str, dict[str, object]], shown: Shown, media_here: Container[str]) -> None:
    """Show a message of words, choices or media; `media_here` are the ids of what was uploaded."""
    kind = str(sent["type"])
    match kind:
        case "text":
            shown.text = _read(_limited(sent["text"]["body"], 4096))
        case "interactive":
            _show_interactive(sent["interactive"], shown)
        case "image" | "audio" | "document":
            media = str(sent[kind]["id"])
            if media not in media_here:
                raise RefusedByGraph(400, 131053, "Media upload error")
            shown.media = str(sent[kind].get("filename") or kind)
            shown.text = _read(_limited(sent[kind].get("caption", ""), 1024, may_be_empty=True))
        case _:
            raise RefusedByGraph(400, 131051, "Unsupported message type")


def _show_interactive(content: dict[str, object], shown: Shown) -> None:
    body, action = content["body"], content["action"]
    if not isinstance(body, dict) or not isinstance(action, dict):
        raise RefusedByGraph(400, 100, "Invalid parameter")
    shown.text = _read(_limited(body["text"], 1024))
    match content["type"]:
        case "button":
            replies = [one["reply"] for one in action["buttons"]]
            if not 1 <= len(replies) <= 3:
                raise RefusedByGraph(400, 131009, "Parameter value is not valid")
            shown.buttons = [(_limited(r["title"], 20), _limited(r["id"], 256)) for r in replies]
            if len({title for title, _ in shown.buttons}) < len(replies):
                raise RefusedByGraph(400, 131009, "Parameter value is not valid, Buttons titles must be unique")
        case "list":
            _limited(action["button"], 20)
            rows = [row for section in action["sections"] for row in section["rows"]]
            if not 1 <= len(rows) <= 10:
                raise RefusedByGraph(400, 131009, "Parameter value is not valid")
            for row in rows:
                _limited(row["title"], 24)
                _limited(row.get("description", ""), 72, may_be_empty=True)
            shown.buttons = [(row.get("description") or row["title"], _limited(row["id"], 200)) for row in rows]
        case "cta_url":
            page = action["parameters"]
            shown.text += f"\n{_limited(page['display_text'], 20)}: {page['url']}"
        case _:
            raise RefusedByGraph(400, 100, "Invalid parameter")
    identifiers = [identifier for _, identifier in shown.buttons]
    if len(set(identifiers)) < len(identifiers):
        raise RefusedByGraph(400, 131009, "Duplicated id")


def show_template(template: dict[str, object], shown: Shown, approved: Mapping[tuple[str, str], int]) -> None:
    """Show a template; `approved` has the number of buttons by name and language."""
    language = template["language"]
    code = language["code"] if isinstance(language, dict) else ""
    named = (str(template["name"]), str(code))
    if named not in approved:
        raise RefusedByGraph(404, 132001, "Template name does not exist in the translation")
    components = template["components"]
    body = components[0] if isinstance(components, list) else {}
    texts = [str(one["text"]) for one in body["parameters"]]
    if len(texts) != 1:
        raise RefusedByGraph(400, 132000, "Number of parameters does not match")
    if re.search(r"[\n\t]| {4}", texts[0]) or not texts[0] or len(texts[0]) > 1024:
        raise RefusedByGraph(400, 132018, "Template parameters are not valid")
    payloads = [one["parameters"][0]["payload"] for one in components[1:]] if isinstance(components, list) else []
    if len(payloads) != approved[named]:
        raise RefusedByGraph(400, 132000, "Number of buttons does not match")
    shown.text, shown.template = texts[0].translate(_JOINERS), named[0]
    shown.buttons = [(f"{named[0]} {place}", str(payload)) for place, payload in enumerate(payloads)]


def _limited(text: object, longest: int, *, may_be_empty: bool = False) -> str:
    if not isinstance(text, str) or len(text) > longest or not (text or may_be_empty):
        raise RefusedByGraph(400, 131009, "Parameter value is not valid")
    return text


def _read(text: str) -> str:
    """The text as it is read: WhatsApp's marks around words are gone, what keeps a mark apart is not seen."""
    for mark in ("*", "_", "~"):
        quoted = re.escape(mark)
        opening = rf"(?<![\w{quoted}\u2060]){quoted}(?=[^\s\u2060])"
        closing = rf"(?<=[^\s\u2060]){quoted}(?![\w\u2060])"
        text = re.sub(f"{opening}(.+?){closing}", r"\1", text)
    return re.sub(r"^> ", "", text, flags=re.MULTILINE).translate(_JOINERS)
