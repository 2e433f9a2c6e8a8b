"""Runs the numbered migrations on the connection that `vaxcard.records.database` hands over; it imports no models."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True, transaction_per_migration=False, target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
