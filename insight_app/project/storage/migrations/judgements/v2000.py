"""Every entry is linked to the one before it, and what is a set has targets of its own.

The links are filled in when the file is opened: they depend on which project it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "2000"
down_revision = "1001"


def upgrade() -> None:
    op.create_table(
        "log_link",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
