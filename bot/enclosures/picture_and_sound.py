"""What a message is for who does not read: its picture, drawn from what is true when it is sent, and its sound.

A body names its picture by a word: "appointment:12" (with the old instant behind it where it was moved:
"appointment:12:2026-…"), "week:2026-11-23" (a Monday), "week_of:12" (the week of that appointment), "plan", "icon:🔒"
(a question about that) or "done:✅" (that is so). A body that names none but asks something is shown as its answers.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards.content import (
    AppointmentCard,
    Card,
    CardChange,
    PlanCard,
    PlanStep,
    QuestionCard,
    WeekCard,
    WeekEntry,
)
from bot.cards.pictograms import first_icon, pictogram
from bot.cards.renderer import CardFailed, CardRenderer
from bot.voice.sound import VoiceFailed
from bot.voice.speaking import Speaker
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Body, Text
from locales.rendering.render import File, Picture, Rendered, Renderer
from reminders.delivery.channel import Clock
from reminders.delivery.composing import ClaimedMessage
from reminders.intents import Act, Intent
from reminders.stored_terms import terms_of
from reminders.terms.milestones import OpenPart
from reminders.terms.open_parts import OPEN_AS
from reminders.terms.progress import PartStanding, standings
from reminders.terms.terms import Group, Route, TermRules
from reminders.wording.meetings.bringing import icons_of, preparation
from storage.appointments.absence_reports import reported_absent
from storage.appointments.appointments import Appointment, appointment_for, appointments_of, participation_in
from storage.engine.database import Database
from storage.people.people import Person, plan_of
from storage.progress.parts import noted_of_one
from storage.vocabulary import Answer, AppointmentStatus

log = structlog.get_logger(__name__)

# The steps that a person is shown, with their terms (bot/dialogue/own/plan.py), and the parts of the law by their ids.
_TERM_ICONS: Final = {
    "pip_due_hbel": "📝",
    "relief_end": "💶",
    "route_switch_until": "🔀",
    "scale_down_from": "📉",
    "education_max_end": "🎓",
    "term_end": "🏁",
}
# In the order of the road: the exam and the bridging programme end it.
_PART_ICONS: Final = {
    OpenPart.PVT: "🤝",
    OpenPart.LESSON_HOURS: "📚",
    OpenPart.PARTICIPATION_HOURS: "⚽",
    OpenPart.MAP: "💼",
    OpenPart.BRIDGING: "🎓",
    OpenPart.EXAM: "📝",
}
_PART_LABELS: Final = {OpenPart.PVT: "PVT", OpenPart.MAP: "MAP"}
# More answers than this say nothing as a picture.
_MOST_ANSWERS: Final = 12


class Illustrations:
    """Makes pictures and sounds; keeps reminders.delivery.composing.Illustrator. `term_rules` are by municipality."""

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        cards: CardRenderer,
        speaker: Speaker,
        clock: Clock,
        term_rules: Callable[[str], TermRules],
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._cards = cards
        self._speaker = speaker
        self._clock = clock
        self._term_rules = term_rules

    @property
    def voices(self) -> frozenset[str]:
        """The languages that are spoken."""
        return self._speaker.voices

    async def close(self) -> None:
        """Stop drawing and speaking."""
        await asyncio.gather(self._cards.close(), self._speaker.close())

    async def illustrated(self, rendered: Rendered, body: Body, row: ClaimedMessage) -> Rendered:
        """See Illustrator: a message without its picture is better than none."""
        picture, voice = await asyncio.gather(self.picture(rendered, body, row), self.voice(body, rendered.locale))
        return replace(rendered, picture=picture, voice=voice)

    async def voice(self, body: Body, locale: str) -> File | None:
        """The message as sound, its answers at the end; None where it cannot be made. Never raises."""
        try:
            languages = _languages_offered(body)
            if languages:
                spoken = await self._speaker.say_in_turn(self._names(body, languages, locale))
            else:
                spoken = await self._speaker.spoken(body, locale, with_choices=True)
        except VoiceFailed as error:
            log.warning("message_not_spoken", locale=locale, error=type(error).__name__)
            return None
        except Exception as error:
            log.error("message_not_spoken", locale=locale, error=type(error).__name__)
            return None
        return spoken.file if spoken is not None else None

    def _names(self, body: Body, languages: Sequence[str], locale: str) -> list[tuple[str, str]]:
        """The question, then each language's number and name in that language, or in Dutch where it has no voice."""
        lines = [(self._renderer.say(part.text, locale), locale) for part in body.parts]
        if locale not in self.voices:
            lines = [(self._renderer.say(part.text, SOURCE), SOURCE) for part in body.parts]
        for number, code in enumerate(languages, start=1):
            if code in self.voices:
                lines.append((f"{number}. {LANGUAGES[code].name}.", code))
            else:
                lines.append((f"{number}. {self._renderer.say(Text(f'language.{code}'), SOURCE)}.", SOURCE))
        return lines

    async def picture(self, rendered: Rendered, body: Body, row: ClaimedMessage) -> Picture | None:
        """The message as a picture; None where there is nothing to show or it cannot be made. Never raises."""
        try:
            kind, _, rest = body.card.partition(":")
            card: Card | None
            if kind in ("", "icon", "done"):
                card = _question(body, rendered, rest, asks=kind != "done")
            else:
                card = await self._card(kind, rest, row)
            if card is None:
                return None
            return await self._cards.picture(card, rendered.locale, ethiopian_clock=body.ethiopian_clock)
        except (CardFailed, SQLAlchemyError) as error:
            log.warning("message_not_drawn", message=row.id, error=type(error).__name__)
        except Exception as error:
            log.error("message_not_drawn", message=row.id, error=type(error).__name__)
        return None

    async def plan_file(self, session: AsyncSession, person: Person, locale: str) -> File | None:
        """A person's road as a picture, for their consultant. Never raises CardFailed."""
        card = await self._plan(session, person)
        try:
            return (await self._cards.picture(card, locale)).file if card is not None else None
        except CardFailed:
            log.warning("plan_not_drawn")
            return None

    async def _card(self, kind: str, rest: str, row: ClaimedMessage) -> Card | None:
        """The card that a body names, of the person it is for and of nobody else."""
        if row.person_id is None:
            return None
        async with self._database.reading() as session:
            person = await session.get(Person, row.person_id)
            if person is None:
                return None
            if kind == "plan":
                return await self._plan(session, person)
            if kind == "week":
                return await self._week(session, person.id, date.fromisoformat(rest))
            number, _, was = rest.partition(":")
            appointment = await appointment_for(session, person.id, int(number), zone=self._renderer.zone)
            if appointment is None:
                return None
            if kind == "week_of":
                day = appointment.starts_at.astimezone(self._renderer.zone).date()
                return await self._week(session, person.id, day - timedelta(days=day.weekday()))
            participation = await participation_in(session, appointment.id, person.id)
            comes = participation is not None and participation.answer is Answer.COMING
            return _appointment_card(appointment, datetime.fromisoformat(was) if was else None, comes=comes)

    async def _week(self, session: AsyncSession, person_id: int, monday: date) -> WeekCard:
        zone = self._renderer.zone
        start = datetime.combine(monday, datetime.min.time(), zone)
        end = datetime.combine(monday + timedelta(days=7), datetime.min.time(), zone)
        found = await appointments_of(session, person_id, start, end, zone=zone, status=None)
        missed = await reported_absent(session, person_id, found, zone)
        entries = tuple(
            WeekEntry(a.kind, a.starts_at, cancelled=a.status is AppointmentStatus.CANCELLED or a.id in missed)
            for a in found
        )
        return WeekCard(monday, entries, self._clock.now())

    async def _plan(self, session: AsyncSession, person: Person) -> PlanCard | None:
        plan = await plan_of(session, person.id)
        terms = terms_of(person, plan, self._term_rules(person.municipality))
        start, end = terms.get("term_start"), terms.get("term_end")
        if start is None or end is None or end <= start:
            return None
        today = self._clock.now().astimezone(self._renderer.zone).date()
        steps = [PlanStep("📝", done=True, on=start, label="PIP", says=Text("term.term_start", {"on": start}))]
        if plan is not None and plan.route is not None:
            group, route = Group(person.group.value), Route(plan.route.value)
            noted = await noted_of_one(session, person.id)
            known = standings(group, route, noted)
            found = (_part_step(part, [one for one in known if OPEN_AS[one.part] is part]) for part in _PART_ICONS)
            steps += [step for step in found if step is not None]
        dated = sorted((terms[name], name) for name in _TERM_ICONS if name in terms and name != "pip_due_hbel")
        steps += [
            PlanStep(_TERM_ICONS[name], done=day < today, on=day, says=Text(f"term.{name}", {"on": day}))
            for day, name in dated
        ]
        # What is done comes first; the next step is the first that is not.
        return PlanCard(start, end, today, tuple(sorted(steps, key=lambda step: not step.done)))


def _part_step(part: OpenPart, standings: Sequence[PartStanding]) -> PlanStep | None:
    """A part of the plan, all exams together, with how much of it is done; None where it is not asked."""
    if not standings:
        return None
    required = sum(one.required_minutes or 0 for one in standings)
    share: float | None = None
    if required:
        share = min(1.0, sum(one.minutes or 0 for one in standings) / required)
    elif len(standings) > 1:
        share = sum(one.is_settled for one in standings) / len(standings)
    return PlanStep(
        _PART_ICONS[part],
        done=all(one.is_settled for one in standings),
        label=_PART_LABELS.get(part, ""),
        says=Text(f"milestone.open.{part.value}"),
        share=share,
    )


def _appointment_card(appointment: Appointment, was: datetime | None, *, comes: bool) -> AppointmentCard:
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    change = CardChange.CANCELLED if cancelled else CardChange.MOVED if was is not None else CardChange.NONE
    return AppointmentCard(
        appointment.kind,
        appointment.starts_at,
        appointment.ends_at,
        appointment.location or "",
        online=not appointment.location and bool(appointment.online_url),
        with_whom=appointment.with_whom or "",
        bring=() if cancelled else icons_of(preparation(appointment.note, appointment.kind).items),
        change=change,
        confirmed=comes and not cancelled,
        was=None if cancelled else was,
    )


def _question(body: Body, rendered: Rendered, icon: str, *, asks: bool) -> QuestionCard | None:
    """What it is about and the answers as a picture, where they have icons of their own."""
    icons = [button.icon for row in body.buttons for button in row]
    if (not icons and not icon) or len(icons) > _MOST_ANSWERS or not all(pictogram(choice) for choice in icons):
        return None
    found = (first_icon(block.text) for block in rendered.blocks)
    shown = icon or next((named for named in found if named is not None), "❓")
    return QuestionCard(shown, tuple(icons), rendered.blocks[0].text if rendered.blocks else "", asks)


def _languages_offered(body: Body) -> list[str]:
    """The languages that a body's buttons offer, in their order; [] for any other body."""
    offered = [Intent.parse(button.intent) for row in body.buttons for button in row]
    languages = [asked.args[0] for asked in offered if asked is not None and asked.act is Act.LANGUAGE and asked.args]
    return languages if len(languages) == len(offered) else []
