"""What is merged, grouped and split, in the window: one line, one map, examples and numbers."""

import numpy as np

from insight_app.project import judgements as j
from insight_app.project.judgements import Mark
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.test_photo import show
from tests.synthetic import NAMES

BOAT, CAR, DOG, WATER = (NAMES.index(name) for name in ("boat", "car", "dog", "water"))


def say(qtbot, window, acts, text: str) -> None:
    window.session.curation.judge(acts, text)
    wait_saved(qtbot, window)
    wait_idle(qtbot, window)


def images_of(window, *rows: int) -> set[int]:
    results = window.session.state.results
    return {int(i) for row in rows for i in results.strongest_images(row, 1000)[0]}


def until_counted(qtbot, window, row: int) -> None:
    catalogue = window.session.state.catalogue
    qtbot.waitUntil(lambda: bool(catalogue.is_counted[row]))
    wait_idle(qtbot, window)


def listed(window) -> list[int]:
    window.docks["in_photo"].panel.refresh()
    state, list_ = window.session.state, window.docks["in_photo"].panel.list
    return [state.row_of(concept) for concept in list_.distinct_concepts()]


def preview(qtbot, window) -> None:
    """What a merge would cover is told before it is made: images at once, cells when counted."""
    told, session = [], window.session
    session.composites.preview((BOAT, CAR), lambda *found: told.append(found))
    qtbot.waitUntil(lambda: bool(told))
    together, numbers = told[0]
    assert together.images == numbers.images == len(images_of(window, BOAT, CAR))
    assert together.own == tuple(len(images_of(window, row)) for row in (BOAT, CAR))
    assert not numbers.is_counted
    qtbot.waitUntil(lambda: told[-1][1].is_counted)
    assert told[-1][0] == together and told[-1][1].cells > 0
    session.composites.end_preview()
    assert not session.composites.is_counting
    assert session.state.catalogue.composites() == []


def test_merged_concepts_are_one_in_the_photo_in_examples_and_in_numbers(qtbot, window) -> None:
    session = window.session
    state = session.state
    catalogue, results = state.catalogue, state.results
    both = images_of(window, BOAT) | images_of(window, DOG)
    image = min(images_of(window, BOAT) & images_of(window, DOG))
    boat, dog = state.ids_of((BOAT, DOG))
    photo = show(qtbot, window, image, (boat,))
    preview(qtbot, window)
    before = {row: catalogue.images[row] for row in (BOAT, DOG)}
    assert {BOAT, DOG} <= set(listed(window))
    card, told = window.docks["card"].panel, list[str]()
    session.composites.changed.connect(lambda: told.append(card.head.counting.text()))
    say(qtbot, window, j.merge(boat, [dog]), "Merged")

    rows = listed(window)
    assert BOAT in rows and DOG not in rows
    (layer,) = photo.layers()
    codes = results.codes(image)
    together = np.maximum(codes.map_of(BOAT), codes.map_of(DOG))
    np.testing.assert_array_equal(layer.values.ravel(), together)
    strongest = int(np.argmax(together))
    assert (BOAT, together[strongest]) in session.photo_concepts.in_cell(
        state, photo.shown, strongest
    )
    qtbot.waitUntil(lambda: catalogue.images[BOAT] == len(both))
    until_counted(qtbot, window, BOAT)
    maps = [results.codes(i) for i in sorted(both)]
    cells = sum(int((np.maximum(c.map_of(BOAT), c.map_of(DOG)) > 0).sum()) for c in maps)
    assert catalogue.cells[BOAT] == cells

    window.show_workspace("concepts")
    window.dock_area.open_panel("exemplars")
    wait_idle(qtbot, window)
    panel = window.docks["exemplars"].panel
    assert {one.image_id for one in panel.grid.examples} == both
    assert "are being counted" in told[0] and not card.head.counting.text()
    assert f"in {len(both)} images" in card.head.facts.text()
    assert card.strength.section.heading.text() == f"Strength over {cells:,} cells"
    thumbnails = window.docks["thumbnails"].panel
    window.show_workspace("images")
    wait_idle(qtbot, window)
    assert set(thumbnails.model.order) == both

    session.curation.undo()
    wait_saved(qtbot, window)
    wait_idle(qtbot, window)
    assert {row: catalogue.images[row] for row in (BOAT, DOG)} == before
    assert {BOAT, DOG} <= set(listed(window))
    (layer,) = photo.layers()
    np.testing.assert_array_equal(layer.values.ravel(), codes.map_of(BOAT))


def test_parts_of_a_split_concept_share_out_its_cells_on_the_photo(qtbot, window) -> None:
    session = window.session
    state = session.state
    catalogue, results = state.catalogue, state.results
    image = min(images_of(window, WATER))
    codes = results.codes(image)
    cells = np.flatnonzero(codes.map_of(WATER))
    content = results.image(image).content_hash.hex()
    parts = [j.own_concept() for _ in range(2)]
    ends = (cells[0], cells[-1])
    said = [
        (part, name, [Mark(content, int(cell))])
        for part, name, cell in zip(parts, ("sea", "spray"), ends, strict=True)
    ]
    (water,) = state.ids_of((WATER,))
    photo = show(qtbot, window, image, (water,))
    say(qtbot, window, j.split(water, said), "Split")
    session.selection.select(concepts=parts)
    qtbot.waitUntil(lambda: len(photo.layers()) == 2)
    first, second = (layer.values.ravel() for layer in photo.layers())
    assert first[ends[0]] and second[ends[1]] and not (first * second).any()
    np.testing.assert_array_equal(first + second, codes.map_of(WATER))
    rows = state.rows_of(parts)
    assert set(rows) < set(listed(window))
    until_counted(qtbot, window, rows[0])
    until_counted(qtbot, window, rows[1])
    assert catalogue.cells[list(rows)].sum() == results.cells[WATER]
    session.selection.select(concepts=parts[:1])
    window.show_workspace("concepts")
    window.dock_area.open_panel("exemplars")
    wait_idle(qtbot, window)
    examples = window.docks["exemplars"].panel.grid.examples
    assert len(examples) == catalogue.images[rows[0]] > 0
