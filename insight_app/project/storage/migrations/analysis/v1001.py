"""Folders can be taken out; a run says what it did and by which rule photos were read (the first
one until now); photos are found by their content.
"""

import sqlalchemy as sa
from alembic import op

revision = "1001"
down_revision = "1000"


def upgrade() -> None:
    op.add_column(
        "run",
        sa.Column("reading_rule", sa.Integer(), nullable=False, server_default=sa.text("1")),
    )
    op.add_column(
        "run",
        sa.Column("work", sa.String(), nullable=False, server_default=sa.text("'analyze'")),
    )
    op.add_column(
        "folder",
        sa.Column("is_removed", sa.Boolean(), nullable=False, server_default=sa.text("0")),
    )
    op.create_index("image_content", "image", ["size", "content_hash"], unique=False)
