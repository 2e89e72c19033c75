"""Changes of what people read and when they are reminded, proposed and answered; there were none."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "content_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("facts_changed", sa.Boolean(), nullable=False),
        sa.Column("reviewer", sa.LargeBinary(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", _ID, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", _ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["desk_account.id"],
            name=op.f("fk_content_change_proposed_by_id_desk_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["desk_account.id"],
            name=op.f("fk_content_change_decided_by_id_desk_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_change")),
        sa.UniqueConstraint("revision", name=op.f("uq_content_change_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_content_change_what", "content_change", ["kind", "key", "place"])
    for column in ("state", "sheet"):
        op.create_index(op.f(f"ix_content_change_{column}"), "content_change", [column])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("content_change")
