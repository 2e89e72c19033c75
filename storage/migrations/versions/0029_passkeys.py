"""Passkeys of the desk's accounts, and the challenges that were given out; there were none."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "desk_passkey",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("credential_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["desk_account.id"],
            name=op.f("fk_desk_passkey_account_id_desk_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_passkey")),
        sa.UniqueConstraint("credential_hash", name=op.f("uq_desk_passkey_credential_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_desk_passkey_account_id"), "desk_passkey", ["account_id"])
    op.create_table(
        "desk_challenge",
        sa.Column("id", _ID, nullable=False),
        sa.Column("challenge_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("account_id", _ID, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["desk_account.id"],
            name=op.f("fk_desk_challenge_account_id_desk_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_challenge")),
        sa.UniqueConstraint("challenge_hash", name=op.f("uq_desk_challenge_challenge_hash")),
    )
    op.create_index(op.f("ix_desk_challenge_account_id"), "desk_challenge", ["account_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("desk_challenge")
    op.drop_table("desk_passkey")
