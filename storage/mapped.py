"""Every mapped class, imported once: a query that meets a table needs the tables that it points to."""

from storage.appointments import absences, appointments, history, proposals
from storage.attention import broadcasts, check_ins, feedback
from storage.attention import contact_moments as noted_contacts
from storage.calls import phone_calls, phone_codes
from storage.content import changes
from storage.desk import accounts, lesson_links, passkeys
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.offers import offers
from storage.outbox import heard, leases, message
from storage.people import contacts, erased, faq_gaps, link_codes, people, phone_tasks, relayed, webchat
from storage.privacy import audit
from storage.progress import parts

__all__ = [
    "absences",
    "accounts",
    "appointments",
    "audit",
    "broadcasts",
    "changes",
    "check_ins",
    "contacts",
    "erased",
    "faq_gaps",
    "feedback",
    "heard",
    "history",
    "leases",
    "lesson_links",
    "link_codes",
    "message",
    "noted_contacts",
    "offers",
    "open_database",
    "parts",
    "passkeys",
    "people",
    "phone_calls",
    "phone_codes",
    "phone_tasks",
    "proposals",
    "relayed",
    "webchat",
]


def open_database(url: str, keys: KeyRing, *, pool_size: int | None = None) -> Database:
    """The database at `url` with every mapped class known; see storage.engine.database.Database.

    Raises:
        DatabaseUrlWrong: `url` names no database that can be used here.
    """
    return Database(url, keys) if pool_size is None else Database(url, keys, pool_size=pool_size)
