"""An answer to our invitation, given in a calendar program (RFC 5546): REPLY, or COUNTER with another time."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import icalendar

from bot.events import Pressed
from locales.rendering.languages import SOURCE
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from reminders.intents import Act, asks

# They say in the mail what was answered; in Outlook's stands what its writer added.
_WORDED_BY_PROGRAM: Final = re.compile(r"google|apple", re.IGNORECASE)
_UID: Final = re.compile(r"appointment-([0-9]{1,15})@maatje")


class Rsvp(StrEnum):
    """What somebody answered to an invitation."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    COUNTER = "COUNTER"


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """What was answered about an appointment, in which words, and which other time was proposed (as it was given).

    `mail_by_program` says that the words of the mail around it are the program's ("Amina has declined").
    """

    said: Rsvp
    appointment: str
    comment: str = ""
    proposed_at: datetime | None = None
    mail_by_program: bool = False


def calendar_answer(text: str, address: str) -> CalendarAnswer | None:
    """The answer of the writer with this address in a calendar part; None where it has none.

    Raises:
        ValueError: it is no calendar.
    """
    calendar = icalendar.Calendar.from_ical(text)
    method = str(calendar.get("METHOD", "")).upper()
    if method not in ("REPLY", "COUNTER"):
        return None
    by_program = _WORDED_BY_PROGRAM.search(str(calendar.get("PRODID", ""))) is not None
    for event in calendar.walk("VEVENT"):
        found = _UID.fullmatch(str(event.get("UID", "")).strip())
        if found is None:
            continue
        attendee = _who_answers(event.get("ATTENDEE"), address)
        status = str(attendee.params.get("PARTSTAT", "")).upper() if attendee is not None else ""
        said = Rsvp.COUNTER if method == "COUNTER" else next((one for one in Rsvp if one.value == status), None)
        if said is None:
            continue
        own = _text(attendee.params.get("X-RESPONSE-COMMENT")) if attendee is not None else ""
        comment = _text(event.get("COMMENT")) or own
        starts = event.get("DTSTART") if said is Rsvp.COUNTER else None
        proposed = starts.dt if starts is not None and isinstance(starts.dt, datetime) else None
        return CalendarAnswer(said, found[1], comment, proposed, by_program)
    return None


def _who_answers(attendees: object, address: str) -> icalendar.vCalAddress | None:
    """Of several, the writer; else the one who answered at all."""
    every = attendees if isinstance(attendees, list) else [attendees]
    many = [one for one in every if isinstance(one, icalendar.vCalAddress)]
    own = [one for one in many if str(one).casefold().removeprefix("mailto:").strip() == address.casefold()]
    answered = [one for one in many if str(one.params.get("PARTSTAT", "NEEDS-ACTION")).upper() != "NEEDS-ACTION"]
    return next(iter([*own, *answered, *many]), None)


def _text(value: object) -> str:
    """One text of a property that may come several times."""
    values = value if isinstance(value, list) else [value]
    return "\n".join(str(one).strip() for one in values if one is not None and str(one).strip())


def pressed_in(answer: CalendarAnswer, renderer: Renderer) -> Pressed:
    """The answer as the button that it is; what has no button goes on in words, in Dutch, which every consultant reads.

    "Perhaps" opens the appointment, so that it can still be answered; another time is asked for as by its button.
    """
    words = [answer.comment] if answer.comment else []
    match answer.said:
        case Rsvp.ACCEPTED:
            intent = asks(Act.COME)
        case Rsvp.DECLINED:
            intent = asks(Act.NOT_COME)
        case Rsvp.TENTATIVE:
            intent = asks(Act.APPOINTMENT)
            words.insert(0, renderer.say(Text("email.perhaps"), SOURCE))
        case Rsvp.COUNTER:
            intent = asks(Act.OTHER_TIME)
            if answer.proposed_at is not None:
                proposed = answer.proposed_at.replace(tzinfo=answer.proposed_at.tzinfo or renderer.zone)
                words.insert(0, renderer.say(Text("email.proposes", {"at": proposed}), SOURCE))
    return Pressed(f"{intent}:{answer.appointment}", words="\n".join(words))
