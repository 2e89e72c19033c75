"""How a person wants to be spoken with: language, which reminders, quiet hours, listening, which clock, way first."""

from collections.abc import Sequence

from bot.actions.acting import Acting
from storage.vocabulary import Wishes


async def choose_language(acting: Acting, language: str) -> None:
    """From now on everything comes in this language (a code); an import leaves it alone."""
    person = await acting.own_person()
    person.language, person.language_chosen_at = language, acting.now
    acting.audit("chose_language", f"person:{person.id}")


async def choose_reminders(acting: Acting, wishes: Wishes) -> None:
    """Which reminders come; of mandatory meetings all do."""
    person = await acting.own_person()
    person.wishes = wishes
    acting.audit("chose_reminders", f"person:{person.id}")
    await acting.replan(person.id)


async def choose_quiet_hours(acting: Acting, hours: str) -> None:
    """When no reminder comes: a span of local time, "21:00-08:00"."""
    person = await acting.own_person()
    person.quiet_hours = hours
    acting.audit("chose_quiet_hours", f"person:{person.id}")
    await acting.replan(person.id)


async def choose_listening(acting: Acting, *, listens: bool) -> None:
    """Whether messages come with picture and sound."""
    person = await acting.own_person()
    person.listens = listens
    acting.audit("chose_listening", f"person:{person.id}")
    # Flushed, so that the answer to this comes in the new way already.
    await acting.session.flush()


async def choose_clock(acting: Acting, *, ethiopian: bool) -> None:
    """Whether times are told by the Ethiopian clock too."""
    person = await acting.own_person()
    person.ethiopian_clock = ethiopian
    acting.audit("chose_clock", f"person:{person.id}")
    # Flushed, so that the answer to this is told by it already.
    await acting.session.flush()


async def choose_channel(acting: Acting, first: str, others: Sequence[str]) -> None:
    """Which channel is tried first, and then which others, in their order."""
    person = await acting.own_person()
    person.channel_order = ",".join([first, *(name for name in others if name != first)])
    acting.audit("chose_channel", f"person:{person.id}")
