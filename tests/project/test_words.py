"""How sure names are and what they rest on comes back as published; older results say nothing."""

from pathlib import Path

import numpy as np

from insight_app.project.results import words
from insight_app.project.results.candidates import CandidateName
from insight_app.project.results.generations import folder_of
from insight_app.project.results.snapshot import Results
from insight_app.project.results.words import Words
from tests.older import with_results_of_version_2
from tests.synthetic import make_project, publish_again

CONCEPTS = 96


def some_words() -> Words:
    names = [f"word {n}" for n in range(CONCEPTS)]
    return Words(
        "photos",
        names,
        [[CandidateName(name, "noun", 0.5, "", 0.25)] for name in names],
        "shared",
        "share of votes",
        412,
        np.linspace(0, 1, CONCEPTS, dtype=np.float32),
        np.arange(CONCEPTS, dtype=np.int32),
        ["fireboat", *[""] * (CONCEPTS - 1)],
    )


def opened(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None
    results.close()
    return results


def test_what_names_rest_on_comes_back(tmp_path: Path) -> None:
    project = make_project(tmp_path / "P.insight")
    given = some_words()
    publish_again(project, words=given)
    results = opened(project)
    assert (results.names_rule, results.names_unit) == ("shared", "share of votes")
    assert results.names_photos == 412 and list(results.names_before) == given.was
    assert np.array_equal(results.name_probability, given.probability)
    assert np.array_equal(results.name_photos, given.own)
    assert results.candidates(3)[0].probability == 0.25
    _, again = words.read(project / "statistics", results.generation)
    assert list(again.candidates) == given.candidates and again.photos == 412
    assert np.array_equal(again.probability, given.probability) and again.was == given.was


def test_names_whose_other_files_are_damaged_are_read_without(tmp_path: Path) -> None:
    project = make_project(tmp_path / "P.insight")
    publish_again(project, words=some_words())
    number = opened(project).generation
    for name in ("names.json", "concepts.npz"):
        (folder_of(project / "statistics", number) / name).write_bytes(b"\x00")
    _, found = words.read(project / "statistics", number)
    assert found.names == some_words().names and found.rule == "shared"
    assert not found.probability.size and not found.was


def test_results_of_version_2_say_nothing_and_are_published_on(tmp_path: Path) -> None:
    project = make_project(tmp_path / "P.insight")
    before = opened(project)
    with_results_of_version_2(project)
    results = opened(project)
    assert list(results.machine_names) == list(before.machine_names)
    assert results.names_rule == "" and results.names_photos == 0
    assert np.isnan(results.name_probability).all() and not results.name_photos.any()
    assert set(results.names_before) == {""} and results.candidates(0)[0].probability is None
