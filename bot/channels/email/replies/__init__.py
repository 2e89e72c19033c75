"""What a person wrote themselves in a mail: told from what we sent, by comparing; lists of phrases only sharpen it."""

from bot.channels.email.replies.lines import MailLine, Mark, lines_of_text
from bot.channels.email.replies.ours import NOBODY, Ours
from bot.channels.email.replies.own_words import own_lines, own_words, words_of
from bot.channels.email.replies.page import lines_of_page

__all__ = ["NOBODY", "MailLine", "Mark", "Ours", "lines_of_page", "lines_of_text", "own_lines", "own_words", "words_of"]
