"""What an operator sets for e-mail."""

import ssl
from dataclasses import dataclass, field
from typing import Literal

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class EmailConfig:
    """Where mail is handed over and read. Without `imap_host` nothing is read: people cannot answer by e-mail then."""

    from_address: str
    smtp_host: str
    from_name: str = "Maatje"
    smtp_port: int = 587
    smtp_security: Security = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    imap_host: str = ""
    imap_port: int = 993
    imap_security: Literal["tls", "none"] = "tls"
    imap_user: str = ""
    imap_password: str = field(default="", repr=False)
    imap_folder: str = "INBOX"
    # The name by which our mail server signs what it found of a sender (authserv-id); "" = not known.
    auth_server: str = ""
    # The address of our own server, for unsubscribing with one click; "" = the header is left out.
    public_url: str = ""
    # Whose certificates are believed; None = the system's.
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    @property
    def domain(self) -> str:
        """The domain that our mail comes from."""
        return self.from_address.rpartition("@")[2]
