"""Accounts of the desk, one-time links to them, and browsers that are signed in; nobody has one yet."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "desk_account",
        sa.Column("id", _ID, nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("consultant_id", _ID, nullable=True),
        sa.Column("municipality", sa.String(length=80), nullable=False),
        sa.Column("otp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("otp_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_desk_account_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_account")),
        sa.UniqueConstraint("consultant_id", name=op.f("uq_desk_account_consultant_id")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_desk_account_email_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "desk_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["desk_account.id"], name=op.f("fk_desk_link_account_id_desk_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_link_token_hash")),
    )
    op.create_index(op.f("ix_desk_link_account_id"), "desk_link", ["account_id"])
    op.create_table(
        "desk_session",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("offered", sa.LargeBinary(), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["desk_account.id"],
            name=op.f("fk_desk_session_account_id_desk_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_session_token_hash")),
    )
    op.create_index(op.f("ix_desk_session_account_id"), "desk_session", ["account_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("desk_session")
    op.drop_table("desk_link")
    op.drop_table("desk_account")
