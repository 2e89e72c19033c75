"""The day's list of who cannot come, as a school or a partner reads it: worked out when it is sent, from ids alone, so
that no name waits in the outbox and what was taken back meanwhile is not said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Composed, Skip
from reminders.intents import Act, asks
from reminders.wording.appointment import kind_text, name_of
from storage.appointments.appointments import day_bounds
from storage.appointments.not_coming import NotComing, not_coming
from storage.people.people import Person, people_by_id
from storage.vocabulary import AppointmentKind

_A_DAY = timedelta(days=1)


class AbsenceListComposer:
    """See the module. `zone` is the wall time people live by."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: await self._list(session, row) for row in rows}

    async def _list(self, session: AsyncSession, row: ClaimedMessage) -> Composed:
        match row.params:
            case {"on": str(day), "recipient": str(name), "groups": list(groups), "kinds": list(kinds), "of": list(of)}:
                on = date.fromisoformat(day)
            case _:
                return Skip("nobody")
        since, until = day_bounds(on, self._zone)
        found = await not_coming(
            session,
            since,
            until,
            self._zone,
            groups=[group for group in groups if isinstance(group, str)],
            kinds=[AppointmentKind(kind) for kind in kinds if isinstance(kind, str)],
        )
        people = await people_by_id(session, {one.person_id for one in found if one.person_id in of})
        listed = [(people[one.person_id], one) for one in found if one.person_id in people]
        if not listed:
            return Skip("taken_back")
        return Body(
            (
                Part(Text("sharing.title", {"recipient": name, "on": on}), Style.TITLE),
                *(Part(not_coming_line(person, one)) for person, one in listed),
                Part(Text("sharing.was_there_how")),
            ),
            tuple(
                (
                    Button(
                        Text("sharing.was_there", {"person": name_of(person), "starts_at": one.starts_at}),
                        asks(Act.WAS_THERE, one.appointment_id, one.person_id),
                    ),
                )
                for person, one in listed
            ),
        )


def not_coming_line(person: Person, one: NotComing) -> Text:
    """Name, lesson or meeting, and from when until when."""
    what = one.group if one.group is not None else kind_text(one.kind)
    params = {"person": name_of(person), "what": what, "starts_at": one.starts_at}
    if one.from_on is not None and one.until_on is not None and one.until_on - one.from_on >= _A_DAY:
        return Text("sharing.line_days", params | {"from_on": one.from_on, "until_on": one.until_on})
    if one.from_on is not None and one.until_on is None:
        return Text("sharing.line_open", params | {"from_on": one.from_on})
    if one.ends_at is not None:
        return Text("sharing.line", params | {"ends_at": one.ends_at})
    return Text("sharing.line_bare", params)
