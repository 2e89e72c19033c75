"""What somebody sent instead of words, or along with them: kept by its channel's own reference, never as content."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.engine.columns import EncryptedColumn, Json
from storage.vocabulary import MediaKind

#: As many as one album holds.
MOST_ALONG: Final = 10


@dataclass(frozen=True, slots=True)
class SentMedia:
    """One voice note, photo, film or file. `file` is the channel's id of it, `at` when it came, where that is known."""

    channel: str
    kind: MediaKind
    file: str
    at: datetime | None = None


class SentAlong(EncryptedColumn[tuple[SentMedia, ...]]):
    """What was sent along with a report or a letter, in its order, encrypted at rest; nothing is NULL.

    Stored as the first one's JSON, with the others as its "more".
    """

    cache_ok = True
    nothing = ()

    def to_bytes(self, value: tuple[SentMedia, ...]) -> bytes:
        """As JSON."""
        return json.dumps(sent_as_json(value)).encode()

    def from_bytes(self, plain: bytes) -> tuple[SentMedia, ...]:
        """Read."""
        stored: dict[str, Json] = json.loads(plain)
        more = stored.get("more")
        return tuple(_read(one) for one in (stored, *(more if isinstance(more, list) else ())) if isinstance(one, dict))


def joined(*sent: tuple[SentMedia, ...]) -> tuple[SentMedia, ...]:
    """What was sent along with one report, in its order: the last of them, as many as are kept."""
    return tuple(one for along in sent for one in along)[-MOST_ALONG:]


def sent_as_json(sent: tuple[SentMedia, ...]) -> dict[str, Json] | None:
    """As it is stored and exported; None for nothing."""
    if not sent:
        return None
    first, *more = (_written(one) for one in sent)
    return {**first, "more": list(more)} if more else first


def _written(one: SentMedia) -> dict[str, Json]:
    at: dict[str, Json] = {"at": one.at.isoformat()} if one.at is not None else {}
    return {"channel": one.channel, "kind": one.kind.value, "file": one.file, **at}


def _read(stored: dict[str, Json]) -> SentMedia:
    at = stored.get("at")
    return SentMedia(
        channel=str(stored["channel"]),
        kind=MediaKind(str(stored["kind"])),
        file=str(stored["file"]),
        at=datetime.fromisoformat(at) if isinstance(at, str) else None,
    )
