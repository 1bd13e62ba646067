"""Who served a number last is found by its index."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index("ix_calls_ani_answered_at", ["ani", "answered_at"], unique=False)
