"""A meeting that is made is told at once from now on: those that were made before are taken to be known.

Until this version a meeting long ahead was not told of when it was made, and whoever agreed to the privacy notice
before was taken to know it from a talk or letter. Without a record of that everybody would hear of every meeting of
theirs as a new one. What a message tells already, or is about to, is left as it is.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write down that they know these meetings as they are; places stand as they do in the appointment (heard.py)."""
    now = sa.bindparam("now", datetime.now(UTC), type_=UtcDateTime())
    op.get_bind().execute(
        sa.text(
            "INSERT INTO heard"
            " (person_id, appointment_id, how, lost, takes_place, asked, version, starts_at, location, online_url, at)"
            " SELECT a.person_id, a.id, 'agreed', :no, :yes, :no, a.version, a.starts_at, a.location, a.online_url,"
            " :now"
            " FROM appointment a JOIN person p ON p.id = a.person_id"
            " WHERE a.status = 'planned' AND a.kind <> 'class' AND a.starts_at > :now"
            " AND p.consented_at IS NOT NULL AND p.consented_at <= a.made_at"
            " AND NOT EXISTS (SELECT 1 FROM heard h WHERE h.appointment_id = a.id AND h.person_id = a.person_id)"
            " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'notice' AND o.appointment_id = a.id)"
        ).bindparams(
            now,
            sa.bindparam("yes", value=True, type_=sa.Boolean()),
            sa.bindparam("no", value=False, type_=sa.Boolean()),
        )
    )


def downgrade() -> None:
    """What is known stays known."""
