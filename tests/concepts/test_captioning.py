"""Captions from concepts: shares that sum to one, places in words, sentences."""

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.explain.captioning.makeup import makeup, place
from insight_app.concepts.explain.captioning.sentence import Thing, sentence, written


def test_shares_by_hand() -> None:
    """Means (2, 1) along two axes of length 1, nothing added: (2, 1), of which 4/5 and 1/5."""
    codes = from_dense(np.array([[4, 0, 0], [0, 2, 0]]))
    found = makeup(codes, np.eye(3, dtype=np.float32), np.zeros(3))
    assert found.concepts.tolist() == [0, 1]
    assert found.shares == pytest.approx([0.8, 0.2]) and found.common == 0
    off = makeup(codes, np.eye(3, dtype=np.float32), np.zeros(3), {0: 0.0, 2: 0.0})
    assert off.concepts.tolist() == [1] and off.shares == pytest.approx([1])
    half = makeup(codes, np.eye(3, dtype=np.float32), np.zeros(3), {0: 0.5})
    assert half.shares == pytest.approx([0.5, 0.5])


def test_shares_and_what_all_have_in_common_sum_to_one() -> None:
    rng = np.random.default_rng(4)
    codes = from_dense(rng.random((6, 9)) * (rng.random((6, 9)) < 0.5))
    directions, offset = rng.normal(size=(9, 5)), rng.normal(size=5)
    found = makeup(codes, directions, offset)
    assert found.shares.sum() + found.common == pytest.approx(1, abs=1e-12)
    assert found.vector == pytest.approx(offset + codes.to_dense().mean(0) @ directions, abs=1e-6)
    nothing = makeup(from_dense(np.zeros((2, 9))), directions, np.zeros(5))
    assert nothing.shares.size == 0 and nothing.common == 0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([0], "at the top left"),
        ([1], "at the top"),
        ([5], "on the right"),
        ([4], "in the middle"),
        ([6, 7, 8], "at the bottom"),
        (list(range(6)), "all over"),
        ([], ""),
    ],
)
def test_places_are_told_by_where_most_of_it_is(cells: list[int], said: str) -> None:
    dense = np.zeros((9, 2))
    dense[cells, 0] = 1
    dense[:, 1] = 1  # another concept, everywhere
    assert place(from_dense(dense), np.array([0]), (3, 3)) == said


def test_a_sentence_tells_the_largest_and_what_they_are_under_once() -> None:
    things = [
        Thing("sky", 0.2, "at the top", (3,)),
        Thing("cat", 0.15, "on the left", (2,), "animal", "is-a"),
        Thing("dog", 0.4, "in the middle", (1,), "animal", "is-a"),
        Thing("wheel", 0.07, "", (5,), "car", "part-of"),
        Thing("mud", 0.06, "all over", (6,)),
        Thing("speck", 0.01, "on the right", (4,)),
    ]
    phrases = written(things)
    assert [one.thing.name for one in phrases] == ["dog", "sky", "cat", "wheel"]
    assert sentence(phrases) == (
        "Dog (a kind of animal) in the middle, sky at the top, cat on the left and wheel "
        "(part of car)."
    )
    assert (
        sentence(written(things[5:])) == "" and sentence(written(things[:1])) == "Sky at the top."
    )
