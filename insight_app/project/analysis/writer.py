"""The one door to a project's results for whoever changes them without analyzing photos.

Knows nothing of what is changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from insight_app.errors import Refusal
from insight_app.project.analysis import dictionary, runs
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis.recording import Setup
from insight_app.project.results import analysis_database


@contextmanager
def writer(project: Path) -> Iterator[tuple[Engine, Setup]]:
    """Give the engine of a project's results, alone, and what they are published with."""
    if not (project / analysis_database.NAME).exists():
        raise Refusal("This project was not analyzed yet.", where=str(project))
    with runs.alone(project):
        engine = analysis_database.open_writer(project)
        try:
            yield engine, _setup(project, engine)
        finally:
            analysis_database.close_writer(engine)


def _setup(project: Path, engine: Engine) -> Setup:
    chosen = dictionary.chosen(engine)
    dictionary.must_fit(project, chosen, None, None, None)
    dictionary.must_be_whole(project, engine)
    encoder = encoder_of.chosen(engine) or encoder_of.EncoderChoice()
    described = dictionary.installed(project)
    if described is None:
        return dictionary.planned(chosen.concepts, chosen.k, encoder.name)[1]
    return dictionary.setup(project, described, encoder)
