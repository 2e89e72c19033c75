"""The sound of a SIP call: G.711 over RTP, paced, with keys as telephone events (RFC 4733)."""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiortp import RTPSession
from aiortp.codecs import Codec, get_codec
from aiosipua.sdp import ConnectionData, MediaDescription, Origin, SdpMessage, TimingField

from bot.channels.phone.carrier import LINE_RATE, HungUp, Takes, typed_by_keys
from bot.channels.phone.script import Key
from bot.channels.phone.sip.pacing import FrameStream
from bot.channels.phone.voice import SILENCE
from bot.voice.sound import Pcm

#: The payload types that are offered, the first one preferred: A-law is Europe's.
PCMA, PCMU = 8, 0
_NAMES: Final = {PCMA: "PCMA", PCMU: "PCMU"}
EVENTS: Final = 101
_FRAME: Final = LINE_RATE // 50
_BYTES: Final = 2 * _FRAME


class NoCommonCodec(Exception):
    """The other side speaks none of ours."""


@dataclass(frozen=True, slots=True)
class SipMedia:
    """Where sound goes, and how: the other side's address, the payload type of speech and of keys."""

    remote: tuple[str, int]
    payload_type: int
    events: int


def offer(host: str, port: int) -> SdpMessage:
    """What we can speak, and where we listen."""
    attributes: dict[str, list[str]] = {
        "rtpmap": [
            *(f"{number} {name}/{LINE_RATE}" for number, name in _NAMES.items()),
            f"{EVENTS} telephone-event/{LINE_RATE}",
        ],
        "fmtp": [f"{EVENTS} 0-15"],
        "ptime": ["20"],
        "sendrecv": [],
    }
    formats = [*map(str, _NAMES), str(EVENTS)]
    kind = "IP6" if ":" in host else "IP4"
    number = str(port)
    return SdpMessage(
        version=0,
        origin=Origin(
            username="-", session_id=number, session_version=number, net_type="IN", addr_type=kind, address=host
        ),
        session_name="-",
        connection=ConnectionData(net_type="IN", addr_type=kind, address=host),
        timing=TimingField(start_time=0, stop_time=0),
        media=[MediaDescription(media="audio", port=port, proto="RTP/AVP", formats=formats, attributes=attributes)],
    )


def agreed(description: SdpMessage) -> SipMedia:
    """What the other side's description means for us.

    Raises:
        NoCommonCodec: there is no sound that both can speak.
    """
    audio, remote = description.audio, description.rtp_address
    if audio is None or remote is None or not audio.port:
        raise NoCommonCodec
    offered = [int(number) for number in audio.formats if number.isdecimal()]
    payload_type = next((number for number in offered if number in _NAMES), None)
    if payload_type is None:
        raise NoCommonCodec
    events = next((one.payload_type for one in audio.codecs if one.encoding_name.lower() == "telephone-event"), EVENTS)
    return SipMedia(remote, payload_type, events)


async def opened(media: SipMedia, host: str, port: int) -> RTPSession:
    """The sound's connection, from our port."""
    return await RTPSession.create(
        (host, port),
        media.remote,
        media.payload_type,
        codec=get_codec(media.payload_type),
        dtmf_payload_type=media.events,
        cname="maatje",
        plc=False,
        symmetric_rtp=True,
    )


def stream_of(session: RTPSession, media: SipMedia) -> FrameStream:
    """The sound's way out."""
    return FrameStream(session, media.payload_type, _FRAME)


def encoded(sound: Pcm, codec: Codec) -> list[bytes]:
    """A sound as frames of 20 ms."""
    data = sound.samples.astype("<i2").tobytes()
    if not data:
        return []
    data += bytes(-len(data) % _BYTES)
    payload: bytes = codec.encode(data)
    return [payload[at : at + _FRAME] for at in range(0, len(payload), _FRAME)]


class SipLine:
    """Keeps bot.channels.phone.carrier.OpenLine."""

    def __init__(self, session: RTPSession, stream: FrameStream, port: int, ended: asyncio.Event) -> None:
        """`port` is ours; `ended` is set when the call is over."""
        self.port = port
        self.stream = stream
        self._session = session
        self._ended = ended
        self._keys: asyncio.Queue[Key | None] = asyncio.Queue()
        self._is_over = False
        self._began = asyncio.get_running_loop().time()
        session.on_dtmf = self._pressed

    @property
    def seconds(self) -> float:
        """How long ago it was answered."""
        return asyncio.get_running_loop().time() - self._began

    async def ask(self, sound: Pcm, wait: float, takes: Takes) -> Key | None:
        """See OpenLine."""
        loop = asyncio.get_running_loop()
        if self._is_over:
            raise HungUp
        speaking, asking = asyncio.create_task(self._speak(sound)), True
        try:
            async with asyncio.timeout(None) as limit:
                speaking.add_done_callback(lambda _: limit.reschedule(loop.time() + wait) if asking else None)
                while True:
                    key = await self._keys.get()
                    if key is None:
                        raise HungUp
                    if takes(key):
                        return key
        except TimeoutError:
            return None
        finally:
            asking = False
            speaking.cancel()

    async def ask_number(self, sound: Pcm, wait: float) -> str:
        """See OpenLine."""
        return await typed_by_keys(self.ask, sound, SILENCE, wait)

    async def hang_up(self) -> None:
        """See OpenLine."""
        self.over()
        self._ended.set()

    def over(self) -> None:
        """The call has ended."""
        if not self._is_over:
            self._is_over = True
            self._keys.put_nowait(None)

    def moved(self, media: SipMedia) -> None:
        """The other side wants sound elsewhere from now on."""
        self._session.update_remote(media.remote)

    def _pressed(self, digit: str, _duration: int) -> None:
        self._keys.put_nowait(Key(digit, self.seconds))

    async def _speak(self, sound: Pcm) -> None:
        codec = self._session.codec
        if codec is not None:
            await self.stream.say(encoded(sound, codec))
