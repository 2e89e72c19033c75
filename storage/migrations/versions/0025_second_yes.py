"""A message to very many waits for a second person's yes; what was sent before needed none."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("broadcast") as table:
        for name in ("dutch_for_others", "needs_yes"):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("yes_by_id", _ID, nullable=True))
        table.create_foreign_key(
            op.f("fk_broadcast_yes_by_id_consultant"), "consultant", ["yes_by_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("broadcast") as table:
        for name in ("dutch_for_others", "needs_yes"):
            table.alter_column(name, server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("broadcast") as table:
        table.drop_constraint(op.f("fk_broadcast_yes_by_id_consultant"), type_="foreignkey")
        for name in ("yes_by_id", "needs_yes", "dutch_for_others"):
            table.drop_column(name)
