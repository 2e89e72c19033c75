"""What goes over the loopback wire in calls: `python -m bot.bench.wire` prints it as JSON when its input ends.

A process of its own, so that what is measured does not measure itself; the moments are the kernel's. It needs to be
root.
"""

import json
import re
import socket
import struct
import sys
import threading
from dataclasses import dataclass, field
from typing import Final

import numpy as np

_SO_TIMESTAMPNS: Final = 35
_ANSWER: Final = re.compile(rb"CSeq: \d+ INVITE", re.IGNORECASE)
_PORT: Final = re.compile(rb"m=audio (\d+)")
_PCMA: Final = 8
_EVENTS: Final = 101
_FRAME: Final = 160
#: What A-law silence is, and near it; a voice is louder.
_QUIET: Final = frozenset({0xD5, 0x55, 0xD4, 0x54, 0xD7, 0x57, 0xD6, 0x56})


@dataclass(slots=True)
class SoundSeen:
    """One direction of one call, as it passed."""

    to: int
    first: float
    loud: float | None = None
    last: float = 0.0
    timestamp: int = 0
    frames: int = 0
    gaps: list[float] = field(default_factory=list)


class Watcher:
    """Looks at every datagram that passes."""

    def __init__(self) -> None:
        self.answered: dict[int, float] = {}
        self.sounds: dict[int, SoundSeen] = {}
        self.keys: set[tuple[int, int]] = set()

    def sees(self, moment: float, source: int, to: int, data: bytes) -> None:
        """One datagram."""
        if data[:12] == b"SIP/2.0 200 " and _ANSWER.search(data) and (port := _PORT.search(data)) is not None:
            self.answered.setdefault(int(port[1]), moment)
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        kind, timestamp, ssrc = data[1] & 127, int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
        if kind == _EVENTS:
            self.keys.add((source, timestamp))
        if kind != _PCMA:
            return
        seen = self.sounds.get(ssrc)
        if seen is None:
            seen = self.sounds[ssrc] = SoundSeen(to, moment)
        elif timestamp - seen.timestamp == _FRAME:
            seen.gaps.append(moment - seen.last)
        seen.last, seen.timestamp, seen.frames = moment, timestamp, seen.frames + 1
        if seen.loud is None and sum(byte not in _QUIET for byte in data[12:]) > _FRAME // 2:
            seen.loud = moment

    def told(self) -> dict[str, object]:
        """What was seen, of the calls that were answered."""
        first = [s.loud - self.answered[s.to] for s in self.sounds.values() if s.loud and s.to in self.answered]
        gaps = np.array([gap for s in self.sounds.values() for gap in s.gaps] or [0.0]) * 1000
        return {
            "calls_with_sound": len(first),
            "seconds_of_sound": round(sum(s.frames for s in self.sounds.values()) / 50, 1),
            "first_word_ms_middle": round(float(np.median(first or [0.0])) * 1000),
            "first_word_ms_longest": round(max(first, default=0.0) * 1000),
            "frame_gap_ms_p50": round(float(np.percentile(gaps, 50)), 1),
            "frame_gap_ms_p99": round(float(np.percentile(gaps, 99)), 1),
            "frame_gap_ms_longest": round(float(gaps.max()), 1),
        }


def main() -> None:
    """Watch until the input ends."""
    watcher = Watcher()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as raw:
        raw.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        raw.settimeout(0.2)
        ended = threading.Event()

        def wait_for_end() -> None:
            sys.stdin.read()
            ended.set()

        threading.Thread(target=wait_for_end, daemon=True).start()
        sys.stdout.write("watching\n")
        sys.stdout.flush()
        while not ended.is_set():
            try:
                packet, more, _, _ = raw.recvmsg(65_535, 64)
            except TimeoutError:
                continue
            seconds, nanoseconds = struct.unpack("qq", more[0][2][:16])
            start = (packet[0] & 15) * 4
            source, to = struct.unpack("!HH", packet[start : start + 4])
            watcher.sees(seconds + nanoseconds / 1e9, source, to, packet[start + 8 :])
    sys.stdout.write(json.dumps(watcher.told()))


if __name__ == "__main__":
    main()
