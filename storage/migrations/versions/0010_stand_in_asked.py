"""Whom a consultant asked to stand in for them, until that colleague answers; and which link codes were made in the
person's own chat.

Who stands in already goes on: they were told when they were chosen. Of older codes none counts as self-made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("consultant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stand_in_asked_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("stand_in_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_consultant_stand_in_asked_id"), "consultant", ["stand_in_asked_id"], ["id"]
        )
    op.add_column("link_code", sa.Column("self_made", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.drop_column("self_made")
    with op.batch_alter_table("consultant", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_consultant_stand_in_asked_id"), type_="foreignkey")
        batch_op.drop_column("stand_in_asked_at")
        batch_op.drop_column("stand_in_asked_id")
