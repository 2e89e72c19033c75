"""Messages as sound: every kind in every voiced language, small and evenly loud; recordings first; never in the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import structlog

from bot.voice.encoding import RATE, decode, encode, even, rest
from bot.voice.recordings import Recordings
from bot.voice.sound import Pcm, VoiceFailed
from bot.voice.speaking import Speaker
from bot.voice.speech import SpeechWriter
from bot.voice.synthesis import Espeak
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.message import Body, Part, Text, verbatim
from tests.bot.voice.beeps import Beeps, tone
from tests.bot.voice.kinds import bodies

WRITER = SpeechWriter(Catalogs(), ZoneInfo("Europe/Amsterdam"), load_glossary())
MENU = bodies()["menu"]


@pytest.fixture
async def espeak() -> AsyncIterator[Speaker]:
    speaker = Speaker(WRITER, Espeak())
    yield speaker
    await speaker.close()


@pytest.mark.parametrize("locale", sorted(Espeak().locales))
async def test_every_kind_of_message_is_heard(espeak: Speaker, locale: str) -> None:
    kinds = bodies()
    spoken = await asyncio.gather(*(espeak.spoken(body, locale) for body in kinds.values()))
    for kind, body, made in zip(kinds, kinds.values(), spoken, strict=True):
        assert made is not None, kind
        assert made.language == locale
        assert made.file.media_type == "audio/ogg"
        assert len(made.file.content) < 30 * 1024, kind
        sound = decode(made.file.content)
        letters = sum(len(segment.text) for segment in WRITER.speech(body, locale).segments)
        # Slow enough to follow, and nothing left out: four to twenty-five letters a second, rests included.
        assert letters / 25 < sound.seconds < 2 + letters / 4, (kind, letters, sound.seconds)
        values = sound.samples.astype(np.float32) / 32768
        heard = values[np.abs(values) > 0.01]
        loudness = 20 * np.log10(np.sqrt((heard**2).mean()))
        assert -24 < loudness < -12, (kind, loudness)
        # At few bits a second the decoder overshoots here and there; nothing is cut that an ear would notice.
        assert (np.abs(values) > 0.999).mean() < 1e-4, kind


async def test_a_language_without_a_voice_is_slow_dutch_and_says_so() -> None:
    beeps = Beeps("nl")
    speaker = Speaker(WRITER, beeps, workers=1)
    try:
        made = await speaker.spoken(MENU, "so")
    finally:
        await speaker.close()
    assert made is not None
    assert made.language == "nl"
    assert [(locale, slow) for _, locale, slow in beeps.said] == [("nl", True)]


async def test_nothing_to_say_is_nothing(espeak: Speaker) -> None:
    assert await espeak.spoken(Body((Part(verbatim("🔊 …")),)), "nl") is None
    assert await espeak.say_in_turn([("Soomaali", "so")]) is None


async def test_lines_in_turn_each_by_its_own_voice() -> None:
    beeps = Beeps("nl", "ar")
    speaker = Speaker(WRITER, beeps, workers=1)
    try:
        made = await speaker.say_in_turn([("1. Nederlands.", "nl"), ("2. العربية.", "ar"), ("3. Soomaali.", "so")])
    finally:
        await speaker.close()
    assert made is not None
    assert [locale for _, locale, _ in beeps.said] == ["nl", "ar"]


async def test_what_is_asked_for_at_once_is_said_once_and_kept() -> None:
    beeps = Beeps("nl")
    speaker = Speaker(WRITER, beeps, workers=2)
    try:
        made = await asyncio.gather(*(speaker.spoken(MENU, "nl") for _ in range(10)))
        again = await speaker.spoken(MENU, "nl")
    finally:
        await speaker.close()
    assert len(beeps.said) == 1
    assert again is made[0]


async def test_the_cache_is_bounded() -> None:
    speaker = Speaker(WRITER, Beeps("nl"), cache_bytes=20_000, workers=1)
    try:
        for number in range(12):
            await speaker.spoken(Body((Part(verbatim(f"Bericht {number} van de gemeente")),)), "nl")
            assert speaker.cached_bytes <= 20_000
    finally:
        await speaker.close()


async def test_others_go_on_while_something_is_said(espeak: Speaker) -> None:
    speaking = asyncio.gather(*(espeak.spoken(body, "nl") for body in bodies().values()))
    turns = 0
    while not speaking.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_a_voice_that_fails_is_told_and_tried_again() -> None:
    beeps = Beeps("nl")
    speaker = Speaker(WRITER, beeps, workers=1)
    try:
        beeps.fails = VoiceFailed("broken")
        with pytest.raises(VoiceFailed):
            await speaker.spoken(MENU, "nl")
        beeps.fails = None
        assert await speaker.spoken(MENU, "nl") is not None
    finally:
        await speaker.close()
    with pytest.raises(VoiceFailed):
        await speaker.spoken(bodies()["missed"], "nl")


def _record(folder: Path, name: str, seconds: float) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode([tone(seconds)]))


async def _length(speaker: Speaker, body: Body, locale: str) -> float:
    made = await speaker.spoken(body, locale)
    assert made is not None
    return decode(made.file.content).seconds


async def test_a_recording_of_the_whole_text_wins(tmp_path: Path) -> None:
    _record(tmp_path, "so/messages/menu.ask.ogg", 3.0)
    beeps = Beeps("nl")
    speaker = Speaker(WRITER, beeps, Recordings(tmp_path), workers=1)
    try:
        made = await speaker.spoken(MENU, "so")
        assert made is not None
        assert made.language == "so"
        assert 2.8 < await _length(speaker, MENU, "so") < 3.3
    finally:
        await speaker.close()
    assert beeps.said == []


async def test_pieces_win_when_all_are_there(tmp_path: Path) -> None:
    body = Body((Part(Text("notice.cancelled", {"kind": Text("kind.class")})),))
    names = [piece.name for sentence in WRITER.speech(body, "ps").sentences for piece in sentence.pieces if piece.name]
    assert "kind.class" in names
    for name in names[:-1]:
        _record(tmp_path, f"ps/pieces/{name}.ogg", 1.0)
    beeps = Beeps("nl")
    speaker = Speaker(WRITER, beeps, Recordings(tmp_path), workers=1)
    try:
        made = await speaker.spoken(body, "ps")
        assert made is not None
        # One is missing: slow Dutch rather than half a sentence.
        assert made.language == "nl"
    finally:
        await speaker.close()
    _record(tmp_path, f"ps/pieces/{names[-1]}.ogg", 1.0)
    speaker = Speaker(WRITER, beeps, Recordings(tmp_path), workers=1)
    try:
        whole = await speaker.spoken(body, "ps")
    finally:
        await speaker.close()
    assert whole is not None
    assert whole.language == "ps"
    assert decode(whole.file.content).seconds > 0.9 * len(names)


async def test_a_broken_recording_is_passed_over_and_its_name_not_logged(tmp_path: Path) -> None:
    broken = tmp_path / "nl" / "messages" / "menu.ask.ogg"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no sound at all")
    (broken.parent / "notes.txt").write_text("not a recording")
    (broken.parent / "folder.ogg").mkdir()
    beeps = Beeps("nl")
    with structlog.testing.capture_logs() as logs:
        speaker = Speaker(WRITER, beeps, Recordings(tmp_path), workers=1)
        try:
            assert await speaker.spoken(MENU, "nl") is not None
        finally:
            await speaker.close()
    assert [locale for _, locale, _ in beeps.said] == ["nl"]
    assert "menu.ask" not in str(logs)
    works = {path.name: works for path, works in Recordings(tmp_path).checked()["nl"]}
    assert works == {"menu.ask.ogg": False, "folder.ogg": False}


def test_loudness_is_evened_and_silence_cut() -> None:
    quiet, loud = even(tone(1.0, 0.01)), even(tone(1.0, 0.9))
    levels = [float(np.sqrt((sound.samples.astype(np.float32) ** 2).mean())) for sound in (quiet, loud)]
    assert levels[0] == pytest.approx(levels[1], rel=0.15)
    padded = Pcm(np.concatenate([rest(2.0).samples, tone(1.0).samples, rest(2.0).samples]), RATE)
    assert even(padded).seconds < 1.2


def test_the_same_sounds_make_the_same_file() -> None:
    assert encode([tone(0.5)]) == encode([tone(0.5)])
    with pytest.raises(VoiceFailed):
        encode([rest(1.0)])
    with pytest.raises(VoiceFailed):
        decode(b"rubbish")
