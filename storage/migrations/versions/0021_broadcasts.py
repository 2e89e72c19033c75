"""What consultants say to whole lesson groups; what was said before stands in the outbox alone."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "broadcast",
        sa.Column("id", _ID, nullable=False),
        sa.Column("consultant_id", _ID, nullable=False),
        sa.Column("group_id", _ID, nullable=True),
        sa.Column("ready", sa.String(length=32), nullable=True),
        sa.Column("texts", sa.LargeBinary(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["consultant.id"], name=op.f("fk_broadcast_consultant_id_consultant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["lesson_group.id"], name=op.f("fk_broadcast_group_id_lesson_group"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_broadcast_consultant_id"), "broadcast", ["consultant_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("broadcast")
