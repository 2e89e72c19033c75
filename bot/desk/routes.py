"""The desk's addresses, each with the roles that it is for, and its files: a style sheet and two scripts."""

import gzip
import hashlib
import time
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.actions.access.passkeys import KeySite
from bot.actions.acting import Parts
from bot.channels.limits import Limit
from bot.configuration.deployment import Deployment
from bot.desk import figures, groups, news, today
from bot.desk.calendar import booking, week
from bot.desk.calendar.lessons import LESSONS, ChangesLessons
from bot.desk.content.texts import CONTENT
from bot.desk.door import DeskDoor, FormDoes, Shows
from bot.desk.foreseen import Foresees
from bot.desk.forms import then
from bot.desk.importing.pages import IMPORTS, ImportsTables
from bot.desk.lessons.giving import GivesLinks
from bot.desk.lessons.opened import OpenedLinks
from bot.desk.operating import accounts, log
from bot.desk.operating.system import SYSTEM, ShowsSystem
from bot.desk.persons import meetings, people, person
from bot.desk.persons.ahead import LooksAhead
from bot.desk.persons.letters import LETTERS, PrintsLetters
from bot.desk.persons.person import SentMessages
from bot.desk.persons.progress import NotesProgress
from bot.desk.signing_in.identity import IdentityProvider, OidcSettings
from bot.desk.signing_in.links import SigningIn
from bot.desk.signing_in.own import ACCOUNT, KEYS, OwnAccount
from bot.desk.signing_in.passkeys import SigningInByKey
from bot.desk.signing_in.vouched import BACK, VouchedFor
from bot.desk.texts import DeskTexts
from bot.desk.visit import HOME, Visit
from bot.enclosures.earlier_messages import EarlierMessages
from locales.faq.content import FaqContent
from locales.rendering.render import Renderer
from reminders.delivery.channel import Clock
from storage.engine.database import Database
from storage.vocabulary import DeskRole, complete

_CONSULTANT: Final = (DeskRole.CONSULTANT,)
_MANAGER: Final = (DeskRole.MANAGER,)
_ADMINISTRATOR: Final = (DeskRole.ADMINISTRATOR,)
_YEAR: Final = "public, max-age=31536000, immutable"
#: The sheets of the Utrecht design system that the desk uses (EUPL-1.2), before our own.
_SHEETS: Final = (
    "alert",
    "badge-data",
    "button",
    "checkbox",
    "data-list",
    "form-field",
    "form-label",
    "heading-1",
    "heading-2",
    "heading-3",
    "link",
    "paragraph",
    "select",
    "skip-link",
    "table",
    "textarea",
    "textbox",
)
#: Tries to sign in of one network: a dozen at once, then one every ten seconds.
_TRIES: Final = (12, 0.1)


def desk_door(
    *, database: Database, clock: Clock, parts: Parts, renderer: Renderer, own_url: str, name: str, faq: FaqContent
) -> DeskDoor:
    """What lets people in. `name` is what the deployment is called, `own_url` where it is reached."""
    texts = DeskTexts(renderer, name, STYLE.version, SCRIPT.version, KEYS_SCRIPT.version, faq)
    return DeskDoor(database=database, clock=clock, parts=parts, texts=texts, own_url=own_url)


def desk_routes(
    door: DeskDoor,
    earlier: EarlierMessages,
    identity: OidcSettings,
    quiet_hours: str,
    foresees: Foresees,
    deployment: Deployment,
    system: ShowsSystem,
) -> Sequence[BaseRoute]:
    """All of them but those of content (bot/desk/content/routes.py); `earlier` finds what messages said, `identity` is
    the identity provider, if one is set up, `quiet_hours` are the deployment's, `foresees` words what people would
    hear, `deployment` is what importers work with, and `system` shows how the service is."""
    links = GivesLinks(door.own_url)
    notes = NotesProgress(quiet_hours)
    lessons, ahead = ChangesLessons(foresees), LooksAhead(foresees)
    imports = ImportsTables(door.database, deployment)
    sent, tries = SentMessages(earlier), Limit(*_TRIES, time.monotonic)
    provider = None
    site = KeySite.of(door.own_url, door.texts.name)
    own = OwnAccount(door, site)
    if identity.is_set_up:
        provider = IdentityProvider(identity, door.database.keys, f"{door.own_url}{BACK}")

    def get(path: str, shows: Shows, roles: Sequence[DeskRole] = _CONSULTANT) -> Route:
        return Route(path, door.page(*roles, shows=shows), methods=["GET"])

    def post(path: str, shows: Shows, roles: Sequence[DeskRole] = _CONSULTANT) -> Route:
        return Route(path, door.page(*roles, shows=shows), methods=["POST"])

    def tried(path: str, shows: Shows, roles: Sequence[DeskRole] = _CONSULTANT) -> Route:
        return Route(path, door.page(*roles, shows=shows, form_does=FormDoes.REHEARSE), methods=["POST"])

    def alone(path: str, shows: Shows, roles: Sequence[DeskRole] = _ADMINISTRATOR) -> Route:
        return Route(path, door.page(*roles, shows=shows, form_does=FormDoes.WORK_ALONE), methods=["POST"])

    one, lesson = "/desk/people/{id:int}", f"{LESSONS}/{{id:int}}"
    return [
        Route("/desk/static/desk.css", STYLE.serve, methods=["GET"]),
        Route("/desk/static/desk.js", SCRIPT.serve, methods=["GET"]),
        Route("/desk/static/passkeys.js", KEYS_SCRIPT.serve, methods=["GET"]),
        *SigningIn(door, tries, provider, site is not None).routes(),
        *(SigningInByKey(door, site, tries).routes() if site is not None else ()),
        *(VouchedFor(door, provider, tries).routes() if provider is not None else ()),
        get(HOME, _home, tuple(DeskRole)),
        get(ACCOUNT, own.show, tuple(DeskRole)),
        post(f"{KEYS}/ask", own.ask, tuple(DeskRole)),
        post(KEYS, own.keep, tuple(DeskRole)),
        post(f"{KEYS}/{{id:int}}", own.change, tuple(DeskRole)),
        get(news.NEWS, news.show),
        post("/desk/absences/seen", today.seen),
        post("/desk/absences/{id:int}/call", today.call_me),
        post("/desk/letters/{id:int}/seen", today.letter_seen),
        post("/desk/letters/{id:int}/done", today.cry_done),
        post("/desk/letters/{id:int}/take-up", today.taken_up),
        post("/desk/wishes/{id:int}", today.wish_decided),
        post("/desk/calls/{id:int}", today.called),
        get(week.CALENDAR, week.show),
        get(f"{week.CALENDAR}/new", booking.show),
        post(f"{week.CALENDAR}/new", booking.make),
        get(lesson, lessons.show),
        tried(f"{lesson}/preview", lessons.preview),
        post(f"{lesson}/change", lessons.change),
        get("/desk/people", people.show),
        alone(LETTERS, PrintsLetters(door).print_all, _CONSULTANT),
        get(one, person.show),
        get(f"{one}/ahead", ahead.show),
        tried(f"{one}/ahead/preview", ahead.preview),
        post(f"{one}/ahead/save", ahead.save),
        post(f"{one}/write", person.write),
        post(f"{one}/code", person.code),
        post(f"{one}/end-way", person.end_way),
        get(f"{one}/messages/{{message:int}}", sent.show),
        post(f"{one}/progress", notes.note),
        post(f"{one}/reopen", notes.open_again),
        post(f"{one}/meetings", meetings.make_one),
        post(f"{one}/meetings/{{appointment:int}}/move", meetings.move_one),
        post(f"{one}/meetings/{{appointment:int}}/cancel", meetings.cancel_one),
        get(groups.GROUPS, groups.show_all),
        get(f"{groups.GROUPS}/{{id:int}}", groups.show),
        post(f"{groups.GROUPS}/{{id:int}}/preview", groups.look),
        post(f"{groups.GROUPS}/{{id:int}}/send", groups.send_it),
        post(f"{groups.GROUPS}/{{id:int}}/broadcasts/{{broadcast:int}}/take-back", groups.take_it_back),
        post("/desk/broadcasts/{id:int}/answer", groups.answer_asked),
        post(f"{one}/talk", person.note_talk),
        get(f"{groups.GROUPS}/{{id:int}}/lessons", links.show),
        post(f"{groups.GROUPS}/{{id:int}}/lessons", links.give),
        post(f"{groups.GROUPS}/{{id:int}}/lessons/{{link:int}}/end", links.end),
        *OpenedLinks(door, deployment.after_attendance()).routes(),
        get(figures.FIGURES, figures.show, _MANAGER),
        get(f"{figures.FIGURES}/{{kind}}", figures.file, _MANAGER),
        get("/desk/log", log.show, _ADMINISTRATOR),
        get(SYSTEM, system.show, _ADMINISTRATOR),
        get(accounts.ACCOUNTS, accounts.show, _ADMINISTRATOR),
        post(f"{accounts.ACCOUNTS}/{{id:int}}/end", accounts.end, _ADMINISTRATOR),
        get(IMPORTS, imports.show, _ADMINISTRATOR),
        get(f"{IMPORTS}/columns/{{kind}}", imports.columns, _ADMINISTRATOR),
        alone(f"{IMPORTS}/preview", imports.preview),
        alone(IMPORTS, imports.bring_in),
    ]


async def _home(visit: Visit) -> Response:
    """The first page of each role."""
    return await _HOMES[visit.who.role](visit)


async def _to_content(_: Visit) -> Response:
    return then(CONTENT)


_HOMES: Final[Mapping[DeskRole, Shows]] = complete(
    {
        DeskRole.CONSULTANT: today.show,
        DeskRole.MANAGER: figures.show,
        DeskRole.ADMINISTRATOR: log.show,
        DeskRole.CONTENT_EDITOR: _to_content,
    },
    DeskRole,
)


class _Packed:
    """A file of ours, packed once; its version stands in the address, so that browsers keep it for good."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self._content = content
        self._packed = gzip.compress(content, mtime=0)
        self._media_type = media_type
        self.version = hashlib.sha256(content).hexdigest()[:12]

    async def serve(self, request: Request) -> Response:
        """The file."""
        packs = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"cache-control": _YEAR, "vary": "accept-encoding", **({"content-encoding": "gzip"} if packs else {})}
        return Response(self._packed if packs else self._content, media_type=self._media_type, headers=headers)


def _style() -> bytes:
    folder = files("bot.desk").joinpath("static")
    sheets = [folder.joinpath("utrecht", f"{name}.css") for name in _SHEETS]
    return b"\n".join(one.read_bytes() for one in (*sheets, folder.joinpath("tokens.css"), folder.joinpath("desk.css")))


#: The style sheet, read and packed once.
STYLE: Final = _Packed(_style(), "text/css")
#: The first page's script.
SCRIPT: Final = _Packed(files("bot.desk").joinpath("static", "desk.js").read_bytes(), "text/javascript")
#: The script of passkeys.
KEYS_SCRIPT: Final = _Packed(files("bot.desk").joinpath("static", "passkeys.js").read_bytes(), "text/javascript")
