"""Sound leaves on time: one thread sends the frames of all calls, each at its moment, whatever the event loop is at.

On the loop itself a frame waits for whatever runs there (the database's rows, a sentence that is being made): over 200
calls on a quiet machine, one gap in a hundred was longer than 28 ms. The thread keeps absolute deadlines: a late frame
makes none of those after it late.
"""

import asyncio
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from aiortp import RTPSession
from aiortp.sender import RtpSender
from aiortp.transport import RtpTransport

#: Seconds of one frame.
FRAME_SECONDS: Final = 0.02
# Later than this, what is due is not sent in a burst, which a telephone would throw away: the rest is said later.
_MOST_BEHIND: Final = 0.06


class _Wire(RtpTransport):
    """The session's own socket, written from the pacing thread (an event loop's transport may not be)."""

    def __init__(self, own: socket.socket) -> None:
        super().__init__(on_rtp=_nothing, on_rtcp=_nothing)
        self._socket = own

    def send(self, data: bytes, addr: tuple[str, int] | None = None) -> None:
        """Send at once; what the kernel has no room for is lost, as on the way."""
        if addr is None:
            return
        try:
            self._socket.sendto(data, addr)
        except OSError:
            return

    def close(self) -> None:
        """Let go of our handle on the socket."""
        self._socket.close()


def _nothing(_data: bytes, _addr: tuple[str, int]) -> None:
    """Nothing is read here."""


class FrameStream:
    """The sound of one call on its way out; its time stamp goes `samples` further with each frame."""

    def __init__(self, session: RTPSession, payload_type: int, samples: int) -> None:
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._frames: deque[bytes] = deque()
        self._spoken: asyncio.Future[None] | None = None
        self._paused = True
        self._wire = _Wire(_socket_of(session))
        self._sender = RtpSender(self._wire, payload_type, ssrc=session._ssrc, enable_history=False)
        self._sender.timestamp_increment = samples
        # The session's reports (RTCP) count what is sent here.
        session._sender = self._sender

    async def say(self, frames: Sequence[bytes]) -> None:
        """Send frames, each at its moment; when this is cancelled, the rest is not sent."""
        if not frames:
            return
        spoken = self._spoken = self._loop.create_future()
        self._frames.extend(frames)
        try:
            await spoken
        finally:
            self._frames.clear()

    def tick(self) -> None:
        """One frame's time has come (in the pacing thread)."""
        try:
            payload = self._frames.popleft()
        except IndexError:
            self._paused = True
            self._sender.advance_timestamp()
            return
        # The first after a silence is marked as such (RFC 3551).
        self._sender.send_frame_auto(payload, marker=int(self._paused), addr=self._session._remote_addr)
        self._paused = False
        if not self._frames and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._is_spoken)

    def close(self) -> None:
        """No more is sent."""
        self._wire.close()

    def _is_spoken(self) -> None:
        if self._spoken is not None and not self._spoken.done() and not self._frames:
            self._spoken.set_result(None)


class Pacer:
    """Sends the frames of all streams. The thread lives as long as there are any."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._streams: list[FrameStream] = []
        self._thread: threading.Thread | None = None

    def begin(self, stream: FrameStream) -> None:
        """Send this one's frames from now on."""
        with self._lock:
            self._streams.append(stream)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="call-sound", daemon=True)
                self._thread.start()

    def end(self, stream: FrameStream) -> None:
        """Send nothing of it any more."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)
                stream.close()

    def _run(self) -> None:
        due = self._now()
        while self._sent():
            due += FRAME_SECONDS
            late = self._now() - due
            if late < 0:
                self._sleep(-late)
            elif late > _MOST_BEHIND:
                due += late

    def _sent(self) -> bool:
        """Send what is due; whether there is any stream left."""
        with self._lock:
            for stream in self._streams:
                stream.tick()
            if not self._streams:
                self._thread = None
            return self._thread is not None


def _socket_of(session: RTPSession) -> socket.socket:
    """Another handle on the session's socket."""
    rtp = session._rtp_transport
    transport = rtp._transport if rtp is not None else None
    if transport is None:
        raise OSError("the sound's connection is closed")
    own = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
    own.setblocking(False)
    return own
