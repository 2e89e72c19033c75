"""A synthesiser for tests: hums, and remembers what it was to say."""

import numpy as np

from bot.voice.encoding import RATE
from bot.voice.sound import Pcm


def tone(seconds: float, loudness: float = 0.2) -> Pcm:
    """A hum."""
    times = np.arange(int(seconds * RATE)) / RATE
    return Pcm((np.sin(times * 440) * loudness * 32767).astype(np.int16), RATE)


class Beeps:
    """See Synthesiser: says a text by how long it hums; `fails` makes it break."""

    def __init__(self, *locales: str) -> None:
        self._locales = frozenset(locales)
        self.said: list[tuple[str, str, bool]] = []
        self.fails: Exception | None = None

    @property
    def locales(self) -> frozenset[str]:
        return self._locales

    def speak(self, text: str, locale: str, slow: bool = False) -> Pcm:
        if self.fails is not None:
            raise self.fails
        self.said.append((text, locale, slow))
        return tone(0.05 * len(text))
