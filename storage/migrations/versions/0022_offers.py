"""What people can take part in, and who does, waits or asks."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; nothing is offered yet."""
    op.create_table(
        "activity_offer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("workshop", "language_cafe", "sport", "swimming", "buddy", "volunteering", "other"),
                name="offerkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=True),
        sa.Column("audience", sa.String(length=255), nullable=False),
        sa.Column("languages", sa.String(length=255), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_offer")),
        sa.UniqueConstraint("external_id", name=op.f("uq_activity_offer_external_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "offer_wish",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("offer_id", _ID, nullable=True),
        sa.Column(
            "state",
            sa.Enum(*("asked", "waiting", "taken", "refused", "left"), name="wishstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("appointment_id", _ID, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_offer_wish_appointment_id_appointment"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["activity_offer.id"], name=op.f("fk_offer_wish_offer_id_activity_offer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_offer_wish_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_wish")),
        sa.UniqueConstraint("offer_id", "person_id", name=op.f("uq_offer_wish_offer_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_offer_wish_person_id", "offer_wish", ["person_id"])
    op.create_index(op.f("ix_offer_wish_appointment_id"), "offer_wish", ["appointment_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("offer_wish")
    op.drop_table("activity_offer")
