"""Who was invited by letter, and the file that is printed."""

from collections.abc import Sequence
from datetime import timedelta

from bot.actions.contacts import Invited
from bot.cards.letters import InviteLetter, print_letters
from bot.enclosures.personal_links import web_link
from locales.rendering.render import Renderer
from reminders.wording.appointment import name_of
from storage.people.people import Person


def letters_file(renderer: Renderer, own_url: str, invited: Sequence[tuple[Person, Invited]]) -> bytes:
    """A page for each, as PDF.

    Raises:
        bot.cards.renderer.CardFailed: the fonts are not installed, or the file could not be made.
    """
    return print_letters(
        renderer,
        [
            InviteLetter(
                name_of(person),
                person.language,
                web_link(own_url, one.code),
                # The last whole day: who reads "Friday" may open it on Friday evening.
                one.expires_at.astimezone(renderer.zone).date() - timedelta(days=1),
            )
            for person, one in invited
        ],
    )
