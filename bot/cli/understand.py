"""`maatje understand TEXT` and `maatje understand eval FILE.yaml`: what Maatje makes of words, and how well."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import WRONG_USAGE, AsJson, console, read_settings, show_json, stop
from bot.configuration.clock import SystemClock
from bot.configuration.settings import Settings
from bot.understanding.acts import Understanding
from bot.understanding.door import TrainedDoor
from locales.faq.content import ContentError, load_faq
from locales.rendering.languages import SOURCE, find_language


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("understand")(understand)


def understand(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What somebody writes; or: eval")],
    file: Annotated[Path | None, typer.Argument(metavar="[FILE.yaml]", help="After eval: the texts to try.")] = None,
    lang: Annotated[str, typer.Option(help="The language that is set for the person.")] = SOURCE,
    now: Annotated[str | None, typer.Option(metavar="ISO", help="As if it were then; local time without zone.")] = None,
    as_json: AsJson = False,
) -> None:
    """What is understood of a text; or, with eval and a file of {lang, text, expect}, how much is understood right."""
    settings = read_settings()
    moment = _moment(settings, now)
    if file is not None:
        if text != "eval" or not file.is_file():
            stop("Write: maatje understand eval FILE.yaml, with a file that is there.", WRONG_USAGE)
        _evaluate(_door(settings), file, moment, as_json=as_json)
        return
    locale = find_language(lang)
    if locale is None:
        stop(f"Maatje does not speak {lang!r}.", WRONG_USAGE)
    document = shown(_door(settings).understand(text, locale, moment))
    if as_json:
        show_json(document)
        return
    for name, value in document.items():
        if value not in (None, []):
            console.print(f"{name}: {value}", markup=False, highlight=False)


def shown(found: Understanding) -> dict[str, object]:
    """The document of DESIGN.md for one text; what is absent is null."""
    when = found.when
    return {
        "act": found.act.value,
        "need": found.need,
        "reason": found.reason,
        "courtesy": found.courtesy,
        "from": when.first.isoformat() if when.first else None,
        "until": when.last.isoformat() if when.last else None,
        "at": when.at.isoformat("minutes") if when.at else None,
        "part": when.part,
        "minutes": when.minutes,
        "topic": found.topic,
        "candidates": [{"topic": one.topic, "score": one.score} for one in found.candidates],
        "also": [act.value for act in found.also],
        "language": found.language,
        "score": found.score,
    }


def _door(settings: Settings) -> TrainedDoor:
    from bot.faq.finder import build_finder

    try:
        return TrainedDoor(build_finder(load_faq(settings.faq)))
    except ContentError as error:
        stop(str(error), WRONG_USAGE)


def _moment(settings: Settings, now: str | None) -> datetime:
    if now is None:
        return SystemClock().now().astimezone(settings.zone)
    try:
        found = datetime.fromisoformat(now)
    except ValueError:
        stop(f"--now {now!r} is no moment; write 2026-03-01T09:00.", WRONG_USAGE)
    return found.replace(tzinfo=settings.zone) if found.tzinfo is None else found.astimezone(settings.zone)


def _evaluate(door: TrainedDoor, file: Path, now: datetime, *, as_json: bool) -> None:
    from bot.understanding.evaluate import Tally, by_kind_and_language, judge, read_expected, tally

    try:
        judged = judge(door, read_expected(file), now)
    except ContentError as error:
        stop(str(error), WRONG_USAGE)

    def figures(one: Tally) -> dict[str, object]:
        return {
            "texts": one.texts,
            "right": one.right,
            "share": round(one.share, 4),
            "details": one.details,
            "details_right": one.details_right,
            "days": one.days,
            "days_right": one.days_right,
            "taken_for": dict(one.taken_for),
        }

    kinds = by_kind_and_language(judged)
    if as_json:
        results = [
            {
                **shown(one.found),
                "lang": one.expected.language,
                "text": one.expected.text,
                "expect": list(one.expected.right),
                "right": one.right,
                "detail_right": one.detail,
                "days_right": one.days,
            }
            for one in judged
        ]
        summary = {
            "all": figures(tally(judged)),
            "by_kind": {
                kind: {name: figures(one) for name, one in languages.items()} for kind, languages in kinds.items()
            },
        }
        show_json({"results": results, "summary": summary})
        return
    languages = list(dict.fromkeys(row.expected.language for row in judged))
    table = Table("", *kinds)
    for name in ("all", *languages):
        table.add_row(name, *(f"{found[name].share:.0%}" if name in found else "" for found in kinds.values()))
    console.print(table)
    for kind, found in kinds.items():
        taken = ", ".join(f"{act} {count}" for act, count in found["all"].taken_for.items())
        console.print(f"{kind}: {found['all'].right} of {found['all'].texts}{f'; taken for {taken}' if taken else ''}")
