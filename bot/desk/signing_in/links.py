"""Signing in and out: a one-time link, the authenticator app, and the end of it.

A link is opened by a button, not by looking: mail scanners and previews look at links.
"""

import io
from typing import Final

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.actions.access.desk import Stepped, app_address, open_link, show_digits, sign_out
from bot.channels.limits import Limit, network_of
from bot.desk.door import SIGN_IN, DeskDoor, is_from_here
from bot.desk.forms import JustDone, sent_form, then
from bot.desk.signing_in.identity import IdentityProvider
from bot.desk.texts import DESK_LANGUAGES, LANGUAGE_COOKIE
from bot.desk.visit import HOME
from storage.desk.accounts import DeskAccount, DeskSession, find_session
from storage.vocabulary import DeskStep

STEP: Final = "/desk/step"
LINK: Final = "/desk/link/{token}"
_YEAR: Final = 365 * 24 * 3600


class SigningIn:
    """The pages before somebody is signed in; `tries` bounds how often one network may try, `has_keys` says whether
    browsers have passkeys here."""

    def __init__(
        self, door: DeskDoor, tries: Limit, provider: IdentityProvider | None = None, has_keys: bool = False
    ) -> None:
        self._door = door
        self._tries = tries
        self._provider = provider
        self._has_keys = has_keys

    def routes(self) -> list[BaseRoute]:
        """For Starlette."""
        return [
            Route(SIGN_IN, self.how, methods=["GET"]),
            Route(LINK, self.link, methods=["GET"]),
            Route(LINK, self.open, methods=["POST"]),
            Route(STEP, self.step, methods=["GET"]),
            Route(STEP, self.digits, methods=["POST"]),
            Route("/desk/sign-out", self.out, methods=["POST"]),
            Route("/desk/language/{code}", self.language, methods=["POST"]),
        ]

    async def how(self, request: Request) -> Response:
        """How to sign in."""
        if await self._door.who(request) is not None:
            return RedirectResponse(HOME, 303)
        return self._door.show(
            request, "sign_in.html", {"provider": self._provider is not None, "has_keys": self._has_keys}
        )

    async def link(self, request: Request) -> Response:
        """The page behind a link: a button, which opens it."""
        return self._door.show(request, "link.html")

    async def open(self, request: Request) -> Response:
        """Open a one-time link: the next step is asked for."""
        if not self._may_try(request):
            return self._door.show(request, "error.html", {"why": "form"}, status=403)
        token = str(request.path_params["token"])
        async with self._door.database.writing() as session:
            opened = await open_link(session, self._door.database.keys, token, self._door.clock.now())
        if opened is None:
            return then(SIGN_IN, JustDone.LINK_DEAD)
        return self._door.remember(then(STEP), opened.token)

    async def step(self, request: Request) -> Response:
        """What is still to be shown: the app's digits, after the app was set up the first time; or a passkey."""
        found = await self._half_way(request)
        if found is None:
            return then(SIGN_IN)
        opened, account = found
        picture = None
        if opened.step is DeskStep.SET_UP and opened.offered is not None:
            picture = _picture(app_address(account, opened.offered, self._door.texts.name))
        values = {"picture": picture, "secret": opened.offered, "has_keys": self._has_keys}
        return self._door.show(request, "step.html", {**values, "by_key_alone": opened.step is DeskStep.PASSKEY})

    async def digits(self, request: Request) -> Response:
        """The digits of the app: right ones sign in."""
        if not self._may_try(request):
            return self._door.show(request, "error.html", {"why": "form"}, status=403)
        given = (await sent_form(request)).text("digits")
        async with self._door.database.writing() as session:
            stepped = await show_digits(
                session, self._door.database.keys, self._door.token_of(request), given, self._door.clock.now()
            )
        match stepped:
            case None:
                return self._door.forget(then(SIGN_IN, JustDone.LINK_DEAD))
            case Stepped(step=DeskStep.SIGNED_IN):
                return self._door.remember(then(HOME), stepped.token)
            case _:
                return then(STEP, JustDone.WRONG_DIGITS)

    async def out(self, request: Request) -> Response:
        """Sign this browser out."""
        who = await self._door.who(request)
        form = await sent_form(request)
        if who is not None and not self._door.is_own_form(request, who, form):
            return self._door.show(request, "error.html", {"why": "form"}, who=who, status=403)
        if who is not None:
            async with self._door.database.writing() as session:
                await sign_out(session, self._door.database.keys, who.token, self._door.clock.now())
        elsewhere = await self._provider.sign_out_address() if who is not None and self._provider is not None else None
        left = RedirectResponse(elsewhere, 303) if elsewhere is not None else then(SIGN_IN, JustDone.SIGNED_OUT)
        return self._door.forget(left)

    async def language(self, request: Request) -> Response:
        """The desk in Dutch or in English, in this browser from now on."""
        response = then(HOME)
        code = str(request.path_params["code"])
        if code in DESK_LANGUAGES and is_from_here(request, self._door.origin):
            response.set_cookie(
                LANGUAGE_COOKIE, code, max_age=_YEAR, path="/desk", secure=self._door.secure, samesite="lax"
            )
        return response

    async def _half_way(self, request: Request) -> tuple[DeskSession, DeskAccount] | None:
        token = self._door.token_of(request)
        async with self._door.database.reading() as session:
            found = await find_session(session, self._door.database.keys, token, self._door.clock.now())
        return found if found is not None and found[0].step is not DeskStep.SIGNED_IN else None

    def _may_try(self, request: Request) -> bool:
        network = network_of(request.client.host if request.client else "")
        return is_from_here(request, self._door.origin) and not self._tries.wait(network)


def _picture(address: str) -> str:
    """A QR code as SVG, without an XML head: it stands in the page."""
    out = io.BytesIO()
    segno.make(address).save(out, kind="svg", scale=5, xmldecl=False, svgns=True, nl=False, title="QR")
    return out.getvalue().decode()
