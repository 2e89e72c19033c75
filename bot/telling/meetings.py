"""What a person and a consultant are told of each other's acts on a meeting."""

from collections.abc import Sequence
from datetime import datetime

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.intents import Act, asks
from reminders.wording.absence import ENDS, new_time
from reminders.wording.appointment import appointment_line, name_of
from storage.appointments.appointments import Appointment
from storage.appointments.proposals import Proposal
from storage.people.people import Consultant, Person
from storage.vocabulary import ReportEnd


def coming_after_all(person: Person, appointment: Appointment) -> Body:
    """To the consultant: who could not come does."""
    what = appointment_line(appointment)
    return Body((Part(Text(ENDS[ReportEnd.COMING], {"person": name_of(person), "what": what})),))


def other_time_asked(person: Person, appointment: Appointment) -> Body:
    """To the consultant: the person asks for another time."""
    return _asks("consultant.other_time", person, appointment)


def proposal(found: Proposal, appointment: Appointment, moments: Sequence[datetime], consultant: Consultant) -> Body:
    """To the person: other times to choose from."""
    return Body(
        (
            Part(Text("proposal.title", {"consultant": consultant.name}), Style.TITLE),
            Part(Text("proposal.instead_of", {"what": appointment_line(appointment)})),
            Part(Text("proposal.choose")),
        ),
        (
            *(
                (Button(Text("proposal.time", {"at": moment}), asks(Act.TAKE_PROPOSED, found.id, place), "🕘"),)
                for place, moment in enumerate(moments)
            ),
            (Button(Text("proposal.none"), asks(Act.TAKE_PROPOSED, found.id, "none"), "❌"),),
        ),
    )


def proposal_refused(person: Person, appointment: Appointment) -> Body:
    """To the consultant: none of the times is possible."""
    return _asks("consultant.proposal_refused", person, appointment)


def proposal_taken(person: Person, appointment: Appointment, overlaps: Sequence[Appointment]) -> Body:
    """To the consultant: the meeting is then, and what the person has at that time already."""
    others = [Part(Text("consultant.overlaps_with")), *(Part(appointment_line(a)) for a in overlaps)]
    return Body(
        (
            Part(Text("consultant.proposal_taken", {"person": name_of(person)}), Style.TITLE),
            Part(appointment_line(appointment)),
            *(others if overlaps else ()),
        )
    )


def _asks(key: str, person: Person, appointment: Appointment) -> Body:
    return Body(
        (Part(Text(key, {"person": name_of(person)}), Style.TITLE), Part(appointment_line(appointment))),
        (
            (Button(Text("consultant.new_time"), new_time(appointment), "🔁"),),
            (Button(Text("consultant.write"), asks(Act.WRITE, person.id), "✍️"),),
        ),
    )
