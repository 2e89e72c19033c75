"""for which time an absence was reported: a report holds for the day that was meant."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Until now a report was taken off what moved to another day, so what it is about is as it was reported.
_AS_IT_IS = """
UPDATE absence_appointment SET reported_for = (
  SELECT a.starts_at FROM appointment AS a WHERE a.id = absence_appointment.appointment_id
)
"""


def upgrade() -> None:
    with op.batch_alter_table("absence_appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reported_for", sa.DateTime(timezone=True), nullable=True))
    op.execute(_AS_IT_IS)


def downgrade() -> None:
    with op.batch_alter_table("absence_appointment", schema=None) as batch_op:
        batch_op.drop_column("reported_for")
