"""WhatsApp through Meta's Business Cloud API."""

from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.config import WhatsAppConfig

__all__ = ["WhatsAppChannel", "WhatsAppConfig"]
