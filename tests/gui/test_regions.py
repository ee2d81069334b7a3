"""The page Which region is what: typed classes, the map, what a region is made of, masks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from insight_app.concepts.codes import from_dense
from insight_app.concepts.explain import segmentation as science
from insight_app.concepts.explain import windows
from insight_app.concepts.geometry import Geometry
from insight_app.errors import WorldError
from insight_app.gui.explain.tables import overlap_table
from insight_app.gui.panels.mask_scores import mean_lines
from insight_app.gui.regions import drawing
from insight_app.gui.state.mask_control import figures_of
from insight_app.gui.state.regions import Regions
from insight_app.gui.state.worker_client import Progress
from insight_app.project.explaining import mask_store
from insight_app.project.explaining.mask_scores import WAYS, MaskScores, SegmentationBasis
from insight_app.project.explaining.segmentation import (
    EDGES,
    SOURCES,
    PhotoSegmentation,
    label_map,
)
from insight_app.project.quality import masks as label_masks
from insight_app.project.results.snapshot import Results
from tests.gui.conftest import wait_idle

ROWS, COLS = 6, 8


def segmented(names: tuple[str, ...], concepts: int, record: Any) -> PhotoSegmentation:
    """A photo of random looks, as the worker would answer it."""
    rng = np.random.default_rng(len(names))
    over = windows.over(ROWS, COLS, 4, 2)
    dense = rng.random((over.cell.size, concepts)) * (rng.random((1, concepts)) < 0.2)
    decoder = rng.normal(size=(concepts, 16)).astype(np.float32)
    classes = rng.normal(size=(len(names), 16)).astype(np.float32)
    classes /= np.linalg.norm(classes, axis=1, keepdims=True)
    codes = from_dense(dense)
    decoded = 0.1 + codes.to_dense() @ decoder
    tokens = decoded + rng.normal(size=decoded.shape).astype(np.float32)
    width, height = record.width, record.height
    geometry = Geometry(width, height, (0, 0, width, height), ROWS, COLS)
    offset = np.full(16, 0.1, np.float32)
    photo = science.segment(
        tokens, decoded, codes, over.cell, geometry, names, classes, decoder, offset
    )
    guide = rng.integers(0, 256, (height, width, 3), np.uint8)
    maps = {(s, e): label_map(photo, guide, s, e) for s in SOURCES for e in EDGES}
    return PhotoSegmentation(photo, maps)


class Asked:
    """Takes what is asked of the worker, and answers it when the test wants."""

    def __init__(self, window: Any, folder: Path) -> None:
        self.window, self.folder = window, folder
        self.requests: list[tuple[str, dict[str, Any]]] = []
        window.session.worker.request = self
        window.session.worker.forget = lambda number: None

    def __call__(self, do: str, **rest: Any) -> int:
        self.requests.append((do, rest))
        return len(self.requests)

    def answer(self, number: int = -1) -> PhotoSegmentation:
        do, rest = self.requests[number]
        assert do == "segment_photo"
        results = self.window.session.state.results
        image = self.window.session.selection.image
        names = tuple(one["name"] for one in rest["classes"])
        found = segmented(names, results.F, results.image(image))
        path = self.folder / f"{len(self.requests)}.npz"
        np.savez(path, **found.to_arrays())
        rest["done"]({"file": str(path)})
        return found


@pytest.fixture
def page(qtbot, open_window, project_dir, tmp_path):
    """The page, with three classes typed and the worker's answer there."""
    window = open_window(project_dir)
    asked = Asked(window, tmp_path)
    window.show_page("regions")
    regions: Regions = window.session.regions
    qtbot.waitUntil(lambda: panel(window, "region_map").stage.geometry_of_photo is not None)
    type_words(window, "sea, water\nboat\nsky")
    qtbot.waitUntil(lambda: asked.requests != [])
    asked.found = asked.answer()
    qtbot.waitUntil(lambda: regions.is_of_photo)
    wait_idle(qtbot, window)
    return window, asked


def panel(window, name: str):
    return window.docks[name].panel


def type_words(window, words: str) -> None:
    panel(window, "region_classes").typed.edit.setPlainText(words)


def test_classes_are_typed_and_a_regions_parts_sum_to_its_score(qtbot, page, grab) -> None:
    window, asked = page
    do, rest = asked.requests[0]
    assert do == "segment_photo" and rest["background"] is False
    assert rest["classes"] == [
        {"name": "sea", "synonyms": ["water"]},
        {"name": "boat", "synonyms": []},
        {"name": "sky", "synonyms": []},
    ]
    regions, tree = window.session.regions, panel(window, "region_parts").tree
    assert panel(window, "region_parts").empty.isVisible()
    stage = panel(window, "region_map").stage
    place = stage.cell_rect(11).center().toPoint()
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=place)
    region = regions.region
    assert region is not None and region.cells[11]
    photo = asked.found.photo
    labels = science.cell_labels(photo, photo.concepts)
    assert (labels[region.cells] == region.label).all() and region.wanted == region.label
    mean = photo.concepts.cosines[region.cells].mean(0)
    rows = [tree.topLevelItem(n).data(0, Qt.ItemDataRole.UserRole)
            for n in range(tree.topLevelItemCount())]  # fmt: skip
    assert sum(row.weight for row in rows) == pytest.approx(mean[region.wanted], abs=1e-5)
    assert rows[-1].name == "bias"
    assert (
        f"Mean cosine {mean[region.wanted]:.3f}"[:16] in panel(window, "region_parts").said.text()
    )
    listed = panel(window, "region_classes").list
    assert listed.currentRow() == region.label
    shares = sum(regions.share(n) for n in range(3))
    assert shares == pytest.approx(1)
    # A concept of the list is selected everywhere.
    tree.setCurrentItem(tree.topLevelItem(0))
    assert window.session.selection.primary == rows[0].concept
    grab(window, "regions")


def test_what_is_shown_can_be_raw_sharp_outlined_and_compared(qtbot, page) -> None:
    window, asked = page
    regions, shown = window.session.regions, panel(window, "region_map")
    before = regions.labels()
    raw = next(b for b in shown.sources.buttons() if b.property("choice") == "raw")
    raw.click()
    assert regions.source == "raw" and not np.array_equal(regions.labels(), before)
    regions.choose_cell(3)
    chosen = regions.region
    shown.sharp.click()
    assert regions.region is chosen  # the same cells
    found = asked.found.map_labels("raw", "sharp")
    assert np.array_equal(regions.labels(), found)
    shown.differ.click()
    share = (regions.labels("raw") != regions.labels("concepts")).mean()
    assert f"differ on {100 * share:.0f} % of the photo" in shown.note.text()
    assert len(asked.requests) == 1  # nothing of it needs the worker


def test_the_bar_makes_background_without_asking_and_its_switch_asks(qtbot, page) -> None:
    window, asked = page
    classes, regions = panel(window, "region_classes"), window.session.regions
    classes.background.click()
    qtbot.waitUntil(lambda: len(asked.requests) == 2)
    assert asked.requests[1][1]["background"] is True
    asked.answer()
    wait_idle(qtbot, window)
    classes.bar.setValue(0.9)
    probability = asked.found.maps["concepts", "smooth"].probability
    expected = (probability.astype(np.float16) < 0.9).mean()
    assert regions.share(-1) == pytest.approx(expected, abs=0.01) and regions.share(-1) > 0
    assert len(asked.requests) == 2
    item = classes.list.item(classes.list.count() - 1)
    assert item.text().startswith("background")


def test_photos_are_gone_through_where_thumbnails_were_never_seen(qtbot, page) -> None:
    window, _asked = page
    shown, selection = panel(window, "region_map"), window.session.selection
    qtbot.waitUntil(lambda: len(window.session.lists.images) > 0)
    count, first = len(window.session.lists.images), selection.image
    assert count == len(window.session.state.results.image_ids())
    assert shown.header.info.text().endswith(f" of {count:,}")
    shown.stage.setFocus()
    qtbot.keyClick(shown.stage, Qt.Key.Key_Right)
    assert selection.image != first
    qtbot.keyClick(shown.stage, Qt.Key.Key_Left)
    assert selection.image == first


def test_another_photo_is_asked_for_and_an_older_answer_is_dropped(qtbot, page) -> None:
    window, asked = page
    regions = window.session.regions
    images = window.session.state.results.image_ids(status="coded")
    window.session.selection.select(image=int(images[3]))
    qtbot.waitUntil(lambda: len(asked.requests) == 2)
    assert not regions.is_of_photo and regions.region is None
    type_words(window, "car\nroad")
    qtbot.waitUntil(lambda: len(asked.requests) == 3)
    asked.answer(1)
    wait_idle(qtbot, window)
    assert not regions.is_of_photo
    asked.answer(2)
    qtbot.waitUntil(lambda: regions.is_of_photo)
    assert regions.names == ("car", "road")


def test_what_fails_is_said_and_can_be_tried_again(qtbot, page) -> None:
    window, asked = page
    type_words(window, "car\nroad")
    qtbot.waitUntil(lambda: len(asked.requests) == 2)
    asked.requests[1][1]["failed"](WorldError("The photo cannot be read."))
    trouble = panel(window, "region_map").trouble
    assert trouble.isVisible()
    window.session.regions.try_again()
    assert len(asked.requests) == 3
    type_words(window, "car")
    qtbot.waitUntil(lambda: "two classes" in panel(window, "region_map").note.text())


def test_scores_against_masks_are_shown_and_say_when_they_are_old(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    with Results.open(project_dir) as results:
        basis = SegmentationBasis(
            results.coded_images, results.encoder[1], results.dictionary.fingerprint,
            results.reading_rule, "m", "c", "", 448, 448, 224, mask_store.RULES,
        )  # fmt: skip
    rng = np.random.default_rng(0)
    both = rng.integers(1, 50, (len(WAYS), 12, 2))
    counts = np.stack([both, both + 20, both + 30], -1)
    scores = MaskScores(
        ("sea", "boat"), (("sea",), ("boat",)), np.arange(12), counts, "/masks", ("A note.",),
        "2026-01-01T00:00:00+00:00", 2.0, basis,
    )  # fmt: skip
    kept = mask_store.store(project_dir, scores)
    window = open_window(project_dir)
    asked = Asked(window, tmp_path)
    window.show_page("regions")
    shown = panel(window, "mask_scores")
    qtbot.waitUntil(lambda: window.session.masks.scores is not None)
    assert shown.table.topLevelItemCount() == 2 and not shown.trouble.isVisible()
    iou = scores.by_class("concepts", "smooth").max()
    assert shown.table.topLevelItem(0).text(2) == f"{100 * iou:.1f}"
    assert shown.means.text() == "\n".join(mean_lines(figures_of(scores)))
    assert "A note." in shown.means.toolTip()
    masks = window.session.masks
    masks.measure(Path("/m"), Path("/c.csv"), by_typed_classes=False)
    do, rest = asked.requests[-1]
    assert (do, rest["masks"], rest["table"]) == ("segment", "/m", "/c.csv")
    assert shown.stop.isVisible() and not shown.start.isVisible()
    old = replace(scores, basis=replace(basis, dictionary="other"))
    kept.unlink()
    rest["done"]({"file": str(mask_store.store(project_dir, old)), "why": ""})
    qtbot.waitUntil(lambda: not masks.is_measuring)
    assert shown.again.isVisible()
    window.close()
    again = open_window(project_dir)
    again.show_page("regions")
    qtbot.waitUntil(lambda: again.session.masks.scores is not None)
    assert "another dictionary" in panel(again, "mask_scores").trouble.text


def test_scores_say_when_a_mask_changed_and_are_saved_as_a_table(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    folder, table = tmp_path / "masks", tmp_path / "classes.csv"
    folder.mkdir()
    table.write_text("id,name\n1,sea\n2,boat\n")
    Image.new("L", (8, 8), 1).save(folder / "a.png")
    with Results.open(project_dir) as results:
        basis = SegmentationBasis(
            results.coded_images, results.encoder[1], results.dictionary.fingerprint,
            results.reading_rule, label_masks.read(folder, table).digest, "c", "", 448, 448, 224,
            mask_store.RULES,
        )  # fmt: skip
    counts = np.tile(np.array([[5, 10, 10], [2, 4, 0]]), (len(WAYS), 1, 1, 1))
    scores = MaskScores(
        ("sea", "=boat"), (("sea",), ("boat",)), np.arange(1), counts, str(folder), (),
        "2026-01-01T00:00:00+00:00", 2.0, basis,
    )  # fmt: skip
    heads, rows = overlap_table(scores)
    assert heads[:3] == ["class", "words", "masks"] and len(heads) == 7
    assert rows[0] == ["sea", "sea", 1, *[33.33] * 4]
    assert rows[1][1:] == ["boat", 0, *[""] * 4] and not rows[1][0].startswith("=")
    mask_store.store(project_dir, scores)

    def opened():
        window = open_window(project_dir)
        Asked(window, tmp_path)
        window.show_page("regions")
        qtbot.waitUntil(lambda: window.session.masks.scores is not None)
        wait_idle(qtbot, window)
        return window

    window = opened()
    assert not panel(window, "mask_scores").trouble.isVisible()
    window.session.masks.measure(folder, table, by_typed_classes=False)
    window.close()
    Image.new("L", (8, 8), 2).save(folder / "a.png")
    assert "The masks" in panel(opened(), "mask_scores").trouble.text


def test_pictures_of_labels() -> None:
    labels = np.array([[0, 0, -1], [0, 1, -1]]).repeat(8, 0).repeat(8, 1)
    drawn = drawing.picture(labels, "labels", 0.5)
    assert drawn.pixelColor(1, 1).getRgb()[:3] == drawing.colour_of(0).getRgb()[:3]
    assert [drawn.pixelColor(x, 12).alpha() for x in (1, 12, 20)] == [128, 128, 0]
    chosen = drawing.picture(labels, "labels", 0.5, chosen=1)
    assert chosen.pixelColor(1, 1).alpha() == 32 and chosen.pixelColor(12, 12).alpha() == 128
    lines = drawing.picture(labels, "outlines", 0.5)
    assert lines.pixelColor(1, 1).alpha() == 0 and lines.pixelColor(7, 12).alpha() == 255
    differ = drawing.differences(labels, np.zeros_like(labels))
    assert [differ.pixelColor(x, 1).alpha() > 0 for x in (1, 20)] == [False, True]
    assert len({drawing.colour_of(n).name() for n in range(-1, 20)}) == 21


def test_a_photo_at_work_says_how_far_it_is_and_can_be_stopped(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    window = open_window(project_dir)
    asked = Asked(window, tmp_path)
    cancelled: list[int] = []
    window.session.worker.cancel = cancelled.append
    window.show_page("regions")
    shown = panel(window, "region_map")
    qtbot.waitUntil(lambda: shown.stage.geometry_of_photo is not None)
    type_words(window, "sea\nboat")
    qtbot.waitUntil(lambda: asked.requests != [])
    qtbot.waitUntil(lambda: shown.work.isVisible() and "waiting for" in shown.words.text())
    rest = asked.requests[0][1]
    rest["progress"](Progress(1, "", 2, 5, "Looking at the photo", 30.0))
    qtbot.waitUntil(lambda: "Looking at the photo 2 of 5, 30 s left" in shown.words.text())
    assert (shown.bar.value(), shown.bar.maximum()) == (2, 5)
    shown.stop.click()
    assert cancelled == [1]
    rest["stopped"]()
    qtbot.waitUntil(lambda: shown.stop.text() == "Segment")
    wait_idle(qtbot, window)
    assert len(asked.requests) == 1  # it does not begin by itself again
    shown.stop.click()
    assert len(asked.requests) == 2
    asked.answer()
    qtbot.waitUntil(lambda: not shown.work.isVisible())


def test_cells_are_drawn_as_they_were_computed(qtbot, page) -> None:
    window, asked = page
    shown, photo = panel(window, "region_map"), asked.found.photo
    next(one for one in shown.modes.buttons() if one.text() == "Cells").click()
    wait_idle(qtbot, window)
    drawn = shown.stage._overlay
    assert (drawn.width(), drawn.height()) == (COLS, ROWS) and not shown.stage._smooth
    labels = science.cell_labels(photo, photo.concepts)
    for cell, label in enumerate(labels.tolist()):
        row, col = divmod(cell, COLS)
        assert drawn.pixelColor(col, row).getRgb()[:3] == drawing.colour_of(label).getRgb()[:3]


def test_the_line_around_a_region_closes() -> None:
    cells = np.array([[0, 1, 1], [0, 1, 0]], bool).ravel()
    lines = drawing.around(cells, 2, 3)
    assert len(lines) == 8, "as many sides of cells as lie between the region and all else"
    ends = [(point.x(), point.y()) for line in lines for point in (line.p1(), line.p2())]
    assert all(ends.count(one) % 2 == 0 for one in ends)
    assert {line.length() for line in lines} == {1.0}
