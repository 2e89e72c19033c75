"""The first minutes: language in its own script, a short privacy notice, consent."""

from collections.abc import Sequence

from bot.actions import preferences
from bot.actions.privacy import consent, decline
from bot.dialogue import menu
from bot.dialogue.own.carried import carried_by
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.languages import LANGUAGES, find_language
from locales.rendering.message import Button, verbatim
from reminders.intents import Act, asks


async def begin(turn: Turn) -> None:
    """After linking: who is known already goes on to the menu."""
    if turn.person.consented_at is not None:
        await menu.show(turn, ())
    elif turn.person.language_chosen_at is None:
        await ask_language(turn, ())
    else:
        await ask_consent(turn)


def languages_in_order(turn: Turn) -> list[str]:
    """The languages that have texts: the municipality's record first, then the channel's hint, then by likelihood."""
    available = turn.services.renderer.catalogs.available
    wished = [turn.person.language, find_language(turn.event.language) or "", *LANGUAGES]
    return [code for code in dict.fromkeys(wished) if code in available]


async def ask_language(turn: Turn, _args: Sequence[str]) -> None:
    """Offer the languages, each by its own name, two in a row."""
    codes = languages_in_order(turn)
    # The number is what one presses who hears the names (bot/enclosures/picture_and_sound.py) and reads none of them.
    choices = [
        Button(verbatim(LANGUAGES[code].name), asks(Act.LANGUAGE, code), _keycap(number))
        for number, code in enumerate(codes, start=1)
    ]
    rows = [choices[i : i + 2] for i in range(0, len(choices), 2)]
    # The first language is the best guess: the question is asked in it, with its name on the first button.
    turn.say(title("language.ask"), buttons=rows, aloud=True)


def _keycap(number: int) -> str:
    return "".join(f"{digit}\ufe0f\u20e3" for digit in str(number))


async def choose_language(turn: Turn, args: Sequence[str]) -> None:
    """Set the language; during the start go on with consent."""
    code = find_language(args[0] if args else None)
    if code is None or code not in turn.services.renderer.catalogs.available:
        await ask_language(turn, ())
        return
    await preferences.choose_language(turn.acting, code)
    if turn.person.consented_at is None:
        await ask_consent(turn)
    else:
        turn.say(part("language.set"), buttons=menu.rows(), card=menu.CARD)


async def ask_consent(turn: Turn) -> None:
    """The privacy notice, short, and the question."""
    turn.say(
        title("consent.title", name=turn.person.given_name),
        part("consent.notice"),
        *carried_by([turn.event.channel]),
        part("consent.ask"),
        buttons=[
            [button("consent.yes", asks(Act.CONSENT, "yes"), "✅")],
            [button("consent.no", asks(Act.CONSENT, "no"), "❌")],
            *([] if turn.person.listens else [[button("listen.rather", asks(Act.LISTEN, "on"), "👂")]]),
        ],
        card="icon:🔒",
        # Nobody is known to read yet: whoever does not hears it, and sees that one can listen.
        aloud=True,
    )


async def answer_consent(turn: Turn, args: Sequence[str]) -> None:
    """Yes opens the menu; no is respected, told to the consultant, and can be undone."""
    person = turn.person
    if list(args[:1]) == ["yes"]:
        consultant = await consent(turn.acting)
        if consultant is not None:
            turn.say(
                title("welcome.title", name=person.given_name),
                part("welcome.consultant", consultant=consultant.name),
                part("menu.ask"),
                buttons=menu.rows(),
                card=menu.CARD,
            )
        else:
            turn.say(
                title("welcome.title", name=person.given_name),
                part("menu.ask"),
                buttons=menu.rows(),
                card=menu.CARD,
            )
        return
    if person.consented_at is not None:
        await menu.show(turn, ())
        return
    await decline(turn.acting)
    turn.say(part("consent.declined"), buttons=[[button("consent.yes", asks(Act.CONSENT, "yes"), "✅")]])
