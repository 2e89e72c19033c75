"""When an address may be trusted with more, from when on links hold, and the seals of the audit log.

What is linked already is trusted, every link that is out holds until it expires, and the log is sealed from its first
entry on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("contact", sa.Column("trusted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("links_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("audit_entry", sa.Column("seal_number", sa.Integer(), nullable=True))
    op.add_column("audit_entry", sa.Column("seal", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_audit_entry_seal_number"), "audit_entry", ["seal_number"], unique=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_audit_entry_seal_number"), table_name="audit_entry")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_column("seal")
        batch_op.drop_column("seal_number")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("links_since")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("trusted_at")
