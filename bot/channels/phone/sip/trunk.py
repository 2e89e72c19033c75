"""Calls over a SIP trunk or the municipality's own telephone exchange, by aiosipua and aiortp.

Registers where it has a password, dials, takes calls, and follows the other side when it moves its sound. What a
refusal means is one table.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final

import structlog
from aiortp import PortAllocator, RTPSession
from aiosipua import IncomingCall, OutgoingCall, Registration, SipDigestAuth, SipUAC, SipUAS, negotiate_sdp
from aiosipua.dialog import DialogState
from aiosipua.headers import stringify_uri
from aiosipua.message import SipResponse
from aiosipua.sdp import SdpMessage
from aiosipua.sdp_negotiate import SdpNegotiationError

from bot.channels.phone.carrier import CarrierDown, DialResult, Incoming, Ringing
from bot.channels.phone.sip.dialling import number_in, resolved, why_not_answered
from bot.channels.phone.sip.media import PCMA, PCMU, NoCommonCodec, SipLine, SipMedia, agreed, offer, opened, stream_of
from bot.channels.phone.sip.pacing import Pacer
from bot.channels.phone.sip.transport import ReliableUdp, acknowledgement
from storage.vocabulary import CallOutcome

log = structlog.get_logger(__name__)

AGENT: Final = "Maatje"
# A call that nobody ends is found dead after half an hour (RFC 4028).
_SESSION_SECONDS: Final = 1800
_REGISTER_AGAIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class SipConfig:
    """A trunk. `bind` is where we listen, `advertised` how others reach us ("" = the same), `rtp_ports` the ports of
    sound, `plus` what the trunk wants before a country code ("+" or "00"), `number` from which we call."""

    server: tuple[str, int]
    number: str
    domain: str = ""
    user: str = ""
    password: str = ""
    bind: tuple[str, int] = ("0.0.0.0", 5060)  # noqa: S104 - a trunk is reached from where the machine stands
    advertised: str = ""
    rtp_ports: tuple[int, int] = (10_000, 10_400)
    plus: str = "+"


class SipCarrier:
    """Keeps bot.channels.phone.carrier.Carrier."""

    def __init__(self, config: SipConfig) -> None:
        self._config = config
        self._ports = PortAllocator(config.rtp_ports)
        self._pacer = Pacer()
        self._transport: ReliableUdp | None = None
        self._uac: SipUAC | None = None
        self._uas: SipUAS | None = None
        self._registration: Registration | None = None
        self._server = config.server
        self._ringing: Ringing | None = None
        self._lines: dict[str, SipLine] = {}
        # Calls that we gave up while they rang: whoever answers in that moment is told that it is over.
        self._given_up: OrderedDict[str, OutgoingCall] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, ringing: Ringing) -> None:
        """Listen, and register where there is a password. A trunk out of reach is tried again."""
        self._ringing = ringing
        if self._transport is not None:
            return
        try:
            self._server = await resolved(self._config.server)
            await self._listen()
        except OSError as error:
            log.error("sip_not_started", error=type(error).__name__)
            return
        if self._config.password:
            self._register()

    async def dial(self, number: str, *, ring: float) -> DialResult:
        """See Carrier."""
        if self._uac is None or self._transport is None:
            raise CarrierDown("not_listening")
        try:
            port, _ = await self._ports.allocate()
        except RuntimeError:
            raise CarrierDown("no_free_port") from None
        call = self._uac.send_invite(
            self._uri(self._config.user or self._dialled(self._config.number)),
            self._uri(self._dialled(number)),
            self._server,
            offer(self._host(), port),
            user_agent=AGENT,
            auth=self._credentials(),
            session_expires=_SESSION_SECONDS,
        )
        try:
            outcome = await why_not_answered(call, self._uac, ring, self._give_up)
            if outcome is not None:
                return DialResult(outcome=outcome)
            return await self._connected(call, port)
        finally:
            if call.call_id not in self._lines:
                await self._ports.release(port)

    async def stop(self) -> None:
        """Take no calls any more."""
        self._ringing = None
        if self._registration is not None and self._uac is not None:
            self._registration.unregister()
            self._registration = None

    async def close(self) -> None:
        """End what is left, and close."""
        for line in [*self._lines.values()]:
            await line.hang_up()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)
        for task in [*self._tasks]:
            task.cancel()
        if self._uas is not None:
            await self._uas.stop()
        self._transport = self._uac = self._uas = None

    async def _listen(self) -> None:
        transport = ReliableUdp(self._config.bind)
        # Before anybody may call: the first import builds the tables of G.711.
        await asyncio.to_thread(__import__, "aiortp.codecs.g711")
        uac = SipUAC(transport)
        uas = SipUAS(transport, user_agent=AGENT, uac=uac, session_expires=_SESSION_SECONDS)
        uas.on_invite = self._is_called
        uas.on_bye = lambda call, _request: self._is_over(call.call_id)
        uas.on_reinvite = self._is_moved
        transport.answered = self._has_answer
        await uas.start()
        uac.advertised_addr = uas.advertised_addr = (self._host(transport), transport.local_addr[1])
        self._transport, self._uac, self._uas = transport, uac, uas

    def _host(self, transport: ReliableUdp | None = None) -> str:
        """The address by which the other side reaches us: as set, or the one from which it is reached."""
        if self._config.advertised:
            return self._config.advertised
        bound = (transport or self._transport or ReliableUdp(self._config.bind)).local_addr[0]
        if bound not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            return bound
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(self._server)
            return str(probe.getsockname()[0])

    def _credentials(self) -> SipDigestAuth | None:
        own = self._config
        return SipDigestAuth(own.user, own.password) if own.password else None

    def _uri(self, user: str) -> str:
        return f"sip:{user}@{self._config.domain or self._config.server[0]}"

    def _dialled(self, number: str) -> str:
        return number.replace("+", self._config.plus, 1)

    def _register(self) -> None:
        if self._uac is None:
            return
        self._registration = Registration(
            self._uac, self._uri(self._config.user), self._server, auth=self._credentials(), user_agent=AGENT
        )
        self._registration.on_failed = lambda _one, status, _reason: self._is_refused(status)
        self._registration.on_expired = lambda _one: self._is_refused(0)
        self._registration.register()

    def _is_refused(self, status: int) -> None:
        log.error("sip_not_registered", status=status)

        async def again() -> None:
            await asyncio.sleep(_REGISTER_AGAIN)
            if self._registration is not None:
                self._registration.register()

        self._aside(again())

    def _give_up(self, call: OutgoingCall) -> None:
        """End a call that rings."""
        if self._uac is None:
            return
        self._given_up[call.call_id] = call
        while len(self._given_up) > 200:
            self._given_up.popitem(last=False)
        call.cancel(self._uac)

    def _has_answer(self, response: SipResponse) -> None:
        """A final answer came: where it says yes, the other side's own address is the one to talk to from now on; to a
        call that we gave up meanwhile it is said that it is over."""
        call_id = response.call_id or ""
        if not 200 <= response.status_code < 300 or self._uac is None or self._transport is None:
            return
        call = self._uac.get_call(call_id)
        late = self._given_up.pop(call_id, None)
        for one in (call, late):
            if one is not None and (contact := response.contact) and contact[0].uri is not None:
                one.dialog.remote_target = stringify_uri(contact[0].uri)
                one.dialog.route_set = list(reversed(response.headers.get("record-route")))
        if late is not None and call is None:
            self._transport.send(acknowledgement(late.invite, response, self._transport.local_addr), late.remote_addr)
            tag = response.to_addr.tag if response.to_addr is not None else None
            late.dialog.remote_tag = tag or ""
            late.dialog.state = DialogState.CONFIRMED
            self._uac.send_bye(late.dialog, late.remote_addr)

    async def _connected(self, call: OutgoingCall, port: int) -> DialResult:
        uac = self._uac
        try:
            media = agreed(call.sdp_answer) if call.sdp_answer is not None else None
        except NoCommonCodec:
            media = None
        if media is None or uac is None:
            log.warning("call_without_common_codec")
            if uac is not None:
                call.hangup(uac)
            return DialResult(outcome=CallOutcome.FAILED)
        session = await opened(media, self._config.bind[0], port)
        return DialResult(self._holds(call.call_id, session, media, port, lambda: call.hangup(uac)))

    def _holds(
        self, call_id: str, session: RTPSession, media: SipMedia, port: int, end: Callable[[], object]
    ) -> SipLine:
        """A line over this sound; when either side ends it, everything of it is let go."""
        ended = asyncio.Event()
        stream = stream_of(session, media)
        line = self._lines[call_id] = SipLine(session, stream, port, ended)
        self._pacer.begin(stream)

        async def until_over() -> None:
            try:
                await ended.wait()
            finally:
                self._lines.pop(call_id, None)
                end()
                self._pacer.end(stream)
                await session.close()
                await self._ports.release(port)

        self._aside(until_over())
        return line

    def _is_over(self, call_id: str) -> None:
        """The other side hung up."""
        if (line := self._lines.get(call_id)) is not None:
            line.over()
            self._aside(line.hang_up())

    def _is_moved(self, call: IncomingCall) -> None:
        """A re-INVITE: hold, another place for the sound, or a sign of life."""
        line = self._lines.get(call.call_id)
        if line is None:
            call.reject(481)
            return
        if call.sdp_offer is None:
            call.accept(offer(self._host(), line.port))
            return
        try:
            line.moved(agreed(call.sdp_offer))
            answer, _ = negotiate_sdp(call.sdp_offer, self._host(), line.port, [PCMA, PCMU])
        except (NoCommonCodec, SdpNegotiationError):
            call.reject(488)
            return
        call.accept(answer)

    def _is_called(self, call: IncomingCall) -> None:
        """Somebody calls us."""
        if self._ringing is None or call.sdp_offer is None:
            call.reject(480 if self._ringing is None else 488)
            return
        self._aside(self._takes(call, call.sdp_offer, self._ringing))

    async def _takes(self, call: IncomingCall, description: SdpMessage, ringing: Ringing) -> None:
        try:
            port, _ = await self._ports.allocate()
        except RuntimeError:
            call.reject(486)
            return
        try:
            media = agreed(description)
            answer, _ = negotiate_sdp(description, self._host(), port, [PCMA, PCMU], dtmf_payload_type=media.events)
        except (NoCommonCodec, SdpNegotiationError):
            await self._ports.release(port)
            call.reject(488)
            return
        session = await opened(media, self._config.bind[0], port)
        line = self._holds(call.call_id, session, media, port, call.hangup)
        call.accept(answer)
        await ringing(Incoming(number_in(call.caller), line, number_in(call.callee)))

    def _aside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._is_done)

    def _is_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("sip_call_failed", error=type(error).__name__)
