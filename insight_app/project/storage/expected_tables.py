"""Whether a database holds what its version says: our tables, and nothing that runs by itself.

A file of a stranger can say that it is ours. A view in the place of a table never ends, a trigger
changes what was written, a computed column fills the memory: Insight makes none of these but the
triggers that protect the log. Knows nothing of what the tables mean.
"""

import sqlite3
from collections.abc import Collection, Iterable

from sqlalchemy import Table

_COMPUTED = (2, 3)
"""How SQLite marks columns that are computed; 1 is hidden in a virtual table."""


def wrong_with(
    connection: sqlite3.Connection, tables: Iterable[Table], triggers: Collection[str]
) -> str:
    """Return what is wrong with the schema of a database, '' if nothing.

    tables: those that it must have, perhaps with more columns; triggers: the SQL of those that it
    may have.
    """
    found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    for kind, name, sql in found:
        is_ours = kind != "trigger" or sql in triggers
        if kind == "view" or not is_ours or str(sql).upper().startswith("CREATE VIRTUAL"):
            return f"The file holds {_shown(name)}, which Insight has not made."
    names = {name for kind, name, _ in found if kind == "table"}
    for table in tables:
        if table.name not in names:
            return f"The file has no table {table.name}."
        rows = connection.execute(f'PRAGMA table_xinfo("{table.name}")').fetchall()
        if any(hidden in _COMPUTED for *_, hidden in rows):
            return f"The table {table.name} computes what Insight writes."
        if lacks := {column.name for column in table.columns} - {row[1] for row in rows}:
            return f"The table {table.name} has no {min(lacks)}."
    return ""


def _shown(name: object) -> str:
    return " ".join(str(name).split())[:60]
