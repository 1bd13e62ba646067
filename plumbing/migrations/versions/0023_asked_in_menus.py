"""What callers ask for in menus: a call-back to another number; the codes by which they hear how a ticket stands."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("calls", sa.Column("call_back_number", sa.String(21), nullable=True))
    op.create_table(
        "check_codes",
        sa.Column("ticket", sa.String(36), sa.ForeignKey("tickets.id"), primary_key=True),
        sa.Column("code", sa.String(6), nullable=False),
    )
