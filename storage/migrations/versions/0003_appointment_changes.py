"""Every change of an appointment with its source, and what each repeating source last said.

Nothing is known of what sources said before: their next word counts as new where it differs from what stands there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SOURCE = sa.Enum("chat", "desk", "csv", "timetable", "api", name="changesource", native_enum=False, length=32)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "appointment_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("appointment_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "change",
            sa.Enum("made", "moved", "cancelled", "restored", "details", name="change", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("source", _SOURCE, nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_change_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_change")),
    )
    with op.batch_alter_table("appointment_change", schema=None) as batch_op:
        batch_op.create_index("ix_appointment_change_appointment", ["appointment_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_change_at"), ["at"], unique=False)
    op.create_table(
        "source_word",
        sa.Column("id", _ID, nullable=False),
        sa.Column("appointment_id", _ID, nullable=False),
        sa.Column("source", _SOURCE, nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_source_word_appointment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_word")),
        sa.UniqueConstraint("appointment_id", "source", name=op.f("uq_source_word_appointment_id")),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("source_word")
    with op.batch_alter_table("appointment_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_change_at"))
        batch_op.drop_index("ix_appointment_change_appointment")
    op.drop_table("appointment_change")
