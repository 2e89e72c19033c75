"""A municipality's own recordings of a human voice, which win over a synthesiser.

The folder has a folder for each locale, and in it two more:

    ti/messages/reminder.ask.ogg          a whole text that never changes, by its catalog key; a text of several lines
                                          has one recording a line: email.signature.1, email.signature.2, …
    ti/pieces/reminder.tomorrow.ogg       the words of a text around what is filled in; where that is in their middle
                                          they are numbered: appointment.when_until.1, appointment.when_until.2
    ti/pieces/reminder.in_days.1-3.ogg    words that change with a number have one recording a number
    ti/pieces/kind.progress_meeting.ogg   a text that is filled into others, by its key
    ti/pieces/weekday-1.ogg … weekday-7   Monday to Sunday; day-1 … day-31; month-1 … month-12; year-2029;
                                          calendar-month-1 … of the reader's other calendar
    ti/pieces/hour-0.ogg … hour-23        the hour of a time; minute-1 … minute-59; part-1 … part-4 the part of the
                                          day, from the night on
    ti/pieces/number-3.ogg                other numbers; euro-340 amounts
    ti/pieces/place-stadhuis-kamer-3.ogg  a place, and name-jan-de-vries a name: small letters and digits, "-" between

Sound may be .ogg, .opus, .wav or .mp3. A sentence is spoken from pieces when all of them are there; names and places
that are not recorded are then said by the Dutch voice. `Speech.sentences` tells which pieces a message needs. The
folder is read once, when the program starts; a broken file is logged and passed over.
"""

import threading
from pathlib import Path
from typing import Final

import structlog

from bot.voice.encoding import decode, even
from bot.voice.sound import Pcm, VoiceFailed
from locales.rendering.languages import LANGUAGES

log = structlog.get_logger(__name__)

_ENDINGS: Final = (".ogg", ".opus", ".wav", ".mp3")
# A recording is a few seconds; larger files are something else, and would hold up everyone.
_MOST_BYTES: Final = 5_000_000


class Recordings:
    """The recordings of a folder; a folder that is not there has none."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[tuple[str, str, str], Path] = {}
        self._broken: set[Path] = set()
        self._lock = threading.Lock()
        for locale in LANGUAGES:
            for kind in ("messages", "pieces"):
                for path in sorted((folder / locale / kind).glob("*")):
                    if path.suffix.lower() in _ENDINGS:
                        self._files.setdefault((locale, kind, path.name[: -len(path.suffix)].casefold()), path)

    def __len__(self) -> int:
        return len(self._files)

    def whole(self, key: str, locale: str) -> Pcm | None:
        """The recording of a text that never changes, or None."""
        return self._sound((locale, "messages", key.casefold())) or self.piece(key, locale)

    def piece(self, name: str, locale: str) -> Pcm | None:
        """The recording of a piece, or None."""
        return self._sound((locale, "pieces", name.casefold()))

    def checked(self) -> dict[str, list[tuple[Path, bool]]]:
        """Every recording by language, and whether it can be used; all are read, so not for a running service."""
        found: dict[str, list[tuple[Path, bool]]] = {}
        for wanted, path in sorted(self._files.items()):
            found.setdefault(wanted[0], []).append((path, self._sound(wanted) is not None))
        return found

    def _sound(self, wanted: tuple[str, str, str]) -> Pcm | None:
        path = self._files.get(wanted)
        if path is None or path in self._broken:
            return None
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise VoiceFailed("too large for a recording")
            return even(decode(path.read_bytes()))
        except (OSError, VoiceFailed) as error:
            with self._lock:
                self._broken.add(path)
            # The name of a piece may be a person's: only its kind and language are logged.
            log.warning("recording_broken", locale=wanted[0], kind=wanted[1], error=type(error).__name__)
            return None
