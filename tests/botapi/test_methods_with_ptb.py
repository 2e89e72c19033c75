"""python-telegram-bot's own Bot against every method: what it sends is accepted, what it gets back it can read."""

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.botapi import BotApi, BotApiUser

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Ja", callback_data="yes")]])
PNG = b"\x89PNG\r\n\x1a\n a picture"


async def test_who_am_i(ptb: telegram.Bot, api: BotApi) -> None:
    me = await ptb.get_me()
    assert (me.is_bot, me.username, me.id) == (True, api.username, 4242424242)


async def test_message_with_markup_and_buttons(ptb: telegram.Bot, person: BotApiUser) -> None:
    sent = await ptb.send_message(person.id, "<b>Dag</b> &lt;3 😀 <i>x</i>", parse_mode="HTML", reply_markup=BUTTONS)
    assert sent.text == "Dag <3 😀 x"
    assert [sent.parse_entity(entity) for entity in sent.entities] == ["Dag", "x"]
    assert sent.reply_markup == BUTTONS
    assert sent.chat.id == person.id
    assert person.messages[-1].buttons[0].data == "yes"


async def test_message_ids_increase_within_a_chat(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    other = api.user(7)
    await other.starts()
    first, second = await ptb.send_message(person.id, "1"), await ptb.send_message(person.id, "2")
    assert second.message_id == first.message_id + 1
    assert (await ptb.send_message(other.id, "1")).message_id == 2


async def test_reply(ptb: telegram.Bot, person: BotApiUser) -> None:
    asked = await person.says("vraag")
    sent = await ptb.send_message(person.id, "a", reply_parameters=ReplyParameters(asked.message_id))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "vraag"
    with pytest.raises(BadRequest, match="replied not found"):
        await ptb.send_message(person.id, "a", reply_parameters=ReplyParameters(999))


async def test_reply_keyboard(ptb: telegram.Bot, person: BotApiUser) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Nummer", request_contact=True)]], resize_keyboard=True)
    await ptb.send_message(person.id, "?", reply_markup=keyboard)
    assert person.reply_keyboard()[0][0].text == "Nummer"
    await ptb.send_message(person.id, "!", reply_markup=telegram.ReplyKeyboardRemove())
    assert person.reply_keyboard() == []


async def test_files(ptb: telegram.Bot, person: BotApiUser) -> None:
    photo = await ptb.send_photo(person.id, PNG, caption="<u>Hier</u>", parse_mode="HTML")
    voice = await ptb.send_voice(person.id, b"OggS", duration=4)
    audio = await ptb.send_audio(person.id, b"ID3", title="t")
    document = await ptb.send_document(person.id, b"BEGIN:VCALENDAR", filename="afspraak.ics", caption="c")
    assert photo.caption == "Hier"
    assert photo.photo
    assert voice.voice is not None
    assert audio.audio is not None
    assert document.document is not None
    assert document.document.file_name == "afspraak.ics"
    assert person.file(person.messages[-1]) == b"BEGIN:VCALENDAR"
    again = await ptb.send_document(person.id, document.document.file_id)
    assert again.document == document.document


async def test_download(ptb: telegram.Bot, person: BotApiUser) -> None:
    sent = await person.sends_voice(b"OggS spoken")
    assert isinstance(sent.media, dict)
    file = await ptb.get_file(str(sent.media["file_id"]))
    assert bytes(await file.download_as_bytearray()) == b"OggS spoken"
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await ptb.get_file("nothing")


async def test_edits(ptb: telegram.Bot, person: BotApiUser) -> None:
    sent = await ptb.send_message(person.id, "een", reply_markup=BUTTONS)
    edited = await ptb.edit_message_text("twee", person.id, sent.message_id, reply_markup=BUTTONS)
    assert isinstance(edited, telegram.Message)
    assert (edited.text, edited.edit_date is not None) == ("twee", True)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await ptb.edit_message_text("twee", person.id, sent.message_id, reply_markup=BUTTONS)
    await ptb.edit_message_reply_markup(person.id, sent.message_id)
    assert person.keyboard() == []
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await ptb.edit_message_reply_markup(person.id, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await ptb.edit_message_text("x", person.id, 999)
    theirs = await person.says("van mij")
    with pytest.raises(BadRequest, match="can't be edited"):
        await ptb.edit_message_text("x", person.id, theirs.message_id)


async def test_caption_edit(ptb: telegram.Bot, person: BotApiUser) -> None:
    photo = await ptb.send_photo(person.id, PNG, caption="een")
    edited = await ptb.edit_message_caption(person.id, photo.message_id, caption="twee")
    assert isinstance(edited, telegram.Message)
    assert edited.caption == "twee"
    with pytest.raises(BadRequest, match="no text in the message"):
        await ptb.edit_message_text("x", person.id, photo.message_id)


async def test_delete(ptb: telegram.Bot, person: BotApiUser) -> None:
    sent = await ptb.send_message(person.id, "weg")
    assert await ptb.delete_message(person.id, sent.message_id)
    assert person.messages == []
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await ptb.delete_message(person.id, sent.message_id)


async def test_copy_and_forward(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    consultant = api.user(9)
    await consultant.starts()
    said = await person.says("bericht")
    copied = await ptb.copy_message(consultant.id, person.id, said.message_id)
    forwarded = await ptb.forward_message(consultant.id, person.id, said.message_id)
    assert forwarded.forward_origin is not None
    assert [message.text for message in consultant.messages] == ["bericht", "bericht"]
    assert consultant.messages[0].message_id == copied.message_id
    with pytest.raises(BadRequest, match=r"(?i)message to forward not found"):
        await ptb.forward_message(consultant.id, person.id, 999)


async def test_press_and_answer(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    await ptb.send_message(person.id, "?", reply_markup=BUTTONS)
    query = await person.taps("Ja")
    assert await ptb.answer_callback_query(query.query_id, "Genoteerd")
    assert await person.gets_answer(query) == "Genoteerd"
    api.expire_queries()
    with pytest.raises(BadRequest, match="Query is too old"):
        await ptb.answer_callback_query(query.query_id)
    with pytest.raises(BadRequest, match="Query is too old"):
        await ptb.answer_callback_query("1")


async def test_commands_by_scope_and_language(ptb: telegram.Bot, person: BotApiUser) -> None:
    scope = telegram.BotCommandScopeChat(person.id)
    await ptb.set_my_commands([("menu", "Menu")], language_code="nl")
    await ptb.set_my_commands([("menu", "القائمة")], scope=scope)
    assert [c.description for c in await ptb.get_my_commands(language_code="nl")] == ["Menu"]
    assert [c.description for c in await ptb.get_my_commands(scope=scope)] == ["القائمة"]
    assert await ptb.get_my_commands() == ()
    await ptb.delete_my_commands(language_code="nl")
    assert await ptb.get_my_commands(language_code="nl") == ()


async def test_profile(ptb: telegram.Bot) -> None:
    await ptb.set_my_name("Maatje", language_code="nl")
    await ptb.set_my_description("Een maatje", language_code="nl")
    await ptb.set_my_short_description("Maatje")
    assert (await ptb.get_my_name("nl")).name == "Maatje"
    assert (await ptb.get_my_description("nl")).description == "Een maatje"
    assert (await ptb.get_my_short_description()).short_description == "Maatje"


async def test_chat_and_action(ptb: telegram.Bot, person: BotApiUser) -> None:
    chat = await ptb.get_chat(person.id)
    assert (chat.first_name, chat.type) == ("Samira", "private")
    await ptb.send_chat_action(person.id, "typing")
    await person.notices("typing")


async def test_strangers_blocks_and_lost_accounts(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    api.user(5)
    for stranger in (5, 6, "@somebody", -100123):
        with pytest.raises(BadRequest, match="Chat not found"):
            await ptb.send_message(stranger, "x")
    await person.blocks()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await ptb.send_message(person.id, "x")
    await person.unblocks()
    await ptb.send_message(person.id, "x")
    person.leaves_telegram()
    with pytest.raises(Forbidden, match="deactivated"):
        await ptb.send_message(person.id, "x")


async def test_wrong_token(api: BotApi) -> None:
    with pytest.raises(InvalidToken):
        async with telegram.Bot("1:wrong", base_url=api.base_url):
            pass


async def test_what_the_specification_knows_but_this_does_not(ptb: telegram.Bot, person: BotApiUser) -> None:
    with pytest.raises(telegram.error.TelegramError, match="not part of this counterpart"):
        await ptb.send_dice(person.id)
