"""What is said of ways that come and go, to their owner and to the consultant."""

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.intents import Act, asks
from reminders.wording.appointment import name_of
from storage.people.contacts import Contact
from storage.people.people import Person


def new_way(contact: Contact) -> Body:
    """To the person, on their other ways: there is a new one."""
    return _with_button("ways.added", contact.channel, "ways.not_me", asks(Act.NOT_ME, contact.id))


def code_asked() -> Body:
    """To the person, on their other ways: a code was asked for."""
    return _with_button("ways.code_asked", None, "ways.not_me", asks(Act.NOT_ME, "code"))


def your_new_device(contact: Contact) -> Body:
    """To a consultant, on their other ways."""
    return _with_button(
        "consultant.your_new_device", contact.channel, "consultant.not_me", asks(Act.NOT_ME, contact.id)
    )


def new_way_of(person: Person, contact: Contact) -> Body:
    """To the consultant of a person who has no other way to hear it on."""
    said = Text("consultant.new_way", {"person": name_of(person), "channel": _name(contact.channel)})
    button = Button(Text("consultant.end_way"), asks(Act.END_WAY, contact.id), "❌")
    return Body((Part(said),), ((button,),))


def also_here(person: Person) -> Body:
    """To whom a telephone belongs, about one more who uses it: they share it, so first names are known there."""
    return Body((Part(Text("shared.also_here", {"name": person.given_name})),))


def older_ended(person: Person, channel: str, new: Contact) -> Body:
    """To the consultant: who came lately ended a way that was there before."""
    channels = {"channel": _name(channel), "by": _name(new.channel)}
    said = Text("consultant.older_ended", {"person": name_of(person), **channels})
    button = Button(Text("consultant.end_way"), asks(Act.END_WAY, new.id), "❌")
    return Body((Part(said, Style.TITLE),), ((button,),))


def was_not(person: Person, channel: str) -> Body:
    """To the consultant: the person did not do it, and it was ended."""
    said = Text("consultant.was_not", {"person": name_of(person), "channel": _name(channel)})
    return Body((Part(said, Style.TITLE),))


def _with_button(key: str, channel: str | None, label: str, intent: str) -> Body:
    said = Text(key, {"channel": _name(channel)} if channel is not None else {})
    return Body((Part(said, Style.TITLE),), ((Button(Text(label), intent, "❌"),),))


def _name(channel: str) -> Text:
    return Text(f"channel.{channel}")
