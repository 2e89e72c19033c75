"""Who calls us from a number that we do not know: how to reach the municipality, and nothing else."""

from bot.channels.phone.carrier import HungUp, OpenLine
from bot.channels.phone.voice import CallVoice
from locales.rendering.languages import SOURCE
from locales.rendering.message import Text


async def say_who_to_call(line: OpenLine, voice: CallVoice, telephone: str) -> None:
    """Say it, and hang up. `telephone` is the municipality's own number, "" where it is not set."""
    texts = [Text("call.hello", {"municipality": "de gemeente"}), Text("call.unknown_number")]
    if telephone:
        texts.append(Text("letter.telephone", {"telephone": telephone}))
    try:
        await line.ask(await voice.texts(texts, SOURCE), 0.0, lambda _key: False)
    except HungUp:
        return
    finally:
        await line.hang_up()
