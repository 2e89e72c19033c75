"""Which letters reach the telephone.

GOV.UK Notify and NotifyNL put every SMS into the GSM alphabet and the Welsh vowels: "ş" becomes "s", and a word in
Arabic, Ge'ez or Cyrillic script becomes a row of question marks (alphagov/notifications-utils, sanitise_text.py). An
installation may let them through all the same. So Notify itself is asked before the first message in a new script: it
shows what a template would become without sending it (POST /v2/template/{id}/preview), and it is asked with the bare
letters, never with somebody's message.
"""

import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.channels.notify.gsm import GSM, folded
from reminders.delivery.channel import Clock

_WELSH = "àèìòùẁỳÀÈÌÒÙẀỲáéíóúẃýÁÉÍÓÚẂÝäëïöüẅÿÄËÏÖÜẄŸâêîôûŵŷÂÊÎÔÛŴŶ"
SURE = GSM | frozenset(_WELSH)
# Persian and Sorani spelling has them between letters; a word without them can still be read.
_JOINERS = frozenset("\u200c\u200d")
# A service may be moved to another installation, or its installation renewed.
KNOWN_FOR = timedelta(days=1)

# Asks Notify what a text would become; None where it cannot say.
Preview = Callable[[str], Awaitable[str | None]]


class SmsCharacters:
    """Remembers what Notify does with each letter. `unicode` settles it without asking."""

    def __init__(self, preview: Preview, clock: Clock, *, unicode: bool | None = None) -> None:
        self._preview = preview
        self._clock = clock
        self._unicode = unicode
        self._passes: dict[str, bool] = {}
        self._since: datetime = clock.now()

    async def lost(self, text: str) -> frozenset[str]:
        """The letters of a text that would not arrive as they are.

        Raises:
            RetryLater: Notify has to be asked, and is out of reach.
        """
        odd = frozenset(text) - SURE - _JOINERS
        if self._unicode is not None:
            return frozenset() if self._unicode else odd
        if self._clock.now() - self._since > KNOWN_FOR:
            self._passes.clear()
            self._since = self._clock.now()
        if unknown := odd - self._passes.keys():
            shown = await self._preview("".join(sorted(unknown)))
            # Where Notify cannot say, the message is sent as it is: its answer shows what it became (`learn`).
            if shown is None:
                return frozenset(char for char in odd if not self._passes.get(char, True))
            self._passes.update((char, char in shown) for char in unknown)
        return frozenset(char for char in odd if not self._passes[char])

    def learn(self, sent: str, became: str) -> bool:
        """Take in what Notify says it made of a text; whether all letters arrived as they are."""
        odd = frozenset(sent) - SURE - _JOINERS
        if self._unicode is None:
            self._passes.update((char, char in became) for char in odd)
        return odd <= frozenset(became)


def readable(text: str, lost: frozenset[str]) -> str | None:
    """A text without the letters that would be lost: folded ones in their place; None where a word would be lost."""
    if not lost:
        return text
    shown = []
    for char in unicodedata.normalize("NFC", text):
        if char not in lost:
            shown.append(char)
        elif (bare := folded(char)) != char:
            shown.append(bare)
        elif unicodedata.category(char)[0] in "LMN":
            return None
    return "".join(shown)
