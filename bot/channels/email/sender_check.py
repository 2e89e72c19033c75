"""What our own mail server found of a mail's sender (RFC 8601): whether the domain it names really sent it (DMARC)."""

import re
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Final

_DMARC: Final = re.compile(r"\bdmarc\s*=\s*([a-z]+)")
_FROM: Final = re.compile(r"\bheader\.from\s*=\s*([^\s;()]+)")
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
        name, _, results = str(value).casefold().partition(";")
        if name.split()[:1] != [server.casefold()]:
            continue
        found, domain = _DMARC.search(results), _FROM.search(results)
        verdict = found[1] if found is not None else ""
        if verdict == "pass":
            sender = address.rpartition("@")[2].casefold()
            return domain is None or domain[1].rpartition("@")[2].strip('"') == sender
        return None if verdict in _SILENT else False
    return None
