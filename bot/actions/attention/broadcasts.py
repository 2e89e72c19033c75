"""Saying something to many: who would read what, and who nothing, is known before; and it is taken back until it goes.

Own words are not translated: each person gets those in their own language. Who has none of them gets nothing, unless
whoever writes says that these people get the Dutch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting
from bot.telling import letters as told
from locales.rendering.languages import SOURCE
from reminders.kinds import Kind
from storage.appointments.appointments import LessonGroup
from storage.attention.broadcasts import Broadcast, key_of, take_back_messages, waiting_for_yes
from storage.caseload import caseload_of, groups_of, whose_work
from storage.engine.columns import Json
from storage.outbox.message import Outgoing
from storage.people.people import Consultant, Person
from storage.vocabulary import ReadyAnswer

#: As far ahead as a message to many is sent.
LONGEST_AHEAD: Final = timedelta(days=60)
TEXT_LENGTH: Final = 1_000


class BroadcastRefused(StrEnum):
    """Why nothing is sent, or taken back."""

    NOT_THEIRS = "not_theirs"  # no such group or message of theirs: which, is not told
    NOTHING = "nothing"  # no words, or nobody who would read them
    PAST = "past"  # the time does not lie ahead, or lies too far ahead
    GONE = "gone"  # it was sent, or taken back before


@dataclass(frozen=True, slots=True)
class ToMany:
    """What is to be said: a ready sentence, or own words by language (`dutch_for_others`: the Dutch goes to whoever has
    none in their own)."""

    ready: ReadyAnswer | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    dutch_for_others: bool = False

    def words_for(self, language: str) -> str | None:
        """The own words that somebody with this language reads; None = none."""
        return self.texts.get(language) or (self.texts.get(SOURCE) if self.dutch_for_others else None)

    def reaches(self, person: Person) -> bool:
        """Whether this person gets anything."""
        return self.ready is not None or self.words_for(person.language) is not None


@dataclass(frozen=True, slots=True)
class GroupPreview:
    """A group, who of it gets the message, and who does not since there are no words in their language."""

    group: LessonGroup
    get: Sequence[Person]
    left_out: Sequence[Person]


async def preview(acting: Acting, group_id: int, said: ToMany) -> GroupPreview | BroadcastRefused:
    """Who would get it: their own people who are in this lesson group today."""
    consultant = await acting.consultant()
    people = await caseload_of(acting.session, consultant.id, acting.today)
    found = next((one for one in await groups_of(acting.session, people, acting.today) if one[0].id == group_id), None)
    if found is None:
        return BroadcastRefused.NOT_THEIRS
    group, members = found
    return GroupPreview(
        group, [one for one in members if said.reaches(one)], [one for one in members if not said.reaches(one)]
    )


async def send(acting: Acting, group_id: int, said: ToMany, at: datetime | None = None) -> Broadcast | BroadcastRefused:
    """Say it now, or at an instant that lies ahead; to who is in their quiet hours then, when these are over."""
    due_at = at or acting.now
    if due_at < acting.now or due_at > acting.now + LONGEST_AHEAD:
        return BroadcastRefused.PAST
    previewed = await preview(acting, group_id, said)
    if isinstance(previewed, BroadcastRefused):
        return previewed
    if not previewed.get:
        return BroadcastRefused.NOTHING
    consultant = await acting.consultant()
    # Until it goes to the first of them it can be taken back.
    goes_at = min(_goes_at(acting, person, due_at) for person in previewed.get)
    if goes_at > due_at:
        acting.held.append(goes_at)
    texts: dict[str, Json] = {language: text[:TEXT_LENGTH] for language, text in said.texts.items()}
    limit = acting.parts.municipalities.of(consultant.municipality).second_yes_above
    broadcast = Broadcast(
        consultant_id=consultant.id,
        group_id=group_id,
        ready=said.ready,
        texts=texts if said.ready is None else None,
        people=len(previewed.get),
        due_at=goes_at,
        made_at=acting.now,
        dutch_for_others=said.dutch_for_others,
        needs_yes=len(previewed.get) > limit,
    )
    acting.session.add(broadcast)
    await acting.session.flush()
    if not broadcast.needs_yes:
        await _put(acting, broadcast, said, previewed.get, consultant)
    return broadcast


def _goes_at(acting: Acting, person: Person, due_at: datetime) -> datetime:
    """When it goes to this person: then, or when their quiet hours are over."""
    return acting.parts.night.own(person.quiet_hours).later_than_quiet(due_at)


async def _put(
    acting: Acting, broadcast: Broadcast, said: ToMany, people: Sequence[Person], writer: Consultant
) -> None:
    for person in people:
        words = said.words_for(person.language)
        body = told.ready_answer(said.ready, writer) if said.ready is not None else told.own_words(words or "", writer)
        acting.audit("wrote", f"person:{person.id}")
        await acting.put(
            Outgoing(
                key=key_of(broadcast.id, person.id),
                kind=Kind.SAY,
                due_at=_goes_at(acting, person, max(broadcast.due_at, acting.now)),
                params=body.to_json(),
                person_id=person.id,
            )
        )


async def asked_for_yes(acting: Acting) -> list[Broadcast]:
    """What colleagues of the same municipality want to say to very many, and this one may say yes or no to."""
    consultant = await acting.consultant()
    return await waiting_for_yes(acting.session, consultant.municipality, consultant.id)


async def give_yes(acting: Acting, broadcast_id: int, *, yes: bool) -> Broadcast | BroadcastRefused:
    """A second person says yes, and it goes out at its time (now, if that is over); or no, and nobody gets it."""
    consultant = await acting.consultant()
    found = next((one for one in await asked_for_yes(acting) if one.id == broadcast_id), None)
    if found is None:
        return BroadcastRefused.NOT_THEIRS
    # Locked, so that a yes and a no at once are one of them.
    await acting.session.refresh(found, with_for_update=True)
    writer = await acting.session.get_one(Consultant, found.consultant_id)
    if not found.needs_yes or found.taken_back_at is not None:
        return BroadcastRefused.GONE
    found.needs_yes, found.yes_by_id = False, consultant.id
    acting.audit("said_yes" if yes else "said_no", f"broadcast:{found.id}")
    if not yes:
        found.taken_back_at = acting.now
        return found
    texts = {language: str(words) for language, words in (found.texts or {}).items()}
    said = ToMany(found.ready, texts, found.dutch_for_others)
    people = await caseload_of(acting.session, writer.id, acting.today)
    groups = await groups_of(acting.session, people, acting.today)
    members = next((members for group, members in groups if group.id == found.group_id), [])
    await _put(acting, found, said, [one for one in members if said.reaches(one)], writer)
    return found


async def take_back(acting: Acting, broadcast_id: int) -> Broadcast | BroadcastRefused:
    """It is not said after all: to nobody, since all get it at one moment."""
    consultant = await acting.consultant()
    found = await acting.session.get(Broadcast, broadcast_id, with_for_update=True)
    if found is None or found.consultant_id not in await whose_work(acting.session, consultant.id, acting.today):
        return BroadcastRefused.NOT_THEIRS
    if found.taken_back_at is not None or (found.due_at <= acting.now and not found.needs_yes):
        return BroadcastRefused.GONE
    found.taken_back_at, found.needs_yes = acting.now, False
    await take_back_messages(acting.session, found.id)
    acting.audit("took_back", f"broadcast:{found.id}")
    return found
