"""Calls that we make."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "dialouts",
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=21), nullable=False),
        sa.Column("hotline", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("seat", sa.String(length=64), nullable=True),
        sa.Column("owed", sa.String(length=120), nullable=True),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_dialouts")),
    )
    with op.batch_alter_table("dialouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dialouts_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_dialouts_step"), ["step"], unique=False)
        batch_op.create_index(batch_op.f("ix_dialouts_asked_at"), ["asked_at"], unique=False)
