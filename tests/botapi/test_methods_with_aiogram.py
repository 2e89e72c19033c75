"""aiogram against the counterpart: every answer fits its models, which are generated from the specification."""

import aiogram
import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from tests.botapi import BotApi, BotApiUser

BUTTONS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Ja", callback_data="yes")]])


async def test_conversation(gram: aiogram.Bot, api: BotApi, person: BotApiUser) -> None:
    assert (await gram.get_me()).is_bot
    updates = await gram.get_updates(timeout=1)
    assert updates[0].message is not None
    assert updates[0].message.text == "/start"
    sent = await gram.send_message(person.id, "<b>Dag</b>", parse_mode="HTML", reply_markup=BUTTONS)
    assert sent.html_text == "<b>Dag</b>"
    query = await person.taps("yes")
    updates = await gram.get_updates(offset=updates[-1].update_id + 1, timeout=1)
    assert updates[0].callback_query is not None
    assert updates[0].callback_query.data == "yes"
    assert await gram.answer_callback_query(query.query_id)
    await gram.edit_message_text("Klaar", chat_id=person.id, message_id=sent.message_id)
    assert person.keyboard() == []
    assert api.refusals == []


async def test_every_kind_of_update_is_readable(gram: aiogram.Bot, person: BotApiUser) -> None:
    await person.edits(await person.says("een"), "twee")
    await person.sends_voice()
    await person.sends_photo(caption="kijk")
    await person.sends_document()
    await person.sends_contact()
    await person.sends_location()
    await person.sends_sticker()
    await person.blocks()
    await person.unblocks()
    updates = await gram.get_updates(timeout=1)
    kinds = [update.event_type for update in updates]
    assert kinds == ["message", "message", "edited_message", *["message"] * 6, "my_chat_member", "my_chat_member"]
    assert [update.update_id for update in updates] == list(range(1, 12))
    assert updates[3].message is not None
    assert updates[3].message.voice is not None
    assert updates[6].message is not None
    assert updates[6].message.contact is not None
    assert updates[6].message.contact.user_id == person.id


async def test_files_and_profile(gram: aiogram.Bot, person: BotApiUser) -> None:
    sent = await gram.send_document(person.id, BufferedInputFile(b"BEGIN", filename="a.ics"))
    assert sent.document is not None
    file = await gram.get_file(sent.document.file_id)
    assert file.file_path is not None
    content = await gram.download_file(file.file_path)
    assert content is not None
    assert content.read() == b"BEGIN"
    await gram.send_photo(person.id, BufferedInputFile(b"\xff\xd8\xff", filename="a.jpg"))
    await gram.send_voice(person.id, BufferedInputFile(b"OggS", filename="a.ogg"))
    assert (await gram.get_chat(person.id)).first_name == "Samira"
    assert (await gram.get_webhook_info()).url == ""
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await gram.send_photo(person.id, BufferedInputFile(b"text", filename="a.jpg"))
    with pytest.raises(TelegramBadRequest, match="non-empty"):
        await gram.send_voice(person.id, BufferedInputFile(b"", filename="a.ogg"))
