"""One proposes what people read or when they are reminded, another says yes or no; what held can be taken back.

Who proposed something never answers it. Taking back asks for nobody's yes: what holds then, two people agreed to before
or the package says, and a fault is out of the way at once.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting, Role
from locales.rendering.languages import SOURCE
from storage.content.changes import (
    ContentChange,
    changes_by_id,
    live_after,
    newest_by_place,
    next_revision,
    waiting_changes,
)
from storage.desk.accounts import DeskAccount
from storage.vocabulary import ContentKind, ContentState, DeskRole

#: Who changes content.
EDITORS: Final = (DeskRole.CONTENT_EDITOR, DeskRole.ADMINISTRATOR)
LONGEST_NOTE: Final = 500
_ACCOUNT: Final = re.compile(r"desk([0-9]{1,15})")


class ContentRefused(StrEnum):
    """Why nothing is proposed, answered or taken back."""

    NOT_THEIRS = "not_theirs"  # no such change, or none of theirs: which, is not told
    NOTHING = "nothing"  # nothing would change
    WAITS = "waits"  # another change of the same waits for a yes
    OWN = "own"  # they proposed it themselves
    GONE = "gone"  # it was answered or taken back before
    CHANGED = "changed"  # what it changes, or the Dutch, is another since


@dataclass(frozen=True, slots=True)
class WantedChange:
    """What somebody wants: `value` in place of `before`; see storage.content.changes.ContentChange."""

    kind: ContentKind
    key: str
    place: str
    value: str
    before: str
    facts_changed: bool = False
    reviewer: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class AnsweredChanges:
    """What a second person's answer did: those that were answered, and those that are out of date and wait on."""

    done: Sequence[ContentChange]
    out_of_date: Sequence[ContentChange]


async def propose(acting: Acting, wanted: Sequence[WantedChange]) -> list[ContentChange] | ContentRefused:
    """Put changes before a second person, several of one sheet together; all of them or none."""
    editor = await _editor(acting)
    if editor is None or not all(_is_theirs(editor, one.kind, one.place) for one in wanted):
        return ContentRefused.NOT_THEIRS
    if not wanted:
        return ContentRefused.NOTHING
    waiting = {(one.kind, one.key, one.place) for one in await waiting_changes(acting.session)}
    if any((one.kind, one.key, one.place) in waiting for one in wanted):
        return ContentRefused.WAITS
    newest = {kind: await newest_by_place(acting.session, kind) for kind in {one.kind for one in wanted}}
    made = [
        ContentChange(
            kind=one.kind,
            key=one.key,
            place=one.place,
            value=one.value,
            before=one.before,
            facts_changed=one.facts_changed,
            reviewer=one.reviewer,
            reviewed_on=one.reviewed_on,
            state=ContentState.PROPOSED,
            proposed_by_id=editor.id,
            proposed_at=acting.now,
            seen=_newest(newest[one.kind], one.kind, one.key, one.place),
        )
        for one in wanted
    ]
    acting.session.add_all(made)
    await acting.session.flush()
    for one in made:
        if len(made) > 1:
            one.sheet = made[0].id
        acting.audit("proposed_content", _subject(one))
    return made


async def answer(
    acting: Acting, ids: Collection[int], *, yes: bool, note: str = "", holds: Callable[[ContentChange], bool]
) -> AnsweredChanges | ContentRefused:
    """A second person's yes, by which changes take effect, or no. `holds` says of a change whether it still passes
    every check; one that does not is out of date."""
    editor = await _editor(acting)
    changes = await changes_by_id(acting.session, ids)
    if editor is None or len(changes) != len(ids) or not all(_is_theirs(editor, c.kind, c.place) for c in changes):
        return ContentRefused.NOT_THEIRS
    if any(one.proposed_by_id == editor.id for one in changes):
        return ContentRefused.OWN
    waiting = [one for one in changes if one.state is ContentState.PROPOSED]
    if not waiting:
        return ContentRefused.GONE
    done, out_of_date = [], []
    newest = {kind: await newest_by_place(acting.session, kind) for kind in {one.kind for one in waiting}}
    revision = await next_revision(acting.session)
    for one in waiting:
        is_fresh = _newest(newest[one.kind], one.kind, one.key, one.place) <= one.seen
        if yes and not (is_fresh and holds(one)):
            out_of_date.append(one)
            continue
        one.state = ContentState.LIVE if yes else ContentState.REFUSED
        one.decided_by_id, one.decided_at = editor.id, acting.now
        if yes:
            one.revision, revision = revision, revision + 1
        else:
            one.note = note.strip()[:LONGEST_NOTE] or None
        acting.audit("said_yes" if yes else "said_no", _subject(one))
        done.append(one)
    return AnsweredChanges(done, out_of_date) if done or not yes else ContentRefused.CHANGED


async def withdraw(acting: Acting, ids: Collection[int]) -> list[ContentChange] | ContentRefused:
    """Whoever proposed it does not want it after all."""
    editor = await _editor(acting)
    changes = await changes_by_id(acting.session, ids)
    if editor is None or len(changes) != len(ids) or any(one.proposed_by_id != editor.id for one in changes):
        return ContentRefused.NOT_THEIRS
    waiting = [one for one in changes if one.state is ContentState.PROPOSED]
    if not waiting:
        return ContentRefused.GONE
    for one in waiting:
        one.state, one.decided_by_id, one.decided_at = ContentState.WITHDRAWN, editor.id, acting.now
        acting.audit("took_back", _subject(one))
    return waiting


async def take_back(acting: Acting, change_id: int) -> ContentChange | ContentRefused:
    """What was before it holds again. With Dutch words that said other facts go the other languages' that followed."""
    editor = await _editor(acting)
    change = await acting.session.get(ContentChange, change_id, with_for_update=True)
    if editor is None or change is None or not _is_theirs(editor, change.kind, change.place):
        return ContentRefused.NOT_THEIRS
    if change.state is not ContentState.LIVE:
        return ContentRefused.GONE
    followed = await live_after(acting.session, change) if change.facts_changed else ()
    first = await next_revision(acting.session)
    for revision, one in enumerate((change, *followed), start=first):
        one.state, one.decided_by_id, one.decided_at = ContentState.TAKEN_BACK, editor.id, acting.now
        one.revision = revision
        acting.audit("took_back", _subject(one))
    return change


async def _editor(acting: Acting) -> DeskAccount | None:
    """The account of whoever acts, when they may change content."""
    named = _ACCOUNT.fullmatch(acting.by.name) if acting.by.role is Role.OPERATOR else None
    account = await acting.session.get(DeskAccount, int(named[1])) if named is not None else None
    is_editor = account is not None and account.role in EDITORS and account.ended_at is None
    return account if is_editor else None


def _is_theirs(editor: DeskAccount, kind: ContentKind, place: str) -> bool:
    """Texts are everybody's; when people are reminded is a municipality's own affair."""
    bound = editor.municipality.casefold()
    return kind is ContentKind.TEXT or bound in ("", place)


def _newest(newest: Mapping[tuple[str, str], int], kind: ContentKind, key: str, place: str) -> int:
    """The newest revision of what a change was written beside: the same, and the Dutch of a text."""
    beside = {place, SOURCE} if kind is ContentKind.TEXT else {place}
    return max(newest.get((key, one), 0) for one in beside)


def _subject(change: ContentChange) -> str:
    return f"content:{change.id}"
