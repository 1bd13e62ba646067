"""The audit trail becomes a chain that the database guards."""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 1000

SQLITE_GUARDS = (
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END",
    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END",
    # also: INSERT OR REPLACE would delete without asking the trigger above
    "CREATE TRIGGER audit_is_appended_to BEFORE INSERT ON audit "
    "WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END",
)
POSTGRESQL_GUARDS = (
    "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit trail is only appended to'; END $$",
    "CREATE FUNCTION audit_appends() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) "
    "THEN RAISE EXCEPTION 'the audit trail is only appended to'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_is_appended_to BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_appends()",
)

before = sa.table("audit", *map(sa.column, ("id", "who", "deed", "subject", "detail")),
                  sa.column("at", sa.DateTime(timezone=True)))  # fmt: skip
chained = sa.table("audit_chained", *map(sa.column, ("seq", "who", "deed", "subject", "detail", "digest")),
                   sa.column("at", sa.DateTime(timezone=True)))  # fmt: skip
head = sa.table("audit_head", *map(sa.column, ("only", "seq", "digest")))


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "audit_chained",
        sa.Column("seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_chained"),
    )
    op.create_table(
        "audit_head",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_audit_head")),
    )
    seq, digest = _take_in()
    op.get_bind().execute(head.insert().values(only=1, seq=seq, digest=digest))
    op.drop_table("audit")
    op.rename_table("audit_chained", "audit")
    for column in ("at", "subject", "who"):
        op.create_index(op.f(f"ix_audit_{column}"), "audit", [column], unique=False)
    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS
    for guard in guards:
        op.execute(guard)


def _take_in() -> tuple[int, str]:
    """Chain the lines there are, and say so in one more: nothing proves what they were before."""
    bind, seq, digest, last = op.get_bind(), 0, "0" * 64, 0
    while rows := bind.execute(sa.select(before).where(before.c.id > last).order_by(before.c.id).limit(PAGE)).all():
        last = rows[-1].id
        for row in rows:
            seq, digest = _chain(seq + 1, digest, row.at, row.who, row.deed, row.subject, row.detail)
    if seq:
        told = f"{seq} lines from before"
        return _chain(seq + 1, digest, datetime.now(UTC), "migration 0005", "audit.chained", "audit", told)
    return seq, digest


def _chain(seq: int, previous: str, at: datetime, *content: str | None) -> tuple[int, str]:
    """As recordings.chain describes it, written out once more: a migration does not change with the program."""
    moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    whole = [previous, seq, moment.isoformat(timespec="microseconds"), *content]
    digest = hashlib.sha256(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    who, deed, subject, detail = content
    line = {"seq": seq, "at": moment, "who": who, "deed": deed, "subject": subject, "detail": detail, "digest": digest}
    op.get_bind().execute(chained.insert().values(line))
    return seq, digest
