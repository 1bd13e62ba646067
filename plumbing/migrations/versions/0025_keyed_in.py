"""What callers have keyed in at a menu, for who answers them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "keyed",
        sa.Column("call_id", sa.String(120), primary_key=True),
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("digits", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
