"""The demo's start page and what its buttons do: open a phone, move the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.actions.access.desk import vouched
from bot.app import App
from bot.demo.clock import DemoClock
from bot.desk.visit import HOME
from locales.rendering.languages import LANGUAGES
from storage.outbox.message import next_due
from storage.people.contacts import has_contact_on
from storage.people.link_codes import make_code
from storage.people.people import Consultant, Person, everybody
from storage.vocabulary import DeskRole

_TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; media-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
# Minutes in two weeks.
LARGEST_MOVE = 14 * 24 * 60


async def _asked(request: Request) -> dict[str, object]:
    try:
        asked = await request.json()
    except ValueError as error:
        raise HTTPException(400) from error
    if not isinstance(asked, dict):
        raise HTTPException(400)
    return asked


class DemoRoutes:
    """Routes of the start page; built with the app and its clock."""

    def __init__(self, app: App, clock: DemoClock) -> None:
        self._app = app
        self._clock = clock
        self._moving = asyncio.Lock()

    def routes(self) -> Sequence[BaseRoute]:
        """For Starlette."""
        return [
            Route("/", self._file("demo.html"), methods=["GET"]),
            Route("/demo/demo.css", self._file("demo.css"), methods=["GET"]),
            Route("/demo/telephone.js", self._file("telephone.js"), methods=["GET"]),
            Route("/demo/demo.js", self._file("demo.js"), methods=["GET"]),
            Route("/demo/state", self.state, methods=["GET"]),
            Route("/demo/open", self.open, methods=["POST"]),
            Route("/demo/desk", self.desk, methods=["GET"]),
            Route("/demo/move", self.move, methods=["POST"]),
        ]

    @staticmethod
    def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
        content = files("bot.demo").joinpath("static", name).read_bytes()

        async def serve(_: Request) -> Response:
            return Response(
                content,
                media_type=_TYPES[name.rpartition(".")[2]],
                headers={"content-security-policy": _POLICY},
            )

        return serve

    async def state(self, _: Request) -> Response:
        """Who there is, and what time it is in the demo."""
        async with self._app.database.reading() as session:
            consultants, people = await everybody(session)
            listed = [
                {
                    "id": f"person-{person.id}",
                    "name": f"{person.given_name} {person.family_name}",
                    "language": LANGUAGES[person.language].name,
                    "route": route.value if route is not None else "",
                    "consultant": f"consultant-{person.consultant_id}",
                }
                for person, route in people
            ]
        return JSONResponse(
            {
                "now": self._local_now(),
                "consultants": [{"id": f"consultant-{c.id}", "name": c.name} for c in consultants],
                "people": listed,
            }
        )

    def _local_now(self) -> str:
        return self._clock.now().astimezone(self._app.settings.zone).strftime("%A %d %B %Y, %H:%M")

    async def open(self, request: Request) -> Response:
        """A new link code for one of the people, so that their phone opens in a frame; none where it is open here."""
        who = str((await _asked(request)).get("id", ""))
        kind, _, number = who.partition("-")
        if kind not in ("person", "consultant") or not number.isdecimal() or len(number) > 9:
            return JSONResponse({"error": "unknown"}, status_code=404)
        async with self._app.database.writing() as session:
            if await session.get(Person if kind == "person" else Consultant, int(number)) is None:
                return JSONResponse({"error": "unknown"}, status_code=404)
            person_id = int(number) if kind == "person" else None
            consultant_id = int(number) if kind == "consultant" else None
            # Another browser than the one that has the phone already gets a link of its own.
            is_here = bool(request.cookies.get(f"maatje-{who}"))
            if is_here and await has_contact_on(session, "web", person_id=person_id, consultant_id=consultant_id):
                return JSONResponse({"url": f"/chat?phone={who}"})
            code, _expires = await make_code(
                session,
                self._app.database.keys,
                self._clock.now(),
                person_id=person_id,
                consultant_id=consultant_id,
            )
        return JSONResponse({"url": f"/chat?phone={who}#{code}"})

    async def desk(self, request: Request) -> Response:
        """The desk as one of the consultants, without the link and the app that it asks for elsewhere."""
        kind, _, number = request.query_params.get("id", "").partition("-")
        if kind != "consultant" or not number.isdecimal() or len(number) > 9:
            raise HTTPException(404)
        keys, now = self._app.database.keys, self._clock.now()
        async with self._app.database.writing() as session:
            consultant = await session.get(Consultant, int(number))
            if consultant is None:
                raise HTTPException(404)
            # As where an identity provider says who somebody is.
            role = [DeskRole.CONSULTANT]
            token = await vouched(session, keys, consultant.email, role, now, subject=consultant.email, sid="demo")
            if token is None:
                raise HTTPException(403)
        return self._app.desk.remember(RedirectResponse(HOME, 303), token)

    async def move(self, request: Request) -> Response:
        """Move the clock forward by some minutes, or to the next message; what is due on the way is sent in order."""
        wish = await _asked(request)
        async with self._moving:
            await self._app.scheduler.plan_everything()
            minutes = wish.get("minutes")
            if isinstance(minutes, int) and 0 < minutes <= LARGEST_MOVE:
                target = self._clock.now() + timedelta(minutes=minutes)
            else:
                target = await self._next_due() or self._clock.now()
            while (due := await self._next_due()) is not None and due <= target:
                self._clock.move_to(due + timedelta(seconds=1))
                await self._app.scheduler.plan_everything()
                await self._app.dispatcher.run_once()
            self._clock.move_to(target)
            await self._app.scheduler.plan_everything()
            self._app.dispatcher.wake()
        return JSONResponse({"now": self._local_now()})

    async def _next_due(self) -> datetime | None:
        """When the next message is due to somebody whose phone is open."""
        async with self._app.database.reading() as session:
            return await next_due(session, self._clock.now())
