"""A person's phone: writes, presses buttons, blocks, and waits for what the bot says.

`sees` and `taps` wait for the bell, never by polling, and tell the whole conversation when they fail.
"""

from collections.abc import Callable
from typing import TypeAlias

from tests.botapi.errors import Json
from tests.botapi.limits import START_PARAMETER
from tests.botapi.updates import UpdateQueue
from tests.botapi.world import Button, CallbackQuery, Message, Person, World

Wanted: TypeAlias = str | Callable[[Message], bool]
# Generous: a busy machine is no fault, and who waits is woken at once.
TIMEOUT = 20.0

# What stands for the contents of files that people send; the first bytes say what it is.
VOICE = b"OggS\x00\x02 a spoken message"
PHOTO = b"\xff\xd8\xff\xe0 a photograph"


class BotApiUser:
    """One person with one private chat. Made by `BotApi.user`."""

    def __init__(self, world: World, updates: UpdateQueue, person: Person) -> None:
        self.person = person
        self._world = world
        self._updates = updates
        self._since = 0

    @property
    def id(self) -> int:
        """The Telegram id, which is also the chat's."""
        return self.person.id

    # What the person does

    async def starts(self, code: str | None = None) -> Message:
        """Open the bot, by a personal link when a code is given (1-64 of A-Z, a-z, 0-9, _ and -)."""
        if code is not None and not START_PARAMETER.match(code):
            raise ValueError(f"Telegram opens no deep link with the start parameter {code!r}")
        if self.person.blocked:
            await self.unblocks()
        return await self.says("/start" if code is None else f"/start {code}")

    async def says(self, text: str) -> Message:
        """Write a text; a leading /command is marked as one."""
        entities: tuple[Json, ...] = ()
        if text.startswith("/"):
            entities = ({"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])},)
        return self._sends(text=text, entities=entities)

    async def taps(self, label: str, *, timeout: float = TIMEOUT) -> CallbackQuery:
        """Press the button with this label or callback data, on the latest message that has it.

        A part of the label is enough where no button has it whole. Waits for the button up to `timeout` seconds;
        AssertionError that names the buttons there are. Returns the query: `answered`, `text` once the bot answers it.
        """
        found = await self._world.bell.until(lambda: self._button(label), timeout)
        if found is None:
            raise AssertionError(f"{self} finds no button {label!r}; there are {self.buttons()}\n{self.transcript()}")
        message, button = found
        if button.data is None:
            raise AssertionError(f"the button {button.text!r} opens {button.url}: use link()")
        return self.presses(message, button.data)

    def presses(self, message: Message, data: str) -> CallbackQuery:
        """Press with any callback data, also another's or none that was ever offered."""
        query = self._world.ask(self.person)
        body = {
            "id": query.query_id,
            "from": self.person.as_user(),
            "message": message.as_json(),
            "chat_instance": str(self.id),
            "data": data,
        }
        self._acts({"callback_query": body})
        return query

    async def sends_voice(self, content: bytes = VOICE, *, seconds: int = 3) -> Message:
        """A spoken message (OGG/OPUS)."""
        file = self._world.keep_file("voice", "voice.ogg", content)
        return self._sends(kind="voice", media=file.as_json() | {"duration": seconds, "mime_type": "audio/ogg"})

    async def sends_photo(self, content: bytes = PHOTO, *, caption: str = "") -> Message:
        """A photo in two sizes, the largest last."""
        small = self._world.keep_file("photo", "small.jpg", content[:64]).as_json() | {"width": 90, "height": 67}
        large = self._world.keep_file("photo", "large.jpg", content).as_json() | {"width": 1280, "height": 960}
        return self._sends(kind="photo", media=[small, large], text=caption)

    async def sends_document(self, filename: str = "letter.pdf", content: bytes = b"%PDF-1.7 a letter") -> Message:
        """A file."""
        file = self._world.keep_file("document", filename, content)
        return self._sends(kind="document", media=file.as_json() | {"file_name": filename})

    async def sends_contact(self, phone_number: str = "31612345678", *, own: bool = True) -> Message:
        """A contact: their own, or somebody else's."""
        contact: Json = {"phone_number": phone_number, "first_name": self.person.first_name}
        return self._sends(kind="contact", media=contact | ({"user_id": self.id} if own else {}))

    async def sends_location(self, latitude: float = 52.2953, longitude: float = 5.2407) -> Message:
        """Where they are."""
        return self._sends(kind="location", media={"latitude": latitude, "longitude": longitude})

    async def sends_sticker(self, emoji: str = "👍") -> Message:
        """A sticker."""
        file = self._world.keep_file("sticker", "sticker.webp", b"RIFF")
        flags: Json = {"type": "regular", "is_animated": False, "is_video": False}
        return self._sends(kind="sticker", media=file.as_json() | flags | {"width": 512, "height": 512, "emoji": emoji})

    async def edits(self, message: Message, text: str) -> Message:
        """Change what they wrote."""
        message.text, message.entities, message.edited_at = text, (), self._world.now()
        self._world.changed(message)
        self._acts({"edited_message": message.as_json()})
        return message

    async def blocks(self) -> None:
        """Block the bot: it is told, and whatever it sends is refused with 403."""
        self.person.blocked = True
        self._membership("member", "kicked")

    async def unblocks(self) -> None:
        """Lift the block."""
        self.person.blocked = False
        self._membership("kicked", "member")

    def leaves_telegram(self) -> None:
        """Delete the account: 403 "user is deactivated" from now on, without any update."""
        self.person.gone = True

    # What the person sees

    @property
    def messages(self) -> list[Message]:
        """What the bot has said and not deleted, oldest first."""
        return [message for message in self._chat() if message.from_bot and not message.deleted]

    async def sees(self, wanted: Wanted, *, timeout: float = TIMEOUT, ever: bool = False) -> Message:
        """The first message that the bot sent or changed since this person last did something, and that is wanted.

        `wanted` is a part of the text, or a predicate. `ever` looks at all messages there are. Waits up to `timeout`
        seconds; AssertionError with the conversation.
        """
        since = 0 if ever else self._since
        found = await self._world.bell.until(lambda: self._first(wanted, since), timeout)
        if found is None:
            what = repr(wanted) if isinstance(wanted, str) else "what is wanted"
            raise AssertionError(f"{self} does not see {what} within {timeout} s\n{self.transcript()}")
        return found

    def has_seen(self, wanted: Wanted, *, ever: bool = True) -> bool:
        """Whether it is there now; does not wait."""
        return self._first(wanted, 0 if ever else self._since) is not None

    async def gets_answer(self, query: CallbackQuery, *, timeout: float = TIMEOUT) -> str | None:
        """Wait until the bot has answered the press; the text shown on top of the chat, if any."""
        if await self._world.bell.until(lambda: True if query.answered else None, timeout) is None:
            raise AssertionError(f"the bot has not answered the press within {timeout} s\n{self.transcript()}")
        return query.text

    async def notices(self, action: str = "typing", *, timeout: float = TIMEOUT) -> None:
        """Wait for a chat action."""
        if await self._world.bell.until(lambda: (self.id, action) in self._world.actions or None, timeout) is None:
            raise AssertionError(f"{self} does not notice {action}")

    def keyboard(self) -> list[list[Button]]:
        """The inline keyboard of the latest message that has one."""
        return next((message.keyboard for message in reversed(self.messages) if message.buttons), [])

    def buttons(self) -> list[str]:
        """The labels of all inline buttons that can be pressed, latest message first."""
        return [button.text for message in reversed(self.messages) for button in message.buttons]

    def reply_keyboard(self) -> list[list[Button]]:
        """The keyboard in place of the letters, if the bot put one there and has not taken it away."""
        for message in reversed(self.messages):
            if message.markup is not None and "inline_keyboard" not in message.markup:
                return message.reply_keyboard
        return []

    def link(self, label: str) -> str:
        """The address that a button opens."""
        found = self._button(label)
        if found is None or found[1].url is None:
            raise AssertionError(f"{self} finds no link {label!r}; there are {self.buttons()}\n{self.transcript()}")
        return found[1].url

    def file(self, message: Message) -> bytes:
        """The content of the file that came with a message."""
        media = message.media[-1] if isinstance(message.media, list) else message.media
        if not isinstance(media, dict) or media.get("file_id") not in self._world.files:
            raise AssertionError(f"message {message.message_id} carries no file but {message.kind}")
        return self._world.files[str(media["file_id"])].content

    def transcript(self) -> str:
        """The conversation as text, for failures."""
        lines = [f"— conversation of {self} —"]
        for message in self._chat():
            who = "bot" if message.from_bot else "person"
            marks = f" [{message.kind}]" if message.kind != "text" else ""
            marks += " (edited)" if message.edited_at is not None else ""
            marks += " (deleted)" if message.deleted else ""
            lines.append(f"{message.message_id:>4} {who}{marks}: {message.text}")
            lines.extend("       " + " ".join(f"[{button.text}]" for button in row) for row in message.keyboard)
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"person {self.id}"

    # Inside

    def _chat(self) -> list[Message]:
        return list(self._world.messages[self.id].values())

    def _first(self, wanted: Wanted, since: int) -> Message | None:
        for message in sorted(self.messages, key=lambda message: message.seq):
            if message.seq > since and (wanted in message.text if isinstance(wanted, str) else wanted(message)):
                return message
        return None

    def _button(self, label: str) -> tuple[Message, Button] | None:
        pairs = [(message, button) for message in reversed(self.messages) for button in message.buttons]
        for message, button in pairs:
            if label in {button.text, button.data}:
                return message, button
        return next(((message, button) for message, button in pairs if label in button.text), None)

    def _sends(
        self, *, text: str = "", entities: tuple[Json, ...] = (), kind: str = "text", media: object = None
    ) -> Message:
        message = self._world.add(self.person, from_bot=False, text=text, entities=entities, kind=kind, media=media)
        self._acts({"message": message.as_json()})
        return message

    def _membership(self, before: str, after: str) -> None:
        body: Json = {
            "chat": self.person.as_chat(),
            "from": self.person.as_user(),
            "date": self._world.now(),
            "old_chat_member": self._member(before),
            "new_chat_member": self._member(after),
        }
        self._acts({"my_chat_member": body})

    def _member(self, status: str) -> Json:
        member: Json = {"user": self._world.bot, "status": status}
        return member | ({"until_date": 0} if status == "kicked" else {})

    def _acts(self, update: Json) -> None:
        self.person.started = True
        self._since = self._world.seq
        self._updates.push(update, self.id)
