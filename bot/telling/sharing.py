"""What a school reads when it is given a link to a group's week."""

from locales.rendering.message import Body, Part, Style, Text, verbatim
from storage.appointments.appointments import LessonGroup
from storage.desk.lesson_links import LessonLink


def lesson_link(link: LessonLink, group: LessonGroup, address: str) -> Body:
    """The link itself, what it is for, and until when."""
    return Body(
        (
            Part(Text("sharing.link_title", {"group": group.name, "on": link.week_on}), Style.TITLE),
            Part(Text("sharing.link_how", {"recipient": link.recipient, "until": link.expires_at})),
            Part(verbatim(address)),
        )
    )
