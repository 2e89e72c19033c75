"""Writing to a person or to a group: ready sentences that each side reads in its own language, or own words."""

from collections.abc import Sequence

from bot.actions.absences.seen import see_by_answering
from bot.actions.letters import (
    LetterRefused,
    invite_to_talk,
    letter_from,
    say_what_was_done,
    see_letter,
    send_ready_answer,
    write_to_group,
    write_to_person,
)
from bot.actions.people import look_at, looked_at_list
from bot.dialogue.answers import asked_for_words
from bot.dialogue.consultants.common import (
    PAGE,
    caseload,
    menu_rows,
    own_person,
    page_of,
    pages,
    say_unknown,
)
from bot.dialogue.letters import words
from bot.dialogue.memory import ANSWERS
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Style, Text, verbatim
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import name_of
from storage.caseload import groups_of
from storage.people.people import Person
from storage.people.sent_media import SentMedia
from storage.vocabulary import LetterKind, ReadyAnswer

_READY = tuple(ReadyAnswer)


async def write(turn: Turn, args: Sequence[str]) -> None:
    """Write to a person: a ready sentence in their language, or own words. "write:<person>[:<page>]"."""
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    page = page_of(args, 1, len(_READY))
    turn.expect(f"write:{person.id}")
    rows = [
        [button(f"consultant.ready.{which.value}", asks(Act.READY_ANSWER, person.id, which.value), "💬")]
        for which in _READY[page * PAGE : (page + 1) * PAGE]
    ]
    turn.say(
        title("consultant.write_ask", person=name_of(person)),
        Part(Text("consultant.reads", {"language": Text(f"language.{person.language}")})),
        buttons=[*rows, pages(asks(Act.WRITE, person.id), page, len(_READY))],
    )


async def ready(turn: Turn, args: Sequence[str]) -> None:
    """A ready sentence: each side reads it in their own language. "ready:<person>:<which>"."""
    which = next((one for one in ReadyAnswer if args[1:2] == [one.value]), None)
    if which is None:
        say_unknown(turn)
        return
    sent = await send_ready_answer(turn.acting, number_in(args), which, once=turn.once, answers=_answers(turn))
    if isinstance(sent, LetterRefused):
        say_unknown(turn)
        return
    turn.say(
        part("consultant.sent", person=name_of(sent)),
        Part(Text("letter.quote", {"text": Text(f"ready.{which.value}")}), Style.QUOTE),
        buttons=menu_rows(),
    )


async def letter_seen(turn: Turn, args: Sequence[str]) -> None:
    """A letter was seen: "lseen:<letter>"."""
    person = await see_letter(turn.acting, number_in(args))
    if isinstance(person, LetterRefused):
        say_unknown(turn)
        return
    turn.say(part("consultant.person_knows", person=name_of(person)), buttons=menu_rows())
    letter = await letter_from(turn.acting, number_in(args))
    if not isinstance(letter, LetterRefused) and letter.kind is LetterKind.URGENT and letter.done_at is None:
        turn.expect(f"cry_done:{letter.id}")
        turn.say(part("consultant.cry_done_ask"), buttons=menu_rows())


async def take_done(turn: Turn, letter_id: int, text: str) -> bool:
    """What was done about a cry for help; False for a letter that is none of theirs."""
    person = await say_what_was_done(turn.acting, letter_id, text)
    if isinstance(person, LetterRefused):
        return False
    turn.expect("")
    turn.say(part("consultant.cry_done"), buttons=menu_rows())
    return True


async def reply(turn: Turn, args: Sequence[str]) -> None:
    """Answer a letter: the next text is relayed. "reply:<letter>"."""
    letter = await letter_from(turn.acting, number_in(args))
    if isinstance(letter, LetterRefused):
        say_unknown(turn)
        return
    turn.remember(ANSWERS, letter.id)
    await write(turn, [str(letter.person_id)])


async def answer_by_reply(turn: Turn, text: str, sent: tuple[SentMedia, ...]) -> bool:
    """Own words in a reply to an e-mail about somebody go to that person; False where the e-mail was about nobody.

    Whoever answers a report has seen it.
    """
    asked = await asked_for_words(turn, Act.WRITE, Act.REPLY)
    if asked is None:
        return False
    person_id = number_in(asked.args)
    if asked.act is Act.REPLY:
        letter = await letter_from(turn.acting, number_in(asked.args))
        if isinstance(letter, LetterRefused):
            say_unknown(turn)
            return True
        turn.remember(ANSWERS, letter.id)
        person_id = letter.person_id
    person = await look_at(turn.acting, person_id)
    if person is None:
        say_unknown(turn)
        return True
    if seen := await asked_for_words(turn, Act.SEEN):
        await see_by_answering(turn.acting, number_in(seen.args), person.id)
    await send(turn, person_id, text, sent)
    return True


def _answers(turn: Turn) -> int | None:
    """The letter that was to be answered, which is remembered until something is written."""
    answers = turn.recall(ANSWERS)
    turn.forget(ANSWERS)
    return answers


async def send(turn: Turn, person_id: int, text: str, sent: tuple[SentMedia, ...]) -> bool:
    """Relay the consultant's own words or voice; they are given as they are, with whose they are. False, and nothing
    said, for somebody they may not (or no longer) write to."""
    person = await write_to_person(turn.acting, person_id, words(turn, text, sent), answers=_answers(turn))
    if isinstance(person, LetterRefused):
        return False
    turn.expect("")
    turn.say(part("consultant.sent", person=name_of(person)), buttons=menu_rows())
    return True


async def invite(turn: Turn, args: Sequence[str]) -> None:
    """An invitation to talk, drafted here and sent by the consultant: "invite:<person>[:send]"."""
    if list(args[1:2]) != ["send"]:
        await _show_invitation(turn, await own_person(turn, number_in(args)))
        return
    invited = await invite_to_talk(turn.acting, number_in(args))
    if isinstance(invited, LetterRefused):
        say_unknown(turn)
        return
    turn.say(
        part("consultant.sent", person=name_of(invited)),
        buttons=[[button("consultant.new", asks(Act.NEW, invited.id), "➕")], *menu_rows()],
    )


async def _show_invitation(turn: Turn, person: Person | None) -> None:
    if person is None:
        say_unknown(turn)
        return
    turn.say(
        title("consultant.invite_this", person=name_of(person)),
        Part(Text("invitation.title", {"consultant": turn.consultant.name}), Style.QUOTE),
        Part(Text("invitation.text"), Style.QUOTE),
        buttons=[
            [button("consultant.invite_send", asks(Act.INVITE_TO_TALK, person.id, "send"), "✅")],
            *menu_rows()[-1:],
        ],
    )


async def groups(turn: Turn, args: Sequence[str]) -> None:
    """The groups in which they have people, to write to. "groups[:<page>]"."""
    found = await groups_of(turn.session, await caseload(turn), turn.today)
    page = page_of(args, 0, len(found))
    rows = [
        [
            Button(
                Text("consultant.group_button", {"group": group.name}, len(people)),
                asks(Act.GROUP, group.id),
                "👥",
            )
        ]
        for group, people in found[page * PAGE : (page + 1) * PAGE]
    ]
    if not rows:
        turn.say(part("consultant.no_groups"), buttons=menu_rows())
        return
    turn.say(title("consultant.which_group"), buttons=[*rows, pages(asks(Act.GROUPS), page, len(found))])


async def group(turn: Turn, args: Sequence[str]) -> None:
    """Write to their own people in a group: the next text goes to each of them. "group:<group>"."""
    found = await groups_of(turn.session, await caseload(turn), turn.today)
    chosen = next(((group, people) for group, people in found if group.id == number_in(args)), None)
    if chosen is None:
        say_unknown(turn)
        return
    which, people = chosen
    looked_at_list(turn.acting, "group", [person.id for person in people])
    turn.expect(f"group:{which.id}")
    turn.say(
        title("consultant.write_group", group=which.name),
        Part(Text("consultant.who_gets_it", {"people": verbatim(", ".join(p.given_name for p in people))})),
        buttons=menu_rows()[-1:],
    )


async def send_to_group(turn: Turn, group_id: int, text: str, sent: tuple[SentMedia, ...]) -> None:
    """Relay the consultant's words or voice to each of their own people in the group."""
    written = await write_to_group(turn.acting, group_id, words(turn, text, sent))
    turn.expect("")
    if isinstance(written, LetterRefused):
        say_unknown(turn)
        return
    turn.say(
        Part(Text("consultant.sent_to_group", {"group": written.group}, count=written.people)), buttons=menu_rows()
    )
