"""`maatje files FOLDER`: the units, proxy configuration, alarms and dashboard that docs/operations.md puts in place."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import WRONG_USAGE, AsJson, console, show_json, stop
from bot.operating.files import folder


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(files)


def files(
    to: Annotated[Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Where to put them; made if need be.")],
    as_json: AsJson = False,
) -> None:
    """Write systemd units, an nginx configuration, alarms and a dashboard into a folder."""
    try:
        to.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in folder().iterdir() if path.is_file() and path.suffix != ".py")
        for name in names:
            shutil.copyfile(folder() / name, to / name)
    except OSError as error:
        stop(f"{to} cannot be written ({error.strerror}).", WRONG_USAGE)
    show_json({"files": [str(to / name) for name in names]}) if as_json else console.print(*names, sep="\n")
