"""What colleagues hear of each other's away days."""

from locales.rendering.message import Body, Button, Part, Text
from reminders.intents import Act, asks
from storage.people.people import Consultant


def will_you_stand_in(colleague: Consultant) -> Body:
    """To who is asked to stand in."""
    return Body(
        (Part(Text("consultant.will_you_stand_in", {"colleague": colleague.name})),),
        (
            (
                Button(Text("consultant.stand_in_yes"), asks(Act.STANDS_IN, colleague.id, "yes"), "✅"),
                Button(Text("consultant.stand_in_no"), asks(Act.STANDS_IN, colleague.id, "no"), "❌"),
            ),
        ),
    )


def stands_in(colleague: Consultant) -> Body:
    """To who asked: the colleague said yes."""
    return Body((Part(Text("consultant.stands_in", {"colleague": colleague.name})),))


def does_not_stand_in(colleague: Consultant) -> Body:
    """To who asked: the colleague said no."""
    return Body((Part(Text("consultant.does_not_stand_in", {"colleague": colleague.name})),), _ask_another())


def no_answer(colleague: Consultant) -> Body:
    """To who asked: the colleague has not answered yet."""
    return Body((Part(Text("consultant.stand_in_silent", {"colleague": colleague.name})),), _ask_another())


def _ask_another() -> tuple[tuple[Button, ...], ...]:
    return ((Button(Text("consultant.stand_in"), asks(Act.STAND_IN), "🤝"),),)
