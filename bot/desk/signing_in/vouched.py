"""Signing in and out by way of the identity provider: there and back, and when it says that a session has ended."""

from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.actions.access.desk import vouched
from bot.channels.limits import Limit, network_of
from bot.desk.door import SIGN_IN, DeskDoor
from bot.desk.forms import JustDone, then
from bot.desk.signing_in.identity import UNDER_WAY, IdentityProvider
from bot.desk.visit import HOME
from storage.desk.accounts import end_sessions_of

BEGIN: Final = "/desk/oidc"
BACK: Final = "/desk/oidc/back"
ENDED: Final = "/desk/oidc/ended"


class VouchedFor:
    """The three addresses; `tries` bounds how often one network may come."""

    def __init__(self, door: DeskDoor, provider: IdentityProvider, tries: Limit) -> None:
        self._door = door
        self._provider = provider
        self._tries = tries

    def routes(self) -> list[BaseRoute]:
        """For Starlette."""
        return [
            Route(BEGIN, self.begin, methods=["GET"]),
            Route(BACK, self.back, methods=["GET"]),
            Route(ENDED, self.ended, methods=["POST"]),
        ]

    @property
    def _cookie(self) -> str:
        return f"{self._door.cookie}-oidc"

    async def begin(self, request: Request) -> Response:
        """To the provider; what is under way stays in the browser."""
        begun = await self._provider.begin(request) if self._may_try(request) else None
        if begun is None:
            return then(SIGN_IN, JustDone.NO_PROVIDER)
        response, kept = begun
        response.set_cookie(
            self._cookie, kept, max_age=UNDER_WAY, path="/", secure=self._door.secure, httponly=True, samesite="lax"
        )
        return response

    async def back(self, request: Request) -> Response:
        """From the provider: signed in, or told why not."""
        signed_in = await self._provider.finish(request, request.cookies.get(self._cookie, ""))
        if signed_in is None:
            return self._forgetting(then(SIGN_IN, JustDone.NO_PROVIDER))
        async with self._door.database.writing() as session:
            token = await vouched(
                session,
                self._door.database.keys,
                signed_in.email,
                signed_in.roles,
                self._door.clock.now(),
                subject=signed_in.subject,
                sid=signed_in.sid,
            )
        if token is None:
            return self._forgetting(then(SIGN_IN, JustDone.NO_PLACE))
        return self._forgetting(self._door.remember(then(HOME), token))

    async def ended(self, request: Request) -> Response:
        """The provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0)."""
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        token = next(iter(fields.get("logout_token", ())), "")
        whose = (
            await self._provider.ended(token, self._door.clock.now().timestamp()) if self._may_try(request) else None
        )
        if whose is None:
            return Response(status_code=400)
        async with self._door.database.writing() as session:
            await end_sessions_of(session, self._door.database.keys, *whose)
        return Response(status_code=200)

    def _may_try(self, request: Request) -> bool:
        return not self._tries.wait(network_of(request.client.host if request.client else ""))

    def _forgetting(self, response: Response) -> Response:
        response.delete_cookie(self._cookie, path="/", secure=self._door.secure, httponly=True, samesite="lax")
        return response
