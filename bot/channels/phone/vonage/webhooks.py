"""The addresses that Vonage calls: a call is answered, somebody calls, a key came, a call went on or ended, a sound."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.bounded import body_at_most
from bot.channels.phone.vonage.line import Ncco
from bot.channels.phone.vonage.signatures import NotVonage, WebhookGuard
from bot.channels.phone.vonage.sounds import PATH as SOUND
from bot.channels.phone.vonage.sounds import CallSounds

log = structlog.get_logger(__name__)

ANSWER: Final = "/phone/vonage/answer"
EVENT: Final = "/phone/vonage/event"
INPUT: Final = "/phone/vonage/input"
LARGEST: Final = 64_000

Told = Mapping[str, object]


class HearsOfCalls(Protocol):
    """What Vonage's webhooks are about: see VonageCarrier."""

    async def answered(self, token: str, uuid: str) -> Ncco | None:
        """A call of ours was answered."""

    async def called(self, uuid: str, caller: str, called: str) -> Ncco | None:
        """Somebody calls us."""

    async def pressed(self, token: str, step: int, digits: str) -> Ncco | None:
        """A key."""

    def happened(self, token: str, uuid: str, status: str, detail: str) -> None:
        """A call went on, or ended."""


class VonageWebhooks:
    """Checks who tells, reads what is told, and answers with what Vonage is to do."""

    def __init__(self, calls: HearsOfCalls, guard: WebhookGuard, sounds: CallSounds) -> None:
        self._calls = calls
        self._guard = guard
        self._sounds = sounds

    def routes(self) -> Sequence[BaseRoute]:
        """All of them. Those without a call's token are the application's own, for calls to us."""
        return (
            Route(ANSWER, self._signed(self._called), methods=["POST"]),
            Route(f"{ANSWER}/{{token}}", self._signed(self._answered), methods=["POST"]),
            Route(f"{INPUT}/{{token}}/{{step:int}}", self._signed(self._pressed), methods=["POST"]),
            Route(EVENT, self._signed(self._happened), methods=["POST"]),
            Route(f"{EVENT}/{{token}}", self._signed(self._happened), methods=["POST"]),
            Route(f"{SOUND}/{{name}}", self._sound, methods=["GET"]),
        )

    def _signed(self, take: Callable[[Request, Told], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            body = await body_at_most(request, LARGEST)
            if body is None:
                return Response(status_code=413)
            try:
                self._guard.check(request.headers.get("authorization", ""), body)
            except NotVonage as error:
                log.warning("vonage_webhook_refused", reason=error.reason)
                return Response(status_code=401)
            try:
                told = json.loads(body)
            except (ValueError, RecursionError):
                told = None
            if not isinstance(told, dict):
                return Response(status_code=400)
            return await take(request, told)

        return checked

    async def _answered(self, request: Request, told: Told) -> Response:
        return _does(await self._calls.answered(_token(request), _word(told, "uuid")))

    async def _called(self, _request: Request, told: Told) -> Response:
        return _does(await self._calls.called(_word(told, "uuid"), _word(told, "from"), _word(told, "to")))

    async def _pressed(self, request: Request, told: Told) -> Response:
        keys = told.get("dtmf")
        digits = keys.get("digits") if isinstance(keys, dict) else ""
        step: int = request.path_params["step"]
        pressed = digits if isinstance(digits, str) else ""
        return _does(await self._calls.pressed(_token(request), step, pressed))

    async def _happened(self, request: Request, told: Told) -> Response:
        status, detail = _word(told, "status"), _word(told, "detail")
        self._calls.happened(_token(request), _word(told, "uuid"), status, detail)
        return Response(status_code=204)

    async def _sound(self, request: Request) -> Response:
        wav = self._sounds.fetch(str(request.path_params["name"]))
        if wav is None:
            return Response(status_code=404)
        return Response(wav, media_type="audio/wav", headers={"cache-control": "no-store"})


def _does(ncco: Ncco | None) -> Response:
    """What Vonage is to do; a call that is nobody's any more ends."""
    if ncco is None:
        return Response(status_code=404)
    return JSONResponse([dict(action) for action in ncco])


def _token(request: Request) -> str:
    return str(request.path_params.get("token", ""))


def _word(told: Told, name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""
