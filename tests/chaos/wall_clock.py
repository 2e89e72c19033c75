"""The service's wall clock, set forward and back while it runs; the machine's own stays as it is.

What sets it is a few lines of C that are compiled here (wall_clock.c): a Python process asks the C library, and nothing
else can stand between. A machine without a compiler cannot play these faults.
"""

import shutil
import struct
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from tests.chaos.stage import Stage

_SOURCE: Final = Path(__file__).with_name("wall_clock.c")
_LIBRARY: Final = "wall_clock.so"


class NoCompiler(RuntimeError):
    """There is no C compiler here."""


class WallClock:
    """The wall clock of a stage's service; to be made before the service is started."""

    def __init__(self, stage: Stage) -> None:
        self._file = stage.folder / "away"
        self._away = stage.away
        self.jump(timedelta(0))
        stage.service.preload = Path(_compiled().name) / _LIBRARY
        stage.service.set_up(MAATJE_CLOCK_FILE=str(self._file))

    def now(self) -> datetime:
        """What the service takes the time for."""
        return datetime.now(UTC) + self._away

    def jump(self, by: timedelta) -> None:
        """Set it forward or (by less than nothing) back, by whole seconds."""
        self._away += by
        # In place: the service has the file in its memory.
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", round(self._away.total_seconds())))


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    """The folder with the library, which is gone when this process is."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompiler("a C compiler (cc) is needed to set the clock of a process")
    folder = tempfile.TemporaryDirectory(prefix="maatje-clock-")
    library = Path(folder.name) / _LIBRARY
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
    return folder
