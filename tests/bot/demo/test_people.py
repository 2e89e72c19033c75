"""The demo's tables: nobody sits in two places at once, whatever day the demo opens on."""

import csv
import io
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest

from bot.demo.people import make_tables


@pytest.mark.parametrize("today", [date(2026, 11, 30) + timedelta(days=days) for days in range(7)], ids=str)
def test_nobody_sits_in_two_places_at_once(today: date) -> None:
    tables = make_tables(today)
    busy: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for group, external_id in tables.memberships:
        busy[external_id] += [(start, end) for name, start, end in tables.classes if name == group]
    for row in csv.DictReader(io.StringIO(tables.appointments.decode("utf-8-sig")), delimiter=";"):
        start, end = datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])
        for who in (row["person_external_id"], row["with_whom"]):
            assert all(end <= begins or ends <= start for begins, ends in busy[who]), row
            busy[who].append((start, end))
