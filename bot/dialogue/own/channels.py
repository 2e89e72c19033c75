"""Ways to reach a person: which comes first, adding one, and proving that it is theirs.

A telephone number or e-mail address is used for nothing personal before a code that was sent there came back. Chats are
added by opening their personal link.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.actions.access.challenges import Challenge, ProofRefused
from bot.actions.access.phone_codes import make_call_code
from bot.actions.contacts import AddressRefused, make_own_code, prove, send_code
from bot.actions.preferences import choose_channel
from bot.dialogue import menu
from bot.dialogue.memory import CODE, CODES_SENT, PROVED
from bot.dialogue.own import shared_phone
from bot.dialogue.own.digits import ask_again
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import Act, asks
from storage.calls.phone_codes import phone_code_of
from storage.people.addresses import address_in, hidden
from storage.people.contacts import Contact, channels_of

#: The channel over which people are called, and call.
PHONE: Final = "phone"
TOPIC_ADDRESS: Final = "channel_address"
TOPIC_CODE: Final = "channel_code"


async def show(turn: Turn, args: Sequence[str]) -> None:
    """Which channel comes first, adding one, and a code for calling from any telephone: "chan[:<channel>]",
    "chan:add[:<channel>]", "chan:code[:new]"."""
    if args[:1] == ["add"]:
        await _add(turn, args[1] if len(args) > 1 else "")
        return
    linked = await _linked(turn)
    if args[:1] == ["code"] and PHONE in linked:
        await _show_call_code(turn, is_new=args[1:2] == ["new"])
        return
    if args and args[0] in linked:
        await choose_channel(turn.acting, args[0], linked)
        turn.say(part("settings.kept"), buttons=[menu.back()])
        return
    more = [[button("reach.add", asks(Act.CHANNELS, "add"), "➕")]] if _addable(turn, linked) else []
    call = [[button("phone_code.button", asks(Act.CHANNELS, "code"), "☎️")]] if PHONE in linked else []
    turn.say(
        title("settings.channels_ask"),
        buttons=[
            *([button(f"channel.{name}", asks(Act.CHANNELS, name), "📱")] for name in linked),
            *more,
            *call,
            [button("devices.button", asks(Act.DEVICES), "🔐")],
            menu.back(),
        ],
    )


async def _show_call_code(turn: Turn, *, is_new: bool) -> None:
    """How to call from any telephone, and until when the code works; a new one is shown this once."""
    own = turn.services.municipalities.of(turn.person.municipality)
    how = part("phone_code.how", telephone=own.call_number or turn.services.call_number)
    if is_new:
        made = await make_call_code(turn.acting, turn.contact.id, once=turn.once)
        turn.say(
            title("phone_code.made", code=made.code),
            Part(Text("phone_code.keep", {"until": _last_day(turn, made.expires_at)})),
            how,
            buttons=[menu.back()],
        )
        return
    has = await phone_code_of(turn.session, turn.person.id, turn.now)
    known = [Part(Text("phone_code.has", {"until": _last_day(turn, has.expires_at)}))] if has is not None else []
    turn.say(how, *known, buttons=[[button("phone_code.make", asks(Act.CHANNELS, "code", "new"), "➕")], menu.back()])


def _last_day(turn: Turn, expires_at: datetime) -> date:
    """The last whole day before something ends."""
    return (expires_at - timedelta(days=1)).astimezone(turn.zone).date()


async def _linked(turn: Turn) -> list[str]:
    known = turn.services.channels
    return [name for name in await channels_of(turn.session, turn.person.id) if name in known]


def _addable(turn: Turn, linked: Sequence[str]) -> list[str]:
    return [name for name in turn.services.channels if name not in linked]


async def _add(turn: Turn, channel: str) -> None:
    addable = _addable(turn, await _linked(turn))
    if channel not in addable:
        rows = [[button(f"channel.{name}", asks(Act.CHANNELS, "add", name), "📱")] for name in addable]
        turn.say(title("reach.add_ask"), buttons=[*rows, menu.back()])
    elif (kind := turn.services.channels[channel]) is not None:
        on_record = turn.person.on_record(kind)
        turn.expect(f"{TOPIC_ADDRESS}:{channel}")
        known = [[Button(verbatim(hidden(on_record)), asks(Act.ADDRESS_ON_RECORD, channel), "✅")]] if on_record else []
        turn.say(title(f"reach.address_ask.{channel}"), buttons=[*known, menu.back()])
    else:
        link = turn.services.links(await make_own_code(turn.acting, turn.contact)).get(channel)
        if link is None:
            turn.say(part("reach.cannot_add"), buttons=[menu.back()])
            return
        opens = Button(Text(f"channel.{channel}"), url=link, icon="➡️")
        turn.say(title("reach.open_it"), buttons=[[opens], menu.back()])


async def use_known(turn: Turn, args: Sequence[str]) -> None:
    """The number or address that the municipality has: "chanuse:<channel>"."""
    channel = args[0] if args else ""
    kind = turn.services.channels.get(channel)
    on_record = turn.person.on_record(kind) if kind is not None else None
    if on_record is None:
        await show(turn, ())
        return
    await _send_code(turn, channel, on_record)


async def take_address(turn: Turn, channel: str, text: str) -> None:
    """A number or an address that was typed."""
    await _send_code(turn, channel, text)


async def _send_code(turn: Turn, channel: str, text: str) -> None:
    sent_before = _codes_of(turn)
    sent = await send_code(turn.acting, channel, text, sent_before=sent_before, once=turn.once)
    shown = hidden(address_in(turn.services.channels.get(channel), text) or "")
    again = button("reach.add", asks(Act.CHANNELS, "add"), "➕")
    match sent:
        case AddressRefused.NOT_AN_ADDRESS:
            turn.say(part("reach.not_an_address"), title(f"reach.address_ask.{channel}"), buttons=[menu.back()])
        case AddressRefused.TOO_MANY_CODES:
            turn.expect("")
            turn.say(part("reach.too_many_codes"), buttons=[menu.back()])
        case AddressRefused.STOPPED:
            turn.expect("")
            turn.say(
                part("reach.stopped_there", address=shown, stop="STOP", start="START"),
                buttons=[[again], menu.back()],
            )
        case Challenge():
            turn.remember(CODES_SENT, (*sent_before, turn.now))
            turn.remember(CODE, sent)
            turn.expect(TOPIC_CODE)
            turn.say(title("reach.code_sent", address=shown), part("reach.code_type"), buttons=[menu.back()])


def _codes_of(turn: Turn) -> list[datetime]:
    return [moment for moment in turn.recall(CODES_SENT) or () if moment > turn.now - timedelta(days=1)]


async def take_code(turn: Turn, text: str) -> None:
    """The code that was sent to the new address."""
    challenge = turn.recall(CODE)
    proved = await prove(turn.acting, challenge, text) if challenge is not None else ProofRefused.OLD
    if challenge is not None and proved is ProofRefused.WRONG:
        ask_again(turn, CODE, challenge)
        return
    turn.expect("")
    turn.forget(CODE)
    if challenge is not None and proved is ProofRefused.ANOTHERS:
        turn.remember(PROVED, challenge)
        shared_phone.ask_about_proved(turn)
        return
    add = button("reach.add", asks(Act.CHANNELS, "add"), "➕")
    if isinstance(proved, Contact):
        turn.say(
            title("reach.added", channel=Text(f"channel.{proved.channel}")),
            buttons=[[button("settings.channels", asks(Act.CHANNELS), "📱")], menu.back()],
        )
    elif proved is ProofRefused.OLD:
        turn.say(part("reach.code_old"), buttons=[[add], menu.back()])
    else:
        turn.say(part("reach.too_many_codes"), buttons=[menu.back()])
