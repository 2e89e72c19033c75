"""Privacy: what is held, a copy of it, stop, and delete."""

from collections.abc import Sequence

from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Attachment
from storage.people.people import Consultant
from storage.privacy.erasure import erase_conversation


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """What is held, in plain words, and what can be done about it."""
    turn.say(
        title("privacy.title"),
        part("privacy.held"),
        part("privacy.who"),
        buttons=[
            [button("privacy.export", "export", "📄")],
            [button("privacy.stop", "stop", "⏸️")],
            [button("privacy.erase", "erase", "🗑️")],
            menu.back(),
        ],
    )


async def export(turn: Turn, _args: Sequence[str]) -> None:
    """A file with everything that is held on this person."""
    turn.audit("exported", f"person:{turn.person.id}")
    turn.say(
        part("privacy.export_file"),
        buttons=[menu.back()],
        attachment=Attachment("export", str(turn.person.id)),
    )


async def stop(turn: Turn, args: Sequence[str]) -> None:
    """Stop messages, after a question; the consultant is told, so that nobody counts on reminders."""
    if list(args[:1]) != ["yes"]:
        turn.say(
            title("privacy.stop_ask"),
            part("privacy.stop_means"),
            buttons=[[button("privacy.stop_yes", "stop:yes", "⏸️")], [button("privacy.no", "menu", "❌")]],
        )
        return
    person = turn.person
    person.stopped_at = turn.now
    turn.audit("stopped", f"person:{person.id}")
    await turn.replan()
    await _tell_consultant(turn, "consultant.stopped", f"stopped:{person.id}:{turn.event.event_id}")
    say_stopped(turn)


def say_stopped(turn: Turn) -> None:
    """No messages come, and how they come again."""
    turn.say(part("privacy.stopped"), buttons=[[button("privacy.resume", "resume", "▶️")]])


async def resume(turn: Turn, _args: Sequence[str]) -> None:
    """Messages come again."""
    person = turn.person
    if person.stopped_at is not None:
        person.stopped_at = None
        turn.audit("resumed", f"person:{person.id}")
        await turn.replan()
        await _tell_consultant(turn, "consultant.resumed", f"resumed:{person.id}:{turn.event.event_id}")
    turn.say(part("privacy.resumed"), buttons=menu.rows())


async def erase(turn: Turn, args: Sequence[str]) -> None:
    """Delete what the bot holds, after a question that says what remains with the municipality and why."""
    if list(args[:1]) != ["yes"]:
        turn.say(
            title("privacy.erase_ask"),
            part("privacy.erase_means"),
            buttons=[[button("privacy.erase_yes", "erase:yes", "🗑️")], [button("privacy.no", "menu", "❌")]],
        )
        return
    person = turn.person
    await _tell_consultant(turn, "consultant.erased", f"erased:{person.id}:{turn.event.event_id}")
    turn.audit("erased", f"person:{person.id}")
    # The goodbye goes to the address alone: the contact is a stranger's again when it is sent.
    turn.contact.person_id = None
    turn.contact.language = person.language
    await erase_conversation(turn.session, person.id, keep_contact=turn.contact.id)
    turn.linked_person = None
    turn.say(part("privacy.erased"))


async def _tell_consultant(turn: Turn, key: str, once: str) -> None:
    person = turn.person
    if person.consultant_id is not None and await turn.session.get(Consultant, person.consultant_id) is not None:
        name = f"{person.given_name} {person.family_name}".strip()
        turn.tell_consultant(person.consultant_id, once, part(key, person=name))
