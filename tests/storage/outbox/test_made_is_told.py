"""A database of before meetings were told when they are made: nobody hears of all of theirs as new ones."""

from pathlib import Path

from sqlalchemy import select, text

from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.outbox.heard import HeardRow
from storage.vocabulary import Told
from tests.storage.engine.encryption.test_row_binding import PERSON, older, unbound

BEFORE, AFTER, AHEAD = "'2026-03-01 09:00:00.000000'", "'2026-03-03 09:00:00.000000'", "'2099-03-02 13:00:00.000000'"


def appointment(number: int, kind: str = "exam", starts: str = AHEAD, status: str = "planned") -> str:
    return (
        "INSERT INTO appointment (id, external_id, person_id, kind, starts_at, mandatory, status, version, made_at,"
        f" updated_at, location) VALUES ({number}, 'A{number}', 7, '{kind}', {starts}, :no, '{status}', 2, {AFTER},"
        f" {AFTER}, :place)"
    )


async def test_what_was_made_before_is_taken_to_be_known(database_url: str, keys: KeyRing, tmp_path: Path) -> None:
    url = database_url if database_url.startswith("postgresql") else f"sqlite:///{tmp_path / 'older.db'}"
    name, place = unbound("Amina", "person.given_name"), unbound("Zaal 1", "appointment.location")
    family = unbound("Tesfay", "person.family_name")
    rows: list[tuple[str, dict[str, object]]] = [
        (PERSON, {"id": 7, "external": "P7", "given": name, "family": family, "no": False}),
        (f"UPDATE person SET consented_at = {BEFORE}", {}),
        *((appointment(number), {"no": False, "place": place}) for number in (1, 2)),
        (appointment(3, starts=BEFORE), {"no": False, "place": place}),
        (appointment(4, status="cancelled"), {"no": False, "place": place}),
        (
            # Is told of already.
            "INSERT INTO outbox (key, kind, params, priority, state, due_at, next_at, attempts, created_at, person_id,"
            f" appointment_id) VALUES ('k', 'notice', :params, 3, 'pending', {AFTER}, {AFTER}, 0, {AFTER}, 7, 2)",
            {"params": unbound('{"x":1}', "outbox.params")},
        ),
    ]
    database = await older(url, keys, "0007", rows)
    await migrate(database)
    async with database.reading() as session:
        [known] = await session.scalars(select(HeardRow))
        assert (known.person_id, known.appointment_id, known.version, known.location) == (7, 1, 2, "Zaal 1")
        assert (known.how, known.takes_place, known.lost) == (Told.AGREED, True, False)
        assert known.starts_at.year == 2099
        assert await session.scalar(text("SELECT count(*) FROM appointment")) == 4
    await database.close()
