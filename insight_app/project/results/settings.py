"""What a project was set up with, kept by name as JSON beside its results.

Knows how a value is kept, and nothing of what it means: who does, reads it `as_written`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.sqlite import insert

from insight_app import plain_json
from insight_app.project.results import analysis_database
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.schema import Setting
from insight_app.project.storage import sqlite


def write(engine: Engine, name: str, value: Any) -> None:
    """Keep a value under `name` from now on."""
    row = {"name": name, "value": json.dumps(value)}
    with writing(engine) as connection:
        connection.execute(
            insert(Setting)
            .values(row)
            .on_conflict_do_update(index_elements=[Setting.name], set_={"value": row["value"]})
        )


def read(engine: Engine, name: str) -> Any:
    """Return what is kept under `name`, None if nothing is; Damaged if that is no JSON."""
    with reading(engine) as connection:
        return value(connection, name)


def value(connection: Connection, name: str) -> Any:
    """Return what `read` does, as a connection sees it."""
    text = connection.execute(select(Setting.value).where(Setting.name == name)).scalar()
    with as_written(connection.engine, name):
        return None if text is None else plain_json.loads(text.encode())


@contextmanager
def as_written(engine: Engine, name: str) -> Iterator[None]:
    """Say of a setting that cannot be what Insight wrote that its database is damaged."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        path = engine.get_execution_options()["database"]
        what = f"What the project keeps of its {name} is damaged ({error})."
        raise sqlite.damaged(what, path, analysis_database.SCHEMA.remedy) from error
