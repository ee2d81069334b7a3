"""A generation says which manifest its files are listed in."""

import sqlalchemy as sa
from alembic import op

revision = "1002"
down_revision = "1001"


def upgrade() -> None:
    op.add_column(
        "generation",
        sa.Column("manifest", sa.String(), nullable=False, server_default=sa.text("''")),
    )
