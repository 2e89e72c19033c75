"""What Telegram remembers: people, their private chats with the bot, messages, files, commands, profile texts."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.botapi.bell import Bell
from tests.botapi.errors import Json, bad_request, forbidden


@dataclass(slots=True)
class Person:
    """A Telegram account, and how it stands with the bot. `gone` is an account that was deleted."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    started: bool = False
    blocked: bool = False
    gone: bool = False

    def as_user(self) -> Json:
        """The Bot API's User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return user | {name: value for name, value in optional.items() if value is not None}

    def as_chat(self) -> Json:
        """The Bot API's Chat: the private chat with this person."""
        chat: Json = {"id": self.id, "type": "private", "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username}
        return chat | {name: value for name, value in optional.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button (or a reply keyboard's, which has neither data nor url)."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(slots=True)
class Message:
    """A message in a private chat. `text` is the text or the caption, without markup; `seq` the order of changes."""

    person: Person
    message_id: int
    date: int
    author: Json
    from_bot: bool
    seq: int
    text: str = ""
    entities: tuple[Json, ...] = ()
    kind: str = "text"
    media: object = None
    markup: Json | None = None
    extra: Json = field(default_factory=dict)
    edited_at: int | None = None
    deleted: bool = False

    @property
    def chat_id(self) -> int:
        """The chat, which is the person's id."""
        return self.person.id

    @property
    def keyboard(self) -> list[list[Button]]:
        """The inline keyboard's rows, or none."""
        return _rows(self.markup, "inline_keyboard")

    @property
    def reply_keyboard(self) -> list[list[Button]]:
        """The reply keyboard's rows, or none."""
        return _rows(self.markup, "keyboard")

    @property
    def buttons(self) -> list[Button]:
        """The inline keyboard's buttons, in reading order."""
        return [button for row in self.keyboard for button in row]

    def as_json(self) -> Json:
        """The Bot API's Message."""
        body: Json = {
            "message_id": self.message_id,
            "date": self.date,
            "chat": self.person.as_chat(),
            "from": self.author,
        }
        words, entities = ("text", "entities") if self.kind == "text" else ("caption", "caption_entities")
        if self.kind != "text":
            body[self.kind] = self.media
        if self.text:
            body[words] = self.text
        if self.entities:
            body[entities] = list(self.entities)
        if self.markup is not None and "inline_keyboard" in self.markup:
            body["reply_markup"] = self.markup
        if self.edited_at is not None:
            body["edit_date"] = self.edited_at
        return body | self.extra

    def summary(self) -> Json:
        """What the control surface tells of it."""
        return {
            "seq": self.seq,
            "chat_id": self.chat_id,
            "message_id": self.message_id,
            "from_bot": self.from_bot,
            "kind": self.kind,
            "text": self.text,
            "edited": self.edited_at is not None,
            "deleted": self.deleted,
            "buttons": [[{"text": b.text, "data": b.data, "url": b.url} for b in row] for row in self.keyboard],
        }


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that Telegram keeps, sent by a person or by the bot."""

    file_id: str
    unique_id: str
    path: str
    filename: str
    content: bytes

    def as_json(self) -> Json:
        """The fields every kind of file has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


@dataclass(slots=True)
class CallbackQuery:
    """A press of a button that waits for its answer. `too_old` once Telegram takes no answer any more."""

    query_id: str
    person: Person
    asked_at: float
    too_old: bool = False
    answered: bool = False
    text: str | None = None
    alert: bool = False


class World:
    """All of it, for one bot. Every change rings the bell; `seq` counts the changes."""

    def __init__(self, bot: Json, *, any_chat: bool = False, clock: Callable[[], float] = time.time) -> None:
        self.bot = bot
        self.any_chat = any_chat
        self.clock = clock
        self.bell = Bell()
        self.asked = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew: no people, messages, files, commands."""
        self.seq = 0
        self.people: dict[int, Person] = {}
        self.messages: dict[int, dict[int, Message]] = defaultdict(dict)
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.actions: list[tuple[int, str]] = []
        self.advice: list[str] = []

    def ask(self, person: Person) -> CallbackQuery:
        """A new callback query; ids are never used again."""
        self.asked += 1
        query = CallbackQuery(str(10**17 + self.asked), person, self.clock())
        self.queries[query.query_id] = query
        return query

    def now(self) -> int:
        """Unix seconds."""
        return int(self.clock())

    def person(self, person_id: int) -> Person:
        """The account with this id, made when it is new."""
        if person_id not in self.people:
            self.people[person_id] = Person(person_id, first_name=f"Person {person_id}")
        return self.people[person_id]

    def reachable(self, chat_id: object) -> Person:
        """The person the bot may write to; ApiError 400 for a chat it does not know, 403 when it may not."""
        if isinstance(chat_id, int) and self.any_chat:
            self.person(chat_id).started = True
        person = self.people.get(chat_id) if isinstance(chat_id, int) else None
        if person is None or not person.started:
            raise bad_request("chat not found")
        if person.gone:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        return person

    def add(
        self,
        person: Person,
        *,
        from_bot: bool,
        text: str = "",
        entities: tuple[Json, ...] = (),
        kind: str = "text",
        media: object = None,
        markup: Json | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Put a message into the chat, with the chat's next id."""
        chat = self.messages[person.id]
        message = Message(
            person=person,
            message_id=len(chat) + 1,
            date=self.now(),
            author=self.bot if from_bot else person.as_user(),
            from_bot=from_bot,
            seq=0,
            text=text,
            entities=entities,
            kind=kind,
            media=media,
            markup=markup,
            extra=extra or {},
        )
        chat[message.message_id] = message
        self.changed(message)
        return message

    def changed(self, message: Message) -> None:
        """Give the message the latest place in the order of changes, and tell everyone who waits."""
        self.seq += 1
        message.seq = self.seq
        self.bell.ring()

    def find(self, chat_id: int, message_id: int | None) -> Message | None:
        """A message that is still there."""
        message = self.messages[chat_id].get(message_id) if message_id is not None else None
        return None if message is None or message.deleted else message

    def keep_file(self, kind: str, filename: str, content: bytes) -> StoredFile:
        """Keep a file, under an id by which it can be fetched and sent again."""
        number = len(self.files) + 1
        safe = "".join(char if char.isalnum() or char in "._-" else "_" for char in filename) or "file"
        file = StoredFile(
            f"AgAD{number:012d}-{kind}", f"AQAD{number:08d}", f"{kind}/{number}_{safe}", filename, content
        )
        self.files[file.file_id] = file
        return file


def _rows(markup: Json | None, key: str) -> list[list[Button]]:
    rows = (markup or {}).get(key)
    if not isinstance(rows, list):
        return []
    return [[_button(button) for button in row if isinstance(button, dict)] for row in rows if isinstance(row, list)]


def _button(button: Json) -> Button:
    data, url = button.get("callback_data"), button.get("url")
    return Button(str(button["text"]), str(data) if data is not None else None, str(url) if url is not None else None)
