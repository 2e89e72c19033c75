"""What is encrypted is bound to its row: a value that is copied to another row does not decrypt there.

Everything is written anew under the first secret. What cannot be read stays as it is (`maatje doctor` says where).
"""

from alembic import op

from storage.engine.columns import keys_of
from storage.engine.encryption.rewriting import Sealed, page_anew

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The encrypted columns as they were, by table; bound by the primary key, which is named here.
_TABLES = {
    ("absence", "id"): ("note", "attachment"),
    ("appointment", "id"): ("location", "online_url", "with_whom", "note"),
    ("consultant", "id"): ("email", "name"),
    ("contact", "id"): ("address", "also"),
    ("conversation", "id"): ("data",),
    ("erased_person", "id"): ("secret",),
    ("faq_gap", "id"): ("question",),
    ("letter", "id"): ("text", "attachment", "reading", "done"),
    ("offer", "contact_id"): ("intents",),
    ("person", "id"): ("given_name", "family_name", "phone", "email"),
    ("plan", "id"): ("goal", "progress"),
    ("source_word", "id"): ("said",),
    ("web_message", "id"): ("content", "file", "media"),
}


def upgrade() -> None:
    """Bind."""
    if op.get_bind().dialect.name == "sqlite":
        # Made anew by 0008 and 0010, they had lost it: the number of a row that went would be given out again.
        for table in ("consultant", "letter"):
            with op.batch_alter_table(
                table, recreate="always", table_kwargs={"sqlite_autoincrement": True}, schema=None
            ):
                pass
    for (table, key), columns in _TABLES.items():
        _bind(table, key, [Sealed(column, f"{table}.{column}", (key,)) for column in columns])
    _bind("outbox", "id", [Sealed("params", "outbox.params", ("key",))])
    # Copies of the appointment's, bound to it.
    heard = [Sealed(column, f"appointment.{column}", ("appointment_id",)) for column in ("location", "online_url")]
    _bind("heard", "id", heard)


def _bind(table: str, key: str, sealed: list[Sealed]) -> None:
    connection = op.get_bind()
    keys, last, seen = keys_of(connection.dialect), -1, 1
    while seen:
        written = page_anew(connection, keys, table, key, sealed, after=last)
        last, seen = written.last, written.seen


def downgrade() -> None:
    """The version before cannot read what is bound: bring back the backup of before."""
    raise RuntimeError("schema 0011 cannot be taken back; restore the backup that was made before it")
