"""The file that a copy of the database is kept in: a tar with the copy and a manifest, encrypted to a key if wanted.

Encrypted it is an age file (https://age-encryption.org/v1), so that `age --decrypt` opens it too, without Maatje. The
manifest says what a return must find again: schema, rows a table, a checksum a part, and which secret the values are
under (a mark of it, never the secret).
"""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyrage
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

MANIFEST: Final = "manifest.json"
_AGE: Final = b"age-encryption.org/"
_BLOCK: Final = 1 << 20


class BackupUnusable(ValueError):
    """A backup cannot be made, read or brought back; the message says what to do."""


class CopiedBy(StrEnum):
    """How the copy was made, and so how it returns."""

    SQLITE = "sqlite"  # SQLite's online backup: a database file
    PG_DUMP = "pg_dump"  # pg_dump's custom format
    ROWS = "rows"  # one file a table, as PostgreSQL's COPY writes it


class Manifest(BaseModel):
    """What is in a backup. `rows` counts every table's, `sequences` holds the last number that each one gave away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    made_at: AwareDatetime
    software: str
    copied_by: CopiedBy
    schema_version: str
    key_marks: tuple[str, ...]
    rows: Mapping[str, int]
    sequences: Mapping[str, int] = {}
    checksums: Mapping[str, str]


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_recipients(lines: Sequence[str]) -> "list[pyrage.x25519.Recipient | pyrage.ssh.Recipient]":
    """The public keys that a backup is encrypted to: `age1…`, or an SSH public key.

    Raises:
        BackupUnusable: one is no such key.
    """
    found: list[pyrage.x25519.Recipient | pyrage.ssh.Recipient] = []
    for line in lines:
        kind = pyrage.ssh.Recipient if line.startswith("ssh-") else pyrage.x25519.Recipient
        try:
            found.append(kind.from_str(line.strip()))
        except pyrage.RecipientError as error:
            raise BackupUnusable(
                f"{line[:12]}… is no key to encrypt to. Give the line that begins with age1 (age-keygen -o key.txt "
                "prints it), or an SSH public key."
            ) from error
    return found


def read_identities(path: Path) -> "list[pyrage.x25519.Identity | pyrage.ssh.Identity]":
    """The private keys in a file that `age-keygen` or `ssh-keygen` (without a passphrase) wrote.

    Raises:
        BackupUnusable: there is none in it.
    """
    try:
        written = path.read_bytes()
    except OSError as error:
        raise BackupUnusable(f"{path} cannot be read ({error.strerror}).") from error
    try:
        if b"-----BEGIN" in written:
            return [pyrage.ssh.Identity.from_buffer(written)]
        lines = [line.strip() for line in written.decode().splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise BackupUnusable(f"{path} holds no private key of age or SSH that can be used here.") from error
    if not found:
        raise BackupUnusable(f"{path} holds no private key.")
    return found


def pack(folder: Path, manifest: Manifest, target: Path, recipients: Sequence[str]) -> None:
    """Write the parts in `folder` that the manifest names into one new file; it is there whole, or not at all.

    Raises:
        BackupUnusable: a key is none.
        FileExistsError, OSError: the file is there already, or cannot be written.
    """
    keys = read_recipients(recipients)
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2))
    plain = folder / "backup.tar"
    with tarfile.open(plain, "x:gz", compresslevel=1) as tar:
        for name in (MANIFEST, *sorted(manifest.checksums)):
            tar.add(folder / name, arcname=name, filter=_anonymous)
    ready = plain
    if keys:
        ready = folder / "backup.age"
        pyrage.encrypt_file(str(plain), str(ready), keys)
    os.chmod(ready, 0o600)
    with ready.open("rb") as file:
        os.fsync(file.fileno())
    # A link, because it refuses a name that is taken.
    os.link(ready, target)


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def unpack(source: Path, folder: Path, identity: Path | None) -> Manifest:
    """Unpack a backup into an empty folder and compare every part with its checksum.

    Raises:
        BackupUnusable: it is none, is encrypted to another key, or was cut off or changed.
    """
    try:
        with source.open("rb") as file:
            is_encrypted = file.read(len(_AGE)) == _AGE
    except OSError as error:
        raise BackupUnusable(f"{source} cannot be read ({error.strerror}).") from error
    plain = source
    if is_encrypted:
        if identity is None:
            raise BackupUnusable(f"{source} is encrypted: say where the private key is, with --identity FILE.")
        plain = folder / "backup.tar"
        try:
            pyrage.decrypt_file(str(source), str(plain), read_identities(identity))
        except (pyrage.DecryptError, OSError) as error:
            # What was changed on the way comes as an error of the stream, without a number of the system's.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BackupUnusable(
                f"{source} cannot be decrypted with {identity}: it is encrypted to another key, or was cut off or "
                "changed."
            ) from error
    try:
        with tarfile.open(plain, "r:gz") as tar:
            _extract(tar, folder)
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (tarfile.TarError, EOFError, OSError, ValidationError) as error:
        raise BackupUnusable(f"{source} is no backup of Maatje, or was cut off.") from error
    for name, sum_ in manifest.checksums.items():
        part = folder / name
        if part.parent != folder or not part.is_file() or checksum(part) != sum_:
            raise BackupUnusable(f"{source} is damaged: its part {name} is not what was written. Take another backup.")
    return manifest


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """The regular files at the top of a tar, and nothing else of what one may hold."""
    for member in tar:
        content = tar.extractfile(member) if member.isfile() and Path(member.name).name == member.name else None
        if content is not None:
            with content, (folder / member.name).open("wb") as written:
                shutil.copyfileobj(content, written, _BLOCK)


def made_on(moment: datetime) -> str:
    """A moment as it is told to an operator."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
