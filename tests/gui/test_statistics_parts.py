"""What the Statistics workspace is made of, without a window."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from insight_app.gui.panels.folder_plot import FolderShare, furthest, wilson
from insight_app.gui.statistics.columns import plain
from insight_app.gui.statistics.selecting import How, combined, how

rows = st.lists(st.integers(0, 20), unique=True)


@given(rows, rows)
def test_adding_keeps_order_and_removing_undoes_it(selected: list[int], hit: list[int]) -> None:
    added = combined(selected, hit, How.ADD)
    assert added[: len(selected)] == tuple(selected)
    assert set(added) == set(selected) | set(hit)
    assert set(combined(added, hit, How.REMOVE)) == set(selected) - set(hit)
    assert combined(selected, hit, How.REPLACE) == tuple(hit)


def test_modifiers_say_how() -> None:
    assert how(Qt.KeyboardModifier.NoModifier) is How.REPLACE
    assert how(Qt.KeyboardModifier.ShiftModifier) is How.ADD
    assert how(Qt.KeyboardModifier.AltModifier) is How.REMOVE


def test_wilson_interval_agrees_with_the_roots_of_its_definition() -> None:
    """The borders are the p at which |k/n - p| = z sqrt(p (1 - p) / n)."""
    for k, n in ((0, 10), (3, 10), (10, 10), (137, 500)):
        low, high = (float(x[0]) for x in wilson(np.array([k]), np.array([n])))
        assert 0 <= low <= k / n <= high <= 1
        for border in (low, high):
            if 0 < border < 1:
                distance = abs(k / n - border)
                assert np.isclose(distance, 1.96 * np.sqrt(border * (1 - border) / n), atol=1e-9)


def test_values_leave_in_full_precision_without_separators() -> None:
    assert plain("cells", np.int64(1234567)) == "1234567"
    assert plain("mean", 0.1234567) == "0.123457"
    assert plain("status", 1) == "accepted"


def test_the_axis_reaches_to_the_end_of_the_longest_interval() -> None:
    rows = [FolderShare("birds", 11, 6, 0.55, 0.28, 0.79), FolderShare("people", 2, 1, 0.5)]
    assert furthest(rows) == 0.79
    assert furthest(rows[1:]) == 0.5
