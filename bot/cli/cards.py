"""`maatje cards sheet`: every card in every language, to be looked at."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import AsJson, console, read_settings, show_json, stop
from locales.rendering.languages import LANGUAGES, find_language

app = typer.Typer(no_args_is_help=True, help="Picture cards.")

# A Wednesday morning in winter, so that sheets of two days are the same.
_AT = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


@app.callback()
def cards() -> None:
    """Picture cards."""


@app.command()
def sheet(
    locale: Annotated[str | None, typer.Option(metavar="LOCALE", help="Only this language.")] = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder to write to.")] = Path("cards"),
    as_json: AsJson = False,
) -> None:
    """A picture for each language with a card of each kind, as wide as on a small telephone."""
    known = find_language(locale) if locale is not None else None
    if locale is not None and known is None:
        stop(f"{locale} is no language of ours; there are {', '.join(LANGUAGES)}")
    wanted = [known] if known is not None else list(LANGUAGES)
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [_written(out / f"{code}.png", code, pngs) for code, pngs in asyncio.run(_drawn(wanted)).items()]
    except OSError as error:
        stop(f"The sheet could not be written: {error}")
    if as_json:
        show_json({"sheets": {name: {"file": str(path), "largest_card_bytes": most} for name, path, most in written}})
        return
    for name, path, most in written:
        console.print(f"{name}: {path} (the largest card has {most:,} bytes)")


def _written(path: Path, locale: str, pngs: list[bytes]) -> tuple[str, Path, int]:
    from bot.cards.sheet import contact_sheet

    path.write_bytes(contact_sheet(pngs))
    return locale, path, max(len(png) for png in pngs)


async def _drawn(locales: list[str]) -> dict[str, list[bytes]]:
    from bot.cards.renderer import CardFailed, CardRenderer
    from bot.cards.samples import sample_cards
    from locales.rendering.catalog import Catalogs
    from locales.rendering.render import Renderer

    renderer = CardRenderer(Renderer(Catalogs(), read_settings().zone))
    drawn = {}
    try:
        for locale in locales:
            pictures = await asyncio.gather(*(renderer.picture(card, locale) for card in sample_cards(_AT).values()))
            drawn[locale] = [picture.file.content for picture in pictures]
    except CardFailed as error:
        stop(f"A card could not be drawn: {error}")
    finally:
        await renderer.close()
    return drawn
