"""Invitations to print for everybody of a caseload who is reached nowhere yet."""

import asyncio

from starlette.responses import Response

from bot.actions.access.letters import invite_by_letter
from bot.cards.letters import FILE_NAME
from bot.cards.renderer import CardFailed
from bot.desk.caseload import everybody_of
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, file_of, then
from bot.desk.visit import Visit
from bot.enclosures.invite_letters import letters_file

LETTERS = "/desk/people/letters"


class PrintsLetters:
    """The button; codes are made in a transaction of their own, and the file when that has ended."""

    def __init__(self, door: DeskDoor) -> None:
        self._door = door

    async def print_all(self, visit: Visit) -> Response:
        """A PDF with a page for each; codes that were given to these people before end."""
        if visit.form.text("print") != "all":
            return then("/desk/people", JustDone.NOT_DONE)
        people = list((await everybody_of(visit)).people.values())
        async with self._door.database.writing() as session:
            invited = await invite_by_letter(self._door.acting(visit.who.actor, session), people)
        if not invited:
            return then("/desk/people", JustDone.ALL_REACHED)
        try:
            made = await asyncio.to_thread(letters_file, visit.texts.renderer, self._door.own_url, invited)
        except CardFailed:
            return then("/desk/people", JustDone.NOT_DONE)
        return file_of(made, FILE_NAME)
