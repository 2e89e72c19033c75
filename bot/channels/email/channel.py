"""E-mail as a channel (see bot.channels.base.Channel)."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.actions.acting import Proof
from bot.channels.base import Capabilities, News, NewsState, Receipt, Receive, Report, RetryLater, SentWords
from bot.channels.email.calendar_answers import pressed_in
from bot.channels.email.config import EmailConfig
from bot.channels.email.mailbox import Mailbox
from bot.channels.email.reading import (
    CHANNEL,
    Bounced,
    HeardMail,
    Nothing,
    OpenedMail,
    claimed_in,
    heard_in,
    open_mail,
    part_of,
)
from bot.channels.email.replies import Ours
from bot.channels.email.sending import CAME_BACK, PAUSE, Outbound
from bot.channels.email.tokens import Tokens
from bot.channels.email.writing import Envelope, mail_of
from bot.events import InboundEvent, Left, Media, Payload, Unheard
from locales.rendering.languages import LANGUAGES, SOURCE, find_language
from locales.rendering.message import Style, Text
from locales.rendering.render import Block, Rendered, Renderer
from reminders.delivery.channel import Clock
from reminders.intents import Act, act_of

log = structlog.get_logger(__name__)

# What a receipt has room for (storage.outbox.message.Message.provider_ref).
LONGEST_ID = 120


def _asks_for_words(message: Rendered) -> bool:
    """Whether a reply in own words would reach somebody, which its writer should know before (bot.dialogue.answers)."""
    return any(act_of(b.intent) in (Act.WRITE, Act.REPLY) for row in message.buttons for b in row)


async def _nobodys(_address: str) -> bool:
    return False


class EmailChannel:
    """Sends over SMTP and reads answers over IMAP; `sign` is a keyed signature as hex, `report` takes bounces."""

    name = CHANNEL
    # Mail is read on other people's screens; and it is slow, so nothing is made of silence (no receipts but bounces).
    capabilities = Capabilities(
        dials=True, buttons=False, per_second=10, confidential=False, calendar=True, cost=1, media=True
    )

    def __init__(
        self,
        config: EmailConfig,
        *,
        clock: Clock,
        report: Report,
        sign: Callable[[str], str],
        signatures: Callable[[str], Sequence[str]] | None = None,
        renderer: Renderer,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        is_known: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        """`is_known` says whether an address is a way of somebody in guidance; without it nobody's is."""
        self._config = config
        self._clock = clock
        self._report = report
        self._renderer = renderer
        self._tokens = Tokens(sign, config.from_address, clock.now, signatures)
        self._outbound = Outbound(config)
        self._mailbox = Mailbox(config, self.take, sleep) if config.imap_host else None
        self._ours = Ours(frozenset({config.from_address}), ("Maatje", config.from_name))
        self._is_known = is_known or _nobodys
        self._sent_words: SentWords | None = None
        # Until when nothing is sent, because mails came back for what we are.
        self._held_until: datetime | None = None
        self._receive: Receive | None = None
        self._reading: asyncio.Task[None] | None = None

    def routes(self) -> Sequence[BaseRoute]:
        """Unsubscribing: a page for people, one request for mail programs (RFC 8058)."""
        path = "/email/unsubscribe/{token}"
        return (
            Route(path, self._ask_unsubscribe, methods=["GET"]),
            Route(path, self._unsubscribe, methods=["POST"]),
        )

    async def start(self, receive: Receive) -> None:
        """Begin to read the mailbox, in the background."""
        self._receive = receive
        if self._mailbox is not None:
            self._reading = asyncio.create_task(self._mailbox.run())

    async def stop(self) -> None:
        """Read nothing more. A mail in hand is finished by the inbox, or comes again: it is not marked yet."""
        self._receive = None
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    @property
    def is_receiving(self) -> bool:
        """Whether it was started and not stopped."""
        return self._receive is not None

    async def close(self) -> None:
        """Close the connection to the server."""
        await self._outbound.close()

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Hand over one mail. A repeat has the same Message-ID, which mailboxes show once.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel.
        """
        if self._held_until is not None and (left := self._held_until - self._clock.now()) > timedelta(0):
            raise RetryLater(CAME_BACK, left)
        if self._mailbox is not None and _asks_for_words(message):
            hint = self._renderer.say(Text("consultant.own_words"), message.locale)
            message = replace(message, blocks=(*message.blocks, Block(hint, Style.NORMAL, message.locale)))
        mail = mail_of(message, Envelope(address, reference, self._clock.now()), self._config, self._tokens)
        await self._outbound.send(mail, address)
        return Receipt(self._tokens.message_id(reference, address)[1:-1][:LONGEST_ID])

    async def take(self, uid: str, raw: bytes) -> None:
        """One mail from the mailbox. Raises when it must come again."""
        server = self._config.auth_server
        # Beside the loop: a large or hostile mail takes its time.
        opened = await asyncio.to_thread(open_mail, raw, uid, self._tokens, self._ours, server)
        if isinstance(opened, OpenedMail):
            marked, address = opened.marked, opened.address
            answers = self._tokens.answered(marked, address) or self._tokens.quoted(marked, address)
            if answers is not None and self._sent_words is not None and (sent := await self._sent_words(answers)):
                # What we said in it is known: read once more, with it.
                known = replace(self._ours, sent=sent.forms, choices=sent.choices)
                opened = await asyncio.to_thread(open_mail, raw, uid, self._tokens, known, server)
        match await self._heard(opened, uid) if isinstance(opened, OpenedMail) else opened:
            case HeardMail() as heard:
                for event in self._events(heard):
                    await self._hand_on(event)
            case Bounced() as bounced:
                if bounced.ours:
                    # Others' would come back as well: nothing more goes out before somebody had time to look.
                    self._outbound.to_mend.needed(CAME_BACK)
                    self._held_until = self._clock.now() + PAUSE
                sent_as = bounced.message_id[:LONGEST_ID]
                await self._report(News(CHANNEL, NewsState.FAILED, sent_as, reason=bounced.reason, gone=bounced.gone))
            case Nothing(why=why, address=address):
                log.info("mail_left_aside", why=why)
                if address:
                    await self._hand_on(self._unheard(why, address))

    async def _heard(self, opened: OpenedMail, uid: str) -> HeardMail | Nothing:
        """What a mail says; one that answers none of ours is heard where its sender is somebody's address, as a text
        message would be."""
        heard = heard_in(opened, uid, self._tokens)
        if isinstance(heard, Nothing) and heard.why == "unproved" and await self._is_known(opened.address):
            return claimed_in(opened, uid) or heard
        return heard

    def _events(self, heard: HeardMail) -> Iterator[InboundEvent]:
        """What a mail brings, in order: an answer to an invitation with what was written to it, words, files."""
        payloads: list[Payload] = [heard.payload, *heard.also]
        if heard.calendar is not None:
            pressed = pressed_in(heard.calendar, self._renderer)
            # Programs put the comment, or "Accepted: …", into the mail as well.
            payloads = [pressed, *(one for one in payloads if isinstance(one, Media))]
        for place, payload in enumerate(payloads):
            event_id = f"{heard.event_id}:{place}" if place else heard.event_id
            yield InboundEvent(
                CHANNEL,
                heard.address,
                event_id,
                payload,
                answers=heard.answers,
                proof=heard.proof,
                checked=heard.checked,
            )

    def _unheard(self, why: str, address: str) -> InboundEvent:
        """That a mail could not be used: said once a day for one reason, whoever writes in somebody's name."""
        day = self._clock.now().date().isoformat()
        name = hashlib.sha256(f"{why}|{address}|{day}".encode()).hexdigest()[:40]
        return InboundEvent(CHANNEL, address, f"unheard:{name}", Unheard(why), proof=Proof.CLAIMED)

    async def _hand_on(self, event: InboundEvent) -> None:
        if self._receive is None:
            raise ConnectionError("the channel is stopping")
        await self._receive(event)

    def compare_with(self, sent_words: SentWords) -> None:
        """From now on what people quote is told by comparing with what we sent; without it by the form of a mail."""
        self._sent_words = sent_words

    async def fetch(self, file: str) -> bytes | None:
        """A photo or sound that was attached to a mail; None when it is not there any more. Never raises."""
        uid, _, number = file.rpartition(":")
        raw = await self._mailbox.fetch(uid) if self._mailbox is not None and number.isdecimal() else None
        return part_of(raw, int(number)) if raw is not None else None

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Nothing: a mail stays as it is; an answer that came before is known to the dialogue."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing."""

    def link(self, code: str) -> str | None:
        """A mail with the code in its subject; None where nobody reads our mailbox."""
        return f"mailto:{self._config.from_address}?subject={quote(code)}" if self._config.imap_host else None

    async def _ask_unsubscribe(self, request: Request) -> Response:
        """Only asks: mail programs open links by themselves."""
        if self._tokens.unsubscribed(request.path_params["token"]) is None:
            return Response(status_code=404)
        wished = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
        locale = find_language(wished) or SOURCE
        question = escape(self._renderer.say(Text("email.unsubscribe_ask"), locale))
        button = escape(self._renderer.say(Text("email.unsubscribe"), locale))
        direction = LANGUAGES[locale].direction.value
        return HTMLResponse(
            f'<!doctype html><html lang="{locale.replace("_", "-")}" dir="{direction}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>Maatje</title>'
            f'<h1>{question}</h1><form method="post"><button type="submit">{button}</button></form></html>'
        )

    async def _unsubscribe(self, request: Request) -> Response:
        address = self._tokens.unsubscribed(request.path_params["token"])
        if address is None:
            return Response(status_code=404)
        if self._receive is None:
            return Response(status_code=503)
        moment = self._clock.now().isoformat()
        # The link travels with every forward of the mail.
        event = InboundEvent(CHANNEL, address, f"unsubscribe:{moment}", Left(), proof=Proof.CLAIMED)
        try:
            await self._receive(event)
        except Exception as error:
            log.error("unsubscribe_not_handled", error=type(error).__name__)
            return Response(status_code=503)
        wished = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
        locale = find_language(wished) or SOURCE
        return HTMLResponse(
            f"<!doctype html><meta charset=utf-8><p>{escape(self._renderer.say(Text('email.unsubscribed'), locale))}"
        )
