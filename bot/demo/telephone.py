"""The demo's telephones: what the page shows of a call, and what is done with it."""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.configuration.settings import Settings
from bot.demo.clock import DemoClock
from bot.demo.counterparts import vonage
from bot.demo.counterparts.vonage import VonageTelephones

PATH = "/demo/vonage"


class Telephones:
    """One telephone a person, at their own number, in the browser."""

    def __init__(self, clock: DemoClock, url: str) -> None:
        self._vonage = VonageTelephones(clock.now)
        self._url = url

    def settings(self, settings: Settings) -> Settings:
        """The settings by which the service calls here."""
        return settings.model_copy(
            update={
                "phone_sip_server": "",
                "phone_number": vonage.NUMBER,
                "phone_vonage_application_id": vonage.APPLICATION,
                "phone_vonage_private_key": SecretStr(self._vonage.private_key),
                "phone_vonage_api_key": vonage.ACCOUNT,
                "phone_vonage_signature_secret": SecretStr(self._vonage.signature_secret),
                "phone_vonage_url": self._url + PATH,
            }
        )

    def routes(self, number_of: Callable[[str], Awaitable[str]]) -> Sequence[BaseRoute]:
        """For the demo's server. `number_of` gives somebody's number by how the page names them, "" = nobody's."""

        async def show(request: Request) -> Response:
            number = await number_of(request.query_params.get("id", ""))
            return JSONResponse(self._vonage.shown(number) or {"state": "quiet"})

        async def act(request: Request) -> Response:
            asked = await request.json()
            number = await number_of(str(asked.get("id", "")))
            match asked.get("act"):
                case "pick up":
                    await self._vonage.picks_up(number)
                case "hang up":
                    await self._vonage.hangs_up(number)
                case "press" if isinstance(asked.get("step"), int):
                    await self._vonage.presses(number, asked["step"], str(asked.get("key", "")))
            return JSONResponse(self._vonage.shown(number) or {"state": "quiet"})

        return (
            Mount(PATH, self._vonage.app),
            Route("/demo/telephone", show, methods=["GET"]),
            Route("/demo/telephone", act, methods=["POST"]),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._vonage.close()
