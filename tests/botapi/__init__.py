"""A strict counterpart of Telegram's Bot API for tests: it checks every request and plays the people at the other end.

`async with BotApi() as api: person = api.user(1); await person.starts("CODE"); await person.sees("Welcome")`.
As a process of its own: `python -m tests.botapi --port 9000 --token 1:x`. Nothing here is part of the product.
"""

from tests.botapi.client import BotApiUser
from tests.botapi.errors import ApiError
from tests.botapi.faults import Fault, FaultKind, Faults, Flood
from tests.botapi.quick import QuickBotApi
from tests.botapi.server import DEFAULT_TOKEN, DEFAULT_USERNAME, BotApi
from tests.botapi.world import Button, Message

__all__ = [
    "DEFAULT_TOKEN",
    "DEFAULT_USERNAME",
    "ApiError",
    "BotApi",
    "BotApiUser",
    "Button",
    "Fault",
    "FaultKind",
    "Faults",
    "Flood",
    "Message",
    "QuickBotApi",
]
