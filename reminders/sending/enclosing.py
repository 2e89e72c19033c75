"""The files that go with messages, asked of who makes them."""

from locales.rendering.message import Attachment
from reminders.delivery.composing import ClaimedMessage, Enclosure, FileMaker, FileNotYet, FileSoon
from storage.engine.database import Database

NOTHING = Enclosure(None)


class Enclosing:
    """Asks `files` in a session of its own; without one there are no files."""

    def __init__(self, database: Database, files: FileMaker | None) -> None:
        self._database = database
        self._files = files

    async def file(self, attachment: Attachment, message: ClaimedMessage, language: str) -> Enclosure:
        """The file; a message that says something without it goes without what cannot be had now.

        Raises:
            FileNotYet: the message is nothing without it, or it is there in a moment.
        """
        try:
            return await self.made(attachment, message, language)
        except FileNotYet as error:
            if attachment.needed or isinstance(error, FileSoon):
                raise
            return NOTHING

    async def made(self, attachment: Attachment, message: ClaimedMessage, language: str) -> Enclosure:
        """The file, and what is said of it.

        Raises:
            FileNotYet: it cannot be had now.
        """
        if self._files is None:
            return NOTHING
        async with self._database.reading() as session:
            made = await self._files.make(session, attachment, message, language)
        return made if isinstance(made, Enclosure) else Enclosure(made)
