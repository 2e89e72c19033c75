"""Which keys a program uses is read from its sources."""

from pathlib import Path

import pytest

from locales.checking.key_usage import KeyUsage, scan


def usage_of(folder: Path, code: str) -> KeyUsage:
    (folder / "screen.py").write_text(code, encoding="utf-8")
    return scan([folder])


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ('part("menu.ask")', {"menu.ask"}),
        ('title("menu.ask", name=x)', {"menu.ask"}),
        ('Text("menu.ask", {"x": Text("menu.back")})', {"menu.ask", "menu.back"}),
        ('official("a.b" if x else "a.c")', {"a.b", "a.c"}),
        ('send = "a.b"\nbutton(send, "x")', {"a.b"}),
        ('turn.part("a.b")', {"a.b"}),
        ('part(f"kind.{x}")', set()),
        ('log("menu.ask")', set()),
        ('part("plain")', set()),
    ],
)
def test_keys_that_must_exist(tmp_path: Path, code: str, needed: set[str]) -> None:
    assert set(usage_of(tmp_path, code).needed) == needed


@pytest.mark.parametrize(
    ("code", "key", "used"),
    [
        ('KEYS = {"a": "menu.ask"}', "menu.ask", True),
        ('Text(f"kind.{x}")', "kind.class", True),
        ('Text(f"appointment.answered_{x}")', "appointment.answered_coming", True),
        ('Text(f"appointment.answered_{x}")', "appointment.other", False),
        ('f"{x}.class"', "kind.class", False),
        ('f"1.{x}"', "1.kind", False),
        ("# menu.ask", "menu.ask", False),
    ],
)
def test_keys_that_are_used(tmp_path: Path, code: str, key: str, used: bool) -> None:
    assert usage_of(tmp_path, code).uses(key) is used


@pytest.mark.parametrize(
    ("code", "key", "label"),
    [
        ('button("absence.send", "x")', "absence.send", True),
        ('Button(Text("absence.send"), "x")', "absence.send", True),
        ('button(f"reason.{x}", "x")', "reason.ill", True),
        ('part("absence.why")', "absence.why", False),
        ("", "command.menu", True),
    ],
)
def test_keys_that_are_labels(tmp_path: Path, code: str, key: str, label: bool) -> None:
    assert usage_of(tmp_path, code).is_label(key) is label
