"""The quality report: its figures on a world where they can be worked out by hand."""

from collections.abc import Mapping, Sequence
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
from insight_app.project.quality import measure

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


def test_a_perfect_dictionary_explains_all_and_its_table_without_blue_does_not(
    project: Path,
) -> None:
    report = measure(project, photos=6, encoder=Colours())
    assert (report["photos"], report["cells"]) == (6, 6 * CELLS**2)
    assert report["active_concepts"] == {"mean": 1.0, "spread": 0.0}
    assert report["cells_with_a_concept"] == {"mean": 1.0, "spread": 0.0}
    explained = report["explained_variance"]
    assert explained["dictionary"]["mean"] == pytest.approx(1.0, abs=1e-3)
    assert explained["class_vectors"]["mean"] < 0.9
    assert explained["random_dictionary"]["mean"] < 0.9
    assert report["explained_variance_by_level"]["0"] == explained["class_vectors"]
    assert report["alive_concepts"] == {"share": 0.5, "concepts": 6, "photos": 6}


def test_the_sample_is_the_same_each_time_and_no_larger_than_asked(project: Path) -> None:
    first = measure(project, photos=3, encoder=Colours())
    assert first["photos"] == first["parts"] == 3
    assert measure(project, photos=3, encoder=Colours()) == first


def test_photos_that_are_gone_are_left_out_and_none_at_all_is_said(
    project: Path, tmp_path: Path
) -> None:
    photos = sorted((project.parent / "photos").iterdir())
    moved = [path.rename(tmp_path / path.name) for path in photos[1:]]
    try:
        assert measure(project, encoder=Colours())["photos"] == 1
        photos[0].rename(tmp_path / photos[0].name)
        with pytest.raises(KnownError, match="can be read"):
            measure(project, encoder=Colours())
    finally:
        for path in (tmp_path / photos[0].name, *moved):
            path.rename(project.parent / "photos" / path.name)
