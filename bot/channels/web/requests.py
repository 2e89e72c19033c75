"""What the page may send: the shape of each request, and the checks that it came from our own page."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.channels.bounded import body_at_most
from bot.channels.web.uploads import UploadRefused
from locales.rendering.languages import find_language

MAX_TEXT = 4000
# 4,000 characters as JSON escapes take 12 bytes each at most.
MAX_BODY = 64 * 1024
# A photo, a voice note or a PDF; the page makes photos smaller before it sends them (see MOST in chat.js).
MAX_UPLOAD = 6_000_000

_EVENT = r"[0-9a-f-]{32,36}"
_ROW = Field(ge=0, lt=2**63)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Opening(_Asked):
    """POST /chat/open."""

    token: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    code: Annotated[str, StringConstraints(max_length=64, min_length=1)] | None = None
    # The language of the page already, whose texts need not be brought again.
    lang: Annotated[str, StringConstraints(pattern=r"^[A-Za-z-]{2,10}$")] | None = None
    # They were asked, and want another person's chat in the place of the one that is open here.
    other: bool = False


class Switching(_Asked):
    """POST /chat/switch: another chat that this browser knows, by the name that the page has of it."""

    chat: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")]


class InChat(_Asked):
    """Something that is meant for the chat which the window shows, by the name that the page has of it: another window
    of the browser may have turned to somebody else's meanwhile. None: an old page, which says nothing of it."""

    chat: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")] | None = None


class Event(InChat):
    """An event of the person, with the browser's own id of it."""

    event: Annotated[str, StringConstraints(pattern=f"^{_EVENT}$")]


class Asking(Event):
    """POST /chat/asking: whether it is asked who is there before this one's messages are shown."""

    asks: bool


class Subscribing(_Asked):
    """POST /chat/notices: where this browser hears that there is a message (PushSubscription.toJSON)."""

    endpoint: Annotated[str, StringConstraints(min_length=10, max_length=1000)]
    p256dh: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{80,100}=*$")]
    auth: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,30}=*$")]


class Saying(Event):
    """POST /chat/say."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]


class Pressing(Event):
    """POST /chat/press: the line, and the intent of one of its buttons."""

    message: Annotated[int, _ROW]
    intent: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Seeing(InChat):
    """POST /chat/seen: our lines with after < id <= up_to were shown (read) or have arrived (delivered)."""

    after: Annotated[int, _ROW]
    up_to: Annotated[int, _ROW]
    state: Literal["delivered", "read"]


Asked = TypeVar("Asked", bound=_Asked)


async def read(request: Request, shape: type[Asked]) -> Asked:
    """The request's JSON body in its shape.

    Raises:
        HTTPException: 403 when it does not come from our own page, 415 when it is not JSON, 413 when it is too big,
            400 when it has another shape.
    """
    _check_sender(request, "application/json")
    body = await body_at_most(request, MAX_BODY)
    if body is None:
        raise HTTPException(413)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(400) from error


def number(text: str) -> int | None:
    """A whole number that a database can have as an id; None for anything else, however long."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def sending(request: Request) -> Event:
    """The event id and the chat of POST /chat/send?event=…&chat=…, whose body is the file itself.

    Raises:
        HTTPException: as `read`, before the body was read.
    """
    _check_sender(request, "application/octet-stream")
    asked = {name: value for name, value in request.query_params.items() if name in Event.model_fields}
    try:
        return Event.model_validate(asked)
    except ValidationError as error:
        raise HTTPException(400) from error


async def read_upload(request: Request) -> bytes:
    """The request's body.

    Raises:
        UploadRefused: when it is too big; what says so at once is not read.
        HTTPException: 400 when there is none.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_UPLOAD:
        raise UploadRefused("too_large")
    body = await body_at_most(request, MAX_UPLOAD)
    if body is None:
        raise UploadRefused("too_large")
    if not body:
        raise HTTPException(400)
    return body


def _check_sender(request: Request, media_type: str) -> None:
    check_same_origin(request)
    # A form of another site cannot send these types without asking first.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise HTTPException(415)


def check_same_origin(request: Request) -> None:
    """Refuse what another site's page sends in the name of whoever is looking at it.

    Raises:
        HTTPException: 403.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        # No page can set this header, and it also holds where a proxy renames the host.
        if site != "same-origin":
            raise HTTPException(403)
        return
    # Browsers older than 2021 (2023 on iPhones) say only where they come from.
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


def wished_language(headers: Mapping[str, str]) -> str | None:
    """The first language of Accept-Language that Maatje speaks."""
    wishes: list[tuple[float, int, str]] = []
    for place, item in enumerate(headers.get("accept-language", "")[:400].split(",")):
        tag, _, quality = item.partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0
        wishes.append((-weight, place, tag.strip()))
    return next((found for _, _, tag in sorted(wishes) if (found := find_language(tag))), None)


def line_key(contact_id: int, event: str) -> str:
    """A browser's event id made unique over all chats, so that nobody can use up another's."""
    return f"{contact_id}:{event}"


def opening_key(token: str, code: str | None) -> str:
    """The id of the event that opens a chat: the same when the request is repeated, telling nothing of the token."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{token} {code or ''}").hex
