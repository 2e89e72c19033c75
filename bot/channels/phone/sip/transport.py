"""SIP messages over UDP, as aiosipua's agents want them sent, with what they leave to a transport.

aiosipua's own UDP transport asserts a class of the event loop that neither CPython 3.11 nor uvloop has; it sends each
request once, although UDP loses some; and it does not confirm (ACK) a refusal, which the other side then repeats for
half a minute. RFC 3261, 17.1.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

import structlog
from aiosipua.headers import Via, stringify_via
from aiosipua.message import SipMessage, SipRequest, SipResponse
from aiosipua.transport import SipTransport
from aiosipua.utils import generate_branch

log = structlog.get_logger(__name__)

# RFC 3261, 17.1.1.1: the round trip that is assumed, the longest pause, and after how long a request is given up.
_T1: Final = 0.5
_T2: Final = 4.0
_GIVE_UP: Final = 32.0
_REMEMBERED: Final = 2_000

Address = tuple[str, int]
K = TypeVar("K")
V = TypeVar("V")
Answered = Callable[[SipResponse], None]


class ReliableUdp(SipTransport):
    """UDP with repetition. `answered` is shown each final answer to an INVITE before the agents are."""

    def __init__(self, local_addr: Address, advertised: Address | None = None) -> None:
        super().__init__(local_addr=local_addr)
        self.advertised = advertised
        self.answered: Answered = lambda _response: None
        self._udp: asyncio.DatagramTransport | None = None
        # Requests that wait for an answer, by branch and method, and those that were repeated to us.
        self._repeats: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._came_from: OrderedDict[tuple[str, str], Address] = OrderedDict()
        # Where an INVITE went, so that its refusal can be confirmed there.
        self._invites: OrderedDict[str, tuple[SipRequest, Address]] = OrderedDict()

    async def start(self) -> None:
        """Bind.

        Raises:
            OSError: the address is not ours, or in use.
        """
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: _Protocol(self), local_addr=self.local_addr)

    async def stop(self) -> None:
        """Close; nothing is repeated any more."""
        for timer in self._repeats.values():
            timer.cancel()
        self._repeats.clear()
        if self._udp is not None:
            self._udp.close()
            self._udp = None

    def opened(self, udp: asyncio.DatagramTransport) -> None:
        """The socket is bound."""
        self._udp = udp
        host, port = udp.get_extra_info("sockname")[:2]
        self.local_addr = (str(host), int(port))

    def send(self, message: SipRequest | SipResponse, addr: Address) -> None:
        """Send a message; a request is repeated until something answers."""
        self._put(bytes(message), addr)
        branch = _branch_of(message)
        if isinstance(message, SipResponse) or message.method == "ACK" or not branch:
            return
        if message.method == "INVITE":
            _keep(self._invites, branch, (message, addr))
        self._repeat((branch, message.method), bytes(message), addr, _T1, _GIVE_UP)

    def send_reply(self, response: SipResponse) -> None:
        """Send an answer to where its request came from."""
        method = response.cseq.method if response.cseq is not None else ""
        where = self._came_from.get((_branch_of(response), method))
        if where is None:
            log.warning("sip_answer_without_request", status=response.status_code)
            return
        self.send(response, where)

    def received(self, data: bytes, addr: Address) -> None:
        """Something came."""
        try:
            message = SipMessage.parse(data)
        except ValueError:
            log.warning("sip_not_readable", bytes=len(data))
            return
        if isinstance(message, SipResponse):
            self._is_answered(message, addr)
        elif not self._is_new(message, addr):
            return
        if self.on_message is not None:
            self.on_message(message, addr)

    def _is_new(self, request: SipRequest, addr: Address) -> bool:
        """Whether a request did not come before: a repeated INVITE must not ring twice."""
        key = _branch_of(request), request.method
        known = key in self._came_from
        _keep(self._came_from, key, addr)
        return not known or request.method != "INVITE"

    def _is_answered(self, response: SipResponse, addr: Address) -> None:
        branch = _branch_of(response)
        method = response.cseq.method if response.cseq is not None else ""
        timer = self._repeats.pop((branch, method), None)
        if timer is not None:
            timer.cancel()
        if method != "INVITE" or response.status_code < 200:
            return
        if response.status_code >= 300 and (sent := self._invites.get(branch)) is not None:
            self._put(bytes(_confirmation(sent[0], response)), sent[1])
        self.answered(response)

    def _repeat(self, key: tuple[str, str], data: bytes, addr: Address, pause: float, left: float) -> None:
        def again() -> None:
            self._repeats.pop(key, None)
            if left > pause:
                self._put(data, addr)
                longest = left if key[1] == "INVITE" else _T2
                self._repeat(key, data, addr, min(pause * 2, longest), left - pause)

        self._repeats[key] = asyncio.get_running_loop().call_later(pause, again)

    def _put(self, data: bytes, addr: Address) -> None:
        if self._udp is not None and not self._udp.is_closing():
            self._udp.sendto(data, addr)


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, owner: ReliableUdp) -> None:
        self._owner = owner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No isinstance: what the loops hand over keeps this interface without being of the class.
        self._owner.opened(transport)  # type: ignore[arg-type]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._owner.received(data, (str(addr[0]), int(addr[1])))

    def error_received(self, exc: Exception) -> None:
        # Nobody listens there: the request is repeated, and then given up.
        log.info("sip_not_delivered", error=type(exc).__name__)


def acknowledgement(invite: SipRequest, response: SipResponse, via: Address) -> SipRequest:
    """The ACK of a 2xx, which is a transaction of its own (RFC 3261, 13.2.2.4)."""
    request = _confirmation(invite, response)
    request.headers.set_single(
        "Via",
        stringify_via(
            Via(transport="UDP", host=via[0], port=via[1], params={"branch": generate_branch(), "rport": None})
        ),
    )
    return request


def _confirmation(invite: SipRequest, response: SipResponse) -> SipRequest:
    """The ACK of a refusal: the INVITE's own branch, the To of the answer (RFC 3261, 17.1.1.3)."""
    request = SipRequest(method="ACK", uri=invite.uri)
    for name, of in (("Via", invite), ("From", invite), ("To", response), ("Call-ID", invite)):
        value = of.headers.get_first(name)
        if value:
            request.headers.set_single(name, value)
    number = response.cseq.seq if response.cseq is not None else 1
    request.headers.set_single("CSeq", f"{number} ACK")
    request.headers.set_single("Max-Forwards", "70")
    for route in invite.headers.get("route"):
        request.headers.append("Route", route)
    return request


def _branch_of(message: SipRequest | SipResponse) -> str:
    vias = message.via
    return (vias[0].branch or "") if vias else ""


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)
