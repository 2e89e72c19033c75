"""A web chat with a small scripted dialogue behind it, for tests of the page and of its endpoints."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.web.channel import WebChannel
from bot.channels.web.lines import content_of
from bot.events import InboundEvent, Media, Pressed, Said, Started
from bot.http import build_http
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Body, Style
from locales.rendering.render import Block, File, Rendered, RenderedButton, Renderer
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact, contact_at
from storage.people.link_codes import CodeRefused, make_code, use_code
from storage.people.people import Person
from storage.people.webchat import WebMessage, next_revision
from storage.vocabulary import Group, MessageState, Priority
from tests.clock import FakeClock


def message(
    text: str,
    *,
    locale: str = "nl",
    buttons: list[list[tuple[str, str]]] | None = None,
    more: tuple[Block, ...] = (),
    file: File | None = None,
) -> Rendered:
    """A message in one language; a button's second half is its intent, or a page when it is an address."""
    rows = tuple(
        tuple(
            RenderedButton(label, "", goal) if goal.startswith("http") else RenderedButton(label, goal, "")
            for label, goal in row
        )
        for row in buttons or []
    )
    return Rendered(locale, LANGUAGES[locale].direction, (Block(text, Style.NORMAL, locale), *more), rows, file)


class Rig:
    """The chat, its database, and what was heard. Replies go through an outbox row, as in the real house."""

    def __init__(
        self, database: Database, public_url: str, *, phones: bool = False, push_key: str = "", push_host: str = ""
    ) -> None:
        self.database = database
        self.clock = FakeClock()
        self.heard: list[InboundEvent] = []
        # What is answered to the next words; else that they were heard.
        self.answers: list[Rendered] = []
        self.seconds = 0.0
        self._seen: set[str] = set()
        self.renderer = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
        self.web = WebChannel(
            database,
            self.clock,
            self.renderer,
            public_url=public_url,
            phones=phones,
            web_push_key=push_key,
            push_services=[push_host],
            look_every=timedelta(milliseconds=50),
            monotonic=lambda: self.seconds,
            speaks=self._speaks,
        )
        # When something is read aloud that the page itself asks.
        self.spoke = asyncio.Event()
        self._framing = phones
        self._replies = 0

    async def _speaks(self, body: Body, locale: str) -> File:
        """Whose name is said, and in which language."""
        self.spoke.set()
        name = body.parts[0].text.params["name"]
        return File("message.ogg", "audio/ogg", f"{name} in {locale}".encode())

    def app(self) -> Starlette:
        async def readiness() -> dict[str, bool]:
            return {"database": True}

        return build_http(
            channels=[self.web],
            https=self.web.secure,
            readiness=readiness,
            registry=CollectorRegistry(),
            framing=self._framing,
        )

    async def receive(self, event: InboundEvent) -> None:
        if event.event_id in self._seen:
            return
        self._seen.add(event.event_id)
        self.heard.append(event)
        match event.payload:
            case Started(code=None):
                await self.bot_says(event.address, message("Wie bent u?"))
            case Started(code=str() as code):
                await self._link(event.address, code)
            case Said() if self.answers:
                await self.bot_says(event.address, self.answers.pop(0))
            case Said(text=text):
                await self.bot_says(event.address, message(f"Gehoord: {text}"))
            case Pressed(intent=intent, message_ref=str() as ref):
                await self.bot_says(event.address, message(f"Gekozen: {intent}"))
                await self.web.close_buttons(event.address, ref)
            case Media(kind=kind):
                await self.bot_says(event.address, message(f"Gekregen: {kind.value}"))
            case _:
                pass

    async def _link(self, address: str, code: str) -> None:
        try:
            async with self.database.writing() as session:
                contact = await contact_at(session, self.database.keys, "web", address)
                assert contact is not None
                found = await use_code(session, self.database.keys, contact, code, self.clock.now())
                person = await session.get_one(Person, found.person_id)
        except CodeRefused:
            await self.bot_says(address, message("Die code past niet."))
            return
        menu = MENUS[person.language]
        await self.bot_says(address, message(menu[0], locale=person.language, buttons=menu[1]))

    async def person(self, language: str = "nl", name: str = "Amina") -> str:
        """A person of this name who speaks this language; returns a link code."""
        now = self.clock.now()
        async with self.database.writing() as session:
            person = Person(
                external_id=f"P{await session.scalar(select(Person.id).order_by(Person.id.desc())) or 0}",
                given_name=name,
                family_name="Haddad",
                language=language,
                group=Group.ASYLUM,
                municipality="Huizen",
                created_at=now,
                updated_at=now,
            )
            session.add(person)
            await session.flush()
            code, _ = await make_code(session, self.database.keys, now, person_id=person.id)
        return code

    async def addresses(self) -> list[str]:
        async with self.database.reading() as session:
            return [c.address for c in await session.scalars(select(Contact).order_by(Contact.id))]

    async def bot_says(self, address: str, rendered: Rendered, *, unasked: bool = False) -> int:
        """Through an outbox row, as the dispatcher does it; returns the row's id. `unasked`: as a reminder is."""
        self._replies += 1
        now = self.clock.now()
        async with self.database.writing() as session:
            row = Message(key=f"m{self._replies}", kind="say", params={}, due_at=now, next_at=now, created_at=now)
            row.state = MessageState.SENDING
            row.priority = Priority.REMINDER if unasked else Priority.REPLY
            session.add(row)
            await session.flush()
        await self.web.send(address, rendered, reference=str(row.id))
        async with self.database.writing() as session:
            (await session.get_one(Message, row.id)).state = MessageState.SENT
        return row.id

    async def joined(self, key: str, provider_ref: str) -> int:
        """A row that was said within the line of this id; returns its id."""
        now = self.clock.now()
        async with self.database.writing() as session:
            row = Message(key=key, kind="say", params={}, due_at=now, next_at=now, created_at=now)
            row.state, row.channel, row.provider_ref = MessageState.SENT, "web", provider_ref
            session.add(row)
            await session.flush()
            return row.id

    async def history(self, texts: list[str]) -> None:
        """What was said long ago to the first contact, all at once."""
        async with self.database.writing() as session:
            newest = await next_revision(session, 1)
            for place, text in enumerate(texts):
                line = WebMessage(
                    contact_id=1, revision=newest + place, content=content_of(message(text)), at=self.clock.now()
                )
                session.add(line)

    async def state_of(self, outbox_id: int) -> MessageState:
        async with self.database.reading() as session:
            return (await session.get_one(Message, outbox_id)).state


MENUS: dict[str, tuple[str, list[list[tuple[str, str]]]]] = {
    "nl": (
        "Wat wilt u doen?",
        [
            [("📅 Mijn afspraken", "appointments")],
            [("🙋 Ik kan niet komen", "absence")],
            [("👍 Ja", "y"), ("👎 Nee", "n")],
        ],
    ),
    "ar": (
        "ماذا تريد أن تفعل؟",
        [[("📅 مواعيدي", "appointments")], [("🙋 لا أستطيع الحضور", "absence")], [("👍 نعم", "y"), ("👎 لا", "n")]],
    ),
    "ti": (
        "ብኸመይ ክሕግዘኩም እኽእል፧",
        [[("📅 ቆጸራታተይ", "appointments")], [("🙋 ክመጽእ ኣይክእልን", "absence")], [("👍 እወ", "y"), ("👎 ኣይፋል", "n")]],
    ),
}


@asynccontextmanager
async def rigged(
    database: Database, public_url: str, *, phones: bool = False, push_key: str = ""
) -> AsyncIterator[Rig]:
    """A started rig on a migrated database."""
    rig = Rig(database, public_url, phones=phones, push_key=push_key, push_host="fcm.googleapis.com")
    await rig.web.start(rig.receive)
    try:
        yield rig
    finally:
        await rig.web.stop()
