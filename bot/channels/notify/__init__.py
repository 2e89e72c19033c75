"""SMS and e-mail through NotifyNL or GOV.UK Notify: one API, two channels, one place for what Notify tells later."""

from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.email import NotifyEmailChannel
from bot.channels.notify.sms import SmsChannel

__all__ = ["NotifyConfig", "NotifyEmailChannel", "SmsChannel"]
