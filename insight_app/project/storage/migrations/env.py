"""What Alembic runs for every role: the steps, on the connection that `versions` already opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
