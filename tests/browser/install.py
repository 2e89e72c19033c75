"""`python -m tests.browser.install`: makes sure there is a Chromium for the browser tests; does nothing when there is.

Tried in this order: one on the PATH, Playwright's own, the distribution's package (as root), Playwright's download.
Where none can be had it says so and fails.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.conftest import HOW_TO_GET_ONE, ON_PATH


async def _playwrights_own() -> Path:
    async with async_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def is_there() -> bool:
    """Whether a browser can be started."""
    return any(shutil.which(name) for name in ON_PATH) or asyncio.run(_playwrights_own()).exists()


def _run(*command: str) -> bool:
    print("+", " ".join(command), flush=True)
    return subprocess.run(command, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode == 0


def main() -> int:
    """Install one where there is none; 1 when none can be had."""
    if is_there():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    if not is_there():
        _run(sys.executable, "-m", "playwright", "install", "chromium")
    if is_there():
        return 0
    print(HOW_TO_GET_ONE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
