"""What is said in a voice note, as a draft for the consultant: by a model that the municipality brings, on this
machine.

The model (Whisper, as CTranslate2 has it) is a folder; `faster-whisper` is an extra. The work is done by a process of
its own with bounded memory and time, one note at a time; what fails, takes too long or is not understood is no draft,
and the recording goes on as it is. It always does: a draft is read as one.
"""

import asyncio
import contextlib
import io
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import structlog

from bot.enclosures.pdf_pages import bare

log = structlog.get_logger(__name__)

#: What a folder must hold. Without the tokenizer the library would ask for one on the internet.
FILES: Final = ("model.bin", "config.json", "tokenizer.json")
#: Seconds that a draft may take, the wait for another one included; the recording waits for it that long.
LONGEST: Final = 90.0
#: Of a longer note the beginning is written down.
MOST_SECONDS: Final = 180
_MOST_LETTERS: Final = 1500
_RATE: Final = 16_000
# Whisper's own names; what is not here (Tigrinya, Kurmanji, Sorani) it does not know, and would take for another.
_LANGUAGES: Final[Mapping[str, str]] = {
    **{one: one for one in ("nl", "en", "ar", "am", "tr", "fa", "ps", "so", "uk", "ru", "fr")},
    "fa_AF": "fa",
}
# What Whisper itself calls silence, or is that unsure of, is left out: it makes sentences up there.
_SILENCE, _UNSURE = 0.6, -1.0
# Whisper's working memory, and its libraries', beside some copies of the model.
_MEMORY: Final = 3 * 1024**3
_COPIES: Final = 4


class Transcriber:
    """Writes down what is said in recordings, one at a time."""

    def __init__(self, folder: Path, *, longest: float = LONGEST) -> None:
        self._folder = folder
        self._longest = longest
        self._one_at_a_time = asyncio.Semaphore(1)

    async def draft(self, recording: bytes, language: str) -> str:
        """What is said in a recording in this language of ours, "" where that cannot be told. Never raises for what is
        wrong with it, or with the model."""
        code = _LANGUAGES.get(language)
        if code is None:
            return ""
        try:
            async with asyncio.timeout(self._longest), self._one_at_a_time:
                return await _written(self._folder, recording, code)
        except (TimeoutError, OSError, ValueError) as error:
            log.warning("no_transcript", error=type(error).__name__)
            return ""


def build_transcriber(folder: Path | None) -> Transcriber | None:
    """With the municipality's model; None where it brings none."""
    return Transcriber(folder) if folder is not None else None


async def faults(folder: Path, has: Callable[[str], object] = find_spec) -> str:
    """Why no drafts are made with the model in this folder, and what to do; "" = they are."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        return f"{folder} holds no {', '.join(missing)}: give a Whisper model as CTranslate2 has it"
    if has("faster_whisper") is None:
        return "faster-whisper is not installed: pip install 'maatje[transcripts]'"
    try:
        async with asyncio.timeout(LONGEST):
            await _written(folder, b"", "en")
    except (TimeoutError, OSError, ValueError):
        return f"the model in {folder} cannot be loaded, or not in {LONGEST:.0f} seconds: is it whole, is there memory?"
    return ""


async def _written(folder: Path, recording: bytes, code: str) -> str:
    """Raises ValueError where the process failed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.enclosures.transcripts",
        os.fspath(folder),
        code,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**bare(os.environ), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(_threads())},
    )
    try:
        said, _ = await process.communicate(recording)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ValueError("the process failed")
    words = json.loads(said)
    return words if isinstance(words, str) else ""


def _threads() -> int:
    """Half of the machine's: the service goes on beside it."""
    return max(1, (os.cpu_count() or 1) // 2)


def _bind_hands(folder: Path) -> None:
    most = _MEMORY + _COPIES * sum(one.stat().st_size for one in folder.iterdir() if one.is_file())
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    cpu = int(LONGEST) * (_threads() + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def _main(folder: Path, code: str) -> None:
    """Read a recording, write what is said in it; of none (b""), load the model and write nothing."""
    _bind_hands(folder)
    from faster_whisper import WhisperModel, decode_audio

    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=_threads(), local_files_only=True)
    recording, words = sys.stdin.buffer.read(), ""
    # A model of English alone takes every language for English.
    if recording and (model.model.is_multilingual or code == "en"):
        sound = decode_audio(io.BytesIO(recording), sampling_rate=_RATE)[: MOST_SECONDS * _RATE]
        heard, _ = model.transcribe(
            sound,
            language=code,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        sure = [one.text for one in heard if one.no_speech_prob < _SILENCE and one.avg_logprob > _UNSURE]
        words = " ".join("".join(sure).split())[:_MOST_LETTERS]
    sys.stdout.write(json.dumps(words))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
