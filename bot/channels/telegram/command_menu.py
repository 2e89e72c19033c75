"""Telegram's menu of commands: everybody's in each language, and a chat's own where a consultant writes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.events import InboundEvent, Said, Started
from locales.rendering.languages import SOURCE
from storage.people.link_codes import looks_like_code

log = structlog.get_logger(__name__)

#: Command and description.
Menu: TypeAlias = Sequence[tuple[str, str]]
#: The menu of the chat with this address, when it is not everybody's; () = everybody's, None = not linked yet.
MenuOf: TypeAlias = Callable[[str], Awaitable[Menu | None]]
#: Whether the chat with this address is one of those that had a menu of their own when this process first asked.
HadOwn: TypeAlias = Callable[[str], Awaitable[bool]]


class CommandMenu:
    """Sets the menus, without asking first what they are: one request less. Best effort: never raises for Telegram.

    Where `had_own` says no, a chat is not looked at until a code may have changed whose it is.
    """

    def __init__(
        self,
        bot: Bot,
        everybody: Mapping[str, Menu] | None = None,
        of_chat: MenuOf | None = None,
        had_own: HadOwn | None = None,
    ) -> None:
        self._bot = bot
        self._everybody = everybody or {}
        self._of_chat = of_chat
        self._had_own = had_own
        # A chat is looked at once, and again when a code may have changed whose it is.
        self._known: dict[str, Menu] = {}

    async def set_everybodys(self) -> None:
        """The menu in every language that Telegram knows by two letters."""
        for locale, commands in self._everybody.items():
            language = None if locale == SOURCE else locale
            if language is not None and len(language) != 2:
                continue
            try:
                await self._bot.set_my_commands(_commands(commands), language_code=language)
            except TelegramError as error:
                log.warning("telegram_commands_not_set", locale=locale, error=type(error).__name__)

    async def set_chats(self, address: str, *, again: bool) -> None:
        """The menu of this chat, when it has one of its own; `again` looks at what is known too."""
        if self._of_chat is None or (address in self._known and not again):
            return
        if self._had_own is not None and not again and not await self._had_own(address):
            return
        menu = await self._of_chat(address)
        if menu is None:
            return
        before = self._known.get(address, ())
        try:
            scope = BotCommandScopeChat(int(address))
            if menu and menu != before:
                await self._bot.set_my_commands(_commands(menu), scope=scope)
            elif before and not menu:
                await self._bot.delete_my_commands(scope=scope)
        except (TelegramError, ValueError) as error:
            log.warning("telegram_commands_not_set", error=type(error).__name__)
        else:
            self._known[address] = menu


def may_link(event: InboundEvent) -> bool:
    """Whether what came may make a chat somebody else's."""
    match event.payload:
        case Started():
            return True
        case Said(text=text):
            return looks_like_code(text)
        case _:
            return False


def _commands(menu: Menu) -> list[BotCommand]:
    return [BotCommand(name, description) for name, description in menu]
