"""what a channel calls the same sender as well: WhatsApp's user ids beside numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("also", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("also_hash", sa.LargeBinary(length=16), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_contact_channel_also_hash"), ["channel", "also_hash"])


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_contact_channel_also_hash"), type_="unique")
        batch_op.drop_column("also_hash")
        batch_op.drop_column("also")
