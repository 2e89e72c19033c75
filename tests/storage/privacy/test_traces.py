"""Nothing of an erased person stands in consultants' chats: every row of every table is decrypted and looked at."""

import json
from datetime import timedelta

from sqlalchemy import select, update

from storage.appointments.absences import Absence
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.people.contacts import Contact, contact_made_at
from storage.people.conversations import Conversation
from storage.people.people import Consultant, Person, Plan
from storage.people.relayed import Letter
from storage.people.webchat import WebMessage, add_web_message
from storage.privacy.erasure import erase_person
from storage.privacy.traces import ERASED
from storage.vocabulary import AbsenceReason, AbsenceState, Group, LetterKind, MessageState
from tests.clock import FakeClock
from tests.storage.privacy.all_values import everything

MARK = "Zebibulla Qwertovic"
WORDS = "mijn zoon moet naar het ziekenhuis"


async def settled(database: Database, clock: FakeClock) -> tuple[int, int]:
    """A person and a consultant with a browser; what stands of the one in the other's chat, in each way it can."""
    now = clock.now()
    async with database.writing() as session:
        sanne = Consultant(
            email="s@huizen.example", email_hash=b"s" * 16, name="Sanne", municipality="Huizen", created_at=now
        )
        session.add(sanne)
        await session.flush()
        person = Person(
            external_id="BEWARE-77",
            given_name="Zebibulla",
            family_name="Qwertovic",
            language="ti",
            group=Group.ASYLUM,
            municipality="Huizen",
            phone="+31612345678",
            email="zebib@mail.example",
            consultant_id=sanne.id,
            created_at=now,
            updated_at=now,
        )
        session.add(person)
        await session.flush()
        mine = person.id
        session.add(Plan(person_id=mine, goal="Bakkersdroom", updated_at=now))
        session.add(Letter(person_id=mine, consultant_id=sanne.id, kind=LetterKind.MESSAGE, text=WORDS, written_at=now))
        session.add(
            Absence(
                person_id=mine,
                reason=AbsenceReason.FAMILY,
                state=AbsenceState.REPORTED,
                note="mijn moeder is overleden",
                told_id=sanne.id,
                started_at=now,
            )
        )
        chat = await contact_made_at(session, database.keys, "web", "sanne's browser", now)
        chat.consultant_id = sanne.id
        hers = await contact_made_at(session, database.keys, "sms", "+31612345678", now)
        hers.person_id = mine
        about, loose, other = await put(
            session,
            [
                Outgoing(key="1", kind="say", due_at=now, params={"t": WORDS}, consultant_id=sanne.id, about_id=mine),
                Outgoing(key="2", kind="say", due_at=now, params={"t": [{"x": MARK}]}, consultant_id=sanne.id),
                Outgoing(key="3", kind="say", due_at=now, params={"t": "Omar Tesfay"}, consultant_id=sanne.id),
            ],
            now,
        )
        await session.execute(update(Message).values(state=MessageState.SENT))

        def line(text: str, outbox_id: int | None = None, event_id: str | None = None) -> WebMessage:
            return WebMessage(
                contact_id=chat.id,
                revision=0,
                content={"from": "bot", "blocks": [{"text": text, "style": "normal"}]},
                outbox_id=outbox_id,
                event_id=event_id,
                file={"name": f"{MARK}.pdf", "media_type": "application/pdf", "base64": ""} if outbox_id else None,
                at=now,
            )

        for one in (
            line("📷", outbox_id=about),
            line(f"Lijst: {MARK.upper()}, Omar Tesfay", outbox_id=loose),
            line("Bel +31612345678 even", event_id="a"),
            line(f"/find {MARK}", event_id="b"),
            line("Omar Tesfay", event_id="c"),
        ):
            await add_web_message(session, one)
        assert other
        session.add(
            Conversation(
                party=f"consultant:{sanne.id}", topic="write:1", data={"finding": MARK.lower()}, updated_at=now
            )
        )
    return mine, chat.id


async def test_nothing_is_left_of_who_was_erased_and_everything_of_the_others(
    database: Database, clock: FakeClock
) -> None:
    mine, chat = await settled(database, clock)
    assert MARK in await everything(database)
    clock.forward(hours=1)
    async with database.writing() as session:
        await erase_person(session, mine, clock.now() + timedelta(seconds=1))
    left = (await everything(database)).casefold()
    for trace in (MARK, WORDS, "+31612345678", "zebib@mail.example", "bakkersdroom", "overleden", "BEWARE-77"):
        assert trace.casefold() not in left, trace
    async with database.reading() as session:
        lines = list(await session.scalars(select(WebMessage).order_by(WebMessage.id)))
        texts = [json.dumps(one.content, ensure_ascii=False) for one in lines if one.contact_id == chat]
        assert [ERASED in text for text in texts] == [True, True, True, True, False]
        assert "Omar Tesfay" in texts[-1]
        # What was changed is shown anew to who looks at this moment.
        assert len({one.revision for one in lines}) == len(lines)
        assert [one.channel for one in await session.scalars(select(Contact))] == ["web"]
