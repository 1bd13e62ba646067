"""How far drafts were from what was confirmed, and how long a person took."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "ticket_reviews",
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_ticket_reviews_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_ticket_reviews")),
    )
    with op.batch_alter_table("ticket_reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_reviews_confirmed_at"), ["confirmed_at"], unique=False)
    op.create_table(
        "field_edits",
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("change", sa.String(length=12), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("chars", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["ticket_reviews.ticket"], name=op.f("fk_field_edits_ticket_ticket_reviews")
        ),
        sa.PrimaryKeyConstraint("ticket", "field", name=op.f("pk_field_edits")),
    )
