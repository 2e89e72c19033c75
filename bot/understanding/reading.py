"""What was understood of a text, as it is kept for the consultant; reminders/wording/heard/reading.py words it."""

from bot.understanding.acts import TOPIC_OF, Understanding
from storage.engine.columns import Json


def reading_of(heard: Understanding) -> dict[str, Json]:
    """The understanding as JSON; what is absent is left out."""
    asked = next((one.topic for one in heard.candidates if one.topic != TOPIC_OF.get(heard.act)), None)
    known: dict[str, Json] = {
        "act": heard.act.value,
        "need": heard.need.value if heard.need is not None else None,
        "reason": heard.reason.value if heard.reason is not None else None,
        "topic": asked,
        "from": heard.when.first.isoformat() if heard.when.first is not None else None,
        "until": heard.when.last.isoformat() if heard.when.last is not None else None,
        "minutes": heard.when.minutes,
    }
    return {name: value for name, value in known.items() if value is not None}
