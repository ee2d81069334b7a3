"""By which rule the photos of a project become pixels: one for all of its codes.

The rules are those of `photos.decoding`. A project keeps the one that its first codes were made by,
so that codes of two never stand side by side. Knows nothing of how photos are read.
"""

from pathlib import Path

from sqlalchemy import Connection, select

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.decoding import FIRST_RULE, NEWEST_RULE
from insight_app.project.results import analysis_database
from insight_app.project.results.schema import Image, Setting

SETTING = "reading_rule"


def of(connection: Connection) -> int:
    """Return the rule that a project keeps.

    One that keeps none was last analyzed before rules had numbers: the first if it has codes, else
    the newest.
    """
    kept = connection.execute(select(Setting.value).where(Setting.name == SETTING)).scalar()
    if kept is not None:
        try:
            return int(str(kept))
        except ValueError as error:
            raise WorldError(
                "By which rule the photos of this project were read cannot be told.",
                kept=analysis_database.SCHEMA.remedy.kept,
                do=analysis_database.SCHEMA.remedy.do,
            ) from error
    codes = connection.execute(select(Image.id).where(Image.shard.is_not(None)).limit(1)).first()
    return NEWEST_RULE if codes is None else FIRST_RULE


def must_be_known(rule: int, project: Path) -> int:
    """Return `rule`; Refusal if only a newer Insight can read photos by it."""
    if not FIRST_RULE <= rule <= NEWEST_RULE:
        raise Refusal(
            f"The photos of this project are read by a newer Insight's rule ({rule}; this program "
            f"knows those up to {NEWEST_RULE}).",
            where=str(project),
            kept="Nothing was changed.",
            do="Update Insight to code photos of this project.",
        )
    return rule


def of_project(project: Path) -> int:
    """Return the rule of a project that was analyzed; Refusal if this program does not know it."""
    with (
        analysis_database.reader(project) as engine,
        analysis_database.reading(engine) as connection,
    ):
        return must_be_known(of(connection), project)
