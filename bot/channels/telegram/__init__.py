"""Telegram, through python-telegram-bot: its Bot for calls, its Update for parsing, a request layer of our own."""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
