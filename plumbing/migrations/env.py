"""Alembic's entry: applies the steps on the connection that `plumbing.database.prepare` hands over."""

from alembic import context

from plumbing.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
