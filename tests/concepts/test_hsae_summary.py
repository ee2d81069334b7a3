"""The summary that a dictionary brings: what is read of it, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight_app import resources
from insight_app.concepts.hsae import summary
from insight_app.errors import Refusal, WorldError
from tests.tiny import SHIPPED, write_names

F = 4
Arrays = dict[str, Any]


def written(folder: Path, harm: Callable[[Arrays, dict[str, Any]], None]) -> Path:
    """Write a summary with votes and photos, its arrays and words changed by `harm`."""
    write_names(folder, F)
    path = folder / "machine.npz"
    with np.load(path) as file:
        arrays: Arrays = dict(file)
    words = json.loads(arrays["words"].tobytes())
    arrays |= {f"photo_{name}": a for name, a in arrays.items() if name.startswith("votes_")}
    arrays |= {"photos_worth": np.full(F, 5.0, np.float32)}
    arrays |= {"photos_strength": np.ones(F, np.float32)}
    arrays |= {"photos_measures": np.ones((F, 3), np.float32)}
    words["photo_terms"] = words["terms"]
    harm(arrays, words)
    arrays["words"] = np.frombuffer(json.dumps(words).encode(), np.uint8)
    np.savez(path, **arrays)
    return folder


def test_a_summary_is_read_as_it_was_written_also_of_the_first_version(tmp_path: Path) -> None:
    for version in (1, summary.SCHEMA_VERSION):
        folder = written(tmp_path, lambda _, words, v=version: words.update(schema_version=v))
        found = summary.read(folder, F)
        assert found is not None and found.votes is not None and found.photos is not None
        assert found.names == [SHIPPED] * F and found.candidates[0][0].probability == 0.75
        assert found.photos.worth.tolist() == [5.0] * F


def test_a_newer_summary_is_refused_as_newer(tmp_path: Path) -> None:
    newer = summary.SCHEMA_VERSION + 1
    written(tmp_path, lambda _, words: words.update(schema_version=newer, candidates="of its own"))
    with pytest.raises(Refusal, match="written by a newer version"):
        summary.read(tmp_path, F)


def test_the_shipped_summary_has_the_version_that_its_votes_need() -> None:
    with np.load(resources.path("dictionaries/builtin") / "machine.npz") as file:
        words = json.loads(file["words"].tobytes())
    assert words["schema_version"] == summary.SCHEMA_VERSION and words["photo_terms"]


ARRAYS = [
    ("votes_indptr", np.zeros(0, np.int64)),
    ("votes_indptr", np.zeros((5, 1), np.int64)),
    ("votes_readings", np.full(1, 3, np.uint8)),
    *[("votes_shares", np.full(F, x)) for x in (-0.1, 3e38, np.inf, np.nan, 1.1)],
    ("photo_votes_shares", np.full(F, -1.0)),
    ("photo_votes_indptr", np.zeros(0, np.int64)),
    *[("photos_worth", np.full(F, x)) for x in (-1.0, np.inf, np.nan)],
    *[("photos_strength", np.full(F, x)) for x in (-1.0, np.inf, np.nan)],
    *[("photos_measures", np.full((F, 3), x)) for x in (1e30, -51.0, np.nan)],
]


@pytest.mark.parametrize(("name", "array"), ARRAYS)
def test_arrays_that_say_nonsense_are_damaged(tmp_path: Path, name: str, array: Any) -> None:
    folder = written(tmp_path, lambda arrays, _: arrays.update({name: array}))
    with pytest.raises(WorldError, match="The dictionary is damaged"):
        summary.read(folder, F)


NAMES = [
    *[["dog", reading, 0.5] for reading in (99, 3, -2, 0.5, "0", None)],
    *[["dog", 0, 0.5, probability] for probability in (7.0, -0.1, "1")],
    [1, 0, 0.5],
    [],
]


@pytest.mark.parametrize("name", NAMES)
def test_a_candidate_that_is_no_name_is_damage(tmp_path: Path, name: list[Any]) -> None:
    folder = written(tmp_path, lambda _, words: words.update(candidates=[[name]] * F))
    with pytest.raises(WorldError, match="The dictionary is damaged"):
        summary.read(folder, F)


@pytest.mark.parametrize("version", [0, -1, None, "new", []])
def test_a_version_that_is_none_is_damage(tmp_path: Path, version: Any) -> None:
    folder = written(tmp_path, lambda _, words: words.update(schema_version=version))
    with pytest.raises(WorldError, match="The dictionary is damaged"):
        summary.read(folder, F)
