"""How far one of their people is, part by part, and noting it in taps; ending the guidance, and opening it again."""

from collections.abc import Sequence

from bot.actions.progress import parts as actions
from bot.actions.progress.parts import ProgressRefused
from bot.dialogue.consultants.common import menu_rows, own_person, say_unknown
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text
from reminders.intents import Act, asks, number_in
from reminders.local_time import QuietHours
from reminders.progress.lines import PART_ICONS, hours_made, part_name, standing_text, standing_texts
from reminders.terms.progress import PartStanding, asked_parts, standing
from reminders.wording.appointment import name_of
from storage.people.people import Person, plan_of
from storage.progress.noted import NotedPart
from storage.progress.parts import noted_of_one
from storage.vocabulary import EXAMS, STEPS, PartStatus, PlanPart, Route

_STATUS_ICONS = {
    PartStatus.DONE: "✅",
    PartStatus.BUSY: "⏳",
    PartStatus.FAILED: "❌",
    PartStatus.EXEMPT: "➖",
    PartStatus.OPEN: "⬜",
}


async def parts(turn: Turn, args: Sequence[str]) -> None:
    """Every part that is asked of one of their people, and a button to each: "parts:<person>"."""
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    route, noted = await _known(turn, person)
    asked = [standing(one, person.group, route, noted) for one in asked_parts(person.group, route, noted)]
    lines = [Part(text) for text in standing_texts(asked)]
    lessons = standing(PlanPart.LESSONS, person.group, route, noted)
    if lessons.minutes is not None and lessons.required_minutes is None:
        lines.append(Part(hours_made(PlanPart.LESSONS, lessons.minutes)))
    if route is None:
        lines = [part("consultant.progress.no_route")]
    choices = [Button(part_name(one.part), asks(Act.PART, person.id, one.part.value)) for one in asked]
    turn.say(
        title("consultant.progress.of", person=name_of(person)),
        *([part(f"consultant.progress.closed_{person.closed_as.value}")] if person.closed_as is not None else []),
        *lines,
        buttons=[
            *(choices[i : i + 2] for i in range(0, len(choices), 2)),
            [_end(person)],
            *menu_rows()[-1:],
        ],
    )


def _end(person: Person) -> Button:
    if person.closed_at is not None:
        return button("consultant.progress.reopen", asks(Act.REOPEN, person.id), "🔁")
    return button("consultant.progress.moved", asks(Act.MOVED, person.id), "🚌")


async def one_part(turn: Turn, args: Sequence[str]) -> None:
    """One part: how it stands, and what may be noted: "part:<person>:<part>"."""
    person, which = await own_person(turn, number_in(args)), _part_in(args)
    if person is None or which is None or which not in PART_ICONS or which is PlanPart.CERTIFICATE:
        say_unknown(turn)
        return
    route, noted = await _known(turn, person)
    one = standing(which, person.group, route, noted)
    rows = [
        [
            button(
                f"consultant.progress.note.{status.value}",
                asks(Act.NOTE_PART, person.id, which.value, status.value),
                _STATUS_ICONS[status],
            )
        ]
        for status in _choices(one)
    ]
    steps = [
        [
            button(
                f"consultant.progress.step.{step.value}",
                asks(Act.NOTE_PART, person.id, step.value, PartStatus.DONE.value),
                "✅",
            )
        ]
        for step, whole in STEPS.items()
        if whole is which and step not in one.steps_done and not one.is_settled
    ]
    turn.say(
        title("consultant.progress.of", person=name_of(person)),
        Part(standing_text(one)),
        *(part(f"consultant.progress.step_done.{step.value}") for step in one.steps_done),
        *([Part(Text("consultant.progress.attempts", {"tries": one.attempts}))] if one.attempts else []),
        buttons=[*steps, *rows, [button("consultant.progress.parts", asks(Act.PARTS, person.id), "📄")]],
    )


def _choices(one: PartStanding) -> list[PartStatus]:
    """What may be noted of a part: not what is so already, and failed only of exams."""
    return [
        status
        for status in _STATUS_ICONS
        if (status is not one.status or status is PartStatus.FAILED)
        and (status is not PartStatus.FAILED or one.part in EXAMS)
    ]


async def note(turn: Turn, args: Sequence[str]) -> None:
    """Note a status of a part: "notepart:<person>:<part>:<status>"."""
    which = _part_in(args)
    status = next((one for one in PartStatus if list(args[2:3]) == [one.value]), None)
    if which is None or status is None:
        say_unknown(turn)
        return
    quiet = QuietHours.parse(turn.services.quiet_hours, turn.zone)
    done = await actions.note_part(turn.acting, number_in(args), which, status, quiet)
    if isinstance(done, ProgressRefused):
        say_unknown(turn)
        return
    turn.say(
        title(
            "consultant.progress.noted" if done.changed else "consultant.progress.was_so", person=name_of(done.person)
        ),
        *([part("consultant.progress.all_done")] if done.finished and done.changed else []),
        buttons=[[button("consultant.progress.parts", asks(Act.PARTS, done.person.id), "📄")], *menu_rows()[-1:]],
    )


async def reopen(turn: Turn, args: Sequence[str]) -> None:
    """The guidance goes on after all: "reopen:<person>"."""
    done = await actions.reopen(turn.acting, number_in(args))
    if done is ProgressRefused.NOT_THEIRS:
        say_unknown(turn)
    elif isinstance(done, ProgressRefused):
        turn.say(part("consultant.progress.not_closed"), buttons=menu_rows())
    else:
        turn.say(
            title("consultant.progress.opened", person=name_of(done)),
            buttons=[[button("consultant.progress.parts", asks(Act.PARTS, done.id), "📄")], *menu_rows()[-1:]],
        )


async def moved(turn: Turn, args: Sequence[str]) -> None:
    """Another municipality guides them now, after a question: "moved:<person>[:yes]"."""
    if list(args[1:2]) != ["yes"]:
        person = await own_person(turn, number_in(args))
        if person is None:
            say_unknown(turn)
            return
        turn.say(
            title("consultant.progress.moved_sure", person=name_of(person)),
            part("consultant.progress.moved_what", person=name_of(person)),
            part("consultant.progress.moved_handover", number=person.external_id),
            buttons=[
                [button("consultant.progress.moved_yes", asks(Act.MOVED, person.id, "yes"), "✅")],
                *menu_rows()[-1:],
            ],
        )
        return
    done = await actions.moved(turn.acting, number_in(args), once=turn.once)
    if done is ProgressRefused.NOT_THEIRS:
        say_unknown(turn)
    elif isinstance(done, ProgressRefused):
        turn.say(part("consultant.progress.closed_already"), buttons=menu_rows())
    else:
        turn.say(
            title("consultant.progress.moved_done", person=name_of(done)),
            buttons=[
                [button("consultant.progress.reopen", asks(Act.REOPEN, done.id), "🔁")],
                *menu_rows()[-1:],
            ],
        )


async def _known(turn: Turn, person: Person) -> tuple[Route | None, tuple[NotedPart, ...]]:
    plan = await plan_of(turn.session, person.id)
    return plan.route if plan is not None else None, await noted_of_one(turn.session, person.id)


def _part_in(args: Sequence[str]) -> PlanPart | None:
    return next((one for one in PlanPart if list(args[1:2]) == [one.value]), None)
