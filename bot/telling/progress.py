"""What is said of progress and of its end, to whom it is about."""

from typing import Final

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.intents import Act, asks

#: What the FAQ says of moving to another municipality (LAW_2026 row 21).
MOVING_TOPIC: Final = "moving_municipality"


def moved() -> Body:
    """To somebody whom another municipality guides now: what changes, and what does not."""
    return Body(
        (
            Part(Text("progress.moved"), Style.TITLE),
            Part(Text(f"faq.answer.{MOVING_TOPIC}"), Style.OFFICIAL),
            Part(Text("progress.moved.here")),
        ),
        ((Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),),),
        card="icon:🚌",
    )
