"""Several people may use one telephone: a contact each at the same address; until now each address was one person's."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every contact that there is has its telephone alone."""
    with op.batch_alter_table("contact", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("shared_as", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asks_first", sa.Boolean(), server_default=sa.true(), nullable=False))
        for column in ("address_hash", "also_hash"):
            batch_op.drop_constraint(op.f(f"uq_contact_channel_{column}"), type_="unique")
            batch_op.create_unique_constraint(
                op.f(f"uq_contact_channel_{column}_shared_as"), ["channel", column, "shared_as"]
            )


def downgrade() -> None:
    """The number stays with who had it first; the others are known by their other ways, or are invited again."""
    contact = sa.table("contact", *map(sa.column, ("id", "channel", "address_hash", "shared_as")))
    first = contact.alias("first")
    had_before = sa.and_(
        first.c.channel == contact.c.channel,
        first.c.address_hash == contact.c.address_hash,
        first.c.shared_as < contact.c.shared_as,
    )
    op.execute(contact.delete().where(sa.exists().where(had_before)))
    with op.batch_alter_table("contact", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for column in ("address_hash", "also_hash"):
            batch_op.drop_constraint(op.f(f"uq_contact_channel_{column}_shared_as"), type_="unique")
            batch_op.create_unique_constraint(op.f(f"uq_contact_channel_{column}"), ["channel", column])
        for column in ("asks_first", "absent_since", "shared_as"):
            batch_op.drop_column(column)
