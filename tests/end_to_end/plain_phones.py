"""Telephones and mailboxes without buttons, as far as a conversation needs them: numbers or words are the answers."""

import asyncio
import re
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from bot.channels.notify.gsm import fold, plain
from bot.demo.counterparts.notify import NotifyCounterpart
from bot.demo.counterparts.whatsapp import WhatsAppCounterpart
from locales.rendering.message import Text
from tests.bot.channels.email.rig import OURS, PostOffice, put_into, reply_to
from tests.end_to_end.test_main_job import RENDERER

WITHIN = 20.0
FOLLOWS_WITHIN = 3.0


class SmsPhone:
    """A telephone that only texts. What we send unasked says no more than that there is something to read."""

    def __init__(self, notify: NotifyCounterpart, number: str, locale: str) -> None:
        self._notify = notify
        self._number = number
        self._brief = fold(plain(RENDERER.say(Text("brief.message"), locale)))
        self._mark = 0

    @property
    def texts(self) -> list[str]:
        """What arrived, oldest first."""
        return [fold(plain(sms.text)) for sms in self._notify.sms_of(self._number) if not sms.from_person]

    async def starts(self, code: str | None = None) -> None:
        """Text the code of an invitation, and then the digits that show whose number it is."""
        await self.says(code or "START")
        if code is not None:
            await self._proves(await self.sees(""))

    async def _proves(self, text: str) -> None:
        if digits := _digits_in(text):
            await self.says(digits)

    async def says(self, text: str) -> None:
        """Text something."""
        self._mark = len(self.texts)
        await self._notify.texts(self._number, text)

    async def taps(self, label: str) -> None:
        """Answer with the number that the newest text has for this, or with its words where it has none."""
        await self.says(_number_of(self.texts, fold(plain(label))) or label)

    async def sees(self, wanted: str) -> str:
        """Wait for a text that holds this, or that says where to read it."""
        words = fold(plain(wanted))
        return await _seen(lambda: self.texts[self._mark :], words, self._brief)


class WhatsAppPhone:
    """A telephone with WhatsApp: words, buttons and lists; a menu of many choices is numbered."""

    def __init__(self, meta: WhatsAppCounterpart, number: str) -> None:
        self._meta = meta
        self._number = number
        self._mark = 0

    @property
    def texts(self) -> list[str]:
        """What arrived, oldest first."""
        return [shown.text for shown in self._meta.messages_of(self._number) if not shown.from_person]

    async def starts(self, code: str | None = None) -> None:
        """Send the code that the invitation's link has written already."""
        await self.says(code or "Hallo")

    async def says(self, text: str) -> None:
        """Write something."""
        self._mark = len(self.texts)
        await self._meta.says(self._number, text)

    async def taps(self, label: str) -> None:
        """Press the newest button or row with this label; answer with its number where it is numbered.

        "I come: progress meeting" is the answer of a reminder that may come at any moment, not the choice of that name.
        """
        # A long row is cut at its end, where the Dutch name stands.
        short = label.partition(" (")[0]
        titles = [
            title
            for shown in reversed(self._meta.messages_of(self._number))
            for title, _ in shown.buttons
            if short in title
        ]
        chosen = next((title for title in titles if ": " not in title.partition(short)[0]), None)
        number = _number_of(self.texts, label)
        if chosen is None and (number is not None or not titles):
            await self.says(number or label)
            return
        chosen = chosen or titles[0]
        self._mark = len(self.texts)
        await self._meta.presses(self._number, chosen)

    async def sees(self, wanted: str) -> str:
        """Wait for a message that holds this."""
        return await _seen(lambda: self.texts[self._mark :], wanted)


class MailPhone:
    """A mailbox and who reads it. A mail counts only as the answer to one of ours, as in the contract's door."""

    def __init__(self, office: PostOffice, imap_port: int, address: str, locale: str) -> None:
        self._office = office
        self._imap_port = imap_port
        self._address = address
        self._brief = RENDERER.say(Text("brief.message"), locale)
        self._mark = 0

    @property
    def _mails(self) -> list[EmailMessage]:
        return [mail for mail in self._office.mails if mail["To"] == self._address]

    @property
    def texts(self) -> list[str]:
        """What arrived, oldest first."""
        bodies = [mail.get_body(("plain",)) for mail in self._mails]
        return [str(body.get_content()).replace("\r\n", "\n") for body in bodies if body is not None]

    async def starts(self, code: str | None = None) -> None:
        """Send the mail that the invitation's link has written already, and answer with the digits that come back."""
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Message-ID"] = self._address, OURS, make_msgid()
        mail["Subject"] = code or "Hallo"
        mail.set_content("")
        await self._bring(mail)
        if code is not None:
            await self._proves(await self.sees(""))

    async def _proves(self, text: str) -> None:
        if digits := _digits_in(text):
            await self.says(digits)

    async def says(self, text: str) -> None:
        """Answer the newest mail."""
        await self._answers(self._mails[-1], text)

    async def _answers(self, mail: EmailMessage, text: str) -> None:
        await self._bring(reply_to(mail, text, sender=self._address))

    async def taps(self, label: str) -> None:
        """Answer the newest mail that has choices with the number of this one, or with its words where it has none."""
        number = _number_of(self.texts, label)
        offers = (mail for mail, text in zip(self._mails[::-1], self.texts[::-1], strict=True) if _is_numbered(text))
        await self._answers(next(offers, self._mails[-1]) if number else self._mails[-1], number or label)

    async def sees(self, wanted: str) -> str:
        """Wait for a mail that holds this, or that says where to read it."""
        return await _seen(lambda: self.texts[self._mark :], wanted, self._brief)

    async def _bring(self, mail: EmailMessage) -> None:
        self._mark = len(self.texts)
        await asyncio.to_thread(put_into, self._imap_port, mail.as_bytes())


def _digits_in(text: str) -> str:
    """The six digits that are to be sent back; "" where there are none."""
    found = re.search(r"\b\d{6}\b", text)
    return found[0] if found is not None else ""


def _number_of(texts: Sequence[str], label: str) -> str | None:
    """The number of this answer in the newest text that has any: an older text's numbers hold no more."""
    numbered = next((text for text in reversed(texts) if _is_numbered(text)), "")
    found = re.search(rf"^(\d+)(?: =|\.) [^\n]*{re.escape(label)}", numbered, re.MULTILINE)
    return found[1] if found is not None else None


def _is_numbered(text: str) -> bool:
    return re.search(r"^\d+(?: =|\.) ", text, re.MULTILINE) is not None


async def _seen(texts: Callable[[], Sequence[str]], wanted: str, brief: str | None = None) -> str:
    """The first text that holds what is wanted; or, where it does not follow soon, one that says where to read it.

    A reminder may say so at any moment, also just before the answer that is waited for.
    """
    said = ""
    try:
        async with asyncio.timeout(WITHIN) as ending:
            while (found := next((text for text in texts() if wanted in text), None)) is None:
                if not said and brief is not None:
                    said = next((text for text in texts() if brief in text), "")
                    if said:
                        ending.reschedule(asyncio.get_running_loop().time() + FOLLOWS_WITHIN)
                await asyncio.sleep(0.02)  # another process brings it
            return found
    except TimeoutError:
        if not said:
            raise AssertionError(f"{wanted!r} did not come; there came {list(texts())}") from None
        return said
