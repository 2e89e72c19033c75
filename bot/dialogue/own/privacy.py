"""Privacy: what is held, a copy of it, stop, and delete."""

from collections.abc import Sequence
from datetime import timedelta

from bot.actions import privacy as actions
from bot.dialogue import menu
from bot.dialogue.own.carried import carried_by
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Attachment, Part, Text
from reminders.intents import Act, asks
from storage.people.contacts import channels_of


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """What is held, in plain words, and what can be done about it."""
    turn.say(
        title("privacy.title"),
        part("privacy.held"),
        part("privacy.who"),
        *carried_by([turn.event.channel, *await channels_of(turn.session, turn.person.id)]),
        buttons=[
            [button("privacy.export", asks(Act.EXPORT), "📄")],
            [button("privacy.stop", asks(Act.STOP), "⏸️")],
            [button("privacy.erase", asks(Act.ERASE), "🗑️")],
            menu.back(),
        ],
    )


async def export(turn: Turn, _args: Sequence[str]) -> None:
    """A file with everything that is held on this person."""
    person = await actions.ask_for_copy(turn.acting, turn.contact)
    if isinstance(person, actions.NotYet):
        # The day after: at that hour of it, it holds.
        on = (person.at + timedelta(days=1)).astimezone(turn.zone).date()
        turn.say(Part(Text("ways.too_new", {"on": on})), buttons=[menu.back()])
        return
    turn.say(
        part("privacy.export_file"),
        buttons=[menu.back()],
        attachment=Attachment("export", str(person.id), needed=True),
    )


async def stop(turn: Turn, args: Sequence[str]) -> None:
    """Stop messages, after a question; the consultant is told, so that nobody counts on reminders."""
    if list(args[:1]) != ["yes"]:
        turn.say(
            title("privacy.stop_ask"),
            part("privacy.stop_means"),
            buttons=[
                [button("privacy.stop_yes", asks(Act.STOP, "yes"), "⏸️")],
                [button("privacy.no", asks(Act.MENU), "❌")],
            ],
        )
        return
    await actions.stop(turn.acting, once=turn.event.event_id)
    say_stopped(turn)


def say_stopped(turn: Turn) -> None:
    """No messages come, and how they come again."""
    turn.say(part("privacy.stopped"), buttons=[[button("privacy.resume", asks(Act.RESUME), "▶️")]])


async def resume(turn: Turn, _args: Sequence[str]) -> None:
    """Messages come again."""
    await actions.resume(turn.acting, once=turn.event.event_id)
    turn.say(part("privacy.resumed"), buttons=menu.rows())


async def erase(turn: Turn, args: Sequence[str]) -> None:
    """Delete what the bot holds, after a question that says what remains with the municipality and why."""
    if list(args[:1]) != ["yes"]:
        turn.say(
            title("privacy.erase_ask"),
            part("privacy.erase_means"),
            buttons=[
                [button("privacy.erase_yes", asks(Act.ERASE, "yes"), "🗑️")],
                [button("privacy.no", asks(Act.MENU), "❌")],
            ],
        )
        return
    # The goodbye goes to the address alone: the contact is a stranger's again when it is sent.
    await actions.erase_own(turn.acting, turn.contact, once=turn.event.event_id)
    turn.linked_person = None
    turn.say(part("privacy.erased"))
