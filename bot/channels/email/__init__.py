"""E-mail by SMTP and IMAP: what any municipality has. Sending, replies, bounces, invitations, unsubscribing."""

from bot.channels.email.channel import EmailChannel
from bot.channels.email.config import EmailConfig

__all__ = ["EmailChannel", "EmailConfig"]
