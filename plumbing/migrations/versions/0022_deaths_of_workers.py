"""How many workers have died at a job: that says less of it than an attempt that failed."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("jobs", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
