"""My telephones and addresses: which there are, logging one out, and "that was not me"."""

from collections.abc import Sequence

from bot.actions.access.logged_in import log_out, log_out_others, own_ways, was_not_me
from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Part, Text
from reminders.intents import Act, asks, number_in


async def show(turn: Turn, args: Sequence[str]) -> None:
    """Every way there is: "ways", one to be ended "ways:<contact>[:yes]", "ways:others" and "ways:keep"."""
    if list(args[:1]) == ["keep"]:
        await menu.show(turn, ())
        return
    if list(args[:1]) == ["others"]:
        await log_out_others(turn.acting, turn.contact)
        turn.say(part("devices.done"), buttons=[menu.back()])
        return
    found = await own_ways(turn.acting)
    chosen = next((one for one in found if one.id == number_in(args)), None)
    if chosen is None:
        turn.say(
            title("devices.title"),
            *(
                Part(
                    Text(
                        "devices.line",
                        {
                            "channel": Text(f"channel.{one.channel}"),
                            "on": (one.linked_at or one.created_at).astimezone(turn.zone).date(),
                        },
                    )
                )
                for one in found
            ),
            buttons=[
                *(
                    [button("devices.log_out", asks(Act.DEVICES, one.id), "🚪", channel=Text(f"channel.{one.channel}"))]
                    for one in found
                ),
                menu.back(),
            ],
        )
    elif list(args[1:2]) != ["yes"]:
        turn.say(
            title("devices.ask", channel=Text(f"channel.{chosen.channel}")),
            buttons=[[button("devices.yes", asks(Act.DEVICES, chosen.id, "yes"), "🚪")], menu.back()],
        )
    else:
        turn.say(part("devices.done"))
        await log_out(turn.acting, chosen.id, turn.contact)


def ask_about_others(turn: Turn) -> None:
    """At a new telephone, once: whether the one from before is still theirs."""
    turn.say(
        title("devices.others_ask"),
        buttons=[
            [button("devices.keep", asks(Act.DEVICES, "keep"), "✅")],
            [button("devices.end_others", asks(Act.DEVICES, "others"), "🚪")],
        ],
    )


async def not_me(turn: Turn, args: Sequence[str]) -> None:
    """ "That was not me": what is new is ended. "notme:<contact>", "notme:code"."""
    which = None if list(args[:1]) == ["code"] else number_in(args)
    ended = await was_not_me(turn.acting, which, turn.contact)
    if ended is None and which is not None:
        turn.say(part("error.unknown_button"), buttons=[menu.back()])
    else:
        turn.say(part("ways.ended"), buttons=[menu.back()])
