"""Ways to reach a person: which comes first, adding one, and proving that it is theirs.

A telephone number or e-mail address is used for nothing personal before a code that was sent there came back. Chats are
added by opening their personal link.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.actions.contacts import address_in, contact_for, hidden
from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Body, Button, Text, verbatim
from reminders.kinds import Kind
from storage.outbox.message import Outgoing
from storage.people.contacts import Contact, channels_of
from storage.people.link_codes import make_code
from storage.vocabulary import ContactState, Priority

# Channels whose address is typed and proved by a code; all others prove themselves by being opened.
ADDRESSED: Final = ("sms", "email")
TOPIC_ADDRESS: Final = "channel_address"
TOPIC_CODE: Final = "channel_code"
CODE_LASTS: Final = timedelta(minutes=30)
MOST_TRIES: Final = 5
# Nobody needs more; a stranger's telephone must not be rung by codes all day.
MOST_CODES_A_DAY: Final = 4
_CONTEXT: Final = "channel_code"


async def show(turn: Turn, args: Sequence[str]) -> None:
    """Which channel comes first, and adding one: "chan[:<channel>]", "chan:add[:<channel>]"."""
    if args[:1] == ["add"]:
        await _add(turn, args[1] if len(args) > 1 else "")
        return
    linked = await _linked(turn)
    if args and args[0] in linked:
        turn.person.channel_order = ",".join([args[0], *(name for name in linked if name != args[0])])
        turn.say(part("settings.kept"), buttons=[menu.back()])
        return
    more = [[button("reach.add", "chan:add", "➕")]] if _addable(turn, linked) else []
    turn.say(
        title("settings.channels_ask"),
        buttons=[*([button(f"channel.{name}", f"chan:{name}", "📱")] for name in linked), *more, menu.back()],
    )


async def _linked(turn: Turn) -> list[str]:
    known = turn.services.channels
    return [name for name in await channels_of(turn.session, turn.person.id) if name in known]


def _addable(turn: Turn, linked: Sequence[str]) -> list[str]:
    return [name for name in turn.services.channels if name not in linked]


async def _add(turn: Turn, channel: str) -> None:
    addable = _addable(turn, await _linked(turn))
    if channel not in addable:
        rows = [[button(f"channel.{name}", f"chan:add:{name}", "📱")] for name in addable]
        turn.say(title("reach.add_ask"), buttons=[*rows, menu.back()])
    elif channel in ADDRESSED:
        on_record = turn.person.phone if channel == "sms" else turn.person.email
        turn.expect(f"{TOPIC_ADDRESS}:{channel}")
        known = [[Button(verbatim(hidden(on_record)), f"chanuse:{channel}", "✅")]] if on_record else []
        turn.say(title(f"reach.address_ask.{channel}"), buttons=[*known, menu.back()])
    else:
        code, _ = await make_code(turn.session, turn.services.keys, turn.now, person_id=turn.person.id)
        link = turn.services.links(code).get(channel)
        if link is None:
            turn.say(part("reach.cannot_add"), buttons=[menu.back()])
            return
        opens = Button(Text(f"channel.{channel}"), url=link, icon="➡️")
        turn.say(title("reach.open_it"), buttons=[[opens], menu.back()])


async def use_known(turn: Turn, args: Sequence[str]) -> None:
    """The number or address that the municipality has: "chanuse:<channel>"."""
    channel = args[0] if args else ""
    on_record = {"sms": turn.person.phone, "email": turn.person.email}.get(channel)
    if on_record is None:
        await show(turn, ())
        return
    await _send_code(turn, channel, on_record)


async def take_address(turn: Turn, channel: str, text: str) -> None:
    """A number or an address that was typed."""
    await _send_code(turn, channel, text)


async def _send_code(turn: Turn, channel: str, text: str) -> None:
    address = address_in(channel, text) if channel in turn.services.channels else None
    if address is None:
        turn.say(part("reach.not_an_address"), title(f"reach.address_ask.{channel}"), buttons=[menu.back()])
        return
    sent_today = _codes_of(turn)
    if len(sent_today) >= MOST_CODES_A_DAY:
        turn.expect("")
        turn.say(part("reach.too_many_codes"), buttons=[menu.back()])
        return
    contact = await contact_for(turn.session, turn.services.keys, channel, address, turn.language, turn.now)
    if contact.state is ContactState.BLOCKED:
        # Nothing goes there, whoever sent the STOP, before they write from it themselves.
        turn.expect("")
        again = button("reach.add", "chan:add", "➕")
        turn.say(
            part("reach.stopped_there", address=hidden(address), stop="STOP", start="START"),
            buttons=[[again], menu.back()],
        )
        return
    code = f"{secrets.randbelow(1_000_000):06}"
    turn.remember(
        channel_codes=[*(moment.isoformat() for moment in sent_today), turn.now.isoformat()],
        channel_code={
            "contact": contact.id,
            "hash": turn.services.keys.sign(f"{contact.id}:{code}", _CONTEXT),
            "until": (turn.now + CODE_LASTS).isoformat(),
            "tries": 0,
        },
    )
    turn.expect(TOPIC_CODE)
    body = Body((title("reach.code", code=code), part("reach.code_keep")))
    turn.outgoing.append(
        Outgoing(
            key=f"channel_code:{turn.event.channel}:{turn.event.event_id}",
            kind=Kind.SAY,
            due_at=turn.now,
            useful_until=turn.now + CODE_LASTS,
            params=body.to_json(),
            contact_id=contact.id,
            priority=Priority.REPLY,
        )
    )
    turn.say(title("reach.code_sent", address=hidden(address)), part("reach.code_type"), buttons=[menu.back()])


def _codes_of(turn: Turn) -> list[datetime]:
    kept = turn.recall("channel_codes")
    moments = (
        [datetime.fromisoformat(moment) for moment in kept if isinstance(moment, str)] if isinstance(kept, list) else []
    )
    return [moment for moment in moments if moment > turn.now - timedelta(days=1)]


async def take_code(turn: Turn, text: str) -> None:
    """The code that was sent to the new address."""
    kept = turn.recall("channel_code")
    if not isinstance(kept, dict) or datetime.fromisoformat(str(kept["until"])) <= turn.now:
        turn.expect("")
        turn.remember(channel_code=None)
        turn.say(part("reach.code_old"), buttons=[[button("reach.add", "chan:add", "➕")], menu.back()])
        return
    code = "".join(char for char in text if char.isdecimal())
    number = kept["contact"]
    contact = await turn.session.get(Contact, number) if isinstance(number, int) else None
    digits = "".join(str(int(char)) for char in code)
    if contact is None or not turn.services.keys.verify(f"{number}:{digits}", _CONTEXT, str(kept["hash"])):
        tries = kept["tries"]
        tried = (tries if isinstance(tries, int) else 0) + 1
        if tried >= MOST_TRIES:
            turn.expect("")
            turn.remember(channel_code=None)
            turn.say(part("reach.too_many_codes"), buttons=[menu.back()])
            return
        turn.remember(channel_code={**kept, "tries": tried})
        turn.say(part("reach.code_wrong"), buttons=[menu.back()])
        return
    turn.expect("")
    turn.remember(channel_code=None)
    _take_over(turn, contact)
    turn.say(
        title("reach.added", channel=Text(f"channel.{contact.channel}")),
        buttons=[[button("settings.channels", "chan", "📱")], menu.back()],
    )


def _take_over(turn: Turn, contact: Contact) -> None:
    """The address is this person's now; who had it before (a number that was given out anew) has it no more."""
    if contact.person_id not in (None, turn.person.id):
        turn.audit("address_changed_hands", f"person:{contact.person_id}")
    contact.person_id, contact.consultant_id = turn.person.id, None
    contact.state, contact.linked_at, contact.last_failed_at = ContactState.ACTIVE, turn.now, None
    turn.audit("verified_channel", f"person:{turn.person.id}")
