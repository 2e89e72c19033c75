"""A small exchange in memory: strict about passwords, loses what it is told to lose, and records the sound it gets."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from aiortp.codecs import get_codec
from aiortp.dtmf import DtmfEvent
from aiortp.packet import RtpPacket
from aiosipua.headers import parse_auth
from aiosipua.message import SipMessage, SipRequest, SipResponse
from aiosipua.sdp import parse_sdp, serialize_sdp

from bot.channels.phone.sip.media import EVENTS, PCMA, offer
from bot.voice.sound import Samples

USER, PASSWORD = "maatje", "a password of the tests"
NONCE = "a nonce of the tests"


@dataclass
class Sink(asyncio.DatagramProtocol):
    """Where sound arrives: each packet with its moment."""

    packets: list[tuple[float, RtpPacket]] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packet = RtpPacket.parse(data)
        if packet.payload_type == PCMA:
            self.packets.append((time.monotonic(), packet))

    @property
    def samples(self) -> Samples:
        """What was heard, without the silences between."""
        codec = get_codec(PCMA)
        return np.concatenate([np.frombuffer(codec.decode(one.payload), np.int16) for _, one in self.packets])

    def presses(self, digit: str, to: tuple[str, int], number: int) -> None:
        """A key, as RFC 4733 has it: its end is said three times."""
        assert self.transport is not None
        for at in range(3):
            event = DtmfEvent(event=int(digit), end=True, volume=10, duration=800).serialize()
            packet = RtpPacket(
                payload_type=EVENTS, sequence_number=number * 10 + at, timestamp=number * 8000, ssrc=7, payload=event
            )
            self.transport.sendto(packet.serialize(), to)


class Exchange(asyncio.DatagramProtocol):
    """Answers REGISTER and INVITE, each with a password. `loses` says how many datagrams of a method go lost first;
    `loses_answers` how many of our own 200 to an INVITE do."""

    def __init__(
        self, sink: Sink, sink_port: int, *, loses: dict[str, int] | None = None, loses_answers: int = 0
    ) -> None:
        self._sink = sink
        self._sink_port = sink_port
        self._loses = Counter(loses or {})
        self._loses_answers = loses_answers
        self.transport: asyncio.DatagramTransport | None = None
        self.heard: Counter[str] = Counter()
        self.let_in: Counter[str] = Counter()
        self.answered_at = 0.0
        self.remote: tuple[str, int] = ("", 0)
        self.responses: asyncio.Queue[SipResponse] = asyncio.Queue()
        self.came: dict[str, asyncio.Event] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    @property
    def address(self) -> tuple[str, int]:
        assert self.transport is not None
        host, port = self.transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    async def hears(self, method: str) -> None:
        """Wait for this kind of request."""
        async with asyncio.timeout(10):
            await self.came.setdefault(method, asyncio.Event()).wait()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = SipMessage.parse(data)
        if isinstance(message, SipResponse):
            self.responses.put_nowait(message)
            return
        assert isinstance(message, SipRequest)
        self.heard[message.method] += 1
        if self._loses[message.method] > 0:
            self._loses[message.method] -= 1
            return
        self.came.setdefault(message.method, asyncio.Event()).set()
        if message.method in ("REGISTER", "INVITE") and not self._knows(message):
            challenge = f'Digest realm="exchange", nonce="{NONCE}", algorithm=MD5, qop="auth"'
            self._answers(message, 401, addr, {"WWW-Authenticate": challenge})
        elif message.method == "INVITE":
            self._takes(message, addr)
        elif message.method != "ACK":
            self.let_in[message.method] += 1
            self._answers(message, 200, addr, {})

    def _takes(self, request: SipRequest, addr: tuple[str, int]) -> None:
        self.let_in["INVITE"] += 1
        found = parse_sdp(request.text).rtp_address
        assert found is not None
        self.remote = found
        self._answers(request, 180, addr, {})
        body = serialize_sdp(offer("127.0.0.1", self._sink_port))
        if self._loses_answers:
            self._loses_answers -= 1
            # As an exchange does that hears no confirmation.
            loop = asyncio.get_running_loop()
            loop.call_later(0.3, lambda: self._answers(request, 200, addr, {"Content-Type": "application/sdp"}, body))
        else:
            self._answers(request, 200, addr, {"Content-Type": "application/sdp"}, body)
        self.answered_at = time.monotonic()

    def _knows(self, request: SipRequest) -> bool:
        """Whether the request has the right answer to our challenge."""
        raw = request.get_header("authorization")
        if raw is None:
            return False
        own = parse_auth(raw).params

        def digest(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret = digest(f"{USER}:exchange:{PASSWORD}")
        what = digest(f"{request.method}:{own['uri']}")
        right = digest(f"{secret}:{NONCE}:{own['nc']}:{own['cnonce']}:{own['qop']}:{what}")
        if own["response"] == right and request.method == "REGISTER":
            self.let_in["REGISTER"] += 1
            assert self.transport is not None
        return own["response"] == right

    def _answers(
        self, request: SipRequest, status: int, addr: tuple[str, int], headers: dict[str, str], body: str = ""
    ) -> None:
        response = SipResponse(status_code=status, reason_phrase="As asked")
        for via in request.headers.get("via"):
            response.headers.append("Via", via)
        for name in ("From", "Call-ID", "CSeq"):
            response.headers.set_single(name, request.headers.get_first(name) or "")
        to = request.headers.get_first("to") or ""
        response.headers.set_single("To", to if "tag=" in to else f"{to};tag=exchange")
        response.headers.set_single("Contact", f"<sip:exchange@127.0.0.1:{self.address[1]}>")
        for name, value in headers.items():
            response.headers.set_single(name, value)
        if body:
            response.text = body
        assert self.transport is not None
        self.transport.sendto(bytes(response), addr)

    def calls(self, to: tuple[str, int], number: str) -> None:
        """Somebody calls through this exchange."""
        request = SipRequest(method="INVITE", uri=f"sip:maatje@{to[0]}:{to[1]}")
        headers = {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{self.address[1]};branch=z9hG4bKcall",
            "From": f"<sip:{number}@127.0.0.1>;tag=caller",
            "To": f"<sip:maatje@{to[0]}>",
            "Call-ID": "a-call-of-the-tests",
            "CSeq": "1 INVITE",
            "Contact": f"<sip:exchange@127.0.0.1:{self.address[1]}>",
            "Max-Forwards": "70",
            "Content-Type": "application/sdp",
        }
        for name, value in headers.items():
            request.headers.set_single(name, value)
        request.text = serialize_sdp(offer("127.0.0.1", self._sink_port))
        assert self.transport is not None
        # Twice, as on a bad network: it rings once.
        self.transport.sendto(bytes(request), to)
        self.transport.sendto(bytes(request), to)

    async def answer_to_call(self) -> SipResponse:
        """Our answer to a call, once it is final; confirmed."""
        async with asyncio.timeout(10):
            while (response := await self.responses.get()).status_code < 200:
                pass
        found = parse_sdp(response.text).rtp_address
        assert found is not None
        self.remote = found
        return response


@asynccontextmanager
async def exchange(
    *, loses: dict[str, int] | None = None, loses_answers: int = 0
) -> AsyncIterator[tuple[Exchange, Sink]]:
    """An exchange at a free port, and where its sound goes."""
    loop = asyncio.get_running_loop()
    sink = Sink()
    sound, _ = await loop.create_datagram_endpoint(lambda: sink, local_addr=("127.0.0.1", 0))
    port = sound.get_extra_info("sockname")[1]
    made = Exchange(sink, port, loses=loses, loses_answers=loses_answers)
    signals, _ = await loop.create_datagram_endpoint(lambda: made, local_addr=("127.0.0.1", 0))
    yield made, sink
    signals.close()
    sound.close()
