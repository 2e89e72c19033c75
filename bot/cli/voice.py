"""`maatje voice …`: hear how a text is spoken, and see what can be spoken."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import FAULTS, AsJson, console, read_settings, show_json, stop
from locales.rendering.languages import LANGUAGES, find_language

app = typer.Typer(no_args_is_help=True, help="Spoken messages.")

Folder = Annotated[
    Path | None,
    typer.Option("--recordings", file_okay=False, exists=True, help="A folder with recordings; else the setting's."),
]


@app.callback()
def voice() -> None:
    """Spoken messages."""


@app.command()
def say(
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    locale: Annotated[str, typer.Option(metavar="LOCALE", help="The language of the text.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The OGG file to write.")] = Path("message.ogg"),
) -> None:
    """Write a text as it would be spoken."""
    known = find_language(locale)
    if known is None:
        stop(f"{locale} is no language of ours; there are {', '.join(LANGUAGES)}")
    content = asyncio.run(_spoken(text, known))
    if content is None:
        stop(f"Nobody speaks {LANGUAGES[known].name} yet: a folder with recordings can (bot/voice/recordings.py)")
    out.write_bytes(content)
    console.print(f"{out}: {len(content):,} bytes")


async def _spoken(text: str, locale: str) -> bytes | None:
    from bot.voice.sound import VoiceFailed
    from bot.voice.studio import build_speaker
    from locales.rendering.catalog import Catalogs
    from locales.rendering.render import Renderer

    settings = read_settings()
    speaker = build_speaker(Renderer(Catalogs(), settings.zone), settings.recordings)
    try:
        spoken = await speaker.say_in_turn([(text, locale)])
    except VoiceFailed as error:
        stop(f"It could not be spoken: {error}")
    finally:
        await speaker.close()
    return spoken.file.content if spoken is not None else None


@app.command()
def check(recordings: Folder = None, as_json: AsJson = False) -> None:
    """Per language: whether a voice speaks it, how many recordings there are, and which of them are broken."""
    from bot.voice.recordings import Recordings
    from bot.voice.synthesis import Espeak

    folder = recordings or read_settings().recordings
    found = Recordings(folder).checked() if folder is not None else {}
    voices = Espeak().locales
    states = {
        code: {
            "voice": code in voices,
            "recordings": len(found.get(code, ())),
            "broken": [path.name for path, works in found.get(code, ()) if not works],
        }
        for code in LANGUAGES
    }
    if as_json:
        show_json({"folder": str(folder) if folder is not None else None, "locales": states})
    else:
        table = Table("language", "voice", "recordings", "broken")
        for code, state in states.items():
            broken = state["broken"]
            table.add_row(
                code,
                "yes" if state["voice"] else "slow Dutch",
                str(state["recordings"]),
                ", ".join(broken) if isinstance(broken, list) else "",
            )
        console.print(table)
    if any(state["broken"] for state in states.values()):
        raise typer.Exit(FAULTS)
