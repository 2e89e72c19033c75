"""A mark in every field of every table: the person's copy has them all, and after erasing none can be found.

Nothing here is told which fields there are: the mapped classes are asked, so that a new table or field is looked at
from its first day, and a kind of field that this test cannot fill fails it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import NoneType
from typing import get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.base import Base
from storage.engine.database import Database
from storage.people.people import Person
from storage.people.sent_media import SentMedia
from storage.privacy.erasure import erase_person
from storage.privacy.export import LEFT_OUT, export_person, files_of
from storage.vocabulary import MediaKind, MessageState
from tests.clock import FakeClock
from tests.storage.privacy.all_values import everything

FIRST_DAY = date(1931, 1, 1)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)

#: What stays when a person is erased, and why it says nothing of them.
STAYS = {
    "consultant": "who works here",
    "broadcast": "a consultant's words to a whole group; what each person got is a message of theirs",
    "activity_offer": "what is offered to everybody",
    "content_change": "what everybody reads, and who of those who work here changed it",
    "desk_account": "who works here",
    "desk_challenge": "what a key of who works here is to sign",
    "desk_passkey": "a key of who works here",
    "desk_link": "opens the desk for who works here",
    "desk_session": "a browser of who works here",
    "lesson_group": "a name and no person",
    "lesson_link": "which office may see a group's week; it names no person",
    "audit_entry": "who did what to whom, by numbers of which nobody knows any more whose they were",
    "erased_person": "a hash of the id, so that no old file brings them back",
    "faq_gap": "a question without who asked it",
    "turn": "which process looks ahead for all",
    "seen_event": "a channel's numbers of events, for two weeks",
}
#: Of those, what a person's copy still says.
STILL_COPIED = {
    ("consultant", "name"),
    ("consultant", "email"),
    ("lesson_group", "name"),
    ("audit_entry", "action"),
    ("audit_entry", "at"),
}


@dataclass(frozen=True)
class Mark:
    """What was planted where. `copied`: the person's copy must have it. `goes`: erasing must take it."""

    table: str
    field: str
    text: str
    copied: bool
    goes: bool


@dataclass
class Planter:
    """Fills rows. `ids` are those of the person and of what is theirs, by table."""

    session: AsyncSession
    marks: list[Mark] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    number: int = 0

    async def plant(
        self, cls: type[Base], given: Mapping[str, object], *, copied: bool = True, goes: bool = True
    ) -> int | None:
        """One row with a mark in each field but those that are `given`; its id, where it has one."""
        table = str(cls.__tablename__)
        hints = get_type_hints(cls)
        columns = {one.key: one.columns[0] for one in inspect(cls).column_attrs}
        values: dict[str, object] = {}
        for name in [one.name for one in fields(cls) if one.init and one.name in columns]:
            if name in given:
                values[name] = given[name]
                continue
            target = next((key.column.table.name for key in columns[name].foreign_keys), None)
            if target is not None:
                # A row of its own table comes before itself nowhere.
                values[name] = None if target == table else self.ids[target]
                continue
            self.number += 1
            values[name], text = _value(hints[name], self.number)
            if text:
                here = name not in LEFT_OUT and (table not in STAYS or (table, name) in STILL_COPIED)
                self.marks.append(Mark(table, name, text, copied and here, goes and table not in STAYS))
        row = cls(**values)
        self.session.add(row)
        await self.session.flush()
        number = getattr(row, "id", None)
        return number if isinstance(number, int) else None


def _value(hint: object, number: int) -> tuple[object, str]:
    """A value for a field of this type, and how it reads; "" where it cannot be told from others."""
    (inner,) = get_args(hint)
    kinds = [one for one in (get_args(inner) or (inner,)) if one is not NoneType] if _is_optional(inner) else [inner]
    kind = kinds[0]
    text, day = f"zq{number:03}", FIRST_DAY + timedelta(days=number)
    plain: Mapping[object, tuple[object, str]] = {
        str: (text, text),
        int: (7_000_000 + number, str(7_000_000 + number)),
        bool: (True, ""),
        bytes: (text.encode().ljust(16, b"_"), text),
        date: (day, day.isoformat()),
        datetime: (datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day.isoformat()),
    }
    if kind in plain:
        return plain[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)), ""
    if get_origin(kind) is dict:
        return {"says": [text]}, text
    if get_origin(kind) is tuple:
        return (SentMedia("web", MediaKind.PHOTO, text),), text
    raise AssertionError(f"teach this test what a {kind} is")


def _is_optional(inner: object) -> bool:
    return NoneType in get_args(inner)


async def planted(session: AsyncSession) -> Planter:
    """A row in every table that is the person's in each way that it can be, and in those that are nobody's."""
    planter = Planter(session)
    classes = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    for table in Base.metadata.sorted_tables:
        cls = classes[table]
        mine = planter.ids.get("person")
        ways: list[dict[str, object]] = [{}]
        match table.name:
            case "appointment":
                # A group's lesson is many people's.
                ways = [{"group_id": None}]
            case "contact":
                ways = [{"consultant_id": None}]
            case "conversation" | "audit_entry":
                # By the numbers of others, below.
                ways = []
            case "link_code":
                ways = [{"consultant_id": None}]
            case "outbox":
                nobody = dict.fromkeys(("person_id", "contact_id", "about_id", "consultant_id", "sent_contact_id"))
                sent = {**nobody, "state": MessageState.SENT}
                ways = [
                    {**sent, "consultant_id": planter.ids["consultant"], "about_id": mine},
                    {**sent, "contact_id": planter.ids["contact"]},
                    {**sent, "person_id": mine},
                ]
            case _:
                pass
        for way in ways:
            number = await planter.plant(cls, way)
            if number is not None:
                planter.ids[table.name] = number
            if table.name == "outbox" and way.get("about_id") is not None:
                planter.ids["told"] = number or 0
    by_table = {str(cls.__tablename__): cls for cls in classes.values()}
    for party in (f"person:{planter.ids['person']}", f"contact:{planter.ids['contact']}"):
        await planter.plant(by_table["conversation"], {"party": party})
    await planter.plant(by_table["audit_entry"], {"subject": f"person:{planter.ids['person']}", "actor": "operator"})
    hers = {"person_id": None, "consultant_id": planter.ids["consultant"]}
    chat = await planter.plant(by_table["contact"], hers, copied=False, goes=False)
    # What the consultant saw of it, in the chat of theirs: the message's own words are in the person's copy.
    line = {"contact_id": chat, "outbox_id": planter.ids["told"], "revision": 1, "event_id": None, "at": NOW}
    await planter.plant(by_table["web_message"], line, copied=False)
    return planter


@pytest.fixture
async def marked(database: Database) -> Planter:
    async with database.writing() as session:
        return await planted(session)


async def test_every_table_has_marks_and_all_of_them_can_be_found(database: Database, marked: Planter) -> None:
    """Without this the tests below could pass by finding nothing."""
    there = await everything(database)
    assert [mark for mark in marked.marks if mark.text not in there] == []
    # A row of two keys has nothing of its own to mark.
    assert {mark.table for mark in marked.marks} == {table.name for table in Base.metadata.sorted_tables}
    assert len({mark.text for mark in marked.marks}) == len(marked.marks)


async def test_a_persons_copy_has_every_mark(database: Database, marked: Planter) -> None:
    async with database.reading() as session:
        person = await session.get_one(Person, marked.ids["person"])
        held = json.dumps(await export_person(session, person), ensure_ascii=False)
        files = {one.sent.file for one in await files_of(session, person)}
    assert [mark for mark in marked.marks if mark.copied and mark.text not in held] == []
    along = {mark.text for mark in marked.marks if mark.field == "attachment"}
    (event,) = {m.text for m in marked.marks if (m.table, m.field, m.copied) == ("web_message", "event_id", True)}
    assert files == {*along, event}


async def test_after_erasing_no_mark_is_left(database: Database, marked: Planter, clock: FakeClock) -> None:
    async with database.writing() as session:
        await erase_person(session, marked.ids["person"], clock.now())
    left = await everything(database)
    assert [mark for mark in marked.marks if mark.goes and mark.text in left] == []
    # What is said to stay does.
    stays = [mark for mark in marked.marks if not mark.goes]
    assert [mark for mark in stays if mark.text not in left] == []
    assert {mark.table for mark in stays} == {*STAYS, "contact"}


def test_a_copy_leaves_out_nothing_but_what_opens_doors_or_is_in_the_zip() -> None:
    others = {name for name in LEFT_OUT if not name.endswith("_hash")}
    assert others == {"lease_owner", "lease_until", "seal", "file", "media"}
