"""Places measured against a person's masks, and the occlusion check, where the answers are known.

The world is that of test_quality: photos of pure red, green and blue cells, a concept for each.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from insight_app.concepts import hsae
from insight_app.concepts.composition import Piece, composition
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.concepts.statistics.composite_codes import CompositeCodes
from insight_app.errors import KnownError
from insight_app.project.quality import occlusion
from insight_app.project.quality.masks import read, read_labels, read_table
from insight_app.project.quality.measuring import measure
from insight_app.project.results.snapshot import Results
from tests.project import test_quality
from tests.project.test_quality import CELLS, SIDE, Colours

project = test_quality.project
TABLE = "id,name,kind\n1,red,thing\n2,green,stuff\n3,blue,stuff\n"


@pytest.fixture(scope="module")
def masks(project: Path) -> Path:
    """Masks of the photos: 1 where they are red, 2 green, 3 blue."""
    folder = project.parent / "masks"
    folder.mkdir()
    for path in (project.parent / "photos").iterdir():
        colour = np.array(Image.open(path)).argmax(2).astype(np.uint8) + 1
        Image.fromarray(colour).save(folder / path.name)
    (project.parent / "classes.csv").write_text(TABLE)
    return folder


def results_of(project: Path) -> Results:
    opened = Results.open(project)
    assert opened is not None
    return opened


def test_a_dictionary_of_the_colours_is_everywhere_where_the_masks_say(
    project: Path, masks: Path
) -> None:
    report = measure(
        project, encoder=Colours(), masks=masks, classes=project.parent / "classes.csv"
    )
    perfect = {
        "locality": 1.0,
        "locality_thing": 1.0,
        "locality_stuff": 1.0,
        "consistency": 1.0,
        "impurity": 0.0,
        "pointing_game": 1.0,
        "energy_in_mask": 1.0,
        "iou_at_best_threshold": 1.0,
        "mean_average_precision": 1.0,
        "coverage": 1.0,
        "yield_at_50": 1.0,
    }
    for id, expected in perfect.items():
        assert test_quality.value(report, id) == pytest.approx(expected, abs=1e-6), id
    locality = report.figure("locality")
    assert locality is not None and locality.count == 3
    controls = {name: one.value for name, one in locality.controls.items()}
    assert set(controls) >= {"random_maps", "rolled_maps", "another_photo", "untrained", "k_means"}
    for name in ("random_maps", "rolled_maps", "another_photo"):
        assert controls[name] < 0.8, name
    # The encoder's table has red and green: two of three labels are found by it.
    assert locality.controls["class_vectors"].value == pytest.approx(2 / 3)
    coverage = report.figure("coverage_stuff")
    assert coverage is not None and coverage.count == 2
    assert report.basis.masks


def test_without_masks_there_are_no_figures_that_need_them(project: Path) -> None:
    report = measure(project, photos=2, encoder=Colours())
    assert report.figure("locality") is None
    assert not report.basis.masks


def test_a_concept_falls_where_it_is_greyed_out_and_not_elsewhere(project: Path) -> None:
    with results_of(project) as results:
        dictionary = hsae.load(project / "dictionary")
        image = int(results.image_ids()[0])
        found = occlusion.check(
            results.image(image).path, Colours(), dictionary, results.reading_rule, 0
        )
        # Grey is half of red: half of the concept is left, and cells beside it do not matter.
        assert found.fell == pytest.approx(1 - 128 / 255, abs=1e-3)
        assert found.fell_others.tolist() == [0.0] * len(found.others)
        assert found.support.sum() == found.before.sum()
        assert not (found.others & found.support).any()
        # What is merged is greyed where any of it is.
        alone, both = (
            occlusion.check(
                results.image(image).path, Colours(), dictionary, results.reading_rule, concept
            )
            for concept in (1, CompositeCodes(results.F, [composition({Piece((0, 1))})]))
        )
        assert np.array_equal(both.before, np.maximum(found.before, alone.before))
        assert both.support.sum() == found.support.sum() + alone.support.sum()
    report = measure(project, photos=2, encoder=Colours())
    figure = report.figure("occlusion")
    assert figure is not None and figure.value == pytest.approx(1 - 128 / 255, abs=1e-3)
    assert figure.controls["elsewhere"].value == 0
    assert figure.count == 3


def test_a_concept_that_is_not_in_the_photo_cannot_be_greyed_out(project: Path) -> None:
    with results_of(project) as results:
        path = results.image(int(results.image_ids()[0])).path
    dictionary, token = hsae.load(project / "dictionary"), CancelToken()
    with pytest.raises(KnownError, match="not in this photo"):
        occlusion.check(path, Colours(), dictionary, results.reading_rule, 5)
    token.cancel()
    with pytest.raises(Cancelled):
        occlusion.check(path, Colours(), dictionary, results.reading_rule, 0, between=token.check)


def test_the_digest_of_masks_changes_with_a_pixel(masks: Path, tmp_path: Path) -> None:
    classes = masks.parent / "classes.csv"
    before = read(masks, classes).digest
    path = masks / "0.png"
    kept = path.read_bytes()
    try:
        pixels = np.array(Image.open(path))
        pixels[0, 0] = 0
        Image.fromarray(pixels).save(path)
        assert read(masks, classes).digest != before
    finally:
        path.write_bytes(kept)
    assert read(masks, classes).digest == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("number,name\n1,a\n", "columns id and name"),
        ("id,name\nx,a\n", "line 2.*whole number"),
        ("id,name\n1,a\n1,b\n", "line 3.*given before"),
        ("id,name,kind\n1,a,object\n", "none of thing, stuff and part"),
        ("id,name\n0,background\n", "no labels"),
        ("id,name\n70000,a\n", "whole number"),
        (f"id,name\n{'1' * 5000},a\n", "line 2: the id '1{40}…' is no whole number"),
        (f"id,name\n1,{'a' * 140_000}\n", r"no CSV \(field larger"),
        (f"id,name,{'a' * 140_000}\n1,a\n", r"no CSV \(field larger"),
    ],
)
def test_a_table_that_is_none_is_refused_with_the_reason(
    tmp_path: Path, text: str, why: str
) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(text)
    with pytest.raises(KnownError, match=why):
        read_table(path)


def test_a_table_may_come_from_a_spreadsheet_and_cocos_kinds_are_known(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_bytes("\ufeffID;Name\r\n2;tree\r\n1;dog\r\n".encode())
    table = read_table(path)
    assert (table.ids, table.names, table.kinds) == ((1, 2), ("dog", "tree"), ("", ""))
    path.write_bytes(b"id,name\r02,tree\r" + b"0" * 5000 + b"1,dog\r0,background")  # an old Mac's
    table = read_table(path)
    assert (table.ids, table.names) == ((1, 2), ("dog", "tree"))
    path.write_text(
        "id,name\n1,person\n90,toothbrush\n92,banner\n184,tree-merged\n200,rug-merged\n"
    )
    assert read_table(path).kinds == ("thing", "thing", "stuff", "stuff", "stuff")


def test_masks_that_do_not_fit_are_refused_by_name(
    project: Path, masks: Path, tmp_path: Path
) -> None:
    classes = masks.parent / "classes.csv"

    def refused(picture: Image.Image, why: str) -> None:
        picture.save(tmp_path / "0.png")
        with pytest.raises(KnownError, match=why) as error:
            measure(project, photos=1, encoder=Colours(), masks=tmp_path, classes=classes)
        assert "0.png" in error.value.where

    grey = np.ones((SIDE, SIDE), np.uint8)
    refused(Image.fromarray(grey[:4]), r"8 x 4 pixels, its photo 8 x 8")
    refused(Image.fromarray(grey * 9), "not in the table of labels: 9")
    refused(Image.fromarray(np.stack([grey] * 3, 2)), "in colours")
    (tmp_path / "0.png").write_bytes(b"no picture")
    with pytest.raises(KnownError, match="cannot be read"):
        measure(project, photos=1, encoder=Colours(), masks=tmp_path, classes=classes)
    (tmp_path / "0.png").rename(tmp_path / "unknown.png")
    with pytest.raises(KnownError, match="name of an analyzed photo"):
        measure(project, photos=1, encoder=Colours(), masks=tmp_path, classes=classes)
    (tmp_path / "unknown.png").unlink()
    with pytest.raises(KnownError, match="no masks in this folder"):
        read(tmp_path, classes)
    with pytest.raises(KnownError, match="no folder"):
        read(tmp_path / "none", classes)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Image.fromarray(grey).save(tmp_path / folder / "0.png")
    with pytest.raises(KnownError, match="Two masks have the same name"):
        read(tmp_path, classes)


def test_the_numbers_of_a_palette_are_its_indices_and_parts_grow(
    project: Path, tmp_path: Path
) -> None:
    with results_of(project) as results:
        record = results.image(int(results.image_ids()[0]))
    numbers = np.zeros((SIDE, SIDE), np.uint8)
    numbers[:2, :2] = 1  # one of 4 x 4 cells
    numbers[6:, 6:] = 2
    mask = Image.fromarray(numbers, "P")
    mask.putpalette([0, 0, 0, 200, 10, 10, 10, 200, 10])
    mask.save(tmp_path / "0.png")
    (tmp_path / "classes.csv").write_text("id,name,kind\n1,eye,part\n2,dog,thing\n")
    given = read(tmp_path, tmp_path / "classes.csv")
    rows, found = read_labels(given, record)
    assert rows.tolist() == [0, 1]
    assert found.sum(1).tolist() == [4, 1]
    assert found[0].reshape(CELLS, CELLS)[:2, :2].all()
    plain = replace(given, table=replace(given.table, kinds=("thing", "thing")))
    assert read_labels(plain, record)[1].sum(1).tolist() == [1, 1]
