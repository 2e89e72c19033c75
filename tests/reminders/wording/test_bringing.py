"""What a consultant's note says to bring is said in every language; the rest stays theirs."""

import pytest

from reminders.wording.meetings.bringing import Item, ReadNote, icons_of, note_of, preparation
from storage.vocabulary import AppointmentKind


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        pytest.param(None, ReadNote(), id="none"),
        pytest.param("Neem uw paspoort en uw brieven mee.", ReadNote((Item.IDENTITY, Item.LETTERS)), id="bring"),
        pytest.param("Paspoort, pen, diploma's", ReadNote((Item.IDENTITY, Item.PEN, Item.DIPLOMAS)), id="a list"),
        pytest.param(
            "Meenemen: paspoort of verblijfsdocument en bankpas",
            ReadNote((Item.IDENTITY, Item.BANK_CARD)),
            id="two names of one thing",
        ),
        pytest.param("Vergeet uw bril niet!", ReadNote((Item.GLASSES,)), id="do not forget"),
        pytest.param("Please bring your passport", ReadNote((Item.IDENTITY,)), id="in English"),
        pytest.param(
            "Kom naar de zijdeur. Neem sportkleren mee.",
            ReadNote((Item.SPORTS_CLOTHES,), None, "Kom naar de zijdeur."),
            id="what is left stays",
        ),
        pytest.param(
            "Neem uw paspoort mee naar kamer 12.",
            ReadNote((Item.IDENTITY,), None, "Neem uw paspoort mee naar kamer 12."),
            id="more than things: both",
        ),
        pytest.param(
            "U hoeft uw paspoort niet mee te nemen.",
            ReadNote((), None, "U hoeft uw paspoort niet mee te nemen."),
            id="not to bring",
        ),
        pytest.param(
            "We praten over uw plan en uw huis.",
            ReadNote((), None, "We praten over uw plan en uw huis."),
            id="named, not to be brought",
        ),
        pytest.param("Er is een tolk bij.", ReadNote((), interpreter=True), id="interpreter"),
        pytest.param("Tolk: ja. Paspoort meenemen", ReadNote((Item.IDENTITY,), interpreter=True), id="both"),
        pytest.param("Zonder tolk", ReadNote((), interpreter=False), id="no interpreter"),
        pytest.param("Tolk erbij?", ReadNote((), None, "Tolk erbij?"), id="a question"),
        pytest.param(
            "Vraag zelf om een tolk bij Ilse.",
            ReadNote((), None, "Vraag zelf om een tolk bij Ilse."),
            id="an interpreter, but not surely there",
        ),
    ],
)
def test_a_note(note: str | None, expected: ReadNote) -> None:
    assert preparation(note, AppointmentKind.PROGRESS_MEETING) == expected


def test_an_exam_always_needs_who_one_is() -> None:
    found = preparation("Neem uw bril en paspoort mee", AppointmentKind.EXAM)
    assert found.items == (Item.IDENTITY, Item.GLASSES)
    assert icons_of(found.items) == ("🪪", "👓")


@pytest.mark.parametrize("interpreter", [None, True, False])
@pytest.mark.parametrize("items", [(), *((item,) for item in Item), tuple(Item)], ids=len)
def test_our_own_notes_are_read_as_they_were_meant(items: tuple[Item, ...], interpreter: bool | None) -> None:
    note = note_of(items, interpreter)
    assert preparation(note, AppointmentKind.OTHER) == ReadNote(items, interpreter)
    # What the talk is about stays the consultant's words, in whatever language they are.
    about = "ትምህርቲ" + ("\n" + note if note else "")
    assert preparation(about, AppointmentKind.OTHER) == ReadNote(items, interpreter, "ትምህርቲ")
