"""The whole draft: category, time, wish, department, urgency, secrecy, quick flow."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step; drafts that are there have none of it."""
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("category", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked_for", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("department", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("urgency", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("confidential", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("flow", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("flow_version", sa.String(length=12), nullable=True))
