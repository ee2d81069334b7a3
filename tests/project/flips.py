"""Damage to the files of a real small project, and whether it is found: for tests and campaigns.

    whole = flips.make(folder)                       # a project with every kind of file
    outcome = flips.attempt(whole, name, harm, seed) # one file, one harm, on a copy

An outcome is "found" (check says so), "harmless" (everything that readers return is as before) or
"silent": something else is shown and nobody says so. Any exception is a crash, and is let through.
"""

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from insight_app.concepts.hsae import summary
from insight_app.concepts.hsae.description import info
from insight_app.concepts.statistics import CoOccurrence
from insight_app.errors import KnownError
from insight_app.files import read_regular
from insight_app.project import judgements as j
from insight_app.project.analysis import recording
from insight_app.project.analysis.counting import running_counts, saved
from insight_app.project.check import check
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from insight_app.project.results import analysis_database
from insight_app.project.results.snapshot import Results
from insight_app.project.summary import folders, summarise
from tests.synthetic import make_project, measure_relations

CONCEPTS, IMAGES = 24, 20
ADA = Person("ada", "Ada")


def make(folder: Path, seed: int = 0) -> Path:
    """A project with every kind of file: full shards and an open one, judgements, backups."""
    place = folder / "P.insight"
    with pytest.MonkeyPatch.context() as small:
        small.setattr(recording, "SHARD_IMAGES", 8)
        small.setattr(running_counts, "PART_SHARDS", 2)
        size = (48, 48)
        make_project(
            place, images=IMAGES, concepts=CONCEPTS, seed=seed, photo_size=size, before=_summary
        )
        measure_relations(place, CONCEPTS)
    analysis_database.close_writer(analysis_database.open_writer(place))  # folds in its log
    with Project.open(place, ADA) as project:
        acts = [j.rename("f:1", "dog"), j.note("f:2", "seen in the park"), j.hide("f:5")]
        project.judgements.judge(acts, "Judged")
        project.judgements.judge([j.reject("f:3", "x")], "Rejected")
        project.judgements.undo()
    Project.open(place, ADA).close()  # makes the day's backup
    return place


def _summary(place: Path) -> None:
    nothing = summary.DictionarySummary(
        [[] for _ in range(CONCEPTS)], None, CoOccurrence(CONCEPTS), run=""
    )
    summary.write(place / "dictionary", nothing)


def files(project: Path) -> dict[str, list[str]]:
    """The files of a project by kind, as paths below it."""
    found: dict[str, list[str]] = {}
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project).as_posix()
        is_old = name.startswith("statistics/generation-000001")
        is_any = path.is_file() and path.stat().st_size > 0
        if is_any and path.name != "lock" and not is_old:
            kind = "".join(letter for letter in path.name if not letter.isdigit())
            found.setdefault(f"{path.parent.name[:6]}/{kind}", []).append(name)
    return found


# ---- harms


def nothing(path: Path, chance: random.Random) -> None:
    """The control: no harm is harmless."""


def flip(path: Path, chance: random.Random) -> None:
    """One bit of one byte."""
    with path.open("r+b") as file:
        at = chance.randrange(os.fstat(file.fileno()).st_size)
        file.seek(at)
        [byte] = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))


def cut(path: Path, chance: random.Random) -> None:
    """What stands at the end is gone."""
    os.truncate(path, chance.randrange(path.stat().st_size))


def extend(path: Path, chance: random.Random) -> None:
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.randrange(1, 2000)))


def folder_instead(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()


def pipe_instead(path: Path, chance: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def link_instead(path: Path, chance: random.Random) -> None:
    """A link to the very same content elsewhere."""
    other = path.parent.parent / "elsewhere"
    path.replace(other)
    path.symlink_to(other)


def change_rows(project: Path, statement: str) -> None:
    """As a flipped byte does it: past every program that writes."""
    with closing(sqlite3.connect(project / analysis_database.NAME)) as connection:
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        made = connection.execute(triggers).fetchall()
        for name, _ in made:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, sql in made:
            connection.execute(sql)
        connection.commit()


Harm = Callable[[Path, random.Random], None]
HARMS: tuple[Harm, ...] = (flip, cut, extend, folder_instead, pipe_instead, link_instead)


def attempt(whole: Path, name: str, harm: Harm, seed: int, before: str = "") -> str:
    """Harm a copy of the project and say what came of it.

    before: `answers(whole)`, where it was asked already.
    """
    with tempfile.TemporaryDirectory(dir=whole.parent) as folder:
        project = Path(folder) / whole.name
        shutil.copytree(whole, project)
        harm(project / name, random.Random(f"{name} {harm.__name__} {seed}"))
        if any(finding.is_damage for finding in check(project)):
            return "found"
        # photos lie beside the whole project, so its copy refers to them by their full path
        return "harmless" if answers(project) == (before or answers(whole)) else "silent"


# ---- what is read


def answers(project: Path) -> str:
    """A digest of everything that is read of a project: results, judgements, dictionary, backups.

    What is refused with a clear error counts as an answer of its own.
    """
    told = blake2b()
    for read in (_results, _judgements, _dictionary, _summary_of, _saved):
        try:
            answer = read(project)
        except KnownError as error:
            answer = f"{type(error).__name__}: {error.what}"
        told.update(repr(answer).replace(str(project), "").encode())
    return told.hexdigest()


def _results(project: Path) -> Any:
    opened = Results.open(project)
    if opened is None:
        return None
    with opened as results:
        ids = results.image_ids().tolist()
        every = range(results.F)
        arrays = [
            results.images, results.cells, results.total, results.maximum, results.levels,
            *vars(results.edges).values(), results.co_occurrence(every), *results.by_folder(),
        ]  # fmt: skip
        arrays += [
            array
            for image in ids
            if results.image(image).status == "coded"
            for array in (*vars(results.codes(image)).values(), results.unexplained(image))
        ]
        return (
            [np.asarray(array).tobytes() for array in arrays],
            [results.candidates(concept) for concept in every],
            [[a.tobytes() for a in results.histogram(concept)] for concept in every],
            [results.examples(concept, "strongest", 99) for concept in every],
            [results.image(image) for image in ids],
            results.machine_names, results.names_run, results.encoder, results.grid,
            results.tokens, results.folders, results.sources(), results.problems(),
            results.reading_rule, results.run_state, results.uncoded_images,
        )  # fmt: skip


def _judgements(project: Path) -> Any:
    with Project.open(project, ADA, read_only=True) as opened:
        state = opened.judgements.state
        return (
            opened.judgements.entries(),
            sorted(state.concepts.items()),
            sorted(state.relations.items()),
            str(opened.damage),
            [(b.path.name, _bytes(b.path), _bytes(b.log)) for b in opened.backups],
        )


def _bytes(path: Path) -> bytes | str:
    try:
        return read_regular(path, 1 << 24)
    except OSError as error:
        return type(error).__name__


def _dictionary(project: Path) -> Any:
    folder = project / "dictionary"
    described = info(folder)
    weights = load_file(folder / "dictionary.safetensors")
    brought = summary.read(folder, described.concepts)
    return (
        described,
        [(name, array.tobytes()) for name, array in sorted(weights.items())],
        brought and (brought.candidates, brought.run),
    )


def _summary_of(project: Path) -> Any:
    return summarise(project), folders(project)


def _saved(project: Path) -> Any:
    """Saved counts: what is not whole is counted again, which is harmless."""
    found = {}
    for path in sorted((project / "statistics").glob("*.npz")):
        arrays = saved.read(path)
        if arrays is not None:
            found[path.name] = [(name, a.tobytes()) for name, a in sorted(arrays.items())]
    return found
