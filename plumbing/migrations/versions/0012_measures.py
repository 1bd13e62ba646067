"""Measures: seats lent and added, limits, response levels, now or at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "measures",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("aim", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_by", sa.String(length=80), nullable=False),
        sa.Column("over_why", sa.String(length=400), nullable=False),
        sa.Column("hidden_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_measures")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("measures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measures_state"), ["state"], unique=False)
    op.create_table(
        "measure_changes",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["measure"], ["measures.number"], name=op.f("fk_measure_changes_measure_measures")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_measure_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("measure_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_changes_measure"), ["measure"], unique=False)
