"""Which tickets are one matter; tickets are found by number and place."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "ticket_links",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("first", sa.String(length=36), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["first"], ["tickets.id"], name=op.f("fk_ticket_links_first_tickets")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_ticket_links_ticket_tickets")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ticket_links")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ticket_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_links_ticket"), ["ticket"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_links_first"), ["first"], unique=False)
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for column in ("caller_number", "contact_number", "place"):
            batch_op.create_index(batch_op.f(f"ix_tickets_{column}"), [column], unique=False)
