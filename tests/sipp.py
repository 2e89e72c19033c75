"""`python -m tests.sipp`: fetches SIPp, the telephone network of the tests of calls, where apt-get can give it.

Where there is none, an exchange in memory (tests/bot/channels/phone/sip/exchange.py) is all there is, and the tests
with SIPp say that they were left out.
"""

import shutil
import subprocess
import sys

from bot.bench.sipp import UNPACKED, sipp
from tests.debian import unpack


def _fetched() -> bool:
    """Fetch and unpack it, with the libraries that the machine lacks; whether that went well."""
    if not shutil.which("apt-get"):
        return False
    command = ["apt-get", "-s", "-qq", "--no-install-recommends", "install", "sip-tester"]
    asked = subprocess.run(command, check=False, capture_output=True, text=True)
    wanted = [line.split()[1] for line in asked.stdout.splitlines() if line.startswith("Inst ")]
    return bool(wanted) and unpack(tuple(wanted), UNPACKED)


def main() -> int:
    """Fetch it where there is none; it is no fault when there is none to be had."""
    if sipp() is None and not _fetched():
        print("!! No SIPp can be had here: calls are tested with the exchange in memory alone.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
