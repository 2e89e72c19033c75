"""Works that one worker does for all of them (planning ahead), and whose turn it is; nobody's yet."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "turn",
        sa.Column("work", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_turn")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("turn")
