"""What the machine could not give is not the fault of who needed it."""

import errno

import pytest

from storage.engine.faults import is_machines_fault


class _ContentMissing(Exception):
    """What a reader of files makes of any trouble with one."""


def _made_of(cause: Exception) -> Exception:
    error = _ContentMissing("moments.toml")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        pytest.param(MemoryError(), True, id="memory"),
        pytest.param(RuntimeError("can't start new thread"), True, id="no thread"),
        pytest.param(OSError(errno.EMFILE, "Too many open files"), True, id="no descriptor"),
        pytest.param(_made_of(OSError(errno.EMFILE, "Too many open files")), True, id="behind another"),
        pytest.param(_made_of(KeyError("moments")), False, id="behind another, a fault of ours"),
        pytest.param(RuntimeError("dictionary changed size during iteration"), False, id="a fault of ours"),
        pytest.param(FileNotFoundError(errno.ENOENT, "No such file"), False, id="a file that is not there"),
    ],
)
def test_what_the_machine_would_not_give(error: Exception, is_one: bool) -> None:
    assert is_machines_fault(error) is is_one
