"""Voice notes with a draft of their words: for the consultant, marked, and never in the recording's way."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from bot.configuration.settings import Settings
from bot.doctor import _transcriber
from bot.enclosures import transcripts
from bot.enclosures.file_check import FileCheck, build_check
from bot.enclosures.transcripts import Transcriber, faults
from bot.enclosures.virus_scan import OnlySignature
from bot.voice.encoding import RATE, encode
from bot.voice.sound import Pcm
from locales.rendering.render import File
from storage.engine.database import Database
from storage.vocabulary import MediaKind
from tests.bot.enclosures.test_files_passed_on import Town, words
from tests.bot.enclosures.tiny_whisper import make_tiny_whisper
from tests.clock import FakeClock

NOISE = np.random.default_rng(1).integers(-9_000, 9_000, RATE, np.int16)
RECORDING = encode([Pcm(NOISE, RATE)])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_whisper(tmp_path_factory.mktemp("model"))


async def test_what_is_said_is_a_draft_under_the_recording_for_the_consultant_alone(
    sqlite_database: Database, clock: FakeClock, model: Path
) -> None:
    """A model of the municipality's is loaded, asked in the person's language, and read."""
    town = Town(sqlite_database, clock)
    town.transcriber = Transcriber(model, longest=200)
    letter = await town.sent(RECORDING, MediaKind.VOICE, language="en")
    found = await town.gets(letter)
    assert found.file == File("voice.ogg", "audio/ogg", RECORDING)
    assert words(found.says) == "Concept van Maatje, de opname telt: “I am ill”"
    assert words(found.says, "en") == "Maatje's draft, the recording counts: “I am ill”"
    # Not what a consultant says to a person, and no picture.
    assert (await town.gets(letter, consultant=False)).says == ()


async def test_a_language_that_whisper_does_not_know_is_not_taken_for_another(model: Path) -> None:
    # Nor by a model that knows English alone, which would.
    for language in ("ti", "ku", "ckb", "", "nl"):
        assert await Transcriber(model).draft(RECORDING, language) == ""


async def test_what_fails_is_no_draft_and_the_recording_goes_on(model: Path, tmp_path: Path) -> None:
    (broken := tmp_path / "broken").mkdir()
    for name in transcripts.FILES:
        (broken / name).write_bytes(b"{}")
    assert await Transcriber(broken).draft(RECORDING, "en") == ""
    assert await Transcriber(tmp_path / "nowhere").draft(RECORDING, "en") == ""
    assert await Transcriber(model).draft(b"no sound", "en") == ""
    check = FileCheck(OnlySignature(), transcriber=Transcriber(broken), waited=60)
    looked = await check.look("one", File("voice.ogg", "audio/ogg", RECORDING), as_pictures=False, spoken="en")
    assert (looked.file is not None, looked.words) == (True, "")


async def test_a_model_that_is_not_sure_says_nothing(tmp_path: Path) -> None:
    unsure = make_tiny_whisper(tmp_path, sure=False)
    assert await Transcriber(unsure).draft(RECORDING, "en") == ""


async def test_one_that_takes_too_long_is_ended_and_others_do_not_wait_longer(model: Path) -> None:
    slow = Transcriber(model, longest=0.05)
    began = asyncio.get_running_loop().time()
    assert await asyncio.gather(*(slow.draft(RECORDING, "en") for _ in range(3))) == ["", "", ""]
    assert asyncio.get_running_loop().time() - began < 5


async def test_notes_are_written_down_one_at_a_time(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most = 0, 0

    async def written(_folder: Path, _recording: bytes, _code: str) -> str:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return "ja"

    monkeypatch.setattr(transcripts, "_written", written)
    one = Transcriber(model)
    assert await asyncio.gather(*(one.draft(RECORDING, "en") for _ in range(4))) == ["ja"] * 4
    assert most == 1


async def test_the_doctor_loads_the_model(model: Path, tmp_path: Path) -> None:
    assert await faults(model) == ""
    assert "model.bin, config.json, tokenizer.json" in await faults(tmp_path)
    assert "maatje[transcripts]" in await faults(model, lambda _: None)
    for name in transcripts.FILES:
        (tmp_path / name).write_bytes(b"{}")
    assert "cannot be loaded" in await faults(tmp_path)
    assert await _transcriber(Settings(_env_file=None, transcriber_folder=None)) == []
    [found] = await _transcriber(Settings(_env_file=None, transcriber_folder=tmp_path))
    assert (found.about, found.state) == ("transcripts", "fault")


async def test_without_a_model_nothing_is_written_down() -> None:
    looked = await build_check("", None).look("one", File("a", "audio/ogg", RECORDING), as_pictures=False, spoken="en")
    assert looked.words == ""
