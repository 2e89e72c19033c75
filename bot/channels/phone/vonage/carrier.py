"""Calls over Vonage as a carrier: dials, takes calls, and leads what Vonage tells to the call that it is about."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Final

import structlog
from starlette.routing import BaseRoute

from bot.channels.phone.carrier import CarrierDown, DialResult, Incoming, Ringing
from bot.channels.phone.vonage.api import MayHaveDialled, VoiceApi, VonageConfig
from bot.channels.phone.vonage.line import Ncco, VonageLine
from bot.channels.phone.vonage.signatures import WebhookGuard
from bot.channels.phone.vonage.sounds import CallSounds
from bot.channels.phone.vonage.webhooks import ANSWER, EVENT, INPUT, VonageWebhooks
from reminders.delivery.channel import Clock
from storage.engine.keys import KeyRing
from storage.people.telephone import NoTelephone, read_telephone
from storage.vocabulary import CallOutcome

log = structlog.get_logger(__name__)

#: How a call ends that nobody answered, by its status; "failed" has a detail.
ENDS: Final[Mapping[str, CallOutcome]] = {
    "busy": CallOutcome.BUSY,
    "unanswered": CallOutcome.NO_ANSWER,
    "timeout": CallOutcome.NO_ANSWER,
    "cancelled": CallOutcome.NO_ANSWER,
    "completed": CallOutcome.NO_ANSWER,
    "disconnected": CallOutcome.NO_ANSWER,
    "rejected": CallOutcome.REJECTED,
    "failed": CallOutcome.FAILED,
}
_GONE: Final = frozenset({"number_out_of_service", "invalid_number"})


@dataclass(slots=True, eq=False)
class _Call:
    """A call. `decided` is None once it is answered, else why it was not."""

    token: str
    decided: "asyncio.Future[CallOutcome | None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    uuid: str = ""
    line: VonageLine | None = None
    has_sign: bool = False

    def decide(self, outcome: CallOutcome | None) -> None:
        """Once."""
        if not self.decided.done():
            self.decided.set_result(outcome)


class VonageCarrier:
    """Keeps bot.channels.phone.carrier.Carrier."""

    def __init__(self, config: VonageConfig, keys: KeyRing, clock: Clock) -> None:
        self._base = config.public_url
        self._api = VoiceApi(config, clock)
        self._sounds = CallSounds(config.public_url, keys, clock)
        self._webhooks = VonageWebhooks(self, WebhookGuard(config, clock), self._sounds)
        self._calls: dict[str, _Call] = {}
        self._by_uuid: dict[str, _Call] = {}
        self._ringing: Ringing | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[BaseRoute]:
        """The addresses that Vonage calls."""
        return self._webhooks.routes()

    async def start(self, ringing: Ringing) -> None:
        """See Carrier. Nothing is asked of Vonage before there is a call."""
        self._ringing = ringing

    async def dial(self, number: str, *, ring: float) -> DialResult:
        """See Carrier."""
        call = self._opened()
        try:
            async with asyncio.timeout(ring):
                try:
                    call.uuid = await self._api.call(
                        number,
                        ring=max(1, int(ring)),
                        answer_url=f"{self._base}{ANSWER}/{call.token}",
                        event_url=f"{self._base}{EVENT}/{call.token}",
                    )
                    call.has_sign = True
                except MayHaveDialled:
                    log.warning("vonage_did_not_answer")
                outcome = await call.decided
        except TimeoutError:
            outcome = CallOutcome.NO_ANSWER if call.has_sign else CallOutcome.FAILED
            if call.uuid:
                await self._api.hang_up(call.uuid)
        except CarrierDown:
            self._ended(call)
            raise
        if outcome is None and call.line is not None:
            return DialResult(call.line)
        self._ended(call)
        return DialResult(outcome=outcome or CallOutcome.FAILED)

    async def stop(self) -> None:
        """Take no calls any more."""
        self._ringing = None

    async def close(self) -> None:
        """See Carrier."""
        for call in [*self._calls.values()]:
            if call.line is not None:
                await call.line.hang_up()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._api.close()

    async def answered(self, token: str, uuid: str) -> Ncco | None:
        """A call of ours was answered: what is said first. None = it is nobody's any more."""
        call = self._calls.get(token)
        if call is None or (call.decided.done() and call.line is None):
            return None
        self._know(call, uuid)
        if call.line is None:
            call.line = self._line(call)
            call.decide(None)
        return await call.line.follow(0, "")

    async def called(self, uuid: str, caller: str, called: str) -> Ncco | None:
        """Somebody calls us: what is said first. None = no calls are taken."""
        if self._ringing is None:
            return None
        call = self._by_uuid.get(uuid)
        if call is None or call.line is None:
            call = self._opened()
            self._know(call, uuid)
            call.decide(None)
            call.line = self._line(call)
            self._aside(self._ringing(Incoming(_number(caller), call.line, _number(called))))
        return await call.line.follow(0, "")

    async def pressed(self, token: str, step: int, digits: str) -> Ncco | None:
        """A key of a call, or that none came: what is next. None = the call is over."""
        call = self._calls.get(token)
        if call is None or call.line is None:
            return None
        return await call.line.follow(step, digits)

    def happened(self, token: str, uuid: str, status: str, detail: str) -> None:
        """What became of a call so far."""
        call = self._calls.get(token) if token else self._by_uuid.get(uuid)
        if call is None:
            return
        self._know(call, uuid)
        call.has_sign = True
        outcome = ENDS.get(status)
        if outcome is None:
            return
        log.info("vonage_call_ended", status=status, detail=detail)
        call.decide(CallOutcome.GONE if detail in _GONE else outcome)
        if call.line is not None:
            call.line.over()
            self._ended(call)

    def _opened(self) -> _Call:
        token = token_urlsafe(18)
        call = self._calls[token] = _Call(token)
        return call

    def _line(self, call: _Call) -> VonageLine:
        async def end() -> None:
            self._ended(call)
            if call.uuid:
                await self._api.hang_up(call.uuid)

        return VonageLine(self._sounds, lambda step: f"{self._base}{INPUT}/{call.token}/{step}", end)

    def _know(self, call: _Call, uuid: str) -> None:
        if uuid:
            call.uuid = uuid
            self._by_uuid[uuid] = call

    def _ended(self, call: _Call) -> None:
        self._calls.pop(call.token, None)
        self._by_uuid.pop(call.uuid, None)

    def _aside(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._is_done)

    def _is_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("vonage_call_failed", error=type(error).__name__)


def _number(digits: str) -> str:
    """E.164, as Vonage writes it without its plus; "" where it is withheld, or none."""
    try:
        return read_telephone(f"+{digits.removeprefix('+')}").number
    except NoTelephone:
        return ""
