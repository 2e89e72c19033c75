"""A town to act in, on each engine."""

from tests.bot.dialogue.conftest import talk

__all__ = ["talk"]
