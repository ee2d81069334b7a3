"""The first version: the log."""

import sqlalchemy as sa
from alembic import op

revision = "1000"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("person_uuid", sa.String(), nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("lamport", sa.Integer(), nullable=False),
        sa.Column("utc", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("follows", sa.String(), nullable=False),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.Column("group_uuid", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
    )
    op.create_index("log_uuid", "log", ["uuid"], unique=True)
    op.create_index("log_order", "log", ["lamport", "person_uuid", "uuid"])
    op.create_index("log_target", "log", ["target", "lamport"])
    op.create_index("log_group", "log", ["group_uuid", "lamport"])
    op.create_index(
        "log_undoes", "log", ["undoes", "lamport"], sqlite_where=sa.text("undoes IS NOT NULL")
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER log_no_{verb.lower()} BEFORE {verb} ON log "
            "BEGIN SELECT RAISE(ABORT, 'the log of judgements only grows'); END"
        )
