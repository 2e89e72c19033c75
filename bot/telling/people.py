"""What colleagues hear of each other's away days."""

from locales.rendering.message import Body, Part, Text
from storage.people.people import Consultant


def you_stand_in(colleague: Consultant) -> Body:
    """To who was chosen to stand in."""
    return Body((Part(Text("consultant.you_stand_in", {"colleague": colleague.name})),))
