"""The quality report: its figures on a world where they can be worked out by hand."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from PIL import Image

from insight_app.concepts import hsae
from insight_app.concepts.encoders import pictures
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.errors import KnownError
from insight_app.project.analysis.run import analyze
from insight_app.project.check import check
from insight_app.project.quality import comparing, store
from insight_app.project.quality.measuring import measure
from insight_app.project.quality.report import (
    RECONSTRUCTION,
    Control,
    Figure,
    QualityReport,
    dumps,
    loads,
)
from insight_app.project.results.snapshot import Results

SIDE, CELLS = 8, 4
D = 6
"""Red, green and blue, and three directions that no photo uses."""


class Colours:
    """An encoder whose token is the mean colour of a cell."""

    name = "colours"
    token_dim = D
    grid = (CELLS, CELLS)
    input_size = SIDE
    fingerprint = "colours:1"
    options: ClassVar[Mapping[str, str]] = {}
    device = torch.device("cpu")
    class_vectors = torch.eye(D)[:2]

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        return pictures.centre(image, SIDE)

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        means = torch.nn.functional.avg_pool2d(pixels, SIDE // CELLS).permute(0, 2, 3, 1)
        return torch.nn.functional.pad(means, (0, D - 3))

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.eye(D)[: len(texts)]


WORDS = Vocabulary(
    terms=["red", "green", "blue"],
    readings=np.ones(3, np.uint8),
    definitions=[""] * 3,
    synsets=[""] * 3,
    embeddings=np.eye(D, dtype=np.float32)[:3],
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of pure red, green, and blue squares, with a dictionary of the six directions."""
    folder = tmp_path_factory.mktemp("quality")
    rng = np.random.default_rng(0)
    (folder / "photos").mkdir()
    for number in range(6):
        cells = np.zeros((CELLS, CELLS, 3), np.uint8)
        rows, cols = np.indices((CELLS, CELLS))
        cells[rows, cols, rng.integers(0, 3, (CELLS, CELLS))] = 255
        picture = Image.fromarray(cells).resize((SIDE, SIDE), Image.Resampling.NEAREST)
        picture.save(folder / "photos" / f"{number}.png")
    eye = torch.eye(D)
    dictionary = HSAE(
        W_enc=eye, b_enc=torch.zeros(D), W_dec=eye, b_dec=torch.zeros(D), k=1, threshold=0.1,
        group_sizes=(2, 4),
    )  # fmt: skip
    hsae.save(dictionary, folder / "dictionary", encoder_fingerprint=Colours.fingerprint)
    target = folder / "p.insight"
    analyze(
        target,
        [folder / "photos"],
        encoder=Colours(),
        dictionary=folder / "dictionary",
        vocabulary=WORDS,
    )
    return target


def value(report: QualityReport, id: str) -> float:
    found = report.figure(id)
    assert found is not None and found.value is not None
    return found.value


def test_a_perfect_dictionary_explains_all_and_its_table_without_blue_does_not(
    project: Path,
) -> None:
    report = measure(project, photos=6, encoder=Colours())
    assert (report.photos, report.cells) == (6, 6 * CELLS**2)
    explained = report.figure("explained_variance")
    assert explained is not None and explained.value == pytest.approx(1.0, abs=1e-3)
    assert (explained.low, explained.count) == (None, 6 * CELLS**2)  # under 10 photos: no interval
    controls = {name: control.value for name, control in explained.controls.items()}
    assert max(controls.pop("class_vectors"), controls.pop("random_directions")) < 0.9
    assert set(controls) == {"principal_components", "untrained"}
    assert not explained.is_no_better
    assert value(report, "explained_variance_to_level_0") == pytest.approx(
        explained.controls["class_vectors"].value, abs=1e-3
    )
    assert value(report, "active_concepts") == value(report, "cells_with_a_concept") == 1.0
    assert value(report, "dead_share") == value(report, "dead_share_project") == 0.5
    assert value(report, "frequency_photos") == 1.0
    assert all(test.passed for test in report.self_tests)


def test_the_sample_is_the_same_each_time_and_no_larger_than_asked(project: Path) -> None:
    first = measure(project, photos=3, encoder=Colours())
    assert first.photos == 3
    again = measure(project, photos=3, encoder=Colours())
    assert (again.figures, again.basis) == (first.figures, first.basis)


def test_photos_that_are_gone_are_left_out_and_none_at_all_is_said(
    project: Path, tmp_path: Path
) -> None:
    photos = sorted((project.parent / "photos").iterdir())
    moved = [path.rename(tmp_path / path.name) for path in photos[1:]]
    try:
        assert measure(project, encoder=Colours()).photos == 1
        photos[0].rename(tmp_path / photos[0].name)
        with pytest.raises(KnownError, match="can be read"):
            measure(project, encoder=Colours())
    finally:
        for path in (tmp_path / photos[0].name, *moved):
            path.rename(project.parent / "photos" / path.name)


def test_a_report_is_kept_and_read_again_and_says_when_it_is_out_of_date(
    project: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy.insight"))
    report = measure(copy, photos=2, encoder=Colours())
    older = replace(report, made="2026-01-02T03:04:05+00:00", photos=1)
    paths = [store.store(copy, one) for one in (older, report)]
    found, failed = store.reports(copy)
    assert [(one.path, one.report) for one in found] == [(paths[1], report), (paths[0], older)]
    assert not failed
    results = Results.open(copy)
    assert results is not None
    with results:
        now = store.basis_of(results)
    assert store.is_stale(report, now) == ""
    for change, said in (
        ({"dictionary": "other"}, "another dictionary"),
        ({"photos": 7}, "6 photos; now 7"),
        ({"names": "other"}, "names changed"),
        ({"rules": now.rules + 1}, "other rules"),
        ({"generation": now.generation + 1}, "made anew"),
    ):
        assert said in store.is_stale(report, replace(now, **change))
    paths[0].write_bytes(paths[0].read_bytes()[:-9])
    found, failed = store.reports(copy)
    assert [one.path for one in found] == [paths[1]] and "damaged" in failed[0].what
    (finding,) = check(copy)
    assert finding.where == str(paths[0]) and not finding.is_damage


def test_nothing_is_written_through_a_link(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy.insight"))
    report = measure(copy, photos=2, encoder=Colours())
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(copy / "quality", ignore_errors=True)
    (copy / "quality").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KnownError, match="link"):
        store.store(copy, report)
    assert not any((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    ("is_higher_better", "control", "is_no_better"),
    [(True, 0.39, False), (True, 0.41, True), (False, 0.61, False), (False, 0.59, True),
     (None, 0.9, False)],
)  # fmt: skip
def test_a_control_within_the_interval_is_as_good(
    is_higher_better: bool | None, control: float, is_no_better: bool
) -> None:
    figure = Figure(
        "x", RECONSTRUCTION, "x", "x", 0.5, 0.4, 0.6, is_higher_better=is_higher_better,
        controls={"one": Control("one", control), "top": Control("top", 0.5, is_ceiling=True)},
    )  # fmt: skip
    assert figure.is_no_better is is_no_better


def test_what_knows_more_is_a_ceiling_only_above_the_value() -> None:
    figure = Figure("x", RECONSTRUCTION, "x", "x", 0.722, is_higher_better=True)
    assert figure.is_under(Control("table", 0.8, is_ceiling=True))
    assert not figure.is_under(Control("table", 0.681, is_ceiling=True))
    assert not figure.is_under(Control("other", 0.8))


def test_what_is_no_report_is_refused(project: Path) -> None:
    data = dumps(measure(project, photos=2, encoder=Colours()))
    assert loads(data).photos == 2
    for old, new in (
        (b'"photos": 2', b'"photos": "2"'),
        (b'"group": "Recon', b'"group": "recon'),
        (b'"schema_version": 2', b'"schema_version": 3'),
        (b'"passed": true', b'"passed": 1'),
    ):
        assert old in data
        with pytest.raises(ValueError):
            loads(data.replace(old, new))


def test_two_reports_differ_where_their_intervals_have_nothing_in_common(project: Path) -> None:
    report = measure(project, photos=2, encoder=Colours(), second=project)
    assert value(report, "stability") == pytest.approx(1.0)  # of the same dictionary
    assert value(report, "stable_concepts") == 1.0

    def with_figure(low: float | None, high: float | None, id: str = "x") -> QualityReport:
        mid = None if low is None or high is None else (low + high) / 2
        return replace(report, figures=(Figure(id, RECONSTRUCTION, id, "", mid, low, high),))

    one = with_figure(0.4, 0.5)
    for other, change, is_beyond in (
        (with_figure(0.51, 0.61), 0.11, True),
        (with_figure(0.2, 0.39), -0.155, True),
        (with_figure(0.45, 0.55), 0.05, False),
        (with_figure(None, None), None, None),
    ):
        (found,) = comparing.differences(one, other)
        assert found.is_beyond is is_beyond
        assert found.change == (None if change is None else pytest.approx(change))
    both = comparing.differences(one, with_figure(0.1, 0.2, "y"))
    assert [(each.id, each.is_beyond) for each in both] == [("x", None), ("y", None)]
