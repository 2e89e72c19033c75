"""What was sent along is stored as before it had a type: rows of every version are read."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import LargeBinary, column, select, table, update

from storage.engine.columns import Json
from storage.engine.database import Database
from storage.engine.encryption.row_binding import row_name
from storage.people.relayed import Letter
from storage.people.sent_media import MOST_ALONG, SentMedia, joined, sent_as_json
from storage.vocabulary import LetterKind, MediaKind
from tests.clock import FakeClock
from tests.people import somebody

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
VOICE = SentMedia("telegram", MediaKind.VOICE, "v1", AT)
PHOTO = SentMedia("web", MediaKind.PHOTO, "p1")

STORED = [
    pytest.param((), None, id="nothing"),
    pytest.param((PHOTO,), {"channel": "web", "kind": "photo", "file": "p1"}, id="one"),
    pytest.param(
        (VOICE, PHOTO),
        {
            "channel": "telegram",
            "kind": "voice",
            "file": "v1",
            "at": "2026-03-02T08:00:00+00:00",
            "more": [{"channel": "web", "kind": "photo", "file": "p1"}],
        },
        id="several",
    ),
]


async def letter_with(database: Database, clock: FakeClock, sent: tuple[SentMedia, ...]) -> int:
    async with database.writing() as session:
        person = somebody(clock.now(), language="ti")
        session.add(person)
        await session.flush()
        letter = Letter(
            person_id=person.id,
            kind=LetterKind.MESSAGE,
            text="",
            language="ti",
            attachment=sent,
            written_at=clock.now(),
        )
        session.add(letter)
        await session.flush()
        return letter.id


@pytest.mark.parametrize(("sent", "stored"), STORED)
async def test_it_comes_back_as_it_was_sent(
    database: Database, clock: FakeClock, sent: tuple[SentMedia, ...], stored: dict[str, Json] | None
) -> None:
    number = await letter_with(database, clock, sent)
    assert sent_as_json(sent) == stored
    async with database.reading() as session:
        assert (await session.get_one(Letter, number)).attachment == sent


@pytest.mark.parametrize(("sent", "stored"), STORED)
async def test_rows_of_before_are_read(
    database: Database, clock: FakeClock, sent: tuple[SentMedia, ...], stored: dict[str, Json] | None
) -> None:
    number = await letter_with(database, clock, ())
    raw = table("letter", column("id"), column("attachment", LargeBinary))
    plain = None if stored is None else json.dumps(stored).encode()
    kept = None if plain is None else database.keys.encrypt(plain, "letter.attachment", row_name(number))
    async with database.writing() as session:
        await session.execute(update(raw).where(raw.c.id == number).values(attachment=kept))
    async with database.reading() as session:
        assert await session.scalar(select(Letter.attachment).where(Letter.id == number)) == sent


def test_no_more_is_kept_than_an_album_holds() -> None:
    many = tuple(SentMedia("web", MediaKind.PHOTO, str(number)) for number in range(MOST_ALONG + 3))
    assert joined(many[:5], (), many[5:]) == many[3:]
