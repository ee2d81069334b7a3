"""Whether a log is as it was written, and whether its projection is what it adds up to."""

from contextlib import suppress
from itertools import islice

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from insight_app.project.judgements import tables
from insight_app.project.judgements.log import database, vouching
from insight_app.project.judgements.projection import fold

MOST_FAULTS = 20
"""Entries that are not as they were written are told one by one up to so many."""
_NOT_THE_SUM = (
    "The state of the judgements is not what their log adds up to. It is made anew from the log "
    "when the project is opened where it can be written."
)


def problems(connection: Connection) -> list[str]:
    """Return what is wrong with a log or its projection, in words; nothing if all is well.

    KnownError and Malformed where that cannot be told.
    """
    damage = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if damage != "ok":
        return [f"The database of judgements is damaged ({damage})."]
    if found := list(islice(vouching.faults(connection), MOST_FAULTS)):
        return found
    should_be = fold(database.everything(connection))
    if tables.is_harmed(connection):
        return [_NOT_THE_SUM]
    if tables.read_info(connection) is None:
        return []  # of another version: made anew from the log when it is opened
    with suppress(ValueError, TypeError, AttributeError, DBAPIError):
        if tables.stored(connection) == should_be and tables.load(connection):
            return []
    return [_NOT_THE_SUM]
