"""Which project a log is of, and which version of the file it was written by, as it says itself."""

from collections.abc import Iterator

from sqlalchemy import Connection, delete, insert, select

from insight_app.project.judgements.schema import SCHEMA, Identity, has


def project_of(connection: Connection) -> str:
    """Return which project this is; '' for a log of an older Insight, which does not say."""
    if not has(connection, Identity):
        return ""
    found = connection.execute(select(Identity.project)).scalars().first()
    return found if isinstance(found, str) else ""


def name(connection: Connection, project: str) -> None:
    """Note which project this is, and which version of the file the note was made in."""
    connection.execute(delete(Identity))
    row = {"id": 1, "project": project, "version": SCHEMA.user_version}
    connection.execute(insert(Identity), [row])


def is_unfinished(connection: Connection) -> bool:
    """Return whether a file is new, or was brought up to date and not completed since."""
    noted = connection.execute(select(Identity.version)).scalars().first()
    return not isinstance(noted, int) or noted < SCHEMA.major * 1000


def wrong(connection: Connection) -> str:
    """Return why the note of which project and version this is cannot be right, '' if it can."""
    if not has(connection, Identity):
        return ""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    rows = connection.execute(select(Identity.id, Identity.version)).all()
    for row in rows:
        if not isinstance(row.version, int) or row.version > version:
            return _versions_differ(version, row.version)
    return "The file says of several projects that it is theirs." if len(rows) > 1 else ""


def faults(connection: Connection) -> Iterator[str]:
    """Yield what is wrong with the note, in words, of a log that has one."""
    if what := wrong(connection):
        yield what
        return
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    noted = connection.execute(select(Identity.version)).scalars().first()
    if noted != version:
        yield _versions_differ(version, noted)


def _versions_differ(version: int, noted: object) -> str:
    return f"The file says that it is of version {version}, and should be of version {noted}."
