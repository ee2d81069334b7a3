"""Whether rows of analysis.sqlite hold what their columns are for: SQLite lets any hold anything.

Asked once before results are written, as it reads every row. Knows nothing of what rows mean.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table

from insight_app.project.results.schema import Base, Status

_KINDS = {
    bool: ("integer",),
    int: ("integer",),
    float: ("real", "integer"),
    str: ("text",),
    bytes: ("blob",),
}
_MOST_IMAGES = 1 << 25
"""Arrays by image are as long as the highest id."""
_FOUR_BYTES = (1 << 32) - 1
_HIGHEST = {
    "image.id": _MOST_IMAGES,
    "image.folder_id": _FOUR_BYTES,
    "image.status": max(Status),
    "image.shard": _FOUR_BYTES,
    "image.offset": 1 << 62,
    "image.bytes": _FOUR_BYTES,
    "shard.id": _FOUR_BYTES,
    "shard.bytes": 1 << 62,
    "shard.images": _FOUR_BYTES,
    "shard.checksum": _FOUR_BYTES,
    "folder.id": _FOUR_BYTES,
    "generation.id": _FOUR_BYTES,
}
"""Of columns that are counted with: from 0 up to this."""
_LEADS_AWAY = {
    "image": "name IN ('', '.', '..') OR instr(name, '/') OR instr(name, char(0))",
    "folder": "path LIKE '/%' OR instr('/' || path || '/', '/../') OR instr(path, char(0))",
}
"""What names a file outside the folder that a person gave: nobody's photo is read by it."""


def first_wrong(connection: Connection) -> str:
    """Return a table with a row that Insight cannot have written, '' if there is none."""
    for table in Base.metadata.tables.values():
        wrong = " OR ".join(_wrong(table))
        if connection.exec_driver_sql(
            f'SELECT 1 FROM "{table.name}" WHERE {wrong} LIMIT 1'
        ).first():
            return table.name
    return ""


def _wrong(table: Table) -> Iterator[str]:
    for column in table.columns:
        kinds = (*_KINDS[column.type.python_type], *(("null",) if column.nullable else ()))
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        yield f'typeof("{column.name}") NOT IN ({listed})'
        if highest := _HIGHEST.get(f"{table.name}.{column.name}"):
            yield f'"{column.name}" NOT BETWEEN 0 AND {int(highest)}'
    if leads_away := _LEADS_AWAY.get(table.name):
        yield leads_away
