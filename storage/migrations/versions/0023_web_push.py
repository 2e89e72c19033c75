"""Where a browser hears that there is a message in its web chat; none does until it was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Room for the address, encrypted."""
    op.add_column("web_session", sa.Column("push", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Nobody is told any more."""
    with op.batch_alter_table("web_session") as table:
        table.drop_column("push")
