"""A person's copy: all that is held, their files with plain names, and a word for each that is not there."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.enclosures.person_copy import write_copy
from bot.enclosures.virus_scan import EICAR, NoVerdict, OnlySignature, Verdict
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.people.contacts import contact_made_at
from storage.people.conversations import Conversation
from storage.people.people import Person
from storage.people.relayed import Letter
from storage.people.sent_media import SentMedia
from storage.people.webchat import WebMessage, add_web_message
from storage.privacy.export import HeldFile, files_of
from storage.vocabulary import LetterKind, MediaKind
from tests.clock import FakeClock
from tests.people import somebody

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Channel:
    """Gives what was sent to it."""

    def __init__(self, **kept: bytes) -> None:
        self.kept = kept

    async def fetch(self, file: str) -> bytes | None:
        return self.kept.get(file)


def held(file: str, *, of: str = "letter-1", at: datetime | None = AT, channel: str = "telegram") -> HeldFile:
    return HeldFile(SentMedia(channel, MediaKind.PHOTO, file, at), of, at)


async def copied(
    files: list[HeldFile], channel: Channel, *, most: int | None = None, scanner: object = None
) -> tuple[dict[str, bytes], list[dict[str, str]]]:
    to = io.BytesIO()
    known = scanner if isinstance(scanner, Silent) else OnlySignature()
    await write_copy(to, {"person": {"given_name": "Amina"}}, files, {"telegram": channel}, known, most=most)
    with zipfile.ZipFile(to) as copy:
        assert copy.testzip() is None
        content = {name: copy.read(name) for name in copy.namelist()}
    data = json.loads(content.pop("data.json"))
    assert data["person"] == {"given_name": "Amina"}
    return content, data["files"]


class Silent:
    async def look_at(self, content: bytes) -> Verdict:
        raise NoVerdict


async def test_files_have_plain_names_and_stand_in_the_list() -> None:
    files = [held("a"), held("b", of="absence-3", at=None)]
    content, listed = await copied(files, Channel(a=b"\xff\xd8\xff picture", b=b"something"))
    assert content == {
        "files/2026-03-02_001_letter-1_photo.jpg": b"\xff\xd8\xff picture",
        "files/undated_002_absence-3_photo.bin": b"something",
    }
    assert [(one["of"], one["name"] in content) for one in listed] == [("letter-1", True), ("absence-3", True)]


@pytest.mark.parametrize("evil", ["../../etc/passwd", "=cmd|' /C calc'!A0", "/absolute", "a\nb", "C:\\x", "\u202egpj"])
async def test_no_name_of_a_file_leads_anywhere_or_is_a_formula(evil: str) -> None:
    content, _ = await copied([held(evil)], Channel(**{evil: b"x"}))
    (name,) = content
    path = PurePosixPath(name)
    assert (len(path.parts), path.parts[0], path.is_absolute()) == (2, "files", False)
    assert path.name.isascii()
    assert path.name[0].isalnum()
    assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")


async def test_what_is_not_there_is_said_and_why() -> None:
    files = [held("gone"), held("bad"), held("a", channel="signal")]
    content, listed = await copied(files, Channel(bad=b"%PDF-" + EICAR))
    assert content == {}
    assert ["no longer" in listed[0]["not_here"], "harmful" in listed[1]["not_here"]] == [True, True]
    assert "no longer" in listed[2]["not_here"]
    content, listed = await copied([held("a")], Channel(a=b"x"), scanner=Silent())
    assert (content, "checked" in listed[0]["not_here"]) == ({}, True)


async def test_a_copy_by_message_is_bounded_and_has_the_newest() -> None:
    files = [held(name) for name in "abc"]
    content, listed = await copied(files, Channel(a=b"a" * 40, b=b"b" * 40, c=b"c" * 40), most=100)
    assert sorted(one[:1] for one in content.values()) == [b"b", b"c"]
    assert ["too large" in one.get("not_here", "") for one in listed] == [True, False, False]


async def test_every_file_is_found_once_wherever_it_hangs(database: Database, clock: FakeClock) -> None:
    now = clock.now()
    async with database.writing() as session:
        person = somebody(now, external_id="1")
        session.add(person)
        await session.flush()
        contact = await contact_made_at(session, database.keys, "web", "a", now)
        contact.person_id = person.id

        def photo(file: str) -> SentMedia:
            return SentMedia("web", MediaKind.PHOTO, file, now)

        for kind, file in ((LetterKind.MESSAGE, "1:passed-on"), (LetterKind.ANSWER, "her consultant's")):
            session.add(Letter(person_id=person.id, kind=kind, text="", attachment=(photo(file),), written_at=now))
        for event_id in ("1:passed-on", "1:kept-only", "1:words"):
            await add_web_message(
                session,
                WebMessage(
                    contact_id=contact.id,
                    revision=0,
                    content={"from": "person"},
                    event_id=event_id,
                    file=None if event_id == "1:words" else {"name": "x", "base64": ""},
                    at=now,
                ),
            )
        sent: Json = {"channel": "telegram", "kind": "voice", "file": "not-passed-on", "at": now.isoformat()}
        nested: Json = {"media": {"channel": "telegram", "kind": "photo", "file": "first", "more": [sent]}}
        session.add(Conversation(party=f"person:{person.id}", topic="", data={"x": [nested]}, updated_at=now))
    async with database.reading() as session:
        files = await files_of(session, await session.get_one(Person, person.id))
    assert sorted(one.sent.file for one in files) == [
        "1:kept-only",
        "1:passed-on",
        "first",
        "her consultant's",
        "not-passed-on",
    ]


def test_the_command_line_writes_a_zip_that_others_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAATJE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/maatje.db")
    monkeypatch.setenv("MAATJE_SECRET_KEY", "a secret for tests that is long enough")
    people = "external_id,given_name,language,group,municipality\nP1,Amina,ti,asylum,Huizen\n"
    run = CliRunner()
    table, target = tmp_path / "people.csv", tmp_path / "amina.zip"
    table.write_text(people)
    assert run.invoke(app, ["import", "people", str(table)]).exit_code == 0
    plain = run.invoke(app, ["export", "P1"])
    shown = json.loads(plain.stdout)
    assert (shown["person"]["given_name"], shown["files"]) == ("Amina", [])
    zipped = run.invoke(app, ["export", "P1", "--zip", str(target)])
    assert json.loads(zipped.stdout) == {"file": str(target), "files": 0, "not_here": 0}
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as copy:
        assert json.loads(copy.read("data.json"))["person"]["given_name"] == "Amina"
    assert run.invoke(app, ["export", "P1", "--zip", str(target)]).exit_code == 2
