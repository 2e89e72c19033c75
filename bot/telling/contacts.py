"""What is sent to an address before it is known whose it is, and what is told of ways to reach somebody."""

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.intents import Act, asks
from reminders.wording.appointment import name_of
from storage.people.people import Person


def code(digits: str) -> Body:
    """The code that shows, when it comes back, that the address is the person's."""
    return Body((Part(Text("reach.code", {"code": digits}), Style.TITLE), Part(Text("reach.code_keep"))))


def invitation(link: str) -> Body:
    """The personal link by which a chat is opened; no name and no matter."""
    return Body((Part(Text("invite.message", {"url": link})),))


def invitation_back(link: str, telephone: str | None) -> Body:
    """That the municipality would like to reach whoever has this number; no name and no matter."""
    parts = [Part(Text("invite.back", {"url": link}))]
    if telephone:
        parts.append(Part(Text("letter.telephone", {"telephone": telephone})))
    return Body(tuple(parts))


def channel_stopped(person: Person, channel: str, *, stopped: bool) -> Body:
    """To the consultant: nothing goes there any more, or again."""
    key = "consultant.stopped_channel" if stopped else "consultant.resumed_channel"
    return Body((Part(Text(key, {"person": name_of(person), "channel": Text(f"channel.{channel}")})),))


def asked_elsewhere(act: Act, label: str, channel: str) -> Body:
    """To the person, where only they read: what was asked for in their name, with its button."""
    how = {"channel": Text(f"channel.{channel}"), "what": Text(label)}
    return Body(
        (Part(Text("safer.asked", how), Style.TITLE), Part(Text("safer.not_you"))),
        ((Button(Text(label), asks(act), "➡️"),),),
    )


def asks_safely(person: Person, what: Text, channel: str) -> Body:
    """To the consultant: what was asked for over a way that is not safe for it."""
    how: dict[str, str | Text] = {"person": name_of(person), "what": what, "channel": Text(f"channel.{channel}")}
    return Body(
        (Part(Text("consultant.asks_safely", how)),),
        ((Button(Text("consultant.code_button"), asks(Act.GIVE_CODE, person.id), "🔑"),),),
    )
