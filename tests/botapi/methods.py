"""What each method does, once its request fits the schema."""

from typing import TypeAlias

import aiogram.methods as api
from aiogram.types import BufferedInputFile, InputFile, ReplyParameters
from pydantic import BaseModel

from tests.botapi import limits
from tests.botapi.errors import ApiError, Json, bad_request
from tests.botapi.faults import FloodGate
from tests.botapi.html import Formatted
from tests.botapi.receiving import receive
from tests.botapi.schema import Call
from tests.botapi.updates import UpdateQueue
from tests.botapi.world import Message, Person, World

MediaCall: TypeAlias = api.SendPhoto | api.SendVoice | api.SendDocument | api.SendAudio
Edit: TypeAlias = api.EditMessageText | api.EditMessageCaption | api.EditMessageReplyMarkup

MAX_PHOTO = 10 * 2**20
MAX_UPLOAD = 50 * 2**20
MAX_DOWNLOAD = 20 * 2**20
QUERY_LIFETIME = 60.0
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")
_ACTIONS = frozenset(
    {
        *("typing", "choose_sticker", "find_location", "record_video", "record_voice", "record_video_note"),
        *("upload_photo", "upload_video", "upload_voice", "upload_document", "upload_video_note"),
    }
)


class Methods:
    """The methods of one bot, on one world and one queue."""

    def __init__(self, world: World, updates: UpdateQueue) -> None:
        self.world = world
        self.updates = updates
        self.gate: FloodGate | None = None

    async def handle(self, call: Call) -> object:
        """The `result` of the answer; ApiError when refused."""
        match call:
            case api.SendMessage():
                return self._send_message(call)
            case api.SendPhoto() | api.SendVoice() | api.SendDocument() | api.SendAudio():
                return self._send_media(call)
            case api.EditMessageText() | api.EditMessageCaption() | api.EditMessageReplyMarkup():
                return self._edit(call)
            case api.AnswerCallbackQuery():
                return self._answer_callback(call)
            case api.GetUpdates() | api.SetWebhook() | api.DeleteWebhook() | api.GetWebhookInfo():
                return await receive(self.updates, call)
        return self._more(call)

    def _more(self, call: Call) -> object:
        match call:
            case api.GetMe():
                return self.world.bot
            case api.SendChatAction():
                return self._chat_action(call)
            case api.DeleteMessage():
                return self._delete(call)
            case api.CopyMessage():
                return self._copy(call)
            case api.ForwardMessage():
                return self._forward(call)
            case api.GetFile():
                return self._get_file(call)
            case api.GetChat():
                return self._get_chat(call)
            case api.SetMyCommands():
                limits.check_commands(call)
                self.world.commands[limits.commands_key(call)] = [
                    {"command": c.command.removeprefix("/"), "description": c.description} for c in call.commands
                ]
                return True
            case api.GetMyCommands():
                return self.world.commands.get(limits.commands_key(call), [])
            case api.DeleteMyCommands():
                limits.check_language(call)
                self.world.commands.pop(limits.commands_key(call), None)
                return True
        return self._profile(call)

    def _profile(self, call: Call) -> object:
        limits.check_language(call)
        texts = self.world.texts
        match call:
            case api.SetMyName():
                return self._set_text("name", call.name, 64, call.language_code)
            case api.SetMyDescription():
                return self._set_text("description", call.description, 512, call.language_code)
            case api.SetMyShortDescription():
                return self._set_text("short_description", call.short_description, 120, call.language_code)
            case api.GetMyName():
                return {"name": texts.get(("name", call.language_code or ""), self.world.bot["first_name"])}
            case api.GetMyDescription():
                return {"description": texts.get(("description", call.language_code or ""), "")}
            case api.GetMyShortDescription():
                return {"short_description": texts.get(("short_description", call.language_code or ""), "")}
        raise ApiError(501, f"Not Implemented: {call.__api_method__} is not part of this counterpart")

    def _set_text(self, what: str, value: str | None, limit: int, language: str | None) -> bool:
        limits.check_length(value, limit, what)
        self.world.texts[what, language or ""] = value or ""
        return True

    # Sending

    def _send_message(self, call: api.SendMessage) -> Json:
        parsed = limits.formatted(call.text, call.parse_mode, call.entities)
        markup = self._markup(call.reply_markup)
        person = self._addressee(call.chat_id)
        return self._put(person, parsed, markup, self._reply(call.reply_parameters, person)).as_json()

    def _send_media(self, call: MediaCall) -> Json:
        parsed = limits.formatted(call.caption or "", call.parse_mode, call.caption_entities, caption=True)
        markup = self._markup(call.reply_markup)
        person = self._addressee(call.chat_id)
        kind = call.__api_method__.removeprefix("send").lower()
        source: str | InputFile = getattr(call, kind)
        extra = self._reply(call.reply_parameters, person)
        return self._put(person, parsed, markup, extra, kind=kind, media=self._media(call, kind, source)).as_json()

    def _put(
        self,
        person: Person,
        parsed: Formatted,
        markup: Json | None,
        extra: Json,
        kind: str = "text",
        media: object = None,
    ) -> Message:
        if self.gate is not None:
            self.gate.check(person.id)
        return self.world.add(
            person,
            from_bot=True,
            text=parsed.text,
            entities=parsed.entities,
            kind=kind,
            media=media,
            markup=markup,
            extra=extra,
        )

    def _addressee(self, chat_id: object) -> Person:
        return self.world.reachable(chat_id)

    def _markup(self, markup: BaseModel | None) -> Json | None:
        if markup is None:
            return None
        self.world.advice.extend(limits.check_markup(markup))
        dumped: Json = markup.model_dump(mode="json", exclude_none=True)
        return None if dumped.get("inline_keyboard") == [] else dumped

    def _reply(self, reply: ReplyParameters | None, person: Person) -> Json:
        if reply is None:
            return {}
        target = self.world.find(person.id, reply.message_id)
        if target is None:
            if reply.allow_sending_without_reply is True:
                return {}
            raise bad_request("message to be replied not found")
        return {"reply_to_message": target.as_json()}

    def _media(self, call: MediaCall, kind: str, source: str | InputFile) -> object:
        if isinstance(source, BufferedInputFile):
            if not source.data:
                raise bad_request("file must be non-empty")
            if len(source.data) > (MAX_PHOTO if kind == "photo" else MAX_UPLOAD):
                raise ApiError(413, "Request Entity Too Large")
            if kind == "photo" and not source.data.startswith(_PICTURES):
                raise bad_request("IMAGE_PROCESS_FAILED")
            file = self.world.keep_file(kind, source.filename or kind, source.data)
        elif isinstance(source, str) and source.startswith(("http://", "https://")):
            file = self.world.keep_file(kind, source.rsplit("/", 1)[-1] or kind, b"\xff\xd8\xff from the web")
        elif isinstance(source, str) and source in self.world.files:
            file = self.world.files[source]
        else:
            raise bad_request("wrong remote file identifier specified: can't unserialize it")
        body = file.as_json()
        if kind == "photo":
            return [body | {"width": 640, "height": 480}]
        if kind in {"voice", "audio"}:
            return body | {"duration": getattr(call, "duration", None) or 1}
        return body | {"file_name": file.filename}

    def _copy(self, call: api.CopyMessage) -> Json:
        source = self._source(call.from_chat_id, call.message_id, "copy")
        parsed = Formatted(source.text, source.entities)
        if call.caption is not None and source.kind != "text":
            parsed = limits.formatted(call.caption, call.parse_mode, call.caption_entities, caption=True)
        markup = self._markup(call.reply_markup)
        person = self._addressee(call.chat_id)
        extra = self._reply(call.reply_parameters, person)
        copied = self._put(person, parsed, markup, extra, kind=source.kind, media=source.media)
        return {"message_id": copied.message_id}

    def _forward(self, call: api.ForwardMessage) -> Json:
        source = self._source(call.from_chat_id, call.message_id, "forward")
        origin: Json = {"type": "user", "date": source.date, "sender_user": source.author}
        return self._put(
            self._addressee(call.chat_id),
            Formatted(source.text, source.entities),
            None,
            {"forward_origin": origin},
            kind=source.kind,
            media=source.media,
        ).as_json()

    def _source(self, chat_id: object, message_id: int, verb: str) -> Message:
        source = self.world.find(chat_id, message_id) if isinstance(chat_id, int) else None
        if source is None:
            raise bad_request(f"message to {verb} not found")
        return source

    def _chat_action(self, call: api.SendChatAction) -> bool:
        if call.action not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        person = self._addressee(call.chat_id)
        self.world.actions.append((person.id, call.action))
        self.world.bell.ring()
        return True

    # Changing

    def _edit(self, call: Edit) -> Json:
        if call.inline_message_id is not None:
            raise bad_request("MESSAGE_ID_INVALID")
        if call.chat_id is None or call.message_id is None:
            raise bad_request("message identifier is not specified")
        markup = self._markup(call.reply_markup)
        words: Formatted | None = None
        if isinstance(call, api.EditMessageText):
            words = limits.formatted(call.text or "", call.parse_mode, call.entities)
        elif isinstance(call, api.EditMessageCaption):
            words = limits.formatted(call.caption or "", call.parse_mode, call.caption_entities, caption=True)
        person = self._addressee(call.chat_id)
        message = self.world.find(person.id, call.message_id)
        if message is None:
            raise bad_request("message to edit not found")
        if not message.from_bot:
            raise bad_request("message can't be edited")
        if isinstance(call, api.EditMessageText) and message.kind != "text":
            raise bad_request("there is no text in the message to edit")
        if isinstance(call, api.EditMessageCaption) and message.kind == "text":
            raise bad_request("there is no caption in the message to edit")
        if words is None:
            words = Formatted(message.text, message.entities)
        if (words.text, words.entities, markup) == (message.text, message.entities, message.markup):
            raise bad_request(NOT_MODIFIED)
        if (words.text, words.entities) != (message.text, message.entities):
            message.edited_at = self.world.now()
        message.text, message.entities, message.markup = words.text, words.entities, markup
        self.world.changed(message)
        return message.as_json()

    def _delete(self, call: api.DeleteMessage) -> bool:
        person = self._addressee(call.chat_id)
        message = self.world.find(person.id, call.message_id)
        if message is None:
            raise bad_request("message to delete not found")
        message.deleted = True
        self.world.changed(message)
        return True

    def _answer_callback(self, call: api.AnswerCallbackQuery) -> bool:
        limits.check_callback_answer(call)
        query = self.world.queries.get(call.callback_query_id)
        if query is None or query.too_old or self.world.clock() - query.asked_at > QUERY_LIFETIME:
            raise bad_request(TOO_OLD)
        query.answered, query.text, query.alert = True, call.text, bool(call.show_alert)
        self.world.seq += 1
        self.world.bell.ring()
        return True

    # Looking up

    def _get_file(self, call: api.GetFile) -> Json:
        file = self.world.files.get(call.file_id)
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(file.content) > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return file.as_json() | {"file_path": file.path}

    def _get_chat(self, call: api.GetChat) -> Json:
        person = self.world.people.get(call.chat_id) if isinstance(call.chat_id, int) else None
        if person is None or not person.started:
            raise bad_request("chat not found")
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return person.as_chat() | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, True),
        }
