"""By which keys a caller went through the menu: what another version would do with the call."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("calls", sa.Column("way", sa.Text(), nullable=True))
