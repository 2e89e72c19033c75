"""Telegram. Calls go through python-telegram-bot's Bot, over a request layer of our own; updates are read as plain JSON
(`parsing.py` says why), and long polling confirms them after they were handled (`polling.py`)."""
