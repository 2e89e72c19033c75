"""How a letter, a ready answer and an invitation look to whom they go to."""

from collections.abc import Sequence

from locales.rendering.message import Attachment, Body, Button, Part, Style, Text
from reminders.intents import Act, asks
from reminders.wording.appointment import name_of
from reminders.wording.heard.cry import cry_body
from reminders.wording.heard.reading import reading_parts
from reminders.wording.joined import Buttons
from reminders.wording.to_consultant import write_to
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter
from storage.vocabulary import AppointmentKind, LetterKind, ReadyAnswer

_ANSWER = (Button(Text("letter.answer"), asks(Act.LETTER), "✍️"),)
_MENU = (Button(Text("menu.back"), asks(Act.MENU), "🏠"),)


def to_consultant(letter: Letter, person: Person) -> Body:
    """A person's words, with what was sent along and the language they are in; a cry for help as such."""
    if letter.kind is LetterKind.URGENT:
        return cry_body(letter, person, Text("consultant.letter_urgent", {"person": name_of(person)}))
    parts = [Part(Text(f"consultant.letter_{letter.kind.value}", {"person": name_of(person)}), Style.TITLE)]
    if letter.text:
        parts.append(_quoted(letter.text))
    if letter.attachment:
        parts.append(Part(Text("consultant.with_media", {"kind": Text(f"media.{letter.attachment[0].kind.value}")})))
    parts += reading_parts(letter.reading)
    parts.append(Part(Text("consultant.note_language", {"language": Text(f"language.{letter.language}")})))
    return Body(
        tuple(parts),
        (
            *_next_for(letter, person),
            (Button(Text("consultant.answer"), asks(Act.REPLY, letter.id), "✍️"),),
            (Button(Text("consultant.seen"), asks(Act.LETTER_SEEN, letter.id), "👀"),),
        ),
    )


def to_take_up(letter: Letter, person: Person) -> Body:
    """The same once more, for who opens it from the list, with the button that takes it off."""
    body = to_consultant(letter, person)
    done = Button(Text("consultant.take_up"), asks(Act.TAKE_UP, letter.id), "✅")
    return Body(body.parts, ((done,), *body.buttons[:-1]))


def _next_for(letter: Letter, person: Person) -> Buttons:
    """What a consultant may want to do about it at once, beside answering."""
    match letter.kind:
        case LetterKind.ROUTE | LetterKind.MONEY:
            meeting = asks(Act.NEW, person.id, AppointmentKind.PROGRESS_MEETING.value)
            return ((Button(Text("consultant.progress.plan_talk"), meeting, "📅"),),)
        case LetterKind.MOVING:
            return ((Button(Text("consultant.progress.moved"), asks(Act.MOVED, person.id), "🚌"),),)
        case _:
            return ()


def files(letter: Letter) -> Sequence[Attachment]:
    """What the person sent along, each as a file of its own."""
    places = range(len(letter.attachment))
    return [Attachment("letter", f"{letter.id}:{place}" if place else str(letter.id)) for place in places]


def to_person(letter: Letter, consultant: Consultant) -> Body:
    """The consultant's own words or voice, as they are, with whose they are."""
    words = (_quoted(letter.text),) if letter.text else ()
    sent = Attachment("letter", str(letter.id), needed=not letter.text) if letter.attachment else None
    return Body((_from(consultant), *words), (_ANSWER, _MENU), sent)


def own_words(text: str, consultant: Consultant) -> Body:
    """The consultant's own words to many, as they are, with whose they are."""
    return Body((_from(consultant), _quoted(text)), (_ANSWER, _MENU))


def ready_answer(which: ReadyAnswer, consultant: Consultant) -> Body:
    """A ready sentence in the person's own language."""
    return Body((_from(consultant), Part(Text(f"ready.{which.value}"))), (_ANSWER,))


def seen(consultant: Consultant) -> Body:
    """Their letter was read."""
    return Body((Part(Text("letter.seen_by", {"consultant": consultant.name})),))


def invitation(consultant: Consultant) -> Body:
    """An offer to talk; never a summons (1.11)."""
    heading = Part(Text("invitation.title", {"consultant": consultant.name}), Style.TITLE)
    return Body((heading, Part(Text("invitation.text"))), (_ANSWER, _MENU))


def could_not_handle(person: Person, words: str) -> Body:
    """What a person wrote (or nothing, where they pressed a button) that a fault of ours kept us from handling."""
    return Body(
        (
            Part(Text("consultant.could_not_handle", {"person": name_of(person)}), Style.TITLE),
            *([_quoted(words)] if words else []),
            Part(Text("consultant.could_not_handle_hint")),
        ),
        write_to(person),
    )


def _from(consultant: Consultant) -> Part:
    return Part(Text("letter.from_consultant", {"consultant": consultant.name}), Style.TITLE)


def _quoted(text: str) -> Part:
    return Part(Text("letter.quote", {"text": text}), Style.QUOTE)
