"""How long what is kept where, and why: one table, and what is forgotten by it.

Every mapped class stands in it, most of them with the row that they belong to (a test says so). A municipality sets
other days under `[retention]` of its configuration file; what is kept with its person goes when they are erased.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.appointments.history import RecordedChange, SourceWord
from storage.appointments.proposals import Proposal
from storage.attention.broadcasts import Broadcast
from storage.attention.check_ins import CheckIn
from storage.attention.contact_moments import ContactMoment
from storage.attention.feedback import Feedback
from storage.calls.phone_calls import PhoneCall
from storage.calls.phone_codes import PhoneCode, PhoneCodeTry
from storage.content.changes import ContentChange
from storage.desk.accounts import DeskAccount, DeskLink, DeskSession
from storage.desk.lesson_links import LessonLink
from storage.desk.passkeys import DeskChallenge, DeskPasskey
from storage.engine.base import Base
from storage.offers.offers import ActivityOffer, OfferWish
from storage.outbox.heard import HeardRow, forget_heard
from storage.outbox.leases import WorkTurn
from storage.outbox.message import Attempt, Message
from storage.people.contacts import Contact, LinkCode
from storage.people.conversations import Conversation, Offer, SeenEvent
from storage.people.erased import ErasedPerson
from storage.people.faq_gaps import FaqGap
from storage.people.link_codes import LinkAttempt
from storage.people.people import Consultant, Person, Plan
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.people.webchat import WebMessage, WebSession
from storage.privacy.audit import AuditEntry
from storage.privacy.erasure import erase_person
from storage.progress.parts import Progress
from storage.vocabulary import ON_ITS_WAY, ContactState, ContentState, MessageState, TaskState

Due = Callable[[datetime], ColumnElement[bool]]

APPOINTMENT_CHANGES: Final = timedelta(days=400)
#: Somebody whose guidance ended is erased so long after it.
CLOSED_PERSON: Final = timedelta(days=1826)
_DONE: Final = tuple(s for s in MessageState if s not in ON_ITS_WAY)


@dataclass(frozen=True, slots=True)
class KeepingRule:
    """How long rows of one class are kept: `days` after what `due` counts from, or with the row they belong to.

    `due` answers, for a moment, which rows are from before it.
    """

    kept: type[Base]
    why: str
    days: int | None = None
    due: Due | None = None
    # What the law says is no municipality's to lengthen.
    is_settable: bool = True

    @property
    def name(self) -> str:
        """The table's name: what stands in the configuration file."""
        return str(self.kept.__tablename__)


def _is_forgotten_stranger(before: datetime) -> ColumnElement[bool]:
    """An address that is nobody's and has been silent. A STOP must be remembered, and so must whom a code is out to."""
    asked = exists().where(LinkCode.sent_to == Contact.id, LinkCode.used_at.is_(None), LinkCode.expires_at > before)
    silent = func.coalesce(Contact.last_heard_at, Contact.created_at) < before
    return and_(
        Contact.person_id.is_(None),
        Contact.consultant_id.is_(None),
        Contact.state != ContactState.BLOCKED,
        silent,
        ~asked,
    )


def _is_past_content(before: datetime) -> ColumnElement[bool]:
    held_or_waits = (ContentState.LIVE, ContentState.PROPOSED)
    return and_(ContentChange.state.not_in(held_or_waits), ContentChange.proposed_at < before)


def _is_closed_call(before: datetime) -> ColumnElement[bool]:
    return and_(PhoneTask.state != TaskState.OPEN, PhoneTask.opened_at < before)


RULES: Final[tuple[KeepingRule, ...]] = (
    KeepingRule(
        Person,
        "five years after their guidance ended, at most (Besluit inburgering, art. 9.9); until then the municipality's",
        CLOSED_PERSON.days,
        lambda before: Person.closed_at < before,
        is_settable=False,
    ),
    KeepingRule(Consultant, "as long as they work here; goes with maatje consultants remove"),
    KeepingRule(
        ErasedPerson,
        "a hash of the id alone: an old file brings nobody back unseen for as long as files are kept",
        1826,
        lambda before: ErasedPerson.at < before,
    ),
    KeepingRule(Plan, "goes with its person"),
    KeepingRule(Progress, "goes with its person"),
    KeepingRule(LessonGroup, "a name and no person"),
    KeepingRule(Membership, "goes with its person"),
    KeepingRule(
        Appointment,
        "five years, as the municipality's file of the integration (three years, and what may still be contested)",
        1826,
        lambda before: Appointment.starts_at < before,
    ),
    KeepingRule(Participation, "goes with its appointment"),
    KeepingRule(SourceWord, "goes with its appointment, or an old file would undo what others changed"),
    KeepingRule(HeardRow, "until it is over, or was said anew", 0),
    KeepingRule(
        RecordedChange,
        "a missed meeting may be talked about for a year: who moved it, and when, must show till then",
        APPOINTMENT_CHANGES.days,
        lambda before: RecordedChange.at < before,
    ),
    KeepingRule(
        Absence,
        "a repeat within a year counts (Participatiewet); after that nobody needs the reason",
        400,
        lambda before: Absence.started_at < before,
    ),
    KeepingRule(AbsenceAppointment, "goes with its report"),
    KeepingRule(
        ActivityOffer,
        "a year after it was, so that what was taken can be counted",
        400,
        lambda before: ActivityOffer.starts_at < before,
    ),
    KeepingRule(OfferWish, "a year, as what was asked and answered", 400, lambda before: OfferWish.asked_at < before),
    KeepingRule(Proposal, "as the meeting's changes", 400, lambda before: Proposal.made_at < before),
    KeepingRule(
        ContactMoment,
        "five years, as the meetings: that somebody was spoken with (3.7)",
        1826,
        lambda before: ContactMoment.at < before,
    ),
    KeepingRule(CheckIn, "how it went is of use for weeks", 100, lambda before: CheckIn.at < before),
    KeepingRule(Feedback, "a year, for the sums of the report", 400, lambda before: Feedback.at < before),
    KeepingRule(
        PhoneTask,
        "as the meeting's changes",
        400,
        _is_closed_call,
    ),
    KeepingRule(Letter, "a year, so that an answer can be found again", 400, lambda b: Letter.written_at < b),
    KeepingRule(
        Message,
        "what was sent and answered in the last half year, for a talk about absence",
        200,
        lambda before: and_(Message.created_at < before, Message.state.in_(_DONE)),
    ),
    KeepingRule(Attempt, "goes with its message"),
    KeepingRule(WorkTurn, "which worker looks ahead now, and when it was last done"),
    KeepingRule(Broadcast, "as the messages that it was", 200, lambda before: Broadcast.made_at < before),
    KeepingRule(PhoneCall, "as long as messages on other channels", 200, lambda before: PhoneCall.at < before),
    KeepingRule(WebMessage, "as long as messages on other channels", 200, lambda before: WebMessage.at < before),
    KeepingRule(WebSession, "until it expires", 0, lambda before: WebSession.expires_at < before),
    KeepingRule(DeskAccount, "as long as they work here; a consultant's goes with them"),
    KeepingRule(
        ContentChange,
        "as long as it holds; what was refused or taken back a year, as who looks for the reason asks by then",
        400,
        _is_past_content,
    ),
    KeepingRule(DeskLink, "until it expires", 0, lambda before: DeskLink.expires_at < before),
    KeepingRule(DeskPasskey, "until it is removed, or the account ends"),
    KeepingRule(DeskChallenge, "until it expires", 0, lambda before: DeskChallenge.expires_at < before),
    KeepingRule(LessonLink, "until it expires", 0, lambda before: LessonLink.expires_at < before),
    KeepingRule(DeskSession, "until it expires", 0, lambda before: DeskSession.expires_at < before),
    KeepingRule(Contact, "a stranger's a day; a person's goes with them or when logged out", 1, _is_forgotten_stranger),
    KeepingRule(LinkCode, "to tell a guess from a code that was used", 30, lambda before: LinkCode.expires_at < before),
    KeepingRule(PhoneCode, "until it expires", 0, lambda before: PhoneCode.expires_at < before),
    KeepingRule(PhoneCodeTry, "to see guessing", 30, lambda before: PhoneCodeTry.at < before),
    KeepingRule(LinkAttempt, "to see guessing", 30, lambda before: LinkAttempt.at < before),
    KeepingRule(
        Conversation,
        "what was half asked: a stranger's a day, anybody's two months",
        60,
        lambda before: or_(
            Conversation.updated_at < before,
            and_(Conversation.party.startswith("contact:"), Conversation.updated_at < before + timedelta(days=59)),
        ),
    ),
    KeepingRule(Offer, "what numbers stood for", 60, lambda before: Offer.at < before),
    KeepingRule(SeenEvent, "channels bring an event again for at most a day or two", 14, lambda b: SeenEvent.at < b),
    KeepingRule(FaqGap, "a year of questions shows what should be explained better", 365, lambda b: FaqGap.at < b),
    KeepingRule(AuditEntry, "five years: who looked at whom", 1826, lambda before: AuditEntry.at < before),
)
#: Rows that may be given other days in the configuration file, by table name.
SETTABLE: Final[Mapping[str, KeepingRule]] = {rule.name: rule for rule in RULES if rule.days and rule.is_settable}


@dataclass(frozen=True, slots=True)
class KeptRows:
    """A rule as it holds in a deployment, and how many rows are due by it."""

    name: str
    days: int | None
    why: str
    due: int


def _days_of(rule: KeepingRule, days: Mapping[str, int]) -> int | None:
    return days.get(rule.name, rule.days)


def _where(
    rule: KeepingRule, now: datetime, days: Mapping[str, int], kept_with_person: Collection[str]
) -> ColumnElement[bool] | None:
    kept_for = _days_of(rule, days)
    if rule.due is None or kept_for is None:
        return None
    where = rule.due(now - timedelta(days=kept_for))
    return and_(where, Message.kind.not_in(kept_with_person)) if rule.kept is Message else where


async def forget_old(
    session: AsyncSession, now: datetime, *, kept_with_person: Collection[str], days: Mapping[str, int] | None = None
) -> None:
    """Delete what has passed its time. Messages of the kinds `kept_with_person` stay as long as the person does;
    `days` are the deployment's own, by table."""
    for rule in RULES:
        where = _where(rule, now, days or {}, kept_with_person)
        if where is not None and rule.kept is Person:
            # With everything that hangs on them, and what was said of them to others.
            for person_id in list(await session.scalars(select(Person.id).where(where))):
                await erase_person(session, person_id, now)
        elif where is not None:
            await session.execute(delete(rule.kept).where(where).execution_options(synchronize_session=False))
    await forget_heard(session, now)


async def held(
    session: AsyncSession, now: datetime, *, kept_with_person: Collection[str], days: Mapping[str, int]
) -> list[KeptRows]:
    """Every rule as it holds, with what is due by it at this moment."""
    found = []
    for rule in RULES:
        where = _where(rule, now, days, kept_with_person)
        due = 0
        if where is not None:
            due = await session.scalar(select(func.count()).select_from(rule.kept).where(where)) or 0
        found.append(KeptRows(rule.name, _days_of(rule, days), rule.why, due))
    return found
