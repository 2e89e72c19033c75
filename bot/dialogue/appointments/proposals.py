"""A person's answer to other times that a consultant proposed."""

from collections.abc import Sequence

from bot.actions import proposals
from bot.actions.proposals import ProposalRefused
from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Part
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import appointment_line


async def choose(turn: Turn, args: Sequence[str]) -> None:
    """The person's choice: "prop:<proposal>:<place>" or "prop:<proposal>:none"."""
    choice = args[1] if len(args) > 1 else ""
    if choice == "none":
        found = await proposals.refuse(turn.acting, turn.person.id, number_in(args))
    else:
        place = int(choice) if choice.isdecimal() and choice.isascii() and len(choice) < 3 else proposals.MOST
        found = await proposals.accept(turn.acting, turn.person.id, number_in(args), place)
    if isinstance(found, ProposalRefused):
        turn.say(part("error.unknown_button"), buttons=menu.rows())
        return
    appointment = found.appointment
    if found.over:
        turn.say(part("proposal.over"), Part(appointment_line(appointment)), buttons=menu.rows())
    elif choice == "none":
        turn.expect(f"other_time:{appointment.id}")
        turn.say(part("appointment.other_time_passed_on"), part("appointment.say_when"), buttons=[menu.back()])
    else:
        turn.say(
            title("proposal.thanks"),
            Part(appointment_line(appointment)),
            buttons=[[button("button.calendar", asks(Act.CALENDAR, appointment.id), "🗓️")], menu.back()],
        )
