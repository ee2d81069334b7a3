"""Photos can be left out by their names, or as second names of others; what was ignored in a photo
that was read is noted; what a scan does not take has a kind and says what would help.
"""

import sqlalchemy as sa
from alembic import op

revision = "1003"
down_revision = "1002"


def upgrade() -> None:
    no_text, zero = sa.text("''"), sa.text("0")
    op.add_column("image", sa.Column("note", sa.String(), nullable=False, server_default=no_text))
    op.add_column("image", sa.Column("left_out", sa.Integer(), nullable=False, server_default=zero))
    for name in ("do", "kind"):
        column = sa.Column(name, sa.String(), nullable=False, server_default=no_text)
        op.add_column("skipped", column)
    op.add_column("skipped", sa.Column("grade", sa.Integer(), nullable=False, server_default=zero))
    op.create_index(
        "image_note", "image", ["note", "folder_id", "name"], sqlite_where=sa.text("note > ''")
    )
    op.create_index("image_left_out", "image", ["left_out"], sqlite_where=sa.text("left_out > 0"))
    op.create_index("skipped_kind", "skipped", ["grade", "kind"])
