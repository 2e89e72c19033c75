"""Links by which a school sees who cannot come to one group's lessons of one week; there were none."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lesson_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("group_id", _ID, nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["lesson_group.id"],
            name=op.f("fk_lesson_link_group_id_lesson_group"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_lesson_link_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_lesson_link_group_id"), "lesson_link", ["group_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("lesson_link")
