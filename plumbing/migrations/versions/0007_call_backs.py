"""Who is owed a call-back, why a call was refused, and which recording is a message."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("refusal", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("message_attempt", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_calls_ended_at"), ["ended_at"], unique=False)
    op.create_table(
        "call_backs",
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_backs")),
    )
    with op.batch_alter_table("call_backs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_backs_state"), ["state"], unique=False)
