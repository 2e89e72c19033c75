"""A person's code for calling from a telephone that is not known as theirs: made by themselves, told on their other
ways."""

from bot.actions.access.logged_in import tell_code_asked
from bot.actions.acting import Acting
from storage.calls.phone_codes import PhoneCodeMade, make_phone_code


async def make_call_code(acting: Acting, here: int, *, once: str) -> PhoneCodeMade:
    """A new code for whoever acts, asked for at the contact `here`; the one that they had ends. `once` makes what is
    told of it one message."""
    person = await acting.own_person()
    made = await make_phone_code(acting.session, acting.parts.keys, person.id, acting.now)
    acting.audit("phone_code_made", f"person:{person.id}")
    await tell_code_asked(acting, person, here, once=f"phone:{once}")
    return made
