"""Somebody in the database, where a test needs a person and does not mind who it is."""

from datetime import datetime

from storage.people.people import Person
from storage.vocabulary import Group


def somebody(
    now: datetime,
    *,
    external_id: str = "P1",
    given_name: str = "Amina",
    family_name: str = "",
    language: str = "nl",
    group: Group = Group.ASYLUM,
) -> Person:
    """Somebody of Huizen, registered now; not in a session yet."""
    return Person(
        external_id=external_id,
        given_name=given_name,
        family_name=family_name,
        language=language,
        group=group,
        municipality="Huizen",
        created_at=now,
        updated_at=now,
    )
