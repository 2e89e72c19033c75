"""What a person sends instead of words: a voice note, a photo, a film or a file goes to their consultant, on its own or
with what they say next; anything else (a place, a sticker) says nothing here.
"""

from datetime import datetime, timedelta

from bot.dialogue.turn import Turn
from bot.events import Media, MediaKind
from storage.appointments.absences import MOST_ALONG
from storage.engine.columns import Json

RELAYED = frozenset({MediaKind.VOICE, MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.DOCUMENT})
# What was sent longer ago is not meant by what is pressed now.
JUST_NOW = timedelta(minutes=30)


def kept(turn: Turn, media: Media) -> dict[str, Json] | None:
    """How it is kept: by its channel's own reference. None for what cannot be passed on."""
    if media.kind not in RELAYED or media.file is None:
        return None
    return {"channel": turn.event.channel, "kind": media.kind.value, "file": media.file}


def keep(turn: Turn, media: Media) -> bool:
    """Keep it beside the conversation, after what was sent just before. False for what cannot be passed on."""
    one = kept(turn, media)
    if one is None:
        return False
    many: list[Json] = [*just_sent(turn), {**one, "at": turn.now.isoformat()}]
    turn.remember(media=many[-MOST_ALONG:])
    return True


def just_sent(turn: Turn) -> list[dict[str, Json]]:
    """What was sent in the last half hour and not passed on yet, oldest first."""
    found = turn.recall("media")
    return [one for one in found if isinstance(one, dict) and _is_fresh(turn, one)] if isinstance(found, list) else []


def _is_fresh(turn: Turn, one: dict[str, Json]) -> bool:
    return datetime.fromisoformat(str(one["at"])) > turn.now - JUST_NOW


def forget(turn: Turn) -> None:
    """It was passed on, or is not meant any more."""
    turn.remember(media=None)


def goes_on(turn: Turn, media: Media) -> str:
    """Where the album went that this is the next picture of: "letter", "question", "absence"; "" for a first one."""
    found = turn.recall("album")
    return str(found[1]) if media.album and isinstance(found, list) and found[0] == media.album else ""


def began(turn: Turn, media: Media, went: str) -> None:
    """Pictures of this album that follow go the same way."""
    if media.album:
        turn.remember(album=[media.album, went])
