"""The demo's telephones and mailboxes beside the web chat: providers' counterparts, in the demo's own server."""

from collections.abc import Sequence

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.app import App
from bot.channels.whatsapp.templates import catalog
from bot.configuration.settings import Settings
from bot.demo.clock import DemoClock
from bot.demo.counterparts import notify, whatsapp
from bot.demo.counterparts.notify import NotifyCounterpart
from bot.demo.counterparts.whatsapp import WhatsAppCounterpart
from bot.demo.telephone import Telephones
from storage.people.link_codes import make_code
from storage.people.people import Person

NOTIFY_PATH, WHATSAPP_PATH = "/demo/notify", "/demo/meta"


class Sides:
    """The other side of SMS, e-mail and WhatsApp, and what the start page shows of it."""

    def __init__(self, clock: DemoClock, url: str) -> None:
        self.notify = NotifyCounterpart(callbacks=url, now=clock.now, unicode=True)
        self.whatsapp = WhatsAppCounterpart(callbacks=url, now=clock.now)
        self.telephones = Telephones(clock, url)
        self._clock = clock
        self._url = url

    def settings(self, settings: Settings) -> Settings:
        """The settings by which the service finds them."""
        return self.telephones.settings(settings).model_copy(
            update={
                "notify_api_key": SecretStr(notify.API_KEY),
                "notify_api_url": self._url + NOTIFY_PATH,
                "notify_sms_template": notify.SMS_TEMPLATE,
                "notify_email_template": notify.EMAIL_TEMPLATE,
                "notify_callback_token": SecretStr(notify.CALLBACK_TOKEN),
                "notify_sms_number": notify.SMS_NUMBER,
                "notify_unicode": True,
                "whatsapp_token": SecretStr(whatsapp.TOKEN),
                "whatsapp_phone_number_id": whatsapp.PHONE_NUMBER_ID,
                "whatsapp_app_secret": SecretStr(whatsapp.APP_SECRET),
                "whatsapp_verify_token": SecretStr(whatsapp.VERIFY_TOKEN),
                "whatsapp_number": whatsapp.NUMBER,
                "whatsapp_api_url": self._url + WHATSAPP_PATH,
            }
        )

    def routes(self, app: App) -> Sequence[BaseRoute]:
        """For the demo's server. Meta has approved all our templates."""
        self.whatsapp.approve([template.as_submitted() for template in catalog(app.services.renderer)])

        async def show(request: Request) -> Response:
            person = await self._person(app, request.query_params.get("id", ""))
            return JSONResponse({} if person is None else self._shown(person))

        async def act(request: Request) -> Response:
            asked = await request.json()
            person = await self._person(app, str(asked.get("id", "")))
            if person is None:
                return Response(status_code=404)
            text = str(asked.get("text", ""))[:1000]
            if asked.get("link"):
                async with app.database.writing() as session:
                    text, _ = await make_code(session, app.database.keys, self._clock.now(), person_id=person.id)
            await self._act(person, str(asked.get("channel", "")), text, str(asked.get("press", "")))
            return JSONResponse(self._shown(person))

        async def number_of(named: str) -> str:
            person = await self._person(app, named)
            return (person.phone or "") if person is not None else ""

        return (
            Mount(NOTIFY_PATH, self.notify.app),
            Mount(WHATSAPP_PATH, self.whatsapp.app),
            *self.telephones.routes(number_of),
            Route("/demo/sides", show, methods=["GET"]),
            Route("/demo/sides", act, methods=["POST"]),
        )

    async def close(self) -> None:
        """End what is still being brought."""
        await self.notify.close()
        await self.whatsapp.close()
        await self.telephones.close()

    @staticmethod
    async def _person(app: App, named: str) -> Person | None:
        kind, _, number = named.partition("-")
        if kind != "person" or not number.isdecimal():
            return None
        async with app.database.reading() as session:
            return await session.get(Person, int(number))

    async def _act(self, person: Person, channel: str, text: str, press: str) -> None:
        number = person.phone or ""
        if channel == "sms" and text:
            await self.notify.texts(number, text)
        elif channel == "whatsapp" and press:
            await self.whatsapp.presses(number.removeprefix("+"), press)
        elif channel == "whatsapp" and text:
            await self.whatsapp.says(number.removeprefix("+"), text)

    def _shown(self, person: Person) -> dict[str, object]:
        """What stands on this person's telephone and in their mailbox."""
        number = person.phone or ""
        return {
            "whatsapp": [
                {"mine": shown.from_person, "text": shown.text, "buttons": [label for label, _ in shown.buttons]}
                for shown in self.whatsapp.messages_of(number.removeprefix("+"))
            ],
            "sms": [{"mine": sms.from_person, "text": sms.text} for sms in self.notify.sms_of(number)],
            "email": [
                {"mine": False, "text": f"{mail.subject}\n\n{mail.text}"}
                for mail in self.notify.mails_of((person.email or "").lower())
            ],
        }
