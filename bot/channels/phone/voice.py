"""The sound of a call: lines become samples for the line, and what many calls say alike is made once."""

from collections import OrderedDict
from collections.abc import Container, Sequence
from typing import Final, Protocol

import numpy as np
import structlog

from bot.channels.phone.carrier import LINE_RATE
from bot.channels.phone.script import CallLine, CallState
from bot.channels.phone.wording import Callee, CallWriter
from bot.voice.sound import Pcm, VoiceFailed
from bot.voice.speech import Speech
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Text
from locales.rendering.render import Rendered

log = structlog.get_logger(__name__)

#: Nothing to be heard.
SILENCE: Final = Pcm(np.zeros(0, np.int16), LINE_RATE)
# A second is 16 kB; the openings of some hundreds of people.
_MOST_BYTES: Final = 24_000_000


class Speaks(Protocol):
    """What makes sound of a speech: bot.voice.speaking.Speaker."""

    async def sound(
        self, speech: Speech, otherwise: Speech | None = None, *, rate: int, slow: bool = False
    ) -> Pcm | None:
        """See there."""

    @property
    def voices(self) -> Container[str]:
        """The languages that are spoken."""

    async def close(self) -> None:
        """Stop."""


class CallVoice:
    """Speaks the lines of calls."""

    def __init__(self, speaker: Speaks, writer: CallWriter) -> None:
        self._speaker = speaker
        self._writer = writer
        self._kept: OrderedDict[tuple[Speech, bool], Pcm] = OrderedDict()
        self._bytes = 0

    async def lines(self, lines: Sequence[CallLine], call: CallState, callee: Callee, message: Rendered | None) -> Pcm:
        """These lines as sound; silence where they cannot be said, which is logged."""
        speeches = [
            self._writer.speech(lines, call, callee, message, locale)
            for locale in dict.fromkeys((callee.locale, SOURCE))
        ]
        return await self._said(speeches, slow=call.slow)

    async def texts(self, texts: Sequence[Text], locale: str) -> Pcm:
        """Loose texts as sound."""
        return await self._said([self._writer.texts(texts, one) for one in dict.fromkeys((locale, SOURCE))])

    async def in_every_language(self, texts: Sequence[Text], *, but: str) -> Pcm:
        """Loose texts one after the other in every language that has a voice, `but` for one."""
        sounds = [await self.texts(texts, one) for one in LANGUAGES if one != but and one in self._speaker.voices]
        return Pcm(np.concatenate([sound.samples for sound in (SILENCE, *sounds)]), LINE_RATE)

    async def close(self) -> None:
        """Stop speaking."""
        await self._speaker.close()

    async def _said(self, speeches: Sequence[Speech], *, slow: bool = False) -> Pcm:
        key = speeches[0], slow
        if (found := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return found
        try:
            made = await self._speaker.sound(
                speeches[0], speeches[-1] if len(speeches) > 1 else None, rate=LINE_RATE, slow=slow
            )
        except VoiceFailed as error:
            log.error("call_without_sound", locale=speeches[0].locale, error=type(error).__name__)
            return SILENCE
        if made is None:
            log.error("call_without_voice", locale=speeches[0].locale)
            return SILENCE
        self._keep(key, made)
        return made

    def _keep(self, key: tuple[Speech, bool], made: Pcm) -> None:
        if key in self._kept:
            return
        self._kept[key] = made
        self._bytes += made.samples.nbytes
        while self._bytes > _MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.samples.nbytes
