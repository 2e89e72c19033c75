"""A person's copy: a zip of all that is held on them (data.json) and of the files, one in memory at a time.

Names are made of when a file came and what it hangs on, never of what somebody called it: no path leads out of the
folder it is unpacked in, and no name is a formula to a spreadsheet.
"""

import asyncio
import contextlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import IO, Final, Protocol

import structlog

from bot.enclosures.virus_scan import NoVerdict, Scanner, Verdict
from storage.engine.columns import Json
from storage.privacy.export import HeldFile

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/zip"
_FETCHED_WITHIN: Final = 30.0
# How files end, by how they begin.
_ENDS: Final[Mapping[bytes, str]] = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"%PDF-": "pdf",
    b"OggS": "ogg",
    b"ID3": "mp3",
    b"GIF8": "gif",
}


class Fetches(Protocol):
    """A channel, as far as it gives what was sent to it."""

    async def fetch(self, file: str) -> bytes | None:
        """See bot.channels.base.Channel."""


async def write_copy(
    to: IO[bytes],
    held: Mapping[str, Json],
    files: Sequence[HeldFile],
    channels: Mapping[str, Fetches],
    scanner: Scanner,
    *,
    most: int | None = None,
) -> tuple[int, int]:
    """Write the zip. `most` bytes of files at most (None = all of them), the newest first; data.json says of each file
    where it is, or why it is not. Answers with how many are in it, and how many are not."""
    left = most
    listed: list[Json] = []
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as copy:
        for number, one in reversed(list(enumerate(files, start=1))):
            content, why = await _content(one, channels, scanner)
            if content is not None and left is not None and len(content) > left:
                content, why = None, "too large for a message; the municipality can give it"
            entry = described(one)
            if content is None:
                entry["not_here"] = why
            else:
                entry["name"] = name = f"files/{_name(number, one, content)}"
                await asyncio.to_thread(copy.writestr, name, content)
                left = None if left is None else left - len(content)
            listed.append(entry)
        data = {**held, "files": list(reversed(listed))}
        copy.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
    gone = sum("not_here" in one for one in listed if isinstance(one, dict))
    return len(listed) - gone, gone


def described(one: HeldFile) -> dict[str, Json]:
    """What is known of a file."""
    at = one.at.isoformat() if one.at is not None else None
    return {"of": one.of, "channel": one.sent.channel, "kind": one.sent.kind.value, "at": at}


async def _content(one: HeldFile, channels: Mapping[str, Fetches], scanner: Scanner) -> tuple[bytes | None, str]:
    channel = channels.get(one.sent.channel)
    content = None
    if channel is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FETCHED_WITHIN):
                content = await channel.fetch(one.sent.file)
    if content is None:
        return None, "no longer kept by its channel, or out of reach"
    try:
        verdict = await scanner.look_at(content)
    except NoVerdict:
        return None, "could not be checked for viruses now"
    return (content, "") if verdict is Verdict.CLEAN else (None, "may be harmful")


def _name(number: int, one: HeldFile, content: bytes) -> str:
    on = f"{one.at:%Y-%m-%d}" if one.at is not None else "undated"
    end = next((end for begin, end in _ENDS.items() if content.startswith(begin)), "bin")
    return f"{on}_{number:03}_{one.of}_{one.sent.kind.value}.{end}"
