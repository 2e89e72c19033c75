"""Which session of the identity provider's a browser at the desk belongs to; of those from before none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for name in ("subject_hash", "sid_hash"):
        op.add_column("desk_session", sa.Column(name, sa.LargeBinary(length=16), nullable=True))
        op.create_index(op.f(f"ix_desk_session_{name}"), "desk_session", [name])


def downgrade() -> None:
    """Drop them."""
    for name in ("subject_hash", "sid_hash"):
        op.drop_index(op.f(f"ix_desk_session_{name}"), table_name="desk_session")
        with op.batch_alter_table("desk_session", schema=None) as batch_op:
            batch_op.drop_column(name)
