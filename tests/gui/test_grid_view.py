"""The grid shows what Qt's icon view would, without asking for what is not seen."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from insight_app.gui.grid_view import MOVES, TALLEST, GridView
from insight_app.gui.squares import Squares

SIDE, MILLION = 100, 1_000_000
Shown = Callable[..., GridView]


class Rows(QAbstractListModel):
    """Rows without a word, that count how often they are asked for."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.asked = count, 0

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        self.asked += 1
        return 0 if parent.isValid() else self.count

    def data(self, index: QModelIndex, role: int = 0) -> None:
        self.asked += 1

    def set_count(self, count: int) -> None:
        self.beginResetModel()
        self.count = count
        self.endResetModel()


class Painted(QStyledItemDelegate):
    """Remembers the row and the state of each square that it was asked to paint."""

    def __init__(self, parent: QAbstractItemView) -> None:
        super().__init__(parent)
        self.rows: dict[int, QStyle.StateFlag] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(SIDE, SIDE)

    def paint(self, painter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        self.rows[index.row()] = option.state


def prepare(qtbot, view: QAbstractItemView, count: int, columns: int, height: int) -> None:
    model = Rows(count)
    model.setParent(view)
    view.setModel(model)
    view.setItemDelegate(Painted(view))
    view.setFrameShape(QFrame.Shape.NoFrame)
    resize(view, columns, height)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    view.setFocus()


def resize(view: QAbstractItemView, columns: int, height: int) -> None:
    view.resize(columns * SIDE + 2 + view.verticalScrollBar().sizeHint().width(), height)


@pytest.fixture
def shown(qtbot) -> Shown:
    """shown(count, columns=4, height=350) -> a grid on the screen."""

    def show(count: int, columns: int = 4, height: int = 350) -> GridView:
        view = GridView(SIDE)
        prepare(qtbot, view, count, columns, height)
        assert view.viewport().size() == QSize(columns * SIDE + 2, height)
        return view

    return show


@pytest.fixture
def judge(qtbot) -> Callable[..., QListView]:
    """Qt's own icon view, which lays every row out."""

    def show(count: int, columns: int = 4, height: int = 350) -> QListView:
        view = QListView()
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setMovement(QListView.Movement.Static)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setGridSize(QSize(SIDE, SIDE))
        prepare(qtbot, view, count, columns, height)
        return view

    return show


def press(qtbot, view: GridView, *keys: Qt.Key) -> int:
    """The current row after some keys, which must be seen whole."""
    for key in keys:
        qtbot.keyClick(view, key)
    current = view.currentIndex()
    assert view.viewport().rect().contains(view.visualRect(current))
    assert view.selectionModel().selectedIndexes() == [current]
    return current.row()


def click(qtbot, view: GridView, place: QPoint) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


# ---- as Qt's icon view


@pytest.mark.parametrize("count", [1, 4, 7, 23])
@pytest.mark.parametrize("height", [90, 250, 350, 400])
def test_places_and_keys_are_those_of_the_icon_view(shown, judge, count: int, height: int) -> None:
    grid, icons = shown(count, height=height), judge(count, height=height)
    assert grid.verticalScrollBar().maximum() == icons.verticalScrollBar().maximum()
    next_keys = (
        QAbstractItemView.CursorAction.MoveNext,
        QAbstractItemView.CursorAction.MovePrevious,
    )
    for row in range(-1, count):
        for view in (grid, icons):
            view.setCurrentIndex(view.model().index(row))
        for action in set(MOVES) - set(next_keys):
            moved = [
                view.moveCursor(action, Qt.KeyboardModifier.NoModifier).row()
                for view in (grid, icons)
            ]
            assert moved[0] == moved[1], (row, action)
        for start in (0, 120, 10_000):
            for hint in QAbstractItemView.ScrollHint:
                for view in (grid, icons):
                    view.verticalScrollBar().setValue(start)
                    view.scrollTo(view.model().index(row), hint)
                assert grid.verticalOffset() == icons.verticalOffset(), (row, start, hint)
                places = [view.visualRect(view.model().index(row)) for view in (grid, icons)]
                assert places[0] == places[1], (row, start, hint)
    for x in range(-5, 420, 15):
        for y in range(-5, height + 5, 15):
            point = QPoint(x, y)
            assert grid.indexAt(point).row() == icons.indexAt(point).row(), point


def test_screen_readers_find_a_list_of_its_rows(shown) -> None:
    view = shown(23)
    spoken = QAccessible.queryAccessibleInterface(view)
    assert spoken.role() == QAccessible.Role.List
    assert spoken.childCount() == 23


# ---- keys and mouse


def test_arrows_go_on_in_the_next_line_and_pages_stay_in_their_column(qtbot, shown) -> None:
    view = shown(42)
    assert press(qtbot, view, *[Qt.Key.Key_Right] * 4) == 4
    assert press(qtbot, view, Qt.Key.Key_Left) == 3
    assert press(qtbot, view, Qt.Key.Key_Down) == 7
    assert press(qtbot, view, Qt.Key.Key_PageDown) == 15
    assert press(qtbot, view, *[Qt.Key.Key_PageDown] * 5) == 39, "the last line has no 4th column"
    assert press(qtbot, view, Qt.Key.Key_End) == 41
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert press(qtbot, view, Qt.Key.Key_Right, Qt.Key.Key_Down) == 41
    assert press(qtbot, view, Qt.Key.Key_Up, Qt.Key.Key_PageUp) == 29
    assert press(qtbot, view, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Up) == 0
    assert view.verticalScrollBar().value() == 0


def test_a_click_chooses_the_photo_under_it_wherever_one_has_scrolled_to(qtbot, shown) -> None:
    view = shown(MILLION)
    click(qtbot, view, QPoint(150, 150))
    assert view.currentIndex().row() == 5
    bar = view.verticalScrollBar()
    bar.setValue(12_345 * SIDE + 30)
    click(qtbot, view, QPoint(250, 69))
    assert view.currentIndex().row() == 12_345 * 4 + 2
    bar.setValue(bar.maximum())
    click(qtbot, view, QPoint(399, 349))
    assert view.currentIndex().row() == MILLION - 1
    assert [index.row() for index in view.selectedIndexes()] == [MILLION - 1]
    click(qtbot, view, QPoint(401, 349))
    assert [index.row() for index in view.selectedIndexes()] == [MILLION - 1]


def test_the_wheel_scrolls_by_parts_of_a_square(qtbot, shown) -> None:
    view = shown(MILLION)
    place = QPointF(50, 50)
    turn = QWheelEvent(
        place, view.mapToGlobal(place), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    qtbot.waitUntil(lambda: view.viewport().isVisible())
    view.wheelEvent(turn)
    assert view.verticalScrollBar().singleStep() == SIDE // 3
    assert 0 < view.verticalScrollBar().value() <= 3 * (SIDE // 3)


# ---- other widths, other lists


def test_the_current_photo_stays_in_view_as_the_width_changes(qtbot, shown) -> None:
    view = shown(MILLION)
    view.setCurrentIndex(view.model().index(777_777))
    for columns in (1, 7, 2, 9, 4):
        resize(view, columns, 350)
        assert view.squares.columns == columns
        place = view.visualRect(view.currentIndex())
        assert view.viewport().rect().contains(place), columns
        assert view.indexAt(place.center()) == view.currentIndex()
    resize(view, 4, 120)
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


def test_a_photo_far_away_does_not_pull_back_who_looks_elsewhere(shown) -> None:
    view = shown(MILLION)
    view.setCurrentIndex(view.model().index(777_777))
    view.verticalScrollBar().setValue(5_000 * SIDE)
    resize(view, 5, 350)
    assert view.visualRect(view.model().index(20_000)).top() == 0


def test_squares_grow_to_fill_the_width(shown) -> None:
    view = shown(50)
    resize(view, 4, 350)
    view.resize(view.width() + 80, 350)
    assert (view.squares.columns, view.squares.side) == (4, 120)
    assert view.visualRect(view.model().index(5)).getRect() == (120, 120, 120, 120)


def test_another_list_moves_the_end_of_the_scroll_bar(shown) -> None:
    view = shown(MILLION)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.model().set_count(9)
    assert view.verticalScrollBar().maximum() == 0
    assert view.indexAt(QPoint(50, 250)).row() == 8
    assert not view.indexAt(QPoint(150, 250)).isValid()


@pytest.mark.parametrize("keys", [[Qt.Key.Key_Right], [Qt.Key.Key_End], [Qt.Key.Key_PageUp]])
def test_one_photo_and_none(qtbot, shown, keys: list[Qt.Key]) -> None:
    one, view = shown(1), shown(0)
    click(qtbot, one, QPoint(20, 20))
    assert press(qtbot, one, *keys, *keys) == 0
    for key in keys:
        qtbot.keyClick(view, key)
    click(qtbot, view, QPoint(20, 20))
    view.grab()
    assert not view.currentIndex().isValid()
    assert view.itemDelegate().rows == {}


# ---- a million


def test_only_what_is_seen_is_asked_for(qtbot, shown) -> None:
    view = shown(MILLION)
    model, painted = view.model(), view.itemDelegate().rows
    view.grab()
    assert sorted(painted) == list(range(16))
    painted.clear()
    press(qtbot, view, Qt.Key.Key_End)
    qtbot.keyClicks(view, "zebra")
    view.grab()
    assert sorted(painted)[-1] == MILLION - 1
    assert len([row for row in painted if row > 20]) <= 16
    resize(view, 6, 350)
    model.set_count(MILLION)
    view.grab()
    assert model.asked < 1_000, "whatever a row is asked, it is not asked of all"


def test_the_chosen_square_is_painted_as_chosen(qtbot, shown) -> None:
    view = shown(MILLION)
    painted = view.itemDelegate().rows
    press(qtbot, view, Qt.Key.Key_Home, Qt.Key.Key_Right)
    view.grab()
    assert [row for row, state in painted.items() if state & QStyle.StateFlag.State_Selected] == [1]
    assert [row for row, state in painted.items() if state & QStyle.StateFlag.State_HasFocus] == [1]


def test_more_than_a_scroll_bar_can_count_does_no_harm(qtbot, shown) -> None:
    view = shown(50 * MILLION, columns=1)
    press(qtbot, view, Qt.Key.Key_Home, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.verticalScrollBar().value() == TALLEST - 350
    view.grab()
    assert press(qtbot, view, Qt.Key.Key_Home) == 0


@given(st.integers(0, 60), st.integers(1, 500), st.integers(1, 200), st.data())
def test_a_square_lies_where_it_is_found(count: int, width: int, smallest: int, data) -> None:
    squares = Squares.fitting(count, width, smallest)
    assert squares.columns * squares.side <= max(width, 1)
    box = [data.draw(st.integers(-300, 900)) for _ in range(4)]
    left, right, top, bottom = (*sorted(box[:2]), *sorted(box[2:]))
    touching = []
    for row in range(count):
        x, y = squares.corner(row)
        assert squares.at(x, y) == squares.at(x + squares.side - 1, y + squares.side - 1) == row
        assert y + squares.side <= squares.height
        far_x, far_y = x + squares.side - 1, y + squares.side - 1
        if x <= right and far_x >= left and y <= bottom and far_y >= top:
            touching.append(row)
    found = squares.within(left, top, right, bottom)
    assert [row for rows in found for row in rows] == touching
