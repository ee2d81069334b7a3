"""Photos segmented against masks, in a world where every pixel's class is known.

The world is that of test_quality: photos of pure red, green and blue cells, a concept for each.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from insight_app.concepts import encoders
from insight_app.concepts.explain.class_words import ClassWords, of_line
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError
from insight_app.project.explaining import mask_classes, mask_scores, mask_store, measuring_masks
from insight_app.project.explaining.looks import Sliding
from insight_app.project.explaining.mask_scores import WAYS, MaskScores
from insight_app.project.quality.masks import read, read_table
from insight_app.project.results.snapshot import Results
from tests.cli.conftest import Shell
from tests.project import test_quality
from tests.project.test_places import TABLE
from tests.project.test_quality import SIDE, Colours

project = test_quality.project
COLOURS = ("red", "green", "blue")


class Reader(Colours):
    """Knows the words of the three colours, whatever order they come in; counts its looks."""

    looks = 0

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        Reader.looks += 1
        return super().encode(pixels)

    def encode_text(self, texts: list[str]) -> torch.Tensor:  # type: ignore[override]
        return torch.eye(test_quality.D)[[COLOURS.index(text) for text in texts]]


def load(device: str) -> Reader:
    """As the registry of encoders calls it."""
    return Reader()


@pytest.fixture
def masks(project: Path, tmp_path: Path) -> Path:
    """Masks of the photos, 1 where they are red, 2 green, 3 blue; beside them a table."""
    folder = tmp_path / "masks"
    folder.mkdir()
    for path in (project.parent / "photos").iterdir():
        colour = np.array(Image.open(path)).argmax(2).astype(np.uint8) + 1
        Image.fromarray(colour).save(folder / path.name)
    (tmp_path / "classes.csv").write_text(TABLE)
    return folder


def measured(project: Path, masks: Path, **how: object) -> MaskScores:
    table = masks.parent / "classes.csv"
    options = {"sliding": lambda encoder: Sliding(SIDE, SIDE // 2, 2)} | how
    return measuring_masks.measure(
        project, masks, table if masks.is_dir() else None, load=lambda *a, **o: Reader(), **options
    )  # type: ignore[arg-type]


def test_what_the_colours_say_fits_the_masks_perfectly(project: Path, masks: Path) -> None:
    found = measured(project, masks)
    assert found.names == COLOURS and found.images.size == 6
    for source in ("raw", "concepts"):
        assert found.mean_iou(source, "smooth").value == 1
        assert found.counts_of(source, "smooth")[:, :, 2].sum() == 6 * SIDE**2
    assert found.gap("smooth").value == 0
    assert (found.basis.short_side, found.basis.window, found.basis.stride) == (8, 4, 2)
    assert found.notes == ()


def test_masks_that_do_not_fit_are_left_out_with_the_reason(project: Path, masks: Path) -> None:
    Image.fromarray(np.ones((5, 8), np.uint8)).save(masks / "0.png")
    Image.fromarray(np.full((8, 8), 9, np.uint8)).save(masks / "1.png")
    (masks / "2.png").unlink()
    (masks / "3.png").rename(masks / "elsewhere.png")
    (masks / "4.png").write_bytes(b"no picture")
    found = measured(project, masks)
    assert found.images.size == 1 and found.mean_iou("raw", "smooth").value == 1
    told = "\n".join(found.notes)
    assert "0.png: This mask has 8 x 5 pixels, its photo 8 x 8." in told
    assert "1.png: This mask has numbers that are not in the table of labels: 9." in told
    assert "4.png: This mask cannot be read." in told
    assert "1 mask has no analyzed photo: elsewhere." in told
    assert "2 analyzed photos have no mask." in told
    (masks / "5.png").write_bytes(b"nor this")
    with pytest.raises(KnownError, match="8 x 5 pixels"):
        measured(project, masks)


def test_a_run_that_was_stopped_goes_on_where_it_was(project: Path, masks: Path) -> None:
    token = CancelToken()

    def stop(done: int, total: int, message: str) -> None:
        if message == measuring_masks.SEGMENTING and done == 4:
            token.cancel()

    Reader.looks = 0
    with pytest.raises(Cancelled):
        measured(project, masks, progress=stop, cancel=token)
    first = Reader.looks
    assert [*(project / "explain").glob("segments-unfinished-*")]
    found = measured(project, masks)
    assert 0 < Reader.looks - first < first
    assert found.images.size == 6 and found.mean_iou("concepts", "smooth").value == 1
    assert not [*(project / "explain").glob("segments-unfinished-*")]


def test_scores_are_kept_and_say_when_they_are_out_of_date(project: Path, masks: Path) -> None:
    found = measured(project, masks)
    path = mask_store.store(project, found)
    again = mask_store.newest(project)
    assert again is not None and mask_store.files(project) == [path]
    assert (again.names, again.words, again.basis) == (found.names, found.words, found.basis)
    assert np.array_equal(again.counts, found.counts)
    assert json.dumps(again.to_json(), allow_nan=False) == json.dumps(found.to_json())
    with Results.open(project) as results:  # type: ignore[union-attr]
        digest = read(masks, masks.parent / "classes.csv").digest
        assert mask_store.is_stale(found, results, digest) == ""
        assert "The masks" in mask_store.is_stale(found, results, "others")
        for change, why in (
            ({"dictionary": "other"}, "another dictionary"),
            ({"reading_rule": 0}, "coded again"),
            ({"rules": 0}, "Another version"),
            ({"photos": 5}, "5 photos were analyzed then, 6 now"),
        ):
            other = replace(found, basis=replace(found.basis, **change))
            assert why in mask_store.is_stale(other, results)
    whole = path.read_bytes()
    for damaged in (whole[:-30], b"", whole.replace(b"counts", b"counds")):
        path.write_bytes(damaged)
        with pytest.raises(KnownError, match="damaged"):
            mask_store.read(path)
    path.unlink()


def coco(masks: Path, outlined: bool) -> dict[str, list[dict[str, object]]]:
    """The masks as COCO writes them: an outline of each pixel, or run lengths."""
    images, annotations = [], []
    for number, path in enumerate(sorted(masks.iterdir()), 1):
        mask = np.array(Image.open(path))
        images.append({"id": number, "file_name": f"a/{path.name}", "width": 8, "height": 8})
        for id in np.unique(mask).tolist():
            one = mask == id
            if outlined:
                shape: object = [
                    [x, y, x + 1, y, x + 1, y + 1, x, y + 1] for y, x in np.argwhere(one).tolist()
                ]
            else:
                flat = np.concatenate([[0], one.T.ravel(), [2]])
                edges = np.flatnonzero(np.diff(flat)).tolist()
                shape = {"size": [8, 8], "counts": np.diff([0, *edges]).tolist()}
            annotations.append({"image_id": number, "category_id": id, "segmentation": shape})
    categories = [{"id": n, "name": name} for n, name in enumerate(COLOURS, 1)]
    return {"images": images, "annotations": annotations, "categories": categories}


@pytest.mark.parametrize("outlined", [True, False])
def test_a_file_of_cocos_says_the_same_as_pictures(
    project: Path, masks: Path, tmp_path: Path, outlined: bool
) -> None:
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(coco(masks, outlined)))
    found = measured(project, path)
    assert found.names == COLOURS and found.mean_iou("raw", "smooth").value == 1
    assert np.array_equal(found.counts, measured(project, masks).counts)


def test_smaller_shapes_lie_above_and_crowds_below(project: Path, tmp_path: Path) -> None:
    square = [0, 0, 4, 0, 4, 4, 0, 4]
    content = {
        "images": [{"id": 1, "file_name": "0.png", "width": 8, "height": 8}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "segmentation": [square], "area": 16},
            {"image_id": 1, "category_id": 2, "segmentation": [[v * 2 for v in square]],
             "area": 64},
            {"image_id": 1, "category_id": 3, "iscrowd": 1, "area": 1,
             "segmentation": {"size": [8, 8], "counts": "0P2"}},
        ],
        "categories": [{"id": n, "name": name} for n, name in enumerate(COLOURS, 1)],
    }  # fmt: skip
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(content))
    given = read(path, None)
    with Results.open(project) as results:  # type: ignore[union-attr]
        record = results.image(int(results.image_ids()[0]))
    drawn = given.ids(record)
    assert (drawn[:4, :4] == 1).all() and (drawn == 2).sum() == 48


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c.pop("images"), "'images' is missing"),
        (lambda c: c["annotations"][0].update(category_id=7), "category 7, which is not listed"),
        (lambda c: c["categories"][0].update(id="1"), "'1' where a whole number"),
        (lambda c: c["images"].append(c["images"][0] | {"id": 9}), "two images have the name 0"),
        (lambda c: c.update(images=[], annotations=[]), "lists no images"),
        (lambda c: c["images"][1].update(id=1), "two images have the id 1"),
        (lambda c: c["categories"][1].update(id=1), "two categories have the id 1"),
        (lambda c: c["annotations"][0].update(image_id=99), "image 99, which is not listed"),
    ],
)
def test_a_file_of_cocos_that_is_none_is_refused(
    masks: Path, tmp_path: Path, change: Callable[[dict[str, object]], object], why: str
) -> None:
    content = coco(masks, outlined=False)
    change(content)  # type: ignore[arg-type]
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(content))
    with pytest.raises(KnownError, match=why):
        read(path, None)
    path.write_text("[1]")
    with pytest.raises(KnownError, match="no object with images"):
        read(path, None)


def test_classes_of_a_persons_own_are_judged_by_their_words(project: Path, masks: Path) -> None:
    """Red and green alone: blue pixels are not judged, and somebody else's word finds its label."""
    own = [ClassWords("green"), ClassWords("red")]
    found = measured(project, masks, classes=own)
    assert found.names == ("green", "red")
    assert found.mean_iou("raw", "smooth").value == 1
    assert found.counts[0, :, :, 2].sum() < 6 * SIDE**2
    assert "Labels that no class stands for are left out: blue." in found.notes
    with pytest.raises(KnownError, match="The labels are: red, green, blue"):
        measured(project, masks, classes=[ClassWords("cat"), ClassWords("dog")])


def test_background_is_judged_where_the_table_has_it(project: Path, masks: Path) -> None:
    (masks.parent / "classes.csv").write_text("id,name\n0,background\n1,red\n2,green\n")
    for path in masks.iterdir():
        mask = np.array(Image.open(path))
        Image.fromarray(np.where(mask == 3, 0, mask).astype(np.uint8)).save(path)
    found = measured(project, masks, background=True, below=0.9)
    assert found.names == ("red", "green", "background")
    # Blue is as far from red as from green: half and half, and so all of it is background.
    both, _, blue = found.counts_of("raw", "smooth")[:, 2].sum(0).tolist()
    assert both == blue > 0
    assert found.basis.background == "0.9"
    without = measured(project, masks)
    assert without.names == ("red", "green")
    assert without.mean_iou("raw", "smooth").value == 1


def test_masks_in_colours_are_read_by_the_tables_colours(project: Path, masks: Path) -> None:
    expected = measured(project, masks)
    table = masks.parent / "classes.csv"
    table.write_text("id,name,color\n1,red,#c80a0a\n2,green,10 200 10\n3,blue,#0A0AC8\n")
    shown = np.array([[0, 0, 0], [200, 10, 10], [10, 200, 10], [10, 10, 200]], np.uint8)
    for path in masks.iterdir():
        Image.fromarray(shown[np.array(Image.open(path))]).save(path)
    assert np.array_equal(measured(project, masks).counts, expected.counts)
    smoothed = Image.open(masks / "0.png").resize((4, 4)).resize((8, 8))
    smoothed.save(masks / "0.png")
    found = measured(project, masks)
    assert found.images.size == 5
    assert "This mask has colours that are not in the table of labels: #" in found.notes[0]
    for line, why in (
        ("2,b,#12345", "'#12345' is not written as #1f77b4"),
        ("2,b,1 2 256", "is not written"),
        ("2,b,200 10 10", "line 3: its colour was given before"),
    ):
        table.write_text(f"id,name,colour\n1,a,#c80a0a\n{line}\n")
        with pytest.raises(KnownError, match=why):
            read_table(table)


def test_names_of_tables_become_the_words_that_are_said(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(
        "id,name,synonyms\n1,floor-other-merged,ground\n2,floor-wood,\n"
        '3,"building, edifice",house/hut\n4,void,\n5,dining table,\n'
    )
    words = mask_classes.of_table(read_table(path), None, background=False).words
    assert [one.words for one in words] == [
        ("floor", "ground"),
        ("floor wood",),
        ("building", "edifice", "house", "hut"),
        ("dining table",),
    ]
    assert of_line(" , ") is None


def test_ways_that_differ_are_told_apart_in_the_file() -> None:
    """Each of the four ways is found again under its own name."""
    counts = np.arange(4 * 2 * 3 * 3).reshape(4, 2, 3, 3)
    basis = mask_scores.SegmentationBasis(6, "e", "d", 1, "m", "c", "", 8, 4, 2, 1)
    found = MaskScores(
        COLOURS, ((),) * 3, np.array([3, 5]), counts, "m", (), "2026-01-01T00:00:00+00:00", 1, basis
    )
    again = mask_scores.from_bytes(found.to_bytes())
    for n, way in enumerate(WAYS):
        assert np.array_equal(again.counts_of(*way), counts[n])


def test_the_command_line_says_all_of_it(
    project: Path, masks: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    info = encoders.EncoderInfo("colours", "Colours", "", token_dim=test_quality.D)
    monkeypatch.setitem(encoders.REGISTRY, "colours", ("tests.project.test_mask_scores", info))
    shell = Shell(capfd)
    command = ["explain", "segment", project, "--masks", masks]
    command += ["--short-side", 8, "--window", 4, "--stride", 2]
    told = shell.refused(*command)
    assert "need a table that says what their numbers mean" in told
    command += ["--classes", masks.parent / "classes.csv"]
    out = shell.do(*command)
    assert "6 photos, 3 classes that masks have" in out
    assert "raw tokens 100.0 (too few photos for an interval), concepts 100.0" in out
    assert "  green  raw 100.0  concepts 100.0   +0.0, 6 photos" in out
    found = shell.json(*command, "--words", "red; green")
    assert found["mean_iou"]["concepts_smooth"]["value"] == 1
    assert [one["name"] for one in found["classes"]] == ["red", "green"]
    assert "1 class: 2 to 1,000" in shell.refused(*command, "--words", "red")
    assert "leave gaps" in shell(*command, "--stride", 6)[2]
