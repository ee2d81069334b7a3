"""Unreadable photos keep what would help; rows of photos are proven one by one."""

import sqlalchemy as sa
from alembic import op

revision = "1005"
down_revision = "1004"

TABLES = ("folder", "generation", "image", "run", "setting", "shard", "skipped", "source")


def upgrade() -> None:
    no_text = sa.text("''")
    op.add_column("image", sa.Column("do", sa.String(), nullable=False, server_default=no_text))
    for table in TABLES:
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            name = f"{table}_{verb.lower()}_marked"
            op.execute(f"DROP TRIGGER {name}")
            op.execute(
                f"CREATE TRIGGER {name} AFTER {verb} ON {table} WHEN NOT EXISTS "
                f"(SELECT 1 FROM row_digest WHERE of = '{table}' "
                f"AND block = {row}.rowid >> 8 AND digest IS NULL) BEGIN "
                f"INSERT INTO row_digest VALUES ('{table}', {row}.rowid >> 8, NULL) "
                "ON CONFLICT DO UPDATE SET digest = NULL; END"
            )
    op.execute("UPDATE row_digest SET digest = NULL WHERE of = 'image'")
