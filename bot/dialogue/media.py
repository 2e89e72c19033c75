"""What a person sends instead of words: a voice note, a photo, a film or a file goes to their consultant, on its own or
with what they say next; anything else (a place, a sticker) says nothing here.
"""

from dataclasses import replace
from datetime import timedelta

from bot.dialogue.memory import ALBUM, MEDIA
from bot.dialogue.turn import Turn
from bot.events import Media
from storage.people.sent_media import SentMedia, joined
from storage.vocabulary import MediaKind

RELAYED = frozenset({MediaKind.VOICE, MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.DOCUMENT})
# What was sent longer ago is not meant by what is pressed now.
JUST_NOW = timedelta(minutes=30)


def kept(turn: Turn, media: Media) -> tuple[SentMedia, ...]:
    """How it is kept: by its channel's own reference. Empty for what cannot be passed on."""
    if media.kind not in RELAYED or media.file is None:
        return ()
    return (SentMedia(turn.event.channel, media.kind, media.file),)


def keep(turn: Turn, media: Media) -> bool:
    """Keep it beside the conversation, after what was sent just before. False for what cannot be passed on."""
    sent = kept(turn, media)
    if sent:
        turn.remember(MEDIA, joined(just_sent(turn), tuple(replace(one, at=turn.now) for one in sent)))
    return bool(sent)


def just_sent(turn: Turn) -> tuple[SentMedia, ...]:
    """What was sent in the last half hour and not passed on yet, oldest first."""
    return tuple(one for one in turn.recall(MEDIA) or () if one.at is not None and one.at > turn.now - JUST_NOW)


def forget(turn: Turn) -> None:
    """It was passed on, or is not meant any more."""
    turn.forget(MEDIA)


def goes_on(turn: Turn, media: Media) -> str:
    """Where the album went that this is the next picture of: "letter", "question", "absence"; "" for a first one."""
    album, went = turn.recall(ALBUM) or ("", "")
    return went if media.album and album == media.album else ""


def began(turn: Turn, media: Media, went: str) -> None:
    """Pictures of this album that follow go the same way."""
    if media.album:
        turn.remember(ALBUM, (media.album, went))
