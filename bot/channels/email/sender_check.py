"""What our own mail server found of a mail's sender (RFC 8601): whether the domain it names really sent it (DMARC)."""

import re
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Final

# One result of a header is its method and verdict, then properties; a sender chooses much of what stands in those
# ("smtp.mailfrom=dmarc=pass@…" is an address), so only what a result begins with is a verdict.
_DMARC: Final = re.compile(r"dmarc(?:/\d+)?\s*=\s*([a-z]+)(?=\s|$)")
_FROM: Final = re.compile(r"(?:^|\s)header\.from\s*=\s*(\S+)")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT: Final = re.compile(r"\((?:[^()\\]|\\.)*\)")
_MOST_NESTED: Final = 5
# A server's own words have some hundred letters; the rest is what somebody made it repeat.
_LONGEST: Final = 5_000
# Says nothing against a sender: their domain publishes no rules.
_SILENT: Final = frozenset({"none", ""})


def is_checked(mail: EmailMessage, address: str, server: str) -> bool | None:
    """Whether the server of this name confirms that the mail comes from the domain of `address`: True, False where it
    does not, None where it says nothing of it (or no name is set).

    Anybody can write such a header; our own server takes out those with its own name and puts its own on top, so only
    the topmost with that name counts.
    """
    if not server:
        return None
    if len(mail.get_all("From", [])) != 1 or len(getaddresses([str(mail.get("From", ""))])) != 1:
        # Servers check one sender and programs show another: no mail of a person.
        return False
    for value in mail.get_all("Authentication-Results", []):
        name, _, found = str(value).casefold().partition(";")
        if name.split()[:1] != [server.casefold()]:
            continue
        if len(found) > _LONGEST:
            return False
        sender = address.rpartition("@")[2].casefold()
        # A server gives one; of several none may speak against the sender.
        said = [one for result in _bare(found).split(";") if (one := _verdict(result.strip(), sender)) is not None]
        return all(said) if said else None
    return None


def _verdict(result: str, sender: str) -> bool | None:
    """What one result says of DMARC for the sender's domain; None where it says nothing of it."""
    found, domain = _DMARC.match(result), _FROM.search(result)
    if found is None or found[1] in _SILENT:
        return None
    return found[1] == "pass" and (domain is None or domain[1].rpartition("@")[2] == sender)


def _bare(header: str) -> str:
    """A header without what a sender may have put between quotes, and without comments."""
    header = _QUOTED.sub('""', header)
    for _ in range(_MOST_NESTED):
        header = _COMMENT.sub(" ", header)
    return header
