"""A machine that is this one, but for all that an installation writes: that is its own, and is gone with it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

from tests.debian import ROOT as DEBIAN

PROGRAMS: Final = Path(__file__).parent / "programs"
NAME: Final = "maatje.example.nl"
TRUSTED: Final = "trusted.pem"
#: Where an installation writes; each is a layer over what is there.
_WRITTEN: Final = ("etc", "opt", "var", "root", "run", "usr/local")
_POSTGRESQL: Final = Path("/usr/lib/postgresql/15/bin")
_COMMAND_TAKES: Final = 300
_ALONE: Final = "MAATJE_REHEARSAL"


class Machine:
    """One machine, from empty until it is lost. Only in mount, network and process namespaces of our own (`alone`)."""

    def __init__(self, layers: Path, certificates: Path) -> None:
        self._layers = layers
        trusted = str(certificates / TRUSTED)
        self.environment: dict[str, str] = {
            "PATH": f"{PROGRAMS}:/usr/local/bin:{_POSTGRESQL}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "NGINX_FROM": str(DEBIAN),
            "PYTHON": sys.executable,
            "POSTGRESQL": str(_POSTGRESQL),
            "UNITS": "/run/units",
            "MACHINE_NAME": NAME,
            # The versions that were tested are there; nothing is fetched.
            "PIP_NO_DEPS": "1",
            "PIP_FORCE_REINSTALL": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "CERTIFICATES": str(certificates),
            "SSL_CERT_FILE": trusted,
            "CURL_CA_BUNDLE": trusted,
        }

    def begin(self) -> None:
        """An empty machine: what the last one wrote is not there."""
        for written in _WRITTEN:
            over, work = self._layers / written / "over", self._layers / written / "work"
            for folder in (over, work):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
            options = f"lowerdir=/{written},upperdir={over},workdir={work}"
            subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, f"/{written}"], check=True)
        # The python of this environment may stand in root's home.
        Path("/root").chmod(0o711)
        with Path("/etc/hosts").open("a") as hosts:
            hosts.write(f"\n127.0.0.1 {NAME}\n")

    def types(self, block: str, *, fails: bool = False, cwd: str = "/root") -> str:
        """Type a block as root; what it showed. Each of its commands must go well, unless the block `fails`."""
        print(_shown(block), flush=True)
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", block],
            check=False, cwd=cwd, env=self.environment, capture_output=True, text=True, timeout=_COMMAND_TAKES,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if (done.returncode != 0) is not fails:
            raise SystemExit(f"it ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def is_lost(self) -> None:
        """Everything stops where it stands, and nothing of the disk is left."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) not in (1, os.getpid()):
                os.kill(int(entry.name), signal.SIGKILL)
        for written in reversed(_WRITTEN):
            subprocess.run(["umount", "--lazy", f"/{written}"], check=True)


def certify(folder: Path) -> None:
    """Make the machine's certificate, and a list of those that are trusted with it, which this process goes by too."""
    folder.mkdir()
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "60"]
    name = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(["openssl", "req", "-x509", *kind, *name, *files], check=True, capture_output=True)
    known = Path("/etc/ssl/certs/ca-certificates.crt")
    all_of = [file.read_bytes() for file in (known, folder / "fullchain.pem") if file.exists()]
    (folder / TRUSTED).write_bytes(b"".join(all_of))
    folder.parent.chmod(0o711)
    os.environ["SSL_CERT_FILE"] = str(folder / TRUSTED)


def _shown(block: str) -> str:
    """A block as it is shown."""
    return "\n".join(f"# {line}" for line in block.strip().splitlines())


def filled(block: str, values: Mapping[str, str]) -> str:
    """A block with the administrator's own values: each stands in it."""
    for was, now in values.items():
        if was not in block:
            raise SystemExit(f"{was!r} does not stand in:\n{block}")
        block = block.replace(was, now, 1)
    return block


def alone() -> bool:
    """Whether this process is alone in its namespaces."""
    return bool(os.environ.get(_ALONE))


def be_alone(*arguments: str) -> NoReturn:
    """Begin anew, in namespaces of our own."""
    os.environ[_ALONE] = "yes"
    spaces = ["--mount", "--net", "--fork", "--pid", "--mount-proc", "--kill-child"]
    os.execvp("unshare", ["unshare", *spaces, sys.executable, "-m", "tests.rehearsal", *arguments])
