"""What was understood of a letter, and what became of a cry for help: to whom it was passed, and what was done.

Of letters written before nothing was understood; cries among them that were seen or answered count as done.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reading", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("passed_to_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("done", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_letter_passed_to_id"), "consultant", ["passed_to_id"], ["id"], ondelete="SET NULL"
        )
    op.execute(
        sa.text(
            "UPDATE letter SET done_at = COALESCE(answered_at, seen_at)"
            " WHERE kind = 'urgent' AND (answered_at IS NOT NULL OR seen_at IS NOT NULL)"
        )
    )


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_letter_passed_to_id"), type_="foreignkey")
        for name in ("done_at", "done", "passed_at", "passed_to_id", "reading"):
            batch_op.drop_column(name)
