"""The page and its files, read and packed once; and its few texts, which come from the catalog of the window."""

import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from string import Template

import rjsmin
import zopfli.gzip
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.lines import language_tag
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Body, Button, Part, Text
from locales.rendering.render import Renderer
from reminders.intents import Act, asks
from storage.engine.columns import Json

TEXTS = (
    "attach",
    "calendar",
    "choices",
    "connecting",
    "download",
    "drop",
    "earlier",
    "link_dead",
    "listen",
    "messages",
    "newest",
    "no_microphone",
    "not_sent",
    "offline",
    "online",
    "other_chat",
    "other_no",
    "other_yes",
    "photo",
    "placeholder",
    "record",
    "recording",
    "send",
    "sending",
    "sent",
    "session_over",
    "slow_down",
    "too_large",
    "wrong_file",
    "you",
)
# What came later, in a catalog of its own.
PAGE_TEXTS = (
    "again",
    "new",
    "pause",
    "saved",
    "slower",
    "tell_ask",
    "tell_iphone",
    "tell_no",
    "tell_refused",
    "tell_yes",
)
# Where several people use one telephone; the page puts the name in. Brought with the chat, where others are known
# besides: they are not in the weight of everybody's page.
SHARED_TEXTS = ("people", "message", "sure", "yes", "ask_first", "show_at_once", "moved")
_NAME = "{name}"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png", "woff2": "font/woff2"}
_FONTS = ("geez.woff2", "sorani.woff2", "pictures.woff2")
_FILES = ("chat.css", "fonts.css", "chat.js", "icon.svg", "icon.png", *_FONTS)
_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Static:
    content: bytes
    packed: bytes
    media_type: str
    version: str


@cache
def _load(name: str) -> _Static:
    """One of the page's files as it goes out: the same bytes in every process, made once in each."""
    static = files("bot.channels.web").joinpath("static")
    if name == "chat.js":
        parts = sorted(static.joinpath("chat").iterdir(), key=lambda part: part.name)
        content = rjsmin.jsmin("".join(part.read_text(encoding="utf-8") for part in parts)).encode()
    elif name in _FONTS:
        content = static.joinpath("fonts", name).read_bytes()
    else:
        content = static.joinpath(name).read_bytes()
        if name.endswith(".css"):
            content = re.sub(rb"/\*.*?\*/|^\s+", b"", content, flags=re.DOTALL | re.MULTILINE)
            content = re.sub(rb"\s*([{};,])\s*|(:) ", rb"\1\2", content)
            for font in _FONTS:
                content = content.replace(font.encode(), f"{font}?v={_load(font).version}".encode())
    version = hashlib.sha256(content).hexdigest()[:12]
    # People pay for each kilobyte: Zopfli's gzip is the same format, some percent smaller. Fonts are packed already.
    packed = gzip.compress(content, mtime=0) if name in _FONTS else zopfli.gzip.compress(content)
    return _Static(content, packed, _TYPES[name.rpartition(".")[2]], version)


class Page:
    """Serves the page; `bot_name` stands in its header, `notices` is the key by which browsers hear of messages."""

    def __init__(self, renderer: Renderer, bot_name: str, notices: str = "") -> None:
        self._renderer = renderer
        self._bot_name = bot_name
        self._notices = notices

    @cached_property
    def _statics(self) -> dict[str, _Static]:
        return {name: _load(name) for name in _FILES}

    @cached_property
    def _template(self) -> Template:
        return Template(files("bot.channels.web").joinpath("static", "chat.html").read_text(encoding="utf-8"))

    def later(self, locale: str) -> dict[str, Json]:
        """The texts that only a telephone of several people needs."""
        return {key: self._renderer.say(Text(f"shared.{key}", {"name": _NAME}), locale) for key in SHARED_TEXTS}

    def window(self, locale: str, *, whole: bool = True) -> dict[str, Json]:
        """Language, direction and texts of the window, as the page's script gets them."""
        texts: dict[str, Json] = {key: self._say(key, locale) for key in TEXTS}
        texts |= {key: self._renderer.say(Text(f"page.{key}"), locale) for key in PAGE_TEXTS}
        texts |= self.later(locale) if whole else {}
        direction = LANGUAGES[locale].direction.value
        return {"lang": language_tag(locale), "dir": direction, "texts": texts, "notices": self._notices}

    def told(self, locale: str) -> str:
        """All that a notice on a locked screen says."""
        return self._renderer.say(Text("page.told", {"name": self._bot_name}), locale)

    def manifest(self, request: Request, locale: str) -> Response:
        """What makes the page an app on the first screen of a telephone."""
        icon = {name: f"/chat/static/{name}?v={self._statics[name].version}" for name in ("icon.svg", "icon.png")}
        data = {
            "id": "/chat",
            "name": self._bot_name,
            "short_name": self._bot_name,
            "lang": language_tag(locale),
            "dir": LANGUAGES[locale].direction.value,
            "start_url": "/chat",
            "scope": "/chat",
            "display": "standalone",
            "background_color": "#eef2f0",
            "theme_color": "#0b6e69",
            "icons": [
                {"src": icon["icon.svg"], "type": "image/svg+xml", "sizes": "any", "purpose": "any"},
                {"src": icon["icon.png"], "type": "image/png", "sizes": "192x192", "purpose": "any"},
            ],
        }
        content = json.dumps(data, ensure_ascii=False).encode()
        headers = {"cache-control": "no-cache", "vary": "accept-language, cookie, accept-encoding"}
        return _packed(request, content, None, "application/manifest+json", headers)

    def worker(self, request: Request) -> Response:
        """The service worker. It may look after the page itself, which stands beside its folder."""
        script = files("bot.channels.web").joinpath("static", "sw.js").read_text(encoding="utf-8")
        content = rjsmin.jsmin(script).encode()
        headers = {"cache-control": "no-cache", "service-worker-allowed": "/chat", "vary": "accept-encoding"}
        return _packed(request, content, None, "text/javascript; charset=utf-8", headers)

    def page(self, request: Request, locale: str) -> Response:
        """The page in a language."""
        say = {key: html.escape(self._say(key, locale)) for key in (*TEXTS, "noscript")}
        data = json.dumps(self.window(locale, whole=False), ensure_ascii=False, separators=(",", ":"))
        statics = {
            name.replace(".", "_"): f"/chat/static/{name}?v={self._statics[name].version}" for name in self._statics
        }
        text = self._template.substitute(
            say,
            **statics,
            name=html.escape(self._bot_name),
            lang=language_tag(locale),
            dir=LANGUAGES[locale].direction.value,
            # Inside a <script> block of data: no "<" may end it.
            window=data.replace("<", "\\u003c"),
        )
        headers = {"cache-control": "no-store", "vary": "accept-language, cookie, accept-encoding"}
        return _packed(request, text.encode(), None, "text/html; charset=utf-8", headers)

    def static(self, request: Request) -> Response:
        """One of the page's files; an address with its version never changes and is kept for a year."""
        found = self._statics.get(request.path_params["name"])
        if found is None:
            return Response(status_code=404)
        versioned = request.query_params.get("v") == found.version
        etag = f'"{found.version}"'
        headers = {
            "cache-control": _YEAR if versioned else "no-cache",
            "etag": etag,
            "vary": "accept-encoding",
        }
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return _packed(request, found.content, found.packed, _with_charset(found.media_type), headers)

    def _say(self, key: str, locale: str) -> str:
        return self._renderer.say(Text(f"webchat.{key}", {"name": self._bot_name}), locale)


def who_asks(name: str) -> Body:
    """What the page asks before it shows what is somebody else's, to be read aloud."""
    yes = Button(Text("shared.yes", {"name": name}), asks(Act.HERE, "yes"), "✅")
    no = Button(Text("page.tell_no"), asks(Act.HERE, "no"), "❌")
    return Body((Part(Text("shared.message", {"name": name})),), ((yes,), (no,)))


def packed_json(request: Request, data: Mapping[str, Json | Sequence[Json]]) -> Response:
    """What the page asked for, as small as it gets."""
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return _packed(request, content, None, "application/json", {"vary": "accept-encoding"})


def _with_charset(media_type: str) -> str:
    return media_type if media_type in ("image/png", "font/woff2") else f"{media_type}; charset=utf-8"


def _packed(request: Request, content: bytes, packed: bytes | None, kind: str, headers: dict[str, str]) -> Response:
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, media_type=kind, headers=headers)
    body = packed if packed is not None else gzip.compress(content, mtime=0)
    return Response(body, media_type=kind, headers={**headers, "content-encoding": "gzip"})
