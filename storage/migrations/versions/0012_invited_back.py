"""Where a neutral invitation went when the last way to somebody was lost, by the task to telephone them.

Of tasks from before none did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("phone_task", sa.Column("invited_over", sa.String(length=40), server_default="", nullable=False))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("phone_task", schema=None) as batch_op:
        batch_op.drop_column("invited_over")
