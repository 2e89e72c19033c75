"""What is sent to an address before it is known whose it is: a code, or the link of an invitation."""

from locales.rendering.message import Body, Part, Style, Text


def code(digits: str) -> Body:
    """The code that shows, when it comes back, that the address is the person's."""
    return Body((Part(Text("reach.code", {"code": digits}), Style.TITLE), Part(Text("reach.code_keep"))))


def invitation(link: str) -> Body:
    """The personal link by which a chat is opened; no name and no matter."""
    return Body((Part(Text("invite.message", {"url": link})),))
