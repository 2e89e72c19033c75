"""The people of the caseload: finding one, what is known of them at a glance, adding one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.actions.access.codes import give_code as make_code_for
from bot.actions.access.logged_in import end_for, was_not_me
from bot.actions.contacts import InviteRefused
from bot.actions.people import NAME_LENGTH, Added, NewPerson, PersonRefused, add_person, looked_at_list
from bot.dialogue.consultants.common import (
    PAGE,
    caseload,
    caseload_for,
    menu_rows,
    own_person,
    page_of,
    pages,
    people_buttons,
    say_unknown,
)
from bot.dialogue.memory import FINDING, NEW_PERSON, PersonDraft
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.languages import LANGUAGES, find_language
from locales.rendering.message import Attachment, Button, Part, Text, verbatim
from reminders.intents import Act, asks, number_in
from reminders.stored_terms import terms_of
from reminders.wording.appointment import appointment_line, name_of
from reminders.wording.caseload_lists import List, lines_of
from storage.appointments.absence_reports import LOOK_BACK, times_reported
from storage.appointments.appointments import appointments_of
from storage.attention.contact_moments import contacts_of
from storage.people.contacts import channels_of, stopped_channels_of
from storage.people.people import Person, plan_of
from storage.vocabulary import Group

_AHEAD: Final = timedelta(days=60)
_NEXT: Final = 3


async def show_all(turn: Turn, args: Sequence[str]) -> None:
    """Everybody, in pages: "people[:<page>]"."""
    found = await caseload(turn)
    page = page_of(args, 0, len(found))
    looked_at_list(turn.acting, "people")
    turn.expect("find")
    turn.say(
        title("consultant.people"),
        part("consultant.find_how" if found else "consultant.nobody"),
        buttons=[
            *people_buttons(found[page * PAGE : (page + 1) * PAGE]),
            pages(asks(Act.PEOPLE), page, len(found)),
            [button("consultant.add", asks(Act.ADD), "➕")],
            *menu_rows(),
        ],
    )


async def find(turn: Turn, text: str) -> bool:
    """The people whose name holds these words; straight to the one if there is one. False when nobody has it."""
    found = await named(turn, text)
    if len(found) == 1:
        await who(turn, [str(found[0].id)])
    elif found:
        turn.remember(FINDING, text[:NAME_LENGTH])
        _say_found(turn, found, 0)
    return bool(found)


async def named(turn: Turn, text: str) -> list[Person]:
    """The people of the caseload whose name holds these words."""
    words = text.casefold().split()
    return [person for person in await caseload(turn) if words and all(w in name_of(person).casefold() for w in words)]


async def show_found(turn: Turn, args: Sequence[str]) -> None:
    """More of those whose name holds what was looked for: "found:<page>"."""
    text = turn.recall(FINDING)
    found = await named(turn, text) if text is not None else []
    if not found:
        await show_all(turn, ())
        return
    _say_found(turn, found, page_of(args, 0, len(found)))


def _say_found(turn: Turn, found: Sequence[Person], page: int) -> None:
    looked_at_list(turn.acting, "people")
    turn.say(
        title("consultant.which_person"),
        buttons=[
            *people_buttons(found[page * PAGE : (page + 1) * PAGE]),
            pages(asks(Act.FOUND), page, len(found)),
            *menu_rows(),
        ],
    )


async def ask_find(turn: Turn, args: Sequence[str]) -> None:
    """ "/find" with a name, or without one: asks for it."""
    text = " ".join(args)
    if text.strip() and await find(turn, text):
        return
    if text.strip():
        turn.say(part("consultant.nobody_named", name=text[:NAME_LENGTH]), buttons=menu_rows())
        return
    await show_all(turn, ())


async def who(turn: Turn, args: Sequence[str]) -> None:
    """One person at a glance: reachable how, what comes, what was missed, which terms come near."""
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    turn.expect("")
    coming = await appointments_of(turn.session, person.id, turn.now, turn.now + _AHEAD, zone=turn.zone, limit=_NEXT)
    lately = await times_reported(turn.session, person.id, turn.now - LOOK_BACK)
    parts = [
        title("consultant.person", person=name_of(person)),
        Part(Text("consultant.speaks", {"language": Text(f"language.{person.language}")})),
        *([part("consultant.telephone", telephone=person.phone)] if person.phone else []),
        *await _reach(turn, person),
        *(Part(appointment_line(appointment)) for appointment in coming),
        Part(Text("consultant.absent_lately", {}, count=lately)),
        await _last_spoken(turn, person),
    ]
    known = caseload_for(turn, [person])
    for which in (List.TERMS, List.QUESTIONS, List.WISHES, List.UNDELIVERED, List.TALKS, List.MOODS):
        parts += [Part(line.text) for line in await lines_of(turn.session, which, known)]
    turn.say(
        *parts,
        buttons=[
            [
                button("consultant.write", asks(Act.WRITE, person.id), "✍️"),
                button("consultant.new", asks(Act.NEW, person.id), "➕"),
            ],
            [
                button("consultant.meetings", asks(Act.MEETINGS, person.id), "🔁"),
                button("consultant.contacted", asks(Act.CONTACTED, person.id), "📞"),
            ],
            [
                button("consultant.progress.parts", asks(Act.PARTS, person.id), "📄"),
            ],
            [
                button("consultant.road", asks(Act.ROAD, person.id), "🧭"),
                button("consultant.code_button", asks(Act.GIVE_CODE, person.id), "🔑"),
            ],
            *menu_rows(),
        ],
    )


async def road(turn: Turn, args: Sequence[str]) -> None:
    """A person's plan as they see it: the road of three years, what is done and what is next."""
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    rules = turn.services.municipalities.of(person.municipality).term_rules
    if "term_start" not in terms_of(person, await plan_of(turn.session, person.id), rules):
        turn.say(part("consultant.no_road"), buttons=menu_rows())
        return
    turn.say(title("consultant.person", person=name_of(person)), attachment=Attachment("plan", str(person.id)))


async def _last_spoken(turn: Turn, person: Person) -> Part:
    moments = (await contacts_of(turn.session, [person.id], turn.now)).get(person.id, ())
    return Part(Text("consultant.last_spoken", {"at": max(moments)})) if moments else part("consultant.never_spoken")


async def _reach(turn: Turn, person: Person) -> list[Part]:
    names = await channels_of(turn.session, person.id)
    ended = await stopped_channels_of(turn.session, person.id)
    said_stop = Part(Text("consultant.ways_stopped", {"channels": [Text(f"channel.{name}") for name in ended]}))
    if person.stopped_at is not None:
        # They are answered where they write, so what does not work any more is said as well.
        return [part("consultant.has_stopped"), *([said_stop] if ended else [])]
    if not names:
        return [said_stop] if ended else [part("consultant.not_linked")]
    reached = Part(Text("consultant.reached_by", {"channels": [Text(f"channel.{name}") for name in names]}))
    return [reached, said_stop] if ended else [reached]


# --- adding ---------------------------------------------------------------------------------------------------------


async def add(turn: Turn, _args: Sequence[str]) -> None:
    """Add a person: first their name, in words."""
    turn.forget(NEW_PERSON)
    turn.expect("add_name")
    turn.say(title("consultant.add_name"), part("consultant.add_name_how"), buttons=menu_rows()[-1:])


async def take_name(turn: Turn, text: str) -> None:
    """The name of the person to add; then their language."""
    if not text.split():
        await add(turn, ())
        return
    turn.remember(NEW_PERSON, PersonDraft(" ".join(text.split())[:NAME_LENGTH]))
    turn.expect("add_language")
    buttons = [Button(verbatim(language.name), asks(Act.ADD_LANGUAGE, code)) for code, language in LANGUAGES.items()]
    turn.say(title("consultant.add_language"), buttons=[buttons[i : i + 2] for i in range(0, len(buttons), 2)])


async def add_language(turn: Turn, args: Sequence[str]) -> None:
    """Their language; then their group, which decides whose rules hold (1.10)."""
    draft, language = turn.recall(NEW_PERSON), find_language(args[0]) if args else None
    if draft is None or language is None:
        await add(turn, ())
        return
    turn.remember(NEW_PERSON, replace(draft, language=args[0]))
    turn.say(
        title("consultant.add_group"),
        part("consultant.add_group_how"),
        buttons=[
            [button(f"consultant.group.{group.value}", asks(Act.ADD_GROUP, group.value), "👤")] for group in Group
        ],
    )


async def add_group(turn: Turn, args: Sequence[str]) -> None:
    """Their group: the person is made, with a code to link with."""
    draft = turn.recall(NEW_PERSON)
    group = args[0] if args else ""
    if draft is None or draft.language is None or group not in set(Group):
        await add(turn, ())
        return
    turn.forget(NEW_PERSON)
    turn.expect("")
    made = await add_person(
        turn.acting,
        NewPerson(draft.name, draft.language, Group(group)),
        external_id=f"chat-{turn.event.channel}-{turn.event.event_id}",
    )
    if isinstance(made, PersonRefused):
        await add(turn, ())
        return
    _say_added(turn, made)


async def give_code(turn: Turn, args: Sequence[str]) -> None:
    """A code for one of their people who has no safe way, or a new telephone: "code:<person>"."""
    given = await make_code_for(turn.acting, number_in(args))
    if isinstance(given, InviteRefused):
        say_unknown(turn)
        return
    person, invited = given
    turn.say(
        title("consultant.code_for", person=name_of(person)),
        *_code_parts(turn, invited.code, invited.expires_at),
        buttons=menu_rows(),
    )


async def end_way(turn: Turn, args: Sequence[str]) -> None:
    """A way of one of their people is not theirs: "endway:<contact>"."""
    ended = await end_for(turn.acting, number_in(args))
    if ended is None:
        say_unknown(turn)
        return
    person, channel = ended
    turn.say(
        part("consultant.way_ended", person=name_of(person), channel=Text(f"channel.{channel}")),
        buttons=[[button("consultant.code_button", asks(Act.GIVE_CODE, person.id), "🔑")], *menu_rows()],
    )


async def not_me(turn: Turn, args: Sequence[str]) -> None:
    """A new telephone was not the consultant's own: "notme:<contact>"."""
    ended = await was_not_me(turn.acting, number_in(args), turn.contact)
    if ended is None:
        say_unknown(turn)
        return
    turn.say(part("consultant.your_way_ended", channel=Text(f"channel.{ended.channel}")), buttons=menu_rows())


def _code_parts(turn: Turn, code: str, expires_at: datetime) -> list[Part]:
    return [
        part("consultant.give_code", code=code),
        *(part("consultant.give_link", link=link) for link in turn.services.links(code).values()),
        Part(Text("consultant.code_until", {"on": expires_at.astimezone(turn.zone).date()})),
    ]


def _say_added(turn: Turn, made: Added) -> None:
    person = made.person
    turn.say(
        title("consultant.added", person=name_of(person)),
        *_code_parts(turn, made.code, made.expires_at),
        buttons=[[button("consultant.new", asks(Act.NEW, person.id), "➕")], *menu_rows()],
    )
