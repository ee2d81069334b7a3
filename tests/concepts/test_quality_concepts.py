"""Measures of single concepts, of names and of hierarchies, on cases worked out by hand."""

import itertools
import math

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.quality import forward, hierarchy, labels, names, pairs
from insight_app.concepts.quality.names import Classes
from insight_app.concepts.quality.pairs import PairSums
from insight_app.concepts.statistics import CoOccurrence


def test_monosemanticity_is_the_weighted_mean_cosine_over_pairs_of_photos() -> None:
    rng = np.random.default_rng(0)
    e = pairs.unit(rng.normal(size=(6, 4)))
    a = np.where(rng.random((6, 3)) < 0.8, rng.random((6, 3)), 0)
    a[:, 2] = [1, 0, 0, 0, 0, 0]
    found = PairSums.of(a, e).monosemanticity
    for concept in range(2):
        top = bottom = 0.0
        for i, j in itertools.permutations(range(6), 2):
            weight = a[i, concept] * a[j, concept]
            top, bottom = top + weight * (e[i] @ e[j]), bottom + weight
        assert found[concept] == pytest.approx(top / bottom)
    assert math.isnan(found[2])  # one photo makes no pair


def test_three_photos_at_right_angles_have_nothing_in_common_and_the_same_photo_all() -> None:
    strengths = np.array([[3.0, 1], [2, 1], [1, 1]])
    assert PairSums.of(strengths, np.eye(3)).monosemanticity == pytest.approx([0, 0])
    same = np.tile([[0.6, 0.8]], (3, 1))
    assert PairSums.of(strengths, same).monosemanticity == pytest.approx([1, 1])


def test_sums_of_parts_are_the_sums_of_all() -> None:
    rng = np.random.default_rng(1)
    e, a = pairs.unit(rng.normal(size=(8, 5))), rng.random((8, 4)) * (rng.random((8, 4)) < 0.6)
    parts = PairSums.none(4, 5)
    for part in (slice(0, 3), slice(3, 8)):
        one = PairSums.none(4, 5)
        for row, embedding in zip(a[part], e[part], strict=True):
            concepts = np.flatnonzero(row)
            one.add(concepts, row[concepts], embedding)
        parts.merge(one)
    whole = PairSums.of(a, e)
    for name in ("vectors", "sums", "squares", "photos"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name))


def test_two_clusters_are_told_apart_and_shown_by_one_photo_each() -> None:
    rows = np.array([[1.0, 0.1], [1, -0.1], [1, 0], [0.1, 1], [-0.1, 1], [0, 1]])
    distance, near = pairs.two_clusters(rows)
    assert distance == pytest.approx(1.0) and sorted(near) == [2, 5]
    assert pairs.two_clusters(np.ones((4, 3)))[0] == 0


def test_the_nearest_other_row_is_found_with_its_cosine() -> None:
    cosine, partner = pairs.nearest_other(np.array([[2.0, 0], [0, 3], [1, 1], [0, 0]]))
    assert partner.tolist() == [2, 2, 0, -1]
    assert cosine[:3] == pytest.approx(math.sqrt(0.5)) and math.isnan(cosine[3])
    assert np.isnan(pairs.nearest_other(np.ones((1, 2)))[0]).all()


def test_the_strongest_photos_come_first_and_silent_ones_not_at_all() -> None:
    strengths = np.array([[0.1, 0], [0.3, 0], [0.2, 0.5], [0.3, 0]])
    assert [rows.tolist() for rows in pairs.strongest(strengths, 3)] == [[1, 3, 2], [2]]


def test_dictionaries_are_matched_one_to_one_so_that_all_fit_best() -> None:
    one = np.array([[1.0, 0, 0], [0.9, 0.1, 0], [0, 0, 1]])
    other = one[[2, 0, 1]] * 5
    assert pairs.matched(one, other) == pytest.approx(np.ones(3))
    twice = np.array([[1.0, 0, 0], [0, 1, 0], [0, 1, 0]])
    assert sorted(pairs.matched(np.eye(3), twice)) == pytest.approx([0, 1, 1])


def test_a_name_foretells_a_concept_as_the_correlation_over_cells_says() -> None:
    rng = np.random.default_rng(0)
    tokens = [rng.normal(size=(5, 3)).astype(np.float32) for _ in range(4)]
    codes = [from_dense(np.maximum(rng.normal(size=(5, 2)), 0)) for _ in range(4)]
    vectors = np.array([[1.0, 2, 0], [0, 0, 0]])
    sums = forward.predictions(tokens, codes, vectors)
    for times in ([1, 1, 1, 1], [2, 0, 1, 0]):
        weights = np.array(times, float)[:, None]
        x = np.concatenate([t for t, n in zip(tokens, times, strict=True) for _ in range(n)])
        a = [c.to_dense() for c, n in zip(codes, times, strict=True) for _ in range(n)]
        p = x @ [1, 2, 0] / (np.linalg.norm(x, axis=1) * math.sqrt(5))
        expected = np.corrcoef(p, np.concatenate(a)[:, 0])[0, 1]
        found = sums.correlations(weights)
        assert found[0] == pytest.approx(expected, abs=1e-5) and math.isnan(found[1])


def test_labels_are_ids_of_wordnet_or_words() -> None:
    shipped = labels.shipped()
    dog = labels.synset_of("n02084071_dog", shipped)
    assert dog == labels.synset_of("Dog", shipped) == "n02084071"
    assert labels.synset_of("sports_car", shipped) == labels.synset_of("sports car", shipped) != ""
    assert labels.synset_of("IMG_0001", shipped) == labels.synset_of("", shipped) == ""


def test_a_hypernym_is_right_by_the_shipped_table_and_another_class_is_not() -> None:
    classes = Classes(labels.shipped(), ["n02084071", "n02121620"])  # dog, cat
    counts = np.array([[20, 10], [15, 15], [10, 20], [0, 0]])
    said, synsets = ["dog", "dog", "dog", "dog"], [""] * 4
    assert names.right(counts, classes, said, synsets)[:3].tolist() == [1, 0, 0]
    assert labels.top(counts, classes, said, synsets)[:3].tolist() == [1, 1, 0]
    assert math.isnan(labels.top(counts, classes, said, synsets)[3])
    for word, is_right in (("animal", 1), ("mammal", 1), ("cat", 0), ("fruit", 0)):
        found = names.right(np.array([[20, 10]]), classes, [word], [""])
        assert found.tolist() == [is_right], word


def test_a_list_of_labels_is_read_with_or_without_a_header() -> None:
    text = "photo,label\na/1.jpg,dog\nb\\2.jpg,n02121620\n\n"
    assert labels.read_csv(text) == {"a/1.jpg": "dog", "b/2.jpg": "n02121620"}
    assert labels.read_csv("1.jpg,dog") == {"1.jpg": "dog"}


CHILD, PARENT = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])


def test_the_shape_of_a_hierarchy_is_counted() -> None:
    assert hierarchy.several_parents(CHILD, 6) == (1, 3)
    live = np.array([True, True, True, True, True, False])
    assert hierarchy.orphans(CHILD, PARENT, live) == 1
    assert hierarchy.depth(CHILD, PARENT, 6).tolist() == [2, 1, 1, 0, 0, 0]
    assert hierarchy.against_levels(CHILD, PARENT, np.array([1, 2, 1, 0, 0, 0], np.uint8)) == 1
    with pytest.raises(ValueError):
        hierarchy.depth(np.array([0, 1]), np.array([1, 0]), 2)


def test_pairs_on_cycles_are_counted_before_cycles_are_resolved() -> None:
    """0 and 1 are always together; 2 is in half of their cells and never alone."""
    dense = np.zeros((40, 4))
    dense[:, :2] = 1
    dense[::2, 2] = 1
    counted = CoOccurrence(4)
    counted.add(from_dense(dense), np.repeat(np.arange(5), 8))
    assert hierarchy.on_cycles(counted, 0.75) == (2, 4)
    assert hierarchy.on_cycles(counted, 0.4) == (6, 6)
    assert hierarchy.on_cycles(counted, 0.4, min_cells=21) == (2, 2)
    assert hierarchy.on_cycles(counted, 0.4, min_images=6) == (0, 0)


def test_a_region_is_the_mean_of_its_cells_weighted_by_strength() -> None:
    codes = from_dense(np.array([[3.0, 0, 0], [4, 0, 2], [0, 0, 0]]))
    local = np.array([[1.0, 0], [0, 1], [9, 9]])
    concepts, strengths, regions = pairs.regions(codes, local)
    assert concepts.tolist() == [0, 2] and strengths.tolist() == [4, 2]
    np.testing.assert_allclose(regions, [[0.6, 0.8], [0, 1]])
