"""Rows have digests, by blocks; all that there are are marked to get theirs."""

import sqlalchemy as sa
from alembic import op

revision = "1004"
down_revision = "1003"

TABLES = ("folder", "generation", "image", "run", "setting", "shard", "skipped", "source")


def upgrade() -> None:
    op.create_table(
        "row_digest",
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("of", "block"),
        sqlite_with_rowid=False,
    )
    marked = sa.text("digest IS NULL")
    op.create_index("row_digest_marked", "row_digest", ["of"], sqlite_where=marked)
    for table in TABLES:
        op.execute(
            f"INSERT INTO row_digest SELECT DISTINCT '{table}', rowid >> 8, NULL FROM {table}"
        )
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER {table}_{verb.lower()}_marked AFTER {verb} ON {table} BEGIN "
                f"INSERT INTO row_digest VALUES ('{table}', {row}.rowid >> 8, NULL) "
                "ON CONFLICT DO UPDATE SET digest = NULL; END"
            )
