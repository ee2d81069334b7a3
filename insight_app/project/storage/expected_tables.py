"""Whether a database holds what its version says: our tables, and nothing that runs by itself.

A file of a stranger can say that it is ours. A view in the place of a table never ends, a trigger
changes what was written, a computed column fills the memory, a constraint can let a new row take
the place of an old one: Insight makes none of these but the triggers that protect the log. Tables
are compared with those that this version makes, by what SQLite says of them and not by their text,
which depends on the way a file came to its version. Knows nothing of what the tables mean.
"""

import re
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import MetaData, create_engine

_COMPUTED = (2, 3)
"""How SQLite marks columns that are computed; 1 is hidden in a virtual table."""
_ACTS = frozenset(
    ("AS", "AUTOINCREMENT", "CASCADE", "CHECK", "COLLATE", "CONFLICT", "GENERATED", "STRICT")
) | {"WITHOUT"}
"""Words of a table's definition that change what happens to its rows, and that no PRAGMA tells."""
_WORD = re.compile(r"[A-Z_]+")
_QUOTED = re.compile(
    r""" "[^"]*" | '[^']*' | `[^`]*` | \[[^]]*\] | --[^\n]* | /\*.*?\*/ """, re.X | re.S
)
_LITERAL = re.compile(r"NULL | [-+]?[0-9]+(\.[0-9]+)? | '[^']*' | x'[0-9a-f]*'", re.X | re.I)
_SQLITE_OWN = re.compile(r"sqlite_(stat\d|sequence)")

_Index = tuple[str, int, int, str, tuple[tuple[object, ...], ...]]
_Column = tuple[str, int, int]


@dataclass(frozen=True)
class _Shape:
    """What SQLite says of one table, so that two files can be compared.

    columns: name -> (type, not null, place in the primary key); indexes: (name unless SQLite chose
    it, unique, partial, condition, columns) of each; references: its foreign keys; acts: the words
    of _ACTS in its definition; computes: of its columns that compute or whose default does, one.
    """

    columns: dict[str, _Column]
    indexes: frozenset[_Index]
    references: frozenset[tuple[object, ...]]
    acts: frozenset[str]
    computes: str


def wrong_with(
    connection: sqlite3.Connection,
    expected: MetaData,
    lasting: Collection[str],
    triggers: Collection[str],
    *,
    is_newer: bool,
) -> str:
    """Return what is wrong with the schema of a database, '' if nothing.

    expected: the tables of this version; lasting: names of those that the file must have as they
    are; others may be older.  triggers: the SQL of those that it may have.  is_newer: by a minor
    version, so that there may be more columns, indexes that change nothing, and other tables.
    """
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    for kind, name, table, sql in found:
        if not isinstance(name, str) or not isinstance(table, str):
            return "The file holds something without a name, which Insight has not made."
        is_ours = kind != "trigger" or sql in triggers
        if kind == "view" or not is_ours or str(sql).upper().startswith("CREATE VIRTUAL"):
            return f"The file holds {_shown(name)}, which Insight has not made."
    made = {name: str(sql) for kind, name, _, sql in found if kind == "table"}
    own = _shapes(expected)
    for name in lasting:
        if name not in made:
            return f"The file has no table {name}."
    for name, sql in made.items():
        if _SQLITE_OWN.fullmatch(name):
            continue
        shape = _shape(connection, name, sql)
        if name in lasting:
            wrong = _differs(name, shape, own[name], is_newer=is_newer)
        else:
            wrong = _acts(name, shape)
        if wrong:
            return wrong
    return ""


def _differs(name: str, found: _Shape, own: _Shape, *, is_newer: bool) -> str:
    if found.computes:
        return f"The table {name} computes what Insight writes."
    if lacks := own.columns.keys() - found.columns.keys():
        return f"The table {name} has no {min(lacks)}."
    if any(found.columns[column] != own.columns[column] for column in own.columns):
        return f"The table {name} is not as Insight makes it."
    more = found.indexes - own.indexes
    is_same = (
        not own.indexes - found.indexes
        and (is_newer or (not more and found.columns.keys() == own.columns.keys()))
        and not any(unique or condition for _, unique, _, condition, _ in more)
        and found.references == own.references
        and found.acts == own.acts
    )
    return "" if is_same else f"The table {name} has rules that Insight has not made."


def _acts(name: str, found: _Shape) -> str:
    """Return what a table does by itself that is not of this version, or is made anew anyway."""
    if found.computes or found.acts - {"WITHOUT"}:
        return f"The table {_shown(name)} has rules that Insight has not made."
    return ""


_known: dict[int, dict[str, _Shape]] = {}


def _shapes(expected: MetaData) -> dict[str, _Shape]:
    """Return what SQLite says of our own tables; they are made in memory once."""
    if id(expected) not in _known:
        engine = create_engine("sqlite://")
        with engine.begin() as connection:
            expected.create_all(connection)
            own = connection.connection.driver_connection
            assert isinstance(own, sqlite3.Connection)
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            tables = own.execute(query).fetchall()
            _known[id(expected)] = {name: _shape(own, name, sql) for name, sql in tables}
        engine.dispose()
    return _known[id(expected)]


def _shape(connection: sqlite3.Connection, table: str, sql: str) -> _Shape:
    columns, computes = {}, ""
    for _, name, kind, not_null, default, key, hidden in connection.execute(
        "SELECT * FROM pragma_table_xinfo(?)", (table,)
    ):
        columns[name] = (kind, not_null, key)
        if hidden in _COMPUTED or (default is not None and not _LITERAL.fullmatch(default)):
            computes = name
    references = connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,))
    return _Shape(
        columns,
        frozenset(_indexes(connection, table)),
        frozenset(tuple(row[2:]) for row in references),
        frozenset(_WORD.findall(_QUOTED.sub(" ", sql).upper())) & _ACTS,
        computes,
    )


def _indexes(connection: sqlite3.Connection, table: str) -> Iterator[_Index]:
    listed = connection.execute("SELECT * FROM pragma_index_list(?)", (table,)).fetchall()
    for _, name, unique, origin, partial in listed:
        columns = connection.execute("SELECT * FROM pragma_index_xinfo(?)", (name,)).fetchall()
        parts = tuple(tuple(row[2:]) for row in columns)
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?"
        sql = str((connection.execute(query, (name,)).fetchone() or ("",))[0] or "")
        is_computed = any(row[1] < -1 for row in columns)  # -2: an expression
        condition = " ".join(sql.split()) if partial or is_computed else ""
        yield name if origin == "c" else "", unique, partial, condition, parts


def _shown(name: object) -> str:
    return " ".join(str(name).split())[:60]
