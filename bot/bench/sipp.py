"""SIPp as the other side of calls: a telephone network whose people answer, refuse, press keys and hang up.

SIPp (Debian: sip-tester) plays keys and sound from recorded packets, for which it needs to be root. Scenarios are
written here from a few acts, so that one reads as what somebody does.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from xml.sax.saxutils import quoteattr

UNPACKED: Final = Path(sys.prefix) / "sipp"
_NAMES: Final = {"*": "star", "#": "pound"}
_STARTED_WITHIN: Final = 5.0
_HEADERS: Final = """[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
"""
_DESCRIPTION: Final = """v=0
o=- {version} {version} IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio {port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
"""


@dataclass(frozen=True, slots=True)
class Waits:
    """Nothing happens for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PressesKey:
    """A key, as RFC 4733 has it."""

    digit: str


@dataclass(frozen=True, slots=True)
class SpeaksOn:
    """Sound, as of an answering machine: eight seconds."""


@dataclass(frozen=True, slots=True)
class HangsUp:
    """The person ends the call."""


@dataclass(frozen=True, slots=True)
class MovesSound:
    """A re-INVITE: the exchange wants the sound elsewhere."""


SippAct: TypeAlias = Waits | PressesKey | SpeaksOn | HangsUp | MovesSound


def sipp() -> Path | None:
    """The program, of the machine or unpacked; None where there is none."""
    found = shutil.which("sipp")
    unpacked = UNPACKED / "usr/bin/sipp"
    return Path(found) if found else unpacked if unpacked.exists() else None


def can_play() -> bool:
    """Whether keys and sound can be played: raw packets are root's."""
    return sipp() is not None and os.geteuid() == 0


def answers(*acts: SippAct, ring: float = 0.05, port: str = "[auto_media_port]") -> str:
    """Somebody answers after a while, and does this; the call ends when we hang up, unless they did."""
    description = _DESCRIPTION.format(version=1, port=port)
    steps = [
        _receives("INVITE", crlf=True),
        _sends("SIP/2.0 180 Ringing", tag=True),
        _pause(ring),
        _sends("SIP/2.0 200 OK", description, tag=True, repeated=True),
        _receives("ACK"),
        *(_act(act, port) for act in acts),
    ]
    if HangsUp() not in acts:
        steps += [_receives("BYE", within=60.0), _sends("SIP/2.0 200 OK")]
    return _scenario(steps)


def refuses(status: int, reason: str) -> str:
    """The call is refused."""
    return _scenario([_receives("INVITE"), _sends(f"SIP/2.0 {status} {reason}", tag=True), _receives("ACK")])


def rings() -> str:
    """Nobody answers, until we give up."""
    return _scenario(
        [
            _receives("INVITE"),
            _sends("SIP/2.0 180 Ringing", tag=True),
            _receives("CANCEL", within=60.0),
            _sends("SIP/2.0 200 OK"),
        ]
    )


def asks_who_we_are(*acts: SippAct) -> str:
    """A trunk that wants a password first."""
    challenge = 'Proxy-Authenticate: Digest realm="trunk", nonce="47364c23432d2e131a5fb210812c", qop="auth"\n'
    first = [
        _receives("INVITE"),
        _sends("SIP/2.0 407 Proxy Authentication Required", tag=True, more=challenge),
        _receives("ACK"),
    ]
    return answers(*acts).replace('<scenario name="maatje">', '<scenario name="maatje">' + "".join(first), 1)


@contextmanager
def network(scenario: str, folder: Path, port: int, *, calls: int = 1, media: int = 16_000) -> Iterator[None]:
    """A network that takes so many calls by a scenario, at 127.0.0.1:`port`.

    Raises:
        RuntimeError: there is no SIPp, or it did not begin.
    """
    program = sipp()
    if program is None:
        raise RuntimeError("SIPp is not installed (Debian: sip-tester)")
    file = folder / "scenario.xml"
    file.write_text(scenario)
    command = [
        *(str(program), "-sf", str(file), "-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1"),
        *("-mp", str(media), "-m", str(calls), "-nostdin"),
        *("-trace_err", "-error_file", str(folder / "errors.log")),
    ]
    with (
        (folder / "sipp.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own arguments
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=_environment(), cwd=folder
        ) as process,
    ):
        try:
            _wait_for(process, port)
            yield
        finally:
            process.terminate()
            process.wait(5)


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until it listens: its socket stands in the kernel's list."""
    wanted = f":{port:04X} "
    until = time.monotonic() + _STARTED_WITHIN
    while time.monotonic() < until and process.poll() is None:
        if wanted in Path("/proc/net/udp").read_text():
            return
        time.sleep(0.02)
    raise RuntimeError("SIPp did not begin")


def _environment() -> dict[str, str]:
    libraries = sorted({str(one.parent) for one in UNPACKED.rglob("*.so.*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)} if libraries else dict(os.environ)


def _recording(name: str) -> str:
    for root in (Path("/"), UNPACKED):
        file = root / "usr/share/sip-tester" / f"{name}.pcap"
        if file.exists():
            return str(file)
    raise RuntimeError(f"SIPp's recording {name} is missing")


def _act(act: SippAct, port: str) -> str:
    match act:
        case Waits(seconds=seconds):
            return _pause(seconds)
        case PressesKey(digit=digit):
            return _plays(f"dtmf_2833_{_NAMES.get(digit, digit)}")
        case SpeaksOn():
            return _plays("g711a")
        case HangsUp():
            return _request("BYE", "", 2) + '<recv response="200"/>'
        case MovesSound():
            moved = _request("INVITE", _DESCRIPTION.format(version=2, port=port), 1)
            answered = '<recv response="100" optional="true"/><recv response="200"/>'
            return moved + answered + _request("ACK", "", 1)


def _plays(name: str) -> str:
    return f"<nop><action><exec play_pcap_audio={quoteattr(_recording(name))}/></action></nop>"


def _pause(seconds: float) -> str:
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


def _receives(request: str, *, within: float | None = None, crlf: bool = False) -> str:
    timeout = f' timeout="{round(within * 1000)}"' if within is not None else ""
    # What the request says of its sender is needed for requests of our own later.
    kept = (
        '<action><ereg regexp="sip:[^>;]*" search_in="hdr" header="Contact:" assign_to="us"/>'
        '<ereg regexp="<.*" search_in="hdr" header="From:" assign_to="them"/>'
        '<ereg regexp="<.*" search_in="hdr" header="To:" assign_to="called"/></action>'.replace('"<.*"', '"&lt;.*"')
    )
    action = kept if request == "INVITE" else ""
    return f'<recv request="{request}"{timeout}{" crlf=" + chr(34) + "true" + chr(34) if crlf else ""}>{action}</recv>'


def _sends(first: str, body: str = "", *, tag: bool = False, repeated: bool = False, more: str = "") -> str:
    retransmitted = ' retrans="500"' if repeated else ""
    content = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    headers = _HEADERS.format(tag=";tag=[call_number]" if tag else "")
    return f"<send{retransmitted}><![CDATA[\n{first}\n{headers}{more}{content}\n]]></send>"


def _request(method: str, body: str, number: int) -> str:
    """A request of the person's side in the call."""
    content = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    retransmitted = ' retrans="500"' if method != "ACK" else ""
    return f"""<send{retransmitted}><![CDATA[
{method} [$us] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: [$called];tag=[call_number]
To: [$them]
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:[local_ip]:[local_port]>
Max-Forwards: 70
{content}
]]></send>"""


def _scenario(steps: Sequence[str]) -> str:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="maatje">'
        + "".join(steps)
        + '<Reference variables="us,them,called"/></scenario>\n'
    )
