"""Alembic's environment: the caller brings the connection, and the transaction with it."""

from __future__ import annotations

from alembic import context

from daypass.directory.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
