"""Why an appointment does not take place; of what was cancelled before, nobody said."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("appointment", sa.Column("cancelled_because", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("appointment") as table:
        table.drop_column("cancelled_because")
