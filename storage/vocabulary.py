"""The words that rows are written in: one home for every state, kind and answer. Imports nothing of ours."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final, TypeVar

Word = TypeVar("Word", bound=StrEnum)
What = TypeVar("What")


def complete(table: Mapping[Word, What], words: type[Word]) -> Mapping[Word, What]:
    """The table, when it has a line for every word: what holds for each is said when the program starts.

    Raises:
        LookupError: which words have none.
    """
    if forgotten := set(words) - table.keys():
        raise LookupError(f"{words.__name__} without a line: {', '.join(sorted(forgotten))}")
    return table


class AbsenceReason(StrEnum):
    """Why; never more medical than this (start note: health stays out of the bot)."""

    ILL = "ill"
    CHILD_ILL = "child_ill"
    DOCTOR = "doctor"
    WORK = "work"
    FAMILY = "family"
    TRANSPORT = "transport"
    OTHER_APPOINTMENT = "other_appointment"
    OTHER = "other"


class AbsenceState(StrEnum):
    """A report's life: filled in by taps, sent to the consultant, seen; or taken back."""

    DRAFT = "draft"
    REPORTED = "reported"
    SEEN = "seen"
    WITHDRAWN = "withdrawn"


#: A report that was sent and not taken back.
SENT_REPORT: Final = (AbsenceState.REPORTED, AbsenceState.SEEN)


class ReportEnd(StrEnum):
    """Every way in which a sent report ends, or does not hold for an appointment any more, but that it is over.

    The person hears each by what they did themselves or with the change of the appointment; what the consultant reads
    is in reminders.wording.absence.ENDS.
    """

    TAKEN_BACK = "taken_back"  # by the person
    CHANGED = "changed"  # another report stands in its place
    BETTER = "better"  # an illness without an end is over
    COMING = "coming"  # the person comes to this one after all
    ANOTHER_DAY = "another_day"  # the appointment was moved, and the person is asked anew
    CANCELLED = "cancelled"  # the appointment is off
    NOT_THEIRS = "not_theirs"  # the person is not in the group on that day any more


class AppointmentKind(StrEnum):
    """What an appointment is for (DOMAIN.md, "What is reminded")."""

    INTAKE_MEETING = "intake_meeting"
    LEARNABILITY_TEST = "learnability_test"
    PROGRESS_MEETING = "progress_meeting"
    CLASS = "class"
    PVT = "pvt"
    MAP = "map"
    CLOSING_MEETING = "closing_meeting"
    WORKSHOP = "workshop"
    EXAM = "exam"
    ACTIVITY = "activity"
    OTHER = "other"


class AppointmentStatus(StrEnum):
    """Whether it takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    """What a person said about coming."""

    COMING = "coming"
    NOT_COMING = "not_coming"
    OTHER_TIME = "other_time"


class Presence(StrEnum):
    """What the provider's attendance list says."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"


#: Who was there.
THERE: Final = frozenset({Presence.PRESENT, Presence.LATE})


class Group(StrEnum):
    """Whose rules hold: asylum status holders, or family and other migrants (start note 1.10)."""

    ASYLUM = "asylum"
    MIGRANT = "migrant"


class Route(StrEnum):
    """The learning routes (leerroutes, start note 1.8)."""

    B1 = "b1"
    EDUCATION = "education"
    Z = "z"


class PlanPart(StrEnum):
    """What a plan is made of, as far as it can be done (start note 1.8, 1.9; LAW_2026 rows 11, 15, 16).

    The three steps below are of a part: PVT is done with its hours, its activity and the signing; MAP with its practice
    and its closing meeting. Files name the parts only (FILE_PARTS).
    """

    PVT = "pvt"
    MAP = "map"
    EXAM_READING = "exam_reading"
    EXAM_LISTENING = "exam_listening"
    EXAM_WRITING = "exam_writing"
    EXAM_SPEAKING = "exam_speaking"
    KNM = "knm"
    BRIDGING = "bridging"
    LESSONS = "lessons"
    PARTICIPATION = "participation"
    CERTIFICATE = "certificate"
    PVT_ACTIVITY = "pvt_activity"
    PVT_SIGNED = "pvt_signed"
    MAP_CLOSING = "map_closing"


#: Parts of a part, with whose they are.
STEPS: Final[Mapping[PlanPart, PlanPart]] = {
    PlanPart.PVT_ACTIVITY: PlanPart.PVT,
    PlanPart.PVT_SIGNED: PlanPart.PVT,
    PlanPart.MAP_CLOSING: PlanPart.MAP,
}
#: What a file of progress may name.
FILE_PARTS: Final = tuple(part for part in PlanPart if part not in STEPS)
#: The language exams at DUO, and all exams: each is tried, and may be tried again.
LANGUAGE_EXAMS: Final = (PlanPart.EXAM_READING, PlanPart.EXAM_LISTENING, PlanPart.EXAM_WRITING, PlanPart.EXAM_SPEAKING)
EXAMS: Final = (*LANGUAGE_EXAMS, PlanPart.KNM)


class PartStatus(StrEnum):
    """How far a part is; of an exam, how far this attempt at it is."""

    OPEN = "open"
    BUSY = "busy"
    DONE = "done"
    EXEMPT = "exempt"
    FAILED = "failed"


#: Nothing is left to do of it.
SETTLED: Final = frozenset({PartStatus.DONE, PartStatus.EXEMPT})


class ProgressSource(StrEnum):
    """Who said last how far a part is."""

    IMPORT = "import"
    ATTENDANCE = "attendance"
    CONSULTANT = "consultant"
    PLAN = "plan"  # stood in the plan, before parts had a table of their own


class Closing(StrEnum):
    """Why the guidance of somebody is over here."""

    FINISHED = "finished"  # everything that the law asks is done
    MOVED = "moved"  # another municipality guides them now


class Wishes(StrEnum):
    """Which reminders a person wants; mandatory meetings are always reminded."""

    EVERYTHING = "everything"
    EVERY_CLASS = "every_class"
    WEEKLY = "weekly"
    ONLY_MEETINGS = "only_meetings"


class CheckIns(StrEnum):
    """How often somebody wants to be asked how it goes."""

    NEVER = "never"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"


class Mood(StrEnum):
    """How it goes, or was, in three faces."""

    GOOD = "good"
    SO_SO = "so_so"
    BAD = "bad"


class ContactHow(StrEnum):
    """How a consultant spoke with somebody, other than at an appointment (start note 3.1)."""

    CALLED = "called"
    VISITED = "visited"
    MET = "met"


class ProposalState(StrEnum):
    """Waiting for the person, taken, not possible for them, or overtaken by a later one."""

    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"


class LetterKind(StrEnum):
    """Who wrote, and why."""

    QUESTION = "question"  # from the person: a question the FAQ could not answer
    MESSAGE = "message"  # from the person, for the consultant
    URGENT = "urgent"  # from the person: a cry for help
    LATE = "late"  # from the person: they come, and later
    ROUTE = "route"  # from the person: they doubt their learning route
    MONEY = "money"  # from the person: they want help with money
    MOVING = "moving"  # from the person: they move to another municipality
    ANSWER = "answer"  # from the consultant


#: What asks for more than an answer: it waits until somebody took it up.
TO_TAKE_UP: Final = frozenset({LetterKind.ROUTE, LetterKind.MONEY, LetterKind.MOVING})


class ReadyAnswer(StrEnum):
    """Sentences that consultants send by a button; each side reads them in its own language."""

    THANKS = "thanks"
    GET_WELL = "get_well"
    CHILD_WELL = "child_well"
    PLEASE_CALL = "please_call"
    I_CALL = "i_call"
    WE_TALK = "we_talk"
    BRING_NOTE = "bring_note"
    NEW_TIME_FOLLOWS = "new_time_follows"
    CLASS_WORK = "class_work"
    TELL_SCHOOL = "tell_school"
    COME_LATER = "come_later"
    LEAVE_EARLY = "leave_early"
    BRING_PAPERS = "bring_papers"
    GOOD_LUCK = "good_luck"
    WELL_DONE = "well_done"
    CONDOLENCES = "condolences"
    CONGRATULATIONS = "congratulations"
    UNDERSTOOD = "understood"
    ASK_BENEFITS = "ask_benefits"
    WHO_CAN_HELP = "who_can_help"
    EVERYTHING_WELL = "everything_well"


class ContactState(StrEnum):
    """Whether an address can be written to."""

    ACTIVE = "active"
    BLOCKED = "blocked"  # the person blocked the bot
    GONE = "gone"  # the address does not exist any more


class TaskState(StrEnum):
    """Waiting to be telephoned; reached; or closed otherwise: the number is somebody else's, they live elsewhere, or
    something else came of it."""

    OPEN = "open"
    REACHED = "reached"
    WRONG_NUMBER = "wrong_number"
    MOVED = "moved"
    OTHER = "other"


class CallResult(StrEnum):
    """What came of telephoning somebody."""

    REACHED = "reached"  # spoken with, and agreed what to do
    LATER = "later"  # they asked to be called later today
    NO_ANSWER = "again"  # to be called again
    WRONG_NUMBER = "wrong"  # somebody else's by now
    MOVED = "moved"  # lives elsewhere now
    OTHER = "other"


class CallOutcome(StrEnum):
    """How a call that the machine made or took came out."""

    UNDER_WAY = "under_way"
    TALKED = "talked"  # the person said who they are, and heard what there was
    NOBODY = "nobody"  # something answered, and pressed no key: a machine, or somebody else
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"  # the person, or their telephone, does not take this call
    GONE = "gone"  # no such number (any more)
    FAILED = "failed"  # the carrier could not do it


class GapReason(StrEnum):
    """Why a question counts as unanswered."""

    NOT_FOUND = "not_found"  # no topic was near
    NONE_OF_THESE = "none_of_these"  # the choices were not what was meant
    NOT_HELPED = "not_helped"  # the answer did not help


class MessageState(StrEnum):
    """A message's life (DESIGN.md rule 4)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    # After a return of the database: it may have been sent before; an operator says which (storage/outbox/held.py).
    HELD = "held"


#: A message that nothing came of yet, and one that reached nobody.
ON_ITS_WAY: Final = (MessageState.PENDING, MessageState.SENDING, MessageState.HELD)
LOST: Final = (MessageState.FAILED, MessageState.EXPIRED)


class AddressKind(StrEnum):
    """What a person can be reached at without opening a chat; both may be on record."""

    PHONE = "phone"
    EMAIL = "email"


class Priority(IntEnum):
    """What goes first when much is due at once."""

    REPLY = 0
    URGENT = 1
    NORMAL = 3
    REMINDER = 5


class Change(StrEnum):
    """What happened to an appointment."""

    MADE = "made"
    MOVED = "moved"  # another time or another place
    CANCELLED = "cancelled"
    RESTORED = "restored"
    DETAILS = "details"  # something that is not told by itself: the end, with whom, a note


class CancelReason(StrEnum):
    """Why an appointment does not take place, as people read it in their own language; never about somebody in
    guidance."""

    ILL = "ill"  # the consultant or the teacher
    CANNOT = "cannot"  # it does not fit after all
    CLOSED = "closed"  # the building
    FREE_DAY = "free_day"


class ChangeSource(StrEnum):
    """Where a change of an appointment came from."""

    CHAT = "chat"
    DESK = "desk"
    CSV = "csv"
    TIMETABLE = "timetable"
    API = "api"


class Told(StrEnum):
    """How somebody came to know of an appointment as it is."""

    MESSAGE = "message"  # of its own, or together with others
    MORE = "more"  # counted in "and 12 more", without time and place
    CALL = "call"  # the consultant telephoned
    CHOSEN = "chosen"  # they chose it themselves
    AGREED = "agreed"  # made long before, in a talk or letter: they are taken to know it


class MediaKind(StrEnum):
    """What was sent instead of words."""

    VOICE = "voice"
    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    OTHER = "other"


class DeskRole(StrEnum):
    """What somebody does at the desk; the value is stored."""

    CONSULTANT = "consultant"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    CONTENT_EDITOR = "content_editor"


class DeskStep(StrEnum):
    """What a browser still has to show before it is signed in at the desk; the value is stored."""

    SET_UP = "set_up"  # an authenticator app or a passkey
    DIGITS = "digits"  # of the authenticator app
    PASSKEY = "passkey"  # one of theirs: they set up no app
    SIGNED_IN = "signed_in"


class ContentKind(StrEnum):
    """What a content editor changes; the value is stored."""

    TEXT = "text"  # the words of a message or an answer, in one language
    POLICY = "policy"  # when people are reminded of one kind of appointment, in one municipality


class ContentState(StrEnum):
    """How it stands with a change of content; the value is stored."""

    PROPOSED = "proposed"  # a second person has not answered yet
    LIVE = "live"  # it holds, unless a later one does
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by whoever proposed it
    TAKEN_BACK = "taken_back"  # it held, and what was before it holds again


class OfferKind(StrEnum):
    """What people can take part in (start note 3.4, 3.6)."""

    WORKSHOP = "workshop"
    LANGUAGE_CAFE = "language_cafe"
    SPORT = "sport"
    SWIMMING = "swimming"
    BUDDY = "buddy"
    VOLUNTEERING = "volunteering"
    OTHER = "other"


class WishState(StrEnum):
    """How it stands with what somebody wants to take part in."""

    ASKED = "asked"  # the consultant decides
    WAITING = "waiting"  # there is no place
    TAKEN = "taken"
    REFUSED = "refused"
    LEFT = "left"  # by the person
