"""What follow-ups of an absence report say when they are sent, from what is true then."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Attachment, Body, Button, Part, Style, Text, verbatim
from reminders.delivery.composing import ClaimedMessage, Composed, Merged, Skip
from reminders.intents import LONGEST, Act, asks, pack
from reminders.kinds import Kind
from reminders.wording.absence import REASON_ICONS, consultant_buttons, for_consultant, report_parts
from reminders.wording.appointment import name_of
from reminders.wording.caseload_lists import LIST_ICONS, List
from storage.appointments.absence_reports import (
    LOOK_BACK,
    chosen_appointments,
    standing_appointments,
    times_reported,
)
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.people.people import Consultant, Person
from storage.vocabulary import SENT_REPORT, AbsenceState

#: Unseen reports in one message: thirty lines can still be read, and fit into a message of every channel.
MOST_TOGETHER: Final = 30


class _Unseen(NamedTuple):
    """A report that nobody saw yet, and what it is about; `colleague` is who was told, where it is passed on."""

    row: ClaimedMessage
    report: Absence
    person: Person
    chosen: Sequence[Appointment]
    colleague: str


class FollowUpComposer:
    """Says what follow-ups say now. `zone` is the wall time people live by."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        composed: dict[int, Composed] = {}
        unseen: dict[tuple[int | None, str, str], list[_Unseen]] = {}
        for row in rows:
            match await self._say(session, row):
                case _Unseen() as found:
                    unseen.setdefault((row.consultant_id, row.kind, found.colleague), []).append(found)
                case said:
                    composed[row.id] = said
        for alike in unseen.values():
            alike.sort(key=lambda one: one.report.id)
            for start in range(0, len(alike), MOST_TOGETHER):
                first, *others = some = alike[start : start + MOST_TOGETHER]
                composed[first.row.id] = _together(some) if others else await self._alone(session, first, now)
                composed.update((one.row.id, Merged(first.row.id)) for one in others)
        return composed

    async def _say(self, session: AsyncSession, row: ClaimedMessage) -> "Composed | _Unseen":
        number = row.params.get("absence_id")
        report = await session.get(Absence, number) if isinstance(number, int) else None
        person = await session.get(Person, report.person_id) if report is not None else None
        if report is None or person is None:
            return Skip("nobody")
        if row.kind == Kind.STILL_ILL:
            return _still_ill(report, person)
        if report.state is not AbsenceState.REPORTED or report.version != row.params.get("version"):
            return Skip("seen")
        chosen = await standing_appointments(session, report.id, self._zone)
        if not chosen and await chosen_appointments(session, report.id):
            # Off, or on another day: the consultant was told that.
            return Skip("lapsed")
        colleague = ""
        if row.kind == Kind.ABSENCE_PASSED and report.told_id is not None:
            told = await session.get(Consultant, report.told_id)
            colleague = told.name if told is not None else ""
        return _Unseen(row, report, person, chosen, colleague)

    async def _alone(self, session: AsyncSession, one: "_Unseen", now: datetime) -> Body:
        report, person, chosen = one.report, one.person, one.chosen
        if one.row.kind == Kind.ABSENCE_PASSED:
            head = Text("consultant.absence_passed", {"person": name_of(person), "colleague": one.colleague})
        else:
            head = Text("consultant.absence_again", {"person": name_of(person)})
        earlier = await times_reported(session, report.person_id, now - LOOK_BACK, but=report.id)
        return Body(
            (Part(head, Style.TITLE), *for_consultant(report, chosen, earlier)),
            consultant_buttons(report, chosen),
            Attachment("absence", str(report.id)) if report.attachment else None,
        )


def _together(some: Sequence[_Unseen]) -> Body:
    """One message of several: a line and a button each, a button for all, and the way to the list, where all can be
    answered."""
    if some[0].row.kind == Kind.ABSENCE_PASSED:
        head = Text("consultant.absences_passed", {"colleague": some[0].colleague}, len(some))
    else:
        head = Text("consultant.absences_again", {}, len(some))
    return Body(
        (Part(head, Style.TITLE), *(Part(_line(one)) for one in some)),
        (
            *_all_seen([one.report.id for one in some]),
            *((Button(verbatim(name_of(one.person)), asks(Act.SEEN, one.report.id), "👀"),) for one in some),
            (Button(Text("consultant.list.absences"), asks(Act.LIST, List.ABSENCES), LIST_ICONS[List.ABSENCES]),),
        ),
    )


def _all_seen(reports: Sequence[int]) -> Iterator[tuple[Button, ...]]:
    """A button that all were seen; several, each with how many, where not all fit behind one."""
    left = sorted(reports)
    while left:
        many = len(left)
        while len(_seen(left[:many])) > LONGEST:
            many -= 1
        yield (Button(Text("consultant.all_seen", {}, many), _seen(left[:many]), "👀"),)
        left = left[many:]


def _seen(reports: Sequence[int]) -> str:
    """The intent that these were seen, however long."""
    return f"{Act.SEEN}:{pack(reports)}"


def _line(one: _Unseen) -> Text:
    """Who, what first and when, and why."""
    what = next((part.text for part in report_parts(one.report, one.chosen)), Text("consultant.list.absences"))
    icon = REASON_ICONS[one.report.reason] if one.report.reason is not None else ""
    more = len(one.chosen) - 1
    return Text(
        "consultant.again_line_more" if more > 0 else "consultant.again_line",
        {"icon": verbatim(icon), "person": name_of(one.person), "what": what, "more": more},
    )


def _still_ill(report: Absence, person: Person) -> Composed:
    if report.state not in SENT_REPORT or report.better_on is not None:
        return Skip("better")
    if person.stopped_at is not None or person.consented_at is None:
        return Skip("stopped")
    return Body(
        (Part(Text("absence.how_are_you"), Style.TITLE), Part(Text("absence.how_are_you_why"))),
        (
            (Button(Text("absence.better"), asks(Act.ABSENCE, report.id, "better"), "👍"),),
            (Button(Text("absence.still_ill"), asks(Act.ABSENCE, report.id, "still"), "🤒"),),
            (Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),),
        ),
    )
