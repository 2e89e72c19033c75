"""The door of SMS through Notify: a telephone, Notify's counterpart, callbacks over HTTP.

Nothing opens an SMS conversation: `starts(None)` texts START, which the channel hands on as a command. There are no
buttons either: `taps` answers with the number that stands before the label, and `shown` has them in the text.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.notify.gsm import plain
from bot.channels.notify.sms import SmsChannel
from bot.events import InboundEvent
from storage.engine.database import Database
from tests.bot.channels.notify.rig import PERSON, Rig, rigged
from tests.contract.door import Can, Shown

CAN = Can(buttons=False, take_buttons_off=False, files=False)


class SmsDoor:
    """See tests.contract.door.Door."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._last = ("", "")

    @property
    def channel(self) -> SmsChannel:
        return self._rig.sms

    @property
    def heard(self) -> list[InboundEvent]:
        return self._rig.heard

    async def address(self) -> str:
        return PERSON

    async def starts(self, code: str | None) -> None:
        await self.says("START" if code is None else code)

    async def says(self, text: str) -> None:
        self._last = (await self._rig.notify.texts(PERSON, text), text)

    async def taps(self, label: str) -> None:
        for shown in reversed(await self.shown()):
            if (found := re.search(rf"^(\d+) = {re.escape(plain(label))}$", shown.text, re.MULTILINE)) is not None:
                await self.says(found[1])
                return
        raise AssertionError(f"no answer {label!r}")

    async def repeats(self) -> None:
        identifier, text = self._last
        await self._rig.notify.brings_text(identifier, PERSON, text)

    async def shown(self) -> list[Shown]:
        await self._rig.notify.settled()
        return [Shown(line.text) for line in self._rig.notify.sms_of(PERSON) if not line.from_person]

    async def goes_away(self) -> None:
        self._rig.notify.invalidates(PERSON)


@asynccontextmanager
async def sms_door(_database: Database) -> AsyncIterator[SmsDoor]:
    """A started SMS channel and one person's telephone, at a Notify that lets every letter through."""
    async with rigged(unicode=True) as rig:
        rig.notify.unicode = True
        yield SmsDoor(rig)
