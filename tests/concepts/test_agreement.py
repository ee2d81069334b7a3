"""Agreement of people: hand-computed cases, and what chance alone gives."""

import numpy as np
import pytest

from insight_app.concepts.statistics.agreement import NOBODY, agreeing, alpha, kappa

N = NOBODY


def test_kappa_of_a_table_computed_by_hand() -> None:
    # 50 things: both yes 20, both no 15, yes-no 5, no-yes 10: observed 0.7, expected 0.5
    one = np.repeat([1, 0, 1, 0], [20, 15, 5, 10])
    other = np.repeat([1, 0, 0, 1], [20, 15, 5, 10])
    assert kappa(one, other) == pytest.approx(0.4)
    assert agreeing(np.stack([one, other])) == (35, 50)


def test_alpha_of_the_example_of_its_author() -> None:
    # Krippendorff 2011, nominal data of four observers with missing values: 0.743
    sayings = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
            [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
        ]
    )
    assert alpha(sayings) == pytest.approx(0.743, abs=5e-4)


def test_chance_alone_agrees_with_nobody_and_copies_agree_in_all() -> None:
    random = np.random.default_rng(0)
    sayings = random.integers(0, 3, (4, 4_000))
    assert abs(alpha(sayings)) < 0.03 and abs(kappa(sayings[0], sayings[1])) < 0.05
    copies = np.stack([sayings[0]] * 3)
    assert alpha(copies) == pytest.approx(1) and kappa(*copies[:2]) == pytest.approx(1)
    opposed = np.stack([random.integers(0, 2, 1_000)] * 2)
    opposed[1] = 1 - opposed[1]
    assert kappa(*opposed) < -0.9 and alpha(opposed) < -0.9


def test_where_there_is_nothing_to_compare_there_is_no_figure() -> None:
    nothing = np.full((2, 3), N)
    for sayings in (nothing, np.array([[0, N], [N, 1]]), np.zeros((2, 5), np.int64)):
        assert np.isnan(alpha(sayings)) and np.isnan(kappa(*sayings))
    assert agreeing(nothing) == (0, 0)
