"""For whose people an offer is; there were only offers to everybody, which they stay."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
old_workers_go_on = True


def upgrade() -> None:
    """Add the column; a worker of the version before writes rows without it meanwhile."""
    with op.batch_alter_table("activity_offer", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("municipality", sa.String(length=80), server_default="", nullable=False))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("activity_offer", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("municipality")
