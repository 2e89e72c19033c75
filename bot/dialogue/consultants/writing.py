"""Writing to a person or to a group: ready sentences that each side reads in its own language, or own words."""

from collections.abc import Sequence
from typing import Final

from bot.dialogue import letters
from bot.dialogue.answers import asked_for_words
from bot.dialogue.consultants.common import (
    PAGE,
    caseload,
    menu_rows,
    number_in,
    own_person,
    page_of,
    pages,
    say_unknown,
)
from bot.dialogue.consultants.reports import letter_of, see
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Attachment, Button, Part, Style, Text, verbatim
from reminders.wording.appointment import name_of
from storage.appointments.appointments import LessonGroup
from storage.caseload import groups_of
from storage.engine.columns import Json
from storage.people.people import Person
from storage.people.relayed import Letter
from storage.vocabulary import LetterKind

READY_ANSWERS: Final = (
    "thanks",
    "get_well",
    "child_well",
    "please_call",
    "i_call",
    "we_talk",
    "bring_note",
    "new_time_follows",
    "class_work",
    "tell_school",
    "come_later",
    "leave_early",
    "bring_papers",
    "good_luck",
    "well_done",
    "condolences",
    "congratulations",
    "understood",
    "ask_benefits",
    "who_can_help",
    "everything_well",
)


async def write(turn: Turn, args: Sequence[str]) -> None:
    """Write to a person: a ready sentence in their language, or own words. "write:<person>[:<page>]"."""
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    page = page_of(args, 1, len(READY_ANSWERS))
    turn.expect(f"write:{person.id}")
    rows = [
        [button(f"consultant.ready.{name}", f"ready:{person.id}:{name}", "💬")]
        for name in READY_ANSWERS[page * PAGE : (page + 1) * PAGE]
    ]
    turn.say(
        title("consultant.write_ask", person=name_of(person)),
        Part(Text("consultant.reads", {"language": Text(f"language.{person.language}")})),
        buttons=[*rows, pages(f"write:{person.id}", page, len(READY_ANSWERS))],
    )


async def ready(turn: Turn, args: Sequence[str]) -> None:
    """A ready sentence: each side reads it in their own language."""
    person = await own_person(turn, number_in(args))
    if person is None or len(args) < 2 or args[1] not in READY_ANSWERS:
        say_unknown(turn)
        return
    turn.expect("")
    turn.audit("wrote", f"person:{person.id}")
    await _answered(turn, person)
    turn.tell_person(
        person.id,
        f"ready:{turn.event.channel}:{turn.event.event_id}",
        title("letter.from_consultant", consultant=turn.consultant.name),
        part(f"ready.{args[1]}"),
        buttons=[[button("letter.answer", "letter", "✍️")]],
    )
    turn.say(
        part("consultant.sent", person=name_of(person)),
        Part(Text("letter.quote", {"text": Text(f"ready.{args[1]}")}), Style.QUOTE),
        buttons=menu_rows(),
    )


async def reply(turn: Turn, args: Sequence[str]) -> None:
    """Answer a letter: the next text is relayed."""
    letter = await letter_of(turn, args)
    if letter is None:
        return
    turn.remember(answers=letter.id)
    await write(turn, [str(letter.person_id)])


async def answer_by_reply(turn: Turn, text: str, media: dict[str, Json] | None) -> bool:
    """Own words in a reply to an e-mail about somebody go to that person; False where the e-mail was about nobody.

    Whoever answers a report has seen it.
    """
    name, *args = await asked_for_words(turn, "write", "reply") or ("",)
    if not name:
        return False
    letter = await letter_of(turn, args) if name == "reply" else None
    person = await own_person(turn, letter.person_id if letter is not None else number_in(args))
    if name == "reply" and letter is None:
        return True
    if person is None:
        say_unknown(turn)
        return True
    if letter is not None:
        turn.remember(answers=letter.id)
    if seen := await asked_for_words(turn, "seen"):
        await see(turn, number_in(seen, 1), person)
    await send(turn, person, text, media)
    return True


async def _answered(turn: Turn, person: Person) -> int | None:
    """Note that the remembered letter of this person was answered; its id."""
    answers = turn.recall("answers")
    turn.remember(answers=None)
    question = await turn.session.get(Letter, answers) if isinstance(answers, int) else None
    if question is None or question.person_id != person.id:
        return None
    question.answered_at = question.seen_at = turn.now
    return question.id


async def send(turn: Turn, person: Person, text: str, media: dict[str, Json] | None) -> None:
    """Relay the consultant's own words or voice; they are given as they are, with whose they are."""
    await _relay(turn, person, text, media, await _answered(turn, person))
    turn.expect("")
    turn.say(part("consultant.sent", person=name_of(person)), buttons=menu_rows())


async def _relay(
    turn: Turn, person: Person, text: str, media: dict[str, Json] | None, answers: int | None = None
) -> None:
    letter = Letter(
        person_id=person.id,
        consultant_id=turn.consultant.id,
        kind=LetterKind.ANSWER,
        text=text[: letters.LETTER_LENGTH],
        language=turn.services.finder.find(text, turn.language).language or turn.language if text else turn.language,
        attachment=media,
        answers_id=answers,
        written_at=turn.now,
    )
    turn.session.add(letter)
    await turn.session.flush()
    turn.audit("wrote", f"person:{person.id}")
    turn.tell_person(
        person.id,
        f"letter:{letter.id}",
        title("letter.from_consultant", consultant=turn.consultant.name),
        *([Part(Text("letter.quote", {"text": letter.text}), Style.QUOTE)] if letter.text else []),
        buttons=[[button("letter.answer", "letter", "✍️")], [button("menu.back", "menu", "🏠")]],
        attachment=Attachment("letter", str(letter.id), needed=not letter.text) if media is not None else None,
    )


async def invite(turn: Turn, args: Sequence[str]) -> None:
    """An invitation to talk, drafted here and sent by the consultant: "invite:<person>[:send]"."""
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    if list(args[1:2]) != ["send"]:
        turn.say(
            title("consultant.invite_this", person=name_of(person)),
            Part(Text("invitation.title", {"consultant": turn.consultant.name}), Style.QUOTE),
            Part(Text("invitation.text"), Style.QUOTE),
            buttons=[[button("consultant.invite_send", f"invite:{person.id}:send", "✅")], *menu_rows()[-1:]],
        )
        return
    turn.audit("invited", f"person:{person.id}")
    turn.tell_person(
        person.id,
        f"invitation:{person.id}:{turn.today.isoformat()}",
        title("invitation.title", consultant=turn.consultant.name),
        part("invitation.text"),
        buttons=[[button("letter.answer", "letter", "✍️")], [button("menu.back", "menu", "🏠")]],
    )
    turn.say(
        part("consultant.sent", person=name_of(person)),
        buttons=[[button("consultant.new", f"new:{person.id}", "➕")], *menu_rows()],
    )


async def groups(turn: Turn, args: Sequence[str]) -> None:
    """The groups in which they have people, to write to. "groups[:<page>]"."""
    found = await _groups(turn)
    page = page_of(args, 0, len(found))
    rows = [
        [
            Button(
                Text("consultant.group_button", {"group": group.name, "count": len(people)}), f"group:{group.id}", "👥"
            )
        ]
        for group, people in found[page * PAGE : (page + 1) * PAGE]
    ]
    if not rows:
        turn.say(part("consultant.no_groups"), buttons=menu_rows())
        return
    turn.say(title("consultant.which_group"), buttons=[*rows, pages("groups", page, len(found))])


async def _groups(turn: Turn) -> list[tuple[LessonGroup, list[Person]]]:
    return await groups_of(turn.session, await caseload(turn), turn.today)


async def group(turn: Turn, args: Sequence[str]) -> None:
    """Write to their own people in a group: the next text goes to each of them."""
    found = await _own_group(turn, number_in(args))
    if found is None:
        say_unknown(turn)
        return
    chosen, people = found
    for person in people:
        turn.audit("looked_at", f"person:{person.id}")
    turn.expect(f"group:{chosen.id}")
    turn.say(
        title("consultant.write_group", group=chosen.name),
        Part(Text("consultant.who_gets_it", {"people": verbatim(", ".join(p.given_name for p in people))})),
        buttons=menu_rows()[-1:],
    )


async def _own_group(turn: Turn, group_id: int) -> tuple[LessonGroup, list[Person]] | None:
    return next(((g, people) for g, people in await _groups(turn) if g.id == group_id), None)


async def send_to_group(turn: Turn, group_id: int, text: str, media: dict[str, Json] | None) -> None:
    """Relay the consultant's words or voice to each of their own people in the group."""
    found = await _own_group(turn, group_id)
    turn.expect("")
    if found is None:
        say_unknown(turn)
        return
    chosen, people = found
    for person in people:
        await _relay(turn, person, text, media)
    turn.say(Part(Text("consultant.sent_to_group", {"group": chosen.name}, count=len(people))), buttons=menu_rows())
