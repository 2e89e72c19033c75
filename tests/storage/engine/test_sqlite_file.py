"""The database's file: what a process writes is there however other processes come and go."""

import os
import subprocess
import sys
from pathlib import Path

from storage.engine import sqlite_file

LOOKS = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('select count(*) from t').fetchone(); c.close()"
)


def test_what_is_written_stays_when_another_process_closes_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "it.db")
    sqlite_file.create(path)
    ours = sqlite_file.connect(path)
    ours.execute("pragma journal_mode = wal")
    ours.execute("create table t (x)")
    ours.commit()
    # A second migration of the service at its start, with the connection of its key check open.
    sqlite_file.create(path)
    log_before = os.stat(path + "-wal").st_ino
    subprocess.run([sys.executable, "-c", LOOKS, path], check=True, timeout=60)
    assert os.stat(path + "-wal").st_ino == log_before
    ours.execute("insert into t values (1)")
    ours.commit()
    theirs = sqlite_file.connect(path)
    assert theirs.execute("select count(*) from t").fetchone() == (1,)
    theirs.close()
    ours.close()


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "it.db"
    sqlite_file.create(str(path))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_closed_to_them_with_its_log(tmp_path: Path) -> None:
    path = str(tmp_path / "it.db")
    sqlite_file.create(path)
    os.chmod(path, 0o664)
    ours = sqlite_file.connect(path)
    ours.execute("pragma journal_mode = wal")
    ours.execute("create table t (x)")
    files = [path, path + "-wal", path + "-shm"]
    # SQLite gives the log the rights of its database.
    assert sqlite_file.open_to_others(path) == files
    sqlite_file.create(path)
    assert [os.stat(name).st_mode & 0o777 for name in files] == [0o600] * 3
    assert sqlite_file.open_to_others(path) == []
    ours.close()
