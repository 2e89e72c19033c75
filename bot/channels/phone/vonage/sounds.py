"""What is said, at addresses from which Vonage fetches it: each is signed, and gone after minutes or with its call."""

import io
import re
import wave
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Final

from bot.voice.sound import Pcm
from reminders.delivery.channel import Clock
from storage.engine.keys import KeyRing

PATH: Final = "/phone/vonage/sound"
#: Long enough for the sentence that is being said, and a repetition of it.
VALID_FOR: Final = timedelta(minutes=5)
_CONTEXT: Final = "call_sound"
_NAME: Final = re.compile(r"([0-9a-f]{24})-([0-9a-f]{1,10})-([0-9a-f]{32})\.wav")


@dataclass(frozen=True, slots=True)
class _Kept:
    wav: bytes
    until: datetime


class CallSounds:
    """Keeps the sounds of the calls that are on, in memory."""

    def __init__(self, public_url: str, keys: KeyRing, clock: Clock) -> None:
        self._base = f"{public_url}{PATH}"
        self._keys = keys
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def address(self, sound: Pcm) -> tuple[str, str]:
        """Where a sound can be fetched for a while, and its number."""
        now = self._clock.now()
        self._drop_old(now)
        number, until = token_hex(12), now + VALID_FOR
        self._kept[number] = _Kept(wav_of(sound), until)
        named = f"{number}-{int(until.timestamp()):x}"
        return f"{self._base}/{named}-{self._keys.sign(named, _CONTEXT)}.wav", number

    def forget(self, number: str) -> None:
        """It was said."""
        self._kept.pop(number, None)

    def fetch(self, name: str) -> bytes | None:
        """The sound at an address of ours; None for any other, and when it is over."""
        found = _NAME.fullmatch(name)
        if found is None or not self._keys.verify(f"{found[1]}-{found[2]}", _CONTEXT, found[3]):
            return None
        kept = self._kept.get(found[1])
        if kept is None or datetime.fromtimestamp(int(found[2], 16), UTC) <= self._clock.now():
            return None
        return kept.wav

    def _drop_old(self, now: datetime) -> None:
        for number in [number for number, kept in self._kept.items() if kept.until <= now]:
            del self._kept[number]


def wav_of(sound: Pcm) -> bytes:
    """A sound as a WAV file, 16 bits; a silent one has a moment of silence, since a file of nothing is refused."""
    samples = sound.samples.astype("<i2").tobytes() or bytes(2 * (sound.rate // 50))
    with io.BytesIO() as file:
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(sound.rate)
            writer.writeframes(samples)
        return file.getvalue()
