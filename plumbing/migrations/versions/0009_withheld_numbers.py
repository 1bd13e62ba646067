"""Whether a caller asked that the number be withheld."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("calls", sa.Column("withheld", sa.Boolean(), nullable=True))
