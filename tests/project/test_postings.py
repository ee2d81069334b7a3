"""The strongest images of a concept over many segments, beside sorting everything."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.statistics import Maxima
from insight_app.files import write_whole
from insight_app.project.results import postings

CONCEPTS = 5


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    segments=st.integers(0, 4),
    limit=st.integers(0, 30),
    offset=st.integers(0, 30),
    share=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
)
def test_a_page_of_the_strongest_is_that_of_all_sorted(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    segments: int,
    limit: int,
    offset: int,
    share: float,
) -> None:
    rng, folder = np.random.default_rng(seed), tmp_path_factory.mktemp("postings")
    keep, rows, opened = rng.random(400) < share, list[tuple[float, int, int, int]](), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_BLOCK", 3)
        for number in range(segments):
            opened.append(segment(folder / f"{number}.postings", number, rng, rows))
        for concept in range(CONCEPTS):
            expected = [
                (image, cell, value)
                for negative, image, cell, at in sorted(rows)
                if at == concept and keep[image]
                for value in (-negative,)
            ]
            page = postings.strongest(opened, concept, keep, limit, offset)
            assert list(zip(*page, strict=True)) == expected[offset : offset + limit]
            whole = postings.of_concept(opened, concept, keep)
            assert list(zip(*whole, strict=True)) == expected


def segment(
    path: Path, number: int, rng: np.random.Generator, rows: list[tuple[float, int, int, int]]
) -> postings.Segment:
    """A segment of images number * 100 + 1 ...; what it holds is added to `rows`."""
    concept, image = np.nonzero(rng.random((CONCEPTS, 99)) < 0.5)
    value = (rng.integers(1, 9, concept.size) / 4).astype(np.float16)  # many ties
    cell = rng.integers(0, 196, concept.size).astype(np.uint16)
    ids = (number * 100 + 1 + image).astype(np.uint32)
    maxima = Maxima(concept=concept, image=ids, cell=cell, value=value)
    write_whole(path, lambda file: postings.write(file, maxima, CONCEPTS))
    columns = (-value.astype(float), ids, cell, concept)
    rows.extend(zip(*(column.tolist() for column in columns), strict=True))
    return postings.open_segment(path, CONCEPTS)
