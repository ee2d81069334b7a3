"""Candidate names as lines: what was written comes back, and damage is told where it is read."""

import json
import random
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from insight_app.errors import KnownError
from insight_app.project.results import generations
from insight_app.project.results.candidates import CandidateLines, CandidateName
from insight_app.project.results.snapshot import Results
from tests.older import without_manifests
from tests.synthetic import make_project

ODD = ["", "dog", "two\nlines", "“quoted”\t\\", "\u2028 line break of another kind", "雪", "😀"]


def some_rows(seed: int) -> list[list[CandidateName]]:
    rng = random.Random(seed)
    return [
        [
            CandidateName(
                rng.choice(ODD), "noun", rng.choice([None, rng.random()]), rng.choice(ODD)
            )
            for _ in range(rng.randrange(5))
        ]
        for _ in range(rng.randrange(1, 40))
    ]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_comes_back(seed: int) -> None:
    rows = some_rows(seed)
    lines = CandidateLines(CandidateLines.of(rows).text)
    assert list(lines) == rows and len(lines) == len(rows)
    assert lines[-1] == rows[-1] and lines[1:7:2] == rows[1:7:2]
    with pytest.raises(IndexError):
        lines[len(rows)]


def test_nothing_is_no_lines() -> None:
    assert list(CandidateLines.of([])) == [] and len(CandidateLines(b"")) == 0


@pytest.mark.parametrize("line", [b"[[1, 2]]", b"{", b"7", b"[null]", b"\xff"])
def test_a_damaged_line_spoils_its_concept_only(line: bytes) -> None:
    lines = CandidateLines(b"[]\n" + line + b"\n[]\n")
    assert lines[0] == lines[2] == []
    with pytest.raises(KnownError, match="concept 1 are damaged"):
        lines[1]


def test_a_generation_with_too_few_lines_is_damaged(tmp_path: Path) -> None:
    project = make_project(tmp_path / "P.insight")
    folder = newest(project)
    lines = (folder / "candidates.jsonl").read_bytes()
    (folder / "candidates.jsonl").write_bytes(lines[: lines.rindex(b"\n", 0, -1) + 1])
    with pytest.raises(KnownError, match="damaged"):
        Results.open(project)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("concepts.npz", 2),
        ("edges.npz", 80),
        ("places_order.npy", 20),
        ("folders_key.npy", 0),
        ("candidates.jsonl", 30),
        ("names.json", 0),
        ("generation.json", 0),
    ],
)
def test_a_damaged_file_of_a_generation_is_one_clear_error(
    tmp_path: Path, name: str, at: int
) -> None:
    project = make_project(tmp_path / "P.insight", images=4)
    path = newest(project) / name
    whole = path.read_bytes()
    for harmed in (whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], whole[: at + 1], b""):
        path.write_bytes(harmed)
        with pytest.raises(KnownError, match="damaged"):
            Results.open(project)
    path.write_bytes(whole)
    assert Results.open(project) is not None


def test_generations_of_the_first_form_are_read(tmp_path: Path) -> None:
    project = make_project(tmp_path / "P.insight")
    without_manifests(project)
    folder = newest(project)
    results = Results.open(project)
    assert results is not None
    expected = [results.candidates(concept) for concept in range(results.F)]
    assert any(expected)
    published = generations.read(folder.parent, results.generation)
    header = asdict(published.header) | {"schema_version": 1}
    (folder / "generation.json").write_text(json.dumps(header))
    words = {"names": published.names, "candidates": expected}
    (folder / "names.json").write_text(json.dumps(words))
    (folder / "candidates.jsonl").unlink()
    for title, arrays in (("places", published.places), ("folders", published.folders)):
        np.savez(folder / f"{title}.npz", **arrays)
        for name in arrays:
            (folder / f"{title}_{name}.npy").unlink()
    old = Results.open(project)
    assert old is not None
    assert [old.candidates(concept) for concept in range(old.F)] == expected
    assert np.array_equal(old.image_ids(), results.image_ids())
    assert np.array_equal(old.subset([1]).cells, results.subset([1]).cells)


def newest(project: Path) -> Path:
    return max((project / "statistics").glob("generation-*"))
