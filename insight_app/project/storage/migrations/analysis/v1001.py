"""Every run says by which rule its photos were read; those before had the first one."""

import sqlalchemy as sa
from alembic import op

revision = "1001"
down_revision = "1000"


def upgrade() -> None:
    op.add_column(
        "run",
        sa.Column("reading_rule", sa.Integer(), nullable=False, server_default=sa.text("1")),
    )
