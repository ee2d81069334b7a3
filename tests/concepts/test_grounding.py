"""Places are measured as METRICS.md defines it: every case here was worked out by hand."""

import math

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.geometry import Geometry, centre_square
from insight_app.concepts.quality import grounding, review_yield
from insight_app.concepts.quality.average_precision import average_precisions, drawn, entries_of
from insight_app.concepts.quality.concept_maps import (
    LabelledMaps,
    maps_of,
    of_another_image,
    rolled,
    shuffled,
    supports,
)
from insight_app.concepts.quality.label_grids import cell_labels, dilated

Maps = dict[int, list[float]]
Masks = dict[int, list[int]]
BOTH = np.array([True, True])


def image(maps: Maps, masks: Masks, cols: int = 4) -> LabelledMaps:
    """One image of a single row of cells: concept -> map, label -> its cells."""
    grid = np.zeros((len(masks), cols), bool)
    for row, cells in zip(grid, masks.values(), strict=True):
        row[cells] = True
    values = np.array([*maps.values()], np.float32).reshape(len(maps), cols)
    return LabelledMaps(np.array([*maps], int), values, np.array([*masks], int), grid, 1, cols)


def whole(count: int) -> np.ndarray:
    return np.ones((1, count))


def test_a_support_holds_nine_tenths_of_the_mass_and_ties_of_the_last_cell():
    values = np.array(
        [
            [9, 1, 0, 0],  # nine of ten: one cell is enough
            [5, 3, 1, 1],  # the third cell would do, the fourth is as strong
            [8, 1, 0.6, 0.4],
            [0, 0, 0, 0],
        ],
        np.float32,
    )
    expected = [[1, 0, 0, 0], [1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]
    assert supports(values).astype(int).tolist() == expected


LOCAL = [
    # Label 0: concept 0 has 1/2 of it, concept 1 2/3. Label 1 is not here.
    image({0: [1, 0, 0, 0], 1: [1, 1, 1, 0]}, {0: [0, 1]}),
    # Label 0: nothing touches it. Label 1: concept 1 is exactly there.
    image({0: [1, 0, 0, 0], 1: [0, 1, 1, 0]}, {0: [3], 1: [1, 2]}),
]


def test_locality_is_a_mean_over_labels_of_means_over_their_images():
    found = grounding.placed(LOCAL, 2, 2)
    value = grounding.locality(found, BOTH, whole(2))
    assert value == pytest.approx([((2 / 3 + 0) / 2 + 1) / 2])  # over pairs it would be 5/9
    only_first = grounding.locality(found, np.array([True, False]), whole(2))
    assert only_first == pytest.approx([1 / 3])


def test_consistency_counts_images_where_only_one_of_the_two_occurs():
    images = [
        image({0: [1, 1, 0, 0]}, {0: [0, 1]}),  # 1
        image({0: [1, 1, 0, 0], 1: [1, 0, 0, 0]}, {0: [0]}),  # 1/2; concept 1: exactly there
        image({0: [1, 0, 0, 0]}, {1: [3]}),  # concept without label: 0
        image({1: [0, 1, 0, 0]}, {0: [3]}),  # label without concept: 0
    ]
    found = grounding.placed(images, 2, 2)
    # Concept 0: (1 + 1/2 + 0 + 0) / 4. Concept 1: (0 + 1 + 0) / 3, the label is in three images.
    assert found.consistent[0] == 0
    value = grounding.consistency(found, np.array([True, False]), whole(4))
    assert value == pytest.approx([1.5 / 4])
    assert grounding.consistency(found, BOTH, whole(4)) == pytest.approx([(1.5 / 4 + 0) / 2])


def test_impurity_is_the_entropy_of_the_retained_mass_with_the_background():
    halves = image({0: [2, 1, 1, 0]}, {0: [0]})  # half in the label, half in the background
    pure = image({0: [0, 0, 5, 0]}, {0: [2]})
    weak = image({0: [9.5, 0.5, 0, 0]}, {0: [0]})  # what is not retained does not count
    images = [halves, halves, pure, weak, pure]
    found = grounding.placed(images, 1, 1)
    value = grounding.impurity(found, np.array([True]), whole(5))
    assert value == pytest.approx([2 * math.log(2) / 5])
    seldom = grounding.placed(images[:4], 1, 1)  # active in fewer than five images
    assert np.isnan(grounding.impurity(seldom, np.array([True]), whole(4)))


def test_a_cell_of_two_parts_gives_each_half_of_its_mass():
    both = image({0: [1, 0, 0, 0]}, {0: [0], 1: [0, 1]})
    found = grounding.placed([both] * 5, 1, 2)
    assert grounding.impurity(found, BOTH, whole(5)) == pytest.approx([math.log(2)])


def test_the_pointing_game_and_the_energy_count_silence_as_a_miss():
    images = [
        image({0: [3, 1, 0, 0]}, {0: [0]}),  # hit, 3/4 of the mass
        image({0: [2, 2, 0, 4]}, {0: [0, 1]}),  # a miss, half of the mass
        image({0: [2, 2, 0, 0]}, {0: [1]}),  # one of two equally strong cells, half of the mass
        image({}, {0: [0, 1, 2]}),  # silent
    ]
    found = grounding.placed(images, 1, 1)
    kept = np.array([True])
    assert grounding.pointing(found, kept, whole(4)) == pytest.approx([(1 + 0 + 0.5 + 0) / 4])
    assert grounding.energy(found, kept, whole(4)) == pytest.approx([(0.75 + 0.5 + 0.5) / 4])


def test_average_precision_and_the_best_overlap_go_along_all_thresholds():
    one = image({0: [3, 2, 2, 0]}, {0: [0, 1, 3]})
    precision, overlap = average_precisions(entries_of([one], 2, 2))
    # At 3: 1/3 found at 1. At 2 (a tie): 1/3 more at 2/3. All cells: the rest at 3/4.
    assert precision[0, 0] == pytest.approx(1 / 3 + 1 / 3 * 2 / 3 + 1 / 3 * 3 / 4)
    assert precision[1, 0] == pytest.approx(3 / 4)  # a concept that never fires: the base rate
    assert np.isnan(precision[:, 1]).all()  # a label that no image has
    assert overlap[0, 0] == pytest.approx(2 / 4)  # of 1/3 and 2/4
    assert overlap[1, 0] == 0


def test_the_answer_of_a_label_is_the_concept_of_the_highest_average_precision():
    one = image({0: [3, 2, 0, 0], 1: [0, 0, 1, 1]}, {0: [0], 1: [2, 3]})
    found = grounding.placed([one], 2, 2)
    assert found.answer.tolist() == [0, 1]
    each = grounding.answered(found, whole(1))
    assert grounding.mean_average_precision(each, BOTH) == pytest.approx([1.0])
    assert grounding.coverage(each, BOTH) == pytest.approx([1.0])
    assert grounding.best_overlap(found, BOTH) == 1.0
    missed = grounding.placed([image({0: [0, 0, 0, 1]}, {0: [0]})], 1, 1)
    # One of four cells, found last of all: 1 x 1/4, which is no grounding.
    assert missed.precision[0, 0] == pytest.approx(0.25)
    assert grounding.coverage(grounding.answered(missed, whole(1)), np.array([True])) == 0


def test_weights_of_images_are_copies_of_images():
    rng = np.random.default_rng(5)
    images = [
        image(
            {k: rng.choice([0, 0, 1, 2, 3], 6).tolist() for k in range(4)},
            {label: np.flatnonzero(rng.random(6) < 0.5).tolist() or [0] for label in range(2)},
            cols=6,
        )
        for _ in range(7)
    ]
    images = [with_only_active(one) for one in images]
    often = np.array([[2, 0, 1, 3, 0, 1, 0]])
    copies = [one for one, n in zip(images, often[0], strict=True) for _ in range(n)]
    found, drawn_out = grounding.placed(images, 4, 2), grounding.placed(copies, 4, 2)
    measures = (grounding.locality, grounding.impurity)
    for measure in measures:
        expected = measure(drawn_out, BOTH, whole(7))
        assert measure(found, BOTH, often.astype(float)) == pytest.approx(expected)
    for concept in range(4):
        for label in range(2):
            value = drawn(found.entries, concept, label, often.astype(float))
            assert value == pytest.approx(drawn_out.precision[concept, label])


def with_only_active(one: LabelledMaps) -> LabelledMaps:
    dense = np.zeros((one.values.shape[1], 4), np.float32)
    dense[:, one.concepts] = one.values.T
    concepts, values = maps_of(from_dense(dense))
    return LabelledMaps(concepts, values, one.labels, one.masks, one.rows, one.cols)


def test_maps_come_out_of_codes_as_they_went_in():
    dense = np.array([[0, 2, 0], [1, 0, 0], [0, 3, 0], [0, 0, 0]])
    concepts, values = maps_of(from_dense(dense.astype(np.float32)))
    assert concepts.tolist() == [0, 1]
    assert values.tolist() == [[0, 1, 0, 0], [2, 0, 3, 0]]


def test_control_maps_keep_mass_and_lose_the_place():
    grid = np.arange(12, dtype=np.float32) * (np.arange(12) % 3 > 0)
    first = LabelledMaps(
        np.array([2, 5]), np.stack([grid, grid]), np.array([0]), np.ones((1, 12), bool), 3, 4
    )
    second = image({7: [0] * 11 + [1.0]}, {0: [3]}, cols=12)
    for changed in (rolled([first])[0], shuffled([first])[0]):
        assert not (changed.values == first.values).all(1).any()
        assert np.sort(changed.values).tolist() == np.sort(first.values).tolist()
        assert (changed.masks == first.masks).all()
    rows = rolled([first])[0].values.reshape(2, 3, 4)
    shifts = [(dy, dx) for dy in range(3) for dx in range(4)]
    for row in rows:  # a roll in two directions: the pattern itself is whole
        assert any((np.roll(row, shift, (0, 1)).ravel() == grid).all() for shift in shifts)
    assert (rows[0] != rows[1]).any()  # each map by a step of its own
    other = of_another_image([first, second])
    assert other[0].concepts.tolist() == [7] and other[1].concepts.tolist() == [2, 5]
    assert (other[0].masks == first.masks).all()


def test_a_cell_has_the_label_that_covers_most_of_its_area():
    # Five pixels in two cells: the middle pixel counts half for each.
    mask = np.array([[1, 1, 2, 2, 0]] * 5)
    labels = cell_labels(mask, Geometry(5, 5, (0, 0, 5, 5), 1, 2))
    assert labels.tolist() == [1, 2]
    tie = np.array([[0, 3], [3, 0]])
    assert cell_labels(tie, Geometry(2, 2, (0, 0, 2, 2), 1, 1)).tolist() == [0]
    # The background is a label like others: 3 has the most of the three, not half.
    most = np.array([[3, 3, 0, 5, 3, 0, 5]])
    assert cell_labels(most, Geometry(7, 1, (0, 0, 7, 1), 1, 1)).tolist() == [3]


def test_only_what_the_model_saw_is_asked_for():
    mask = np.zeros((4, 8), int)
    mask[:, :2], mask[:, 2:4], mask[:, 4:] = 9, 1, 2
    assert cell_labels(mask, centre_square(8, 4, 2, 2)).tolist() == [1, 2, 1, 2]
    with pytest.raises(ValueError, match="photo"):
        cell_labels(mask.T, centre_square(8, 4, 2, 2))


def test_parts_grow_by_a_cell_in_all_directions_and_not_around_the_edge():
    mask = np.zeros((2, 16), bool)
    mask[0, 0] = mask[1, 10] = True
    grown = dilated(mask, 4, 4).reshape(2, 4, 4).astype(int)
    assert grown[0].tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0] * 4, [0] * 4]
    assert grown[1].tolist() == [[0] * 4, [0, 1, 1, 1], [0, 1, 1, 1], [0, 1, 1, 1]]


def test_a_good_order_has_its_grounded_concepts_first():
    grounded = np.array([False] * 30 + [True] * 10)
    good, bad = np.arange(40)[::-1], np.arange(40)
    assert review_yield.at_budget(grounded, good, 8) == 1.0
    assert review_yield.at_budget(grounded, bad, 8) == 0.0
    assert review_yield.at_budget(grounded, good, 20) == 0.5
    chance = review_yield.by_chance(grounded, good, 8)
    assert chance.mean == pytest.approx(0.25, abs=0.02)
    assert chance.low < 0.25 < chance.high < 1.0
    assert chance.as_good < 0.001
    assert review_yield.by_chance(grounded, bad, 8).as_good == 1.0
