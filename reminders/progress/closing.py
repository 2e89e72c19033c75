"""What follows when people's progress is other than before: who has done everything is told so, and is guided no more.

The person hears a warm word, their consultant what is left to do (the certificate in person, the track supervisor);
lessons and terms are reminded of no more, and what is held is kept for five years from then. It opens again when it
turns out that something is open after all, or at the consultant's button.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.intents import Act, asks
from reminders.kinds import Kind
from reminders.local_time import QuietHours, to_instant
from reminders.stored_terms import stored_facts
from reminders.terms.progress import has_certificate, is_finished
from reminders.wording.appointment import name_of
from storage.caseload import who_hears
from storage.outbox.message import Outgoing, put
from storage.people.people import Person, people_by_id
from storage.progress.noted import NotedPart
from storage.vocabulary import Closing, PartStatus, PlanPart, Priority

#: Who finished longer ago, as a first file may tell of years, is not congratulated any more.
FRESH: Final = timedelta(days=60)
_NOON: Final = time(12)

Replan = Callable[[AsyncSession, Collection[int]], Awaitable[int]]


class AfterProgress:
    """Called in the transaction that changes people's progress; keeps storage.progress.parts.OnProgress.

    With `only_ended` the others are planned for when the service next looks ahead: a list of a hundred lessons changes
    the hours of hundreds of people, and what they are told of terms says what is open when it is sent.
    """

    def __init__(
        self, replan: Replan, now: Callable[[], datetime], quiet_hours: QuietHours, *, only_ended: bool = False
    ) -> None:
        self._replan = replan
        self._now = now
        self._quiet_hours = quiet_hours
        self._only_ended = only_ended

    async def __call__(self, session: AsyncSession, person_ids: Collection[int]) -> None:
        """Close what is finished, open what is not, and plan anew."""
        other = await settle(session, person_ids, self._now(), self._quiet_hours)
        if planned := other if self._only_ended else person_ids:
            await self._replan(session, planned)


async def settle(session: AsyncSession, person_ids: Collection[int], now: datetime, quiet: QuietHours) -> set[int]:
    """Close the guidance of these people where everything is done, and open it where that is not so any more; answers
    with whose is other than before."""
    other: set[int] = set()
    facts = await stored_facts(session, person_ids)
    for person in (await people_by_id(session, person_ids)).values():
        known = facts[person.id]
        finished = is_finished(known.group, known.facts.route, known.noted)
        if finished and person.closed_at is None:
            other.add(person.id)
            await _finish(session, person, known.noted, now, quiet)
        elif not finished and person.closed_as is Closing.FINISHED:
            other.add(person.id)
            person.closed_at = person.closed_as = None
            await _tell_consultant(session, person, "reopened", _reopened(person), now, quiet.zone)
    await session.flush()
    return other


async def _finish(
    session: AsyncSession, person: Person, noted: Sequence[NotedPart], now: datetime, quiet_hours: QuietHours
) -> None:
    days = [line.on for line in noted if line.on is not None and line.status is PartStatus.DONE]
    last = to_instant(datetime.combine(max(days), _NOON), quiet_hours.zone).instant if days else now
    person.closed_at, person.closed_as = min(last, now), Closing.FINISHED
    if last > now - FRESH and person.consented_at is not None and person.stopped_at is None:
        due_at = quiet_hours.own(person.quiet_hours).later_than_quiet(now)
        await put(session, [_said(person, "finished", finished(), due_at)], now)
    if not has_certificate(noted) or last > now - FRESH:
        body = _finished(person, certificate=has_certificate(noted))
        await _tell_consultant(session, person, "finished", body, now, quiet_hours.zone)


def finished() -> Body:
    """What somebody reads who has done everything."""
    return Body(
        (
            Part(Text("progress.finished"), Style.TITLE),
            Part(Text("progress.finished.work")),
            Part(Text("progress.finished.next"), Style.OFFICIAL),
            Part(Text("progress.finished.stay")),
        ),
        (
            (Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),),
            (Button(Text("menu.plan"), asks(Act.PLAN), "🧭"),),
        ),
        card="done:🎓",
    )


def _finished(person: Person, *, certificate: bool) -> Body:
    given = asks(Act.NOTE_PART, person.id, PlanPart.CERTIFICATE.value, PartStatus.DONE.value)
    return Body(
        (
            Part(Text("consultant.progress.finished", {"person": name_of(person)}), Style.TITLE),
            *([] if certificate else [Part(Text("consultant.progress.finished.certificate"))]),
            Part(Text("consultant.progress.finished.hand_over")),
            Part(Text("consultant.progress.finished.kept")),
        ),
        (
            *([] if certificate else [(Button(Text("consultant.progress.certificate_given"), given, "🎓"),)]),
            (Button(Text("consultant.write_to", {"person": name_of(person)}), asks(Act.WRITE, person.id), "✍️"),),
            (Button(Text("consultant.progress.reopen"), asks(Act.REOPEN, person.id), "🔁"),),
        ),
    )


def _reopened(person: Person) -> Body:
    return Body(
        (
            Part(Text("consultant.progress.reopened", {"person": name_of(person)}), Style.TITLE),
            Part(Text("consultant.progress.reopened.why")),
        ),
        ((Button(Text("consultant.progress.parts"), asks(Act.PARTS, person.id), "📋"),),),
    )


def _said(person: Person, about: str, body: Body, due_at: datetime) -> Outgoing:
    return Outgoing(
        key=f"{about}:{person.id}:{due_at.isoformat()}",
        kind=Kind.SAY,
        due_at=due_at,
        params=body.to_json(),
        person_id=person.id,
        priority=Priority.NORMAL,
    )


async def _tell_consultant(
    session: AsyncSession, person: Person, about: str, body: Body, now: datetime, zone: tzinfo
) -> None:
    consultant = await who_hears(session, person.consultant_id, now.astimezone(zone).date())
    if consultant is None:
        return
    message = Outgoing(
        key=f"{about}:consultant:{person.id}:{now.isoformat()}",
        kind=Kind.SAY,
        due_at=now,
        params=body.to_json(),
        consultant_id=consultant.id,
        about_id=person.id,
        priority=Priority.NORMAL,
    )
    await put(session, [message], now)
