"""Whether the database of results is whole: its pages, its references, its rows.

Asked over a connection, never of the file. Changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from insight_app.errors import KnownError
from insight_app.project.check.findings import KEPT, REPAIR, Concern, Finding
from insight_app.project.results import analysis_database, row_digests, row_kinds
from insight_app.project.results.schema import Generation

_AGAIN = "Analyze the photos again to make it anew; judgements are in another file."
_NEWEST = select(Generation.id, Generation.manifest).order_by(Generation.id.desc()).limit(1)


@contextmanager
def opened(folder: Path) -> Iterator[Connection]:
    """Give a connection that sees the database as it is now, for as long as it is open."""
    with (
        analysis_database.reader(folder) as engine,
        analysis_database.reading(engine) as connection,
    ):
        yield connection


def newest(connection: Connection) -> tuple[int, str] | None:
    """Return number and digest of the newest generation; None if there is none."""
    row = connection.execute(_NEWEST).first()
    return None if row is None else (int(row.id), str(row.manifest))


def newest_number(folder: Path) -> int | None:
    """Return the number of the newest generation; None if there is none that can be asked for."""
    try:
        with opened(folder) as connection:
            found = newest(connection)
    except KnownError:
        return None
    return found[0] if found else None


def lost(folder: Path) -> Finding:
    """Return the finding of results whose database is gone."""
    what = "The database of results is gone, its codes are there."
    return Finding(what, str(folder / analysis_database.NAME), _AGAIN, part=Concern.DATABASE)


def findings(folder: Path, connection: Connection) -> Iterator[Finding]:
    """Yield what is wrong with the database itself."""
    path = str(folder / analysis_database.NAME)
    do = f"{KEPT} {REPAIR} What cannot be repaired is analyzed again."
    answer = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if answer != "ok":
        what = f"The database of results is damaged ({answer})."
        yield Finding(what, path, do, part=Concern.DATABASE)
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        what = f"The database of results refers to a row that is not there ({broken[0]})."
        yield Finding(what, path, do, part=Concern.DATABASE)
        return
    if table := row_kinds.first_wrong(connection):
        what = f"The table {table} of the database of results holds what it cannot hold."
        yield Finding(what, path, do, part=Concern.DATABASE)
        return
    for block in row_digests.wrong(connection):
        what, means = "Rows of the database are not as they were written", ""
        if block.table in _ROWS:
            rows, means = _ROWS[block.table]
            what += f" ({rows} {block.rows.start:,} to {block.rows.stop - 1:,})"
        yield Finding(f"{what}.", path, f"{KEPT} {REPAIR}", part=Concern.ROWS, means=means)


_ROWS = {
    "folder": ("folders", "Photos may seem to be missing, or to be elsewhere."),
    "generation": ("publications", "Results may be missing."),
    "image": ("photos", "What is known of these photos may be wrong."),
    "run": ("runs", "The history of analyses may be wrong."),
    "setting": ("settings", "What the project was set up with may be wrong."),
    "shard": ("files of codes", "Codes of photos may be missing."),
    "skipped": ("files that were left out", "The list of problems may be wrong."),
    "source": ("sources", "Photos may seem to be missing, or to be elsewhere."),
}
"""What the rows of a table are, and what it means where they are wrong."""
