"""The door of e-mail: a person's mail program, a real SMTP server, a real IMAP mailbox.

A mail counts as somebody's only when it answers one of ours. So a person writes by answering the newest mail they have,
and gets one before they first do. There are no buttons: `taps` answers with the number before the label.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from bot.channels.email.channel import EmailChannel
from bot.events import InboundEvent
from storage.engine.database import Database
from tests.bot.channels.email.rig import OURS, PERSON, Rig, reply_to, rigged
from tests.bot.channels.notify.rig import rendered
from tests.contract.door import Can, Shown

_FIRST = "900"

CAN = Can(buttons=False, take_buttons_off=False)


class EmailDoor:
    """See tests.contract.door.Door."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._last = b""
        self._before = 0

    @property
    def channel(self) -> EmailChannel:
        return self._rig.channel

    @property
    def heard(self) -> list[InboundEvent]:
        return self._rig.heard

    async def address(self) -> str:
        return PERSON

    async def starts(self, code: str | None) -> None:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Message-ID"] = PERSON, OURS, make_msgid()
        mail["Subject"] = code or ""
        mail.set_content("")
        await self._bring(mail)
        await self.channel.send(PERSON, rendered("Welkom"), reference=_FIRST)
        self._before = len(self._rig.office.mails)

    async def says(self, text: str) -> None:
        await self._bring(reply_to(self._rig.office.mails[-1], text))

    async def taps(self, label: str) -> None:
        for shown in reversed(await self.shown()):
            if (found := re.search(rf"^(\d+)\. {re.escape(label)}$", shown.text, re.MULTILINE)) is not None:
                await self.says(found[1])
                return
        raise AssertionError(f"no answer {label!r}")

    async def repeats(self) -> None:
        await self._brings(self._last)

    async def shown(self) -> list[Shown]:
        return [_shown(mail) for mail in self._rig.office.mails[self._before :]]

    async def goes_away(self) -> None:
        self._rig.office.answers[PERSON] = "550 5.1.1 no such user"

    async def _bring(self, mail: EmailMessage) -> None:
        await self._brings(mail.as_bytes())

    async def _brings(self, raw: bytes) -> None:
        self._last = raw
        wanted = len(self.heard) + self.channel.is_receiving
        await self._rig.brings(raw)
        await self._rig.until(lambda: len(self.heard) >= wanted)


def _shown(mail: EmailMessage) -> Shown:
    body = mail.get_body(("plain",))
    files = [part.get_filename() for part in mail.iter_attachments()]
    return Shown(str(body.get_content()).replace("\r\n", "\n").strip() if body else "", (), next(iter(files), None))


@asynccontextmanager
async def email_door(_database: Database) -> AsyncIterator[EmailDoor]:
    """A started e-mail channel between its servers, and one person's mailbox."""
    async with rigged() as rig:
        yield EmailDoor(rig)
