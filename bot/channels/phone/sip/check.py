"""Asks a SIP server whether it is there (OPTIONS), for `maatje doctor`."""

import asyncio
from typing import Final

from bot.channels.kind import Diagnosis

_WAIT: Final = 4.0
_ASK: Final = (
    "OPTIONS sip:{host} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {own}:{port};branch=z9hG4bKmaatje{port};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:doctor@{own}>;tag=maatje\r\nTo: <sip:{host}>\r\n"
    "Call-ID: doctor-{port}@{own}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:doctor@{own}:{port}>\r\nContent-Length: 0\r\n\r\n"
)


class _CameBack(asyncio.DatagramProtocol):
    def __init__(self, came: "asyncio.Future[bytes]") -> None:
        self._came = came

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._came.done():
            self._came.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._came.done():
            self._came.set_exception(exc)


async def asked(server: tuple[str, int]) -> Diagnosis:
    """Whether a SIP server answers; whether it lets us in shows with the first call."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[bytes] = loop.create_future()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _CameBack(came), remote_addr=server)
    except OSError:
        return Diagnosis("phone", "fault", "the SIP server's name is not known; look at MAATJE_PHONE_SIP_SERVER")
    try:
        own, port = transport.get_extra_info("sockname")[:2]
        transport.sendto(_ASK.format(host=server[0], own=own, port=port).encode())
        async with asyncio.timeout(_WAIT):
            answer = await came
    except (TimeoutError, OSError):
        text = "the SIP server does not answer; look at MAATJE_PHONE_SIP_SERVER, the firewall and UDP port 5060"
        return Diagnosis("phone", "fault", text)
    finally:
        transport.close()
    is_sip = answer.startswith(b"SIP/2.0 ")
    text = "the SIP server answers" if is_sip else "what answers there speaks no SIP; look at the port"
    return Diagnosis("phone", "ok" if is_sip else "fault", text)
