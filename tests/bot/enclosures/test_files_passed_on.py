"""What a consultant gets of what a person sent, and the other way round: shown, warned of, waiting, or refused."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.enclosures.background import StillAtWork
from bot.enclosures.file_check import FileCheck
from bot.enclosures.files import Attachments
from bot.enclosures.pdf_pages import Pages
from bot.enclosures.transcripts import Transcriber
from bot.enclosures.virus_scan import EICAR, NoVerdict, OnlySignature, Verdict
from locales.rendering.catalog import Catalogs
from locales.rendering.message import Attachment, Body, Part, Text, verbatim
from locales.rendering.render import File, Renderer
from reminders.delivery.composing import ClaimedMessage, Enclosure, FileNotYet
from reminders.sending.enclosing import Enclosing
from storage.engine.database import Database
from storage.outbox.message import Outgoing
from storage.people.people import Consultant
from storage.people.relayed import Letter
from storage.people.sent_media import SentMedia
from storage.vocabulary import LetterKind, MediaKind
from tests.clock import FakeClock
from tests.people import somebody
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld

RENDERER = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
PDF = b"%PDF-1.7 a letter of the landlord"
WORD = b"PK\x03\x04 a document with macros"


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG")
    return made.getvalue()


@dataclass
class Channel:
    """Gives what was sent to it."""

    kept: Mapping[str, bytes]

    async def fetch(self, file: str) -> bytes | None:
        return self.kept.get(file)


class Silent:
    """A scanner that is set and does not answer."""

    async def look_at(self, content: bytes) -> Verdict:
        raise NoVerdict


@dataclass
class Town:
    database: Database
    clock: FakeClock
    drawn: Pages | None = field(default_factory=lambda: Pages(jpeg(), 1, 1))
    scanner: OnlySignature | Silent = field(default_factory=OnlySignature)
    transcriber: Transcriber | None = None
    told: list[Outgoing] = field(default_factory=list)
    person_id: int = 0
    consultant_id: int = 0

    async def sent(
        self,
        content: bytes,
        kind: MediaKind = MediaKind.DOCUMENT,
        by: LetterKind = LetterKind.MESSAGE,
        language: str = "nl",
    ) -> int:
        """A letter with this file."""
        self.content = content
        now = self.clock.now()
        async with self.database.writing() as session:
            sanne = Consultant(
                email="s@x.example", email_hash=b"s" * 16, name="Sanne", municipality="H", created_at=now
            )
            session.add(sanne)
            person = somebody(now, external_id="1", language=language)
            session.add(person)
            await session.flush()
            self.person_id, self.consultant_id = person.id, sanne.id
            media = SentMedia("web", kind, "the file", now)
            letter = Letter(
                person_id=person.id, consultant_id=sanne.id, kind=by, text="", attachment=(media,), written_at=now
            )
            session.add(letter)
            await session.flush()
            return letter.id

    async def gets(self, letter: int, *, consultant: bool = True, needed: bool = True) -> Enclosure:
        async def draw(_: bytes) -> Pages | None:
            return self.drawn

        async def tell(message: Outgoing) -> None:
            self.told.append(message)

        channels = {"web": Channel({"the file": self.content})}
        made = Attachments(
            RENDERER,
            self.clock,
            channels,
            FileCheck(self.scanner, draw, transcriber=self.transcriber, waited=200),
            tell,
        )
        row = ClaimedMessage(
            1,
            "k",
            "say",
            {},
            person_id=None if consultant else self.person_id,
            consultant_id=self.consultant_id if consultant else None,
        )
        async with self.database.reading() as session:
            found = await made.make(session, Attachment("letter", str(letter), needed), row, "nl")
        assert isinstance(found, Enclosure)
        return found


def words(parts: tuple[Part, ...], locale: str = "nl") -> str:
    return RENDERER.render(Body(parts), locale).text if parts else ""


@pytest.fixture
def town(database: Database, clock: FakeClock) -> Town:
    return Town(database, clock)


async def test_a_pdf_is_shown_as_a_picture(town: Town) -> None:
    found = await town.gets(await town.sent(PDF))
    assert found.file is not None
    assert (found.file.name, found.file.media_type, found.says) == ("document.jpg", "image/jpeg", ())


async def test_of_a_long_pdf_the_first_pages_and_how_many_there_are(town: Town) -> None:
    town.drawn = Pages(b"%PDF-1.7 pictures", 20, 34)
    found = await town.gets(await town.sent(b"\n\n" + PDF))
    assert found.file is not None
    assert found.file.content == b"%PDF-1.7 pictures"
    assert words(found.says) == "Dit zijn de eerste 20 van 34 bladzijden."


@pytest.mark.parametrize("content", [pytest.param(PDF, id="a locked pdf"), pytest.param(WORD, id="another document")])
async def test_what_cannot_be_shown_carries_a_warning(town: Town, content: bytes) -> None:
    town.drawn = None
    found = await town.gets(await town.sent(content))
    assert found.file is not None
    assert found.file.content == content
    assert "kan schadelijk zijn" in words(found.says)


@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.DOCUMENT])
async def test_a_photo_goes_as_it_is(town: Town, kind: MediaKind) -> None:
    content = jpeg()
    found = await town.gets(await town.sent(content, kind))
    assert found.file is not None
    assert (found.file.content, found.says) == (content, ())


@pytest.mark.parametrize("kind", [MediaKind.DOCUMENT, MediaKind.PHOTO, MediaKind.VOICE, MediaKind.VIDEO])
async def test_what_is_harmful_is_refused_and_both_hear_it(town: Town, kind: MediaKind) -> None:
    letter = await town.sent(PDF + EICAR, kind)
    found = await town.gets(letter)
    assert found.file is None
    assert "niet doorgestuurd" in words(found.says)
    await town.gets(letter)
    assert {(one.person_id, one.consultant_id, one.key) for one in town.told} == {
        (town.person_id, None, f"file_refused:letter:{letter}")
    }
    said = words(Body.from_json(town.told[0].params).parts, "en")
    assert said.startswith("Your file was not passed on.")


async def test_a_consultants_harmful_file_is_refused_too(town: Town) -> None:
    found = await town.gets(await town.sent(EICAR, by=LetterKind.ANSWER), consultant=False)
    assert found.file is None
    assert words(found.says, "en") == "A file came along. I cannot pass it on. Ask your consultant about it."
    assert [(one.person_id, one.consultant_id, one.about_id) for one in town.told] == [
        (None, town.consultant_id, town.person_id)
    ]


async def test_a_consultants_pdf_stays_one(town: Town) -> None:
    found = await town.gets(await town.sent(PDF, by=LetterKind.ANSWER), consultant=False)
    assert found.file is not None
    assert (found.file.content, found.says) == (PDF, ())


async def test_a_scanner_that_does_not_answer_lets_nothing_pass(town: Town) -> None:
    """The file waits; words that need no file go, with a line that it stayed behind."""
    town.scanner = Silent()
    letter = await town.sent(jpeg())
    with pytest.raises(FileNotYet):
        await town.gets(letter)
    assert town.told == []
    found = await town.gets(letter, needed=False)
    assert found.file is None
    assert found.says


async def test_what_is_said_of_a_file_stands_under_its_message(sqlite_database: Database, clock: FakeClock) -> None:
    world = OutboxWorld(sqlite_database, clock)

    class Files:
        async def make(self, *_: object) -> Enclosure:
            return Enclosure(None, (Part(Text("consultant.file_refused")),))

    sender = FakeSender()
    dispatcher = world.dispatcher(sender)
    dispatcher._preparation._enclosing = Enclosing(sqlite_database, Files())
    body = Body((Part(verbatim("Bestand van Amina")),), attachment=Attachment("letter", "1", needed=True))
    await world.put(Outgoing("1", "say", clock.now(), body.to_json(), person_id=await world.person("amina")))
    await dispatcher.run_once()
    assert [text.split("\n")[0] for text in sender.texts] == ["Bestand van Amina"]
    assert "niet doorgestuurd" in sender.texts[0]


async def test_a_long_look_is_not_waited_for_and_its_result_is_there_the_next_time() -> None:
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()
    at_once = [0, 0]

    async def draw(content: bytes) -> Pages | None:
        at_once[0] += 1
        at_once[1] = max(at_once)
        begun.release()
        await go_on.wait()
        at_once[0] -= 1
        return Pages(content, 1, 1)

    check = FileCheck(OnlySignature(), draw, waited=0)
    files = {name: File(name, "application/pdf", PDF + name.encode()) for name in "abc"}
    for name, file in files.items():
        with pytest.raises(StillAtWork):
            await check.look(name, file, as_pictures=True)
    await begun.acquire()
    with pytest.raises(StillAtWork):
        await check.look("a", files["a"], as_pictures=True)
    go_on.set()
    await asyncio.gather(*check._looks._work.values())
    for name, file in files.items():
        looked = await check.look(name, file, as_pictures=True)
        assert looked.file is not None
        assert looked.file.content == file.content
    assert at_once == [0, 1]
    await check.close()


async def test_who_sends_many_files_at_once_fills_no_memory() -> None:
    async def draw(_: bytes) -> Pages | None:
        await asyncio.Event().wait()
        return None

    check = FileCheck(OnlySignature(), draw, waited=0)
    for number in range(100):
        with pytest.raises(StillAtWork):
            await check.look(str(number), File("x", "application/pdf", PDF), as_pictures=True)
    assert len(check._looks) <= 8
    await check.close()
