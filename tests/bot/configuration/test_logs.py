import io
import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from bot.configuration.logs import _NameOnly, _NotAStorm, set_up_logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    yield
    structlog.reset_defaults()
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    logging.getLogger().handlers, logging.getLogger().level = handlers, level


def test_an_event_is_a_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    set_up_logs("json")
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    structlog.get_logger().warning("outbox_leases_freed", rows=3)
    event = json.loads(written.getvalue())
    assert (event["event"], event["level"], event["rows"]) == ("outbox_leases_freed", "warning", 3)


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_log_that_cannot_be_written_stops_no_work(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    gone = io.StringIO()
    monkeypatch.setattr(sys, "stderr", gone)
    set_up_logs("json" if form == "json" else "console")
    gone.close()
    structlog.get_logger().error("outbox_not_recorded", rows=50)


def test_a_librarys_text_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    set_up_logs("json")
    logging.getLogger("telegram.ext").error("Amina at https://api.telegram.org/bot1:secret")
    assert "telegram.ext" in written.getvalue()
    assert "Amina" not in written.getvalue()
    assert "secret" not in written.getvalue()


def _stumble(name: str) -> None:
    raise ValueError(f"{name} is not a number")


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_error_says_what_and_where_but_not_about_whom(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    set_up_logs("json" if form == "json" else "console")
    secret = "Amina Tesfay"
    try:
        _stumble(secret)
    except ValueError as error:
        structlog.get_logger().exception("inbox_step_failed", channel="web")
        structlog.get_logger().error("again", exc_info=error)
        sys.excepthook(type(error), error, error.__traceback__)
    said = written.getvalue()
    assert "Amina" not in said
    assert said.count("ValueError") == 3
    assert said.count("test_logs.py:") == 6


def test_a_library_that_storms_is_a_line_of_json_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    set_up_logs("json")
    for _ in range(1000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource of Amina")
    logging.getLogger("asyncio").error("something else")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["event"], line["library"]) for line in lines] == [("library", "asyncio")] * 2


def test_a_line_after_a_storm_says_how_many_were_left_out() -> None:
    now = [0.0]
    storm = _NotAStorm(lambda: now[0])
    record = logging.LogRecord("asyncio", logging.ERROR, "selector_events.py", 7, "", None, None)
    assert [storm.filter(record) for _ in range(5)] == [True, False, False, False, False]
    now[0] = 10.0
    assert storm.filter(record)
    assert json.loads(_NameOnly(as_json=True).format(record))["left_out"] == 4
