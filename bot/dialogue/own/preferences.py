"""Settings: language, which reminders, quiet hours, which clock, reading or listening."""

from collections.abc import Sequence

from bot.actions.preferences import choose_clock, choose_listening, choose_quiet_hours, choose_reminders
from bot.dialogue import menu
from bot.dialogue.own import onboarding, shared_phone
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.dates import has_ethiopian_clock
from locales.rendering.message import Attachment, Button, Part, Text, verbatim
from reminders.intents import Act, asks, number_in
from storage.vocabulary import Wishes

QUIET_CHOICES = ("21:00-08:00", "20:00-09:00", "22:00-07:00")
WISH_CHOICES = (Wishes.EVERYTHING, Wishes.EVERY_CLASS, Wishes.WEEKLY, Wishes.ONLY_MEETINGS)


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """What can be set, and how it is now."""
    person = turn.person
    hours = person.quiet_hours or turn.services.quiet_hours
    turn.say(
        title("settings.title"),
        part("settings.reminders_now", wishes=Text(f"wishes.{person.wishes.value}")),
        part("settings.quiet_now", hours=hours),
        buttons=[
            [button("settings.language", asks(Act.LANGUAGE), "🌍")],
            [button("settings.reminders", asks(Act.WISHES), "🔔")],
            [button("settings.quiet", asks(Act.QUIET_HOURS), "🌙")],
            [button("settings.check_ins", asks(Act.CHECK_INS), "🙂")],
            *_clocks(turn),
            *shared_phone.asking_row(turn),
            [button("settings.channels", asks(Act.CHANNELS), "📱")],
            [
                button("listen.read", asks(Act.LISTEN, "off"), "📖")
                if person.listens
                else button("listen.rather", asks(Act.LISTEN, "on"), "👂")
            ],
            menu.back(),
        ],
    )


async def wishes(turn: Turn, args: Sequence[str]) -> None:
    """Which reminders; mandatory meetings are always reminded, and that is said."""
    if args and args[0] in WISH_CHOICES:
        await choose_reminders(turn.acting, Wishes(args[0]))
        turn.say(part("settings.kept"), part("settings.mandatory_always"), buttons=[menu.back()])
        return
    turn.say(
        title("settings.reminders_ask"),
        part("settings.mandatory_always"),
        buttons=[
            *([button(f"wishes.{choice.value}", asks(Act.WISHES, choice.value), "🔔")] for choice in WISH_CHOICES),
            menu.back(),
        ],
    )


async def listen(turn: Turn, args: Sequence[str]) -> None:
    """Rather listen, or read: from now on messages come with picture and sound, or without. At the start the question
    that was open is asked again so."""
    await choose_listening(turn.acting, listens=list(args[:1]) != ["off"])
    if turn.person.consented_at is None:
        await onboarding.begin(turn)
    elif turn.person.listens:
        turn.say(part("listen.on"), *_voiceless(turn), buttons=menu.rows(), card="done:👂")
    else:
        turn.say(part("listen.off"), buttons=menu.rows())


async def clock(turn: Turn, args: Sequence[str]) -> None:
    """Times by the Ethiopian clock too, behind ours ("both"); or by ours only."""
    if not args or args[0] not in ("both", "ours"):
        await show(turn, ())
        return
    ethiopian = args[0] == "both"
    await choose_clock(turn.acting, ethiopian=ethiopian)
    turn.say(part("settings.clock_both_now" if ethiopian else "settings.clock_ours_now"), buttons=[menu.back()])


def _clocks(turn: Turn) -> list[list[Button]]:
    """The other clock, for who reads a language whose readers have it."""
    if not has_ethiopian_clock(turn.language):
        return []
    if turn.person.ethiopian_clock:
        return [[button("settings.clock_ours", asks(Act.CLOCK, "ours"), "🕑")]]
    return [[button("settings.clock_both", asks(Act.CLOCK, "both"), "🕑")]]


async def hear(turn: Turn, args: Sequence[str]) -> None:
    """🔊: the message as sound."""
    number = number_in(args)
    if await turn.services.earlier_message(turn.session, number, turn.person, turn.now) is None:
        turn.say(part("listen.gone"), buttons=[menu.back()])
        return
    turn.say(part("listen.here"), *_voiceless(turn), attachment=Attachment("voice", str(number)))


def _voiceless(turn: Turn) -> list[Part]:
    """Said honestly where nobody speaks the language yet."""
    return [] if turn.language in turn.services.voices else [part("listen.no_voice")]


async def quiet_hours(turn: Turn, args: Sequence[str]) -> None:
    """When no reminder may come. The span travels as "q:<number>", since a colon parts the arguments."""
    if args and args[0].isdecimal() and int(args[0]) < len(QUIET_CHOICES):
        await choose_quiet_hours(turn.acting, QUIET_CHOICES[int(args[0])])
        turn.say(part("settings.kept"), buttons=[menu.back()])
        return
    rows = [
        [Button(verbatim(hours), asks(Act.QUIET_HOURS, number), "🌙")] for number, hours in enumerate(QUIET_CHOICES)
    ]
    turn.say(title("settings.quiet_ask"), buttons=[*rows, menu.back()])
