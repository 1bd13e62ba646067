"""Until when tickets are to be settled, who is told as time runs out, and high-risk words of calls."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    _clocks()
    _escalations()
    _alerts()


def _clocks() -> None:
    op.create_table(
        "ticket_clocks",
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("urgency", sa.String(length=60), nullable=True),
        sa.Column("urgency_by", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("every_day", sa.Boolean(), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("calendar_known", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_ticket_clocks_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_ticket_clocks")),
    )
    op.create_index(op.f("ix_ticket_clocks_deadline_at"), "ticket_clocks", ["deadline_at"], unique=False)


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tells", sa.String(length=80), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_escalations_ticket_tickets")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_escalations")),
        sa.UniqueConstraint("ticket", "percent", name=op.f("uq_escalations_ticket")),
    )
    op.create_index(op.f("ix_escalations_due_at"), "escalations", ["due_at"], unique=False)
    op.create_index(op.f("ix_escalations_raised_at"), "escalations", ["raised_at"], unique=False)


def _alerts() -> None:
    op.create_table(
        "risk_alerts",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("risk", sa.String(length=40), nullable=False),
        sa.Column("manner", sa.String(length=12), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("recording", sa.String(length=36), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_risk_alerts")),
        sa.UniqueConstraint("call_id", "risk", name=op.f("uq_risk_alerts_call_id")),
    )
    op.create_index(op.f("ix_risk_alerts_announced_at"), "risk_alerts", ["announced_at"], unique=False)
    op.create_index(op.f("ix_risk_alerts_acknowledged_at"), "risk_alerts", ["acknowledged_at"], unique=False)
