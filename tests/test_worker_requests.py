"""What the worker answers of encoders, dictionaries, finer looks and exports."""

import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from insight_app.concepts import hsae
from insight_app.concepts.composition import Piece, composition
from insight_app.concepts.explain.segmentation import region_parts
from insight_app.gui.state import replies
from insight_app.project.analysis.coding import single_image
from insight_app.project.composites import basis, wire
from insight_app.project.composites import store as kept_composites
from insight_app.project.composites.counted import CountedComposite
from insight_app.project.explaining import segmentation
from insight_app.project.photos.decoding import FIRST_RULE, NEWEST_RULE
from insight_app.project.quality import store
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_reading_rule import draw, make_old
from tests.test_worker import PATIENCE, Process, photos, worker  # noqa: F401 (fixtures)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    ours = hsae.load(tiny.write_dictionary(tmp_path / "tiny"))
    names = [f"thing {n}" if n % 4 else "" for n in range(ours.F)]
    hsae.write_release(ours, tmp_path / "release", names)
    return tmp_path / "release"


def test_released_files_are_inspected_checked_analyzed_and_written_again(
    worker: Process,  # noqa: F811
    photos: Path,  # noqa: F811
    release: Path,
    tmp_path: Path,
) -> None:
    worker.send(id=1, do="inspect", path=str(release), encoder="tiny")
    told = worker.hear(id=1, kind="result")
    assert told["fits"] == "" and told["found"]["concepts"] == 64
    assert (told["found"]["named"], told["found"]["unnamed"]) == (48, 16)
    worker.send(id=2, do="inspect", path=str(release), encoder="builtin")
    assert "384" in worker.hear(id=2, kind="result")["fits"]
    worker.send(id=3, do="check_encoder", encoder="tiny", dictionary=str(release))
    assert worker.hear(id=3, kind="result")["token_dim"] == tiny.D
    worker.send(id=4, do="check_encoder", encoder="builtin", dictionary=str(release))
    assert worker.hear(id=4)["error"] == "refusal"

    project = tmp_path / "P.insight"
    asked = {"project": str(project), "encoder": "tiny", "dictionary": str(release)}
    worker.send(id=5, do="analyze", folders=[], **asked)
    assert worker.hear(id=5, kind="result")["coded"] == 0
    worker.send(id=6, do="analyze", project=str(project), folders=[str(photos)])
    progress = worker.hear(id=6, kind="progress", message="Analyzing photos")
    assert progress["memory"] > 10_000_000
    assert worker.hear(id=6, kind="result")["coded"] == 40
    worker.send(id=60, do="name", project=str(project))
    refused = worker.hear(id=60, kind="error")
    assert refused["error"] == "refusal" and "reads no words" in refused["what"]

    photo = tmp_path / "wide.png"
    Image.fromarray(np.zeros((30, 90, 3), np.uint8)).save(photo)
    worker.send(id=7, do="encode", project=str(project), path=str(photo), finer=True)
    seen = worker.hear(id=7, kind="result")
    assert seen["short_side"] == 2 * tiny.SIDE
    with np.load(seen["file"]) as file:
        assert file["crop"].tolist() == [0, 0, 90, 30] and file["grid"].tolist() == [14, 42]

    classes = [{"name": "a"}, {"name": "bcd", "synonyms": ["efghi"]}]
    asked = {"project": str(project), "path": str(photo), "classes": classes}
    worker.send(id=70, do="segment_photo", window=28, stride=12, short_side=28, **asked)
    told = worker.hear(id=70, kind="result")
    assert (told["window"], told["stride"], told["own_background"]) == (28, 12, False)
    found = segmentation.from_arrays(replies.take_arrays(told))
    assert found.photo.names == ("a", "bcd")
    assert (found.photo.geometry.rows, found.photo.geometry.cols) == (7, 21)
    assert found.map_labels("raw", "sharp").shape == (30, 90)
    parts = region_parts(found.photo.made_of, np.ones(7 * 21, bool))
    np.testing.assert_allclose(parts.scores, found.photo.concepts.cosines.mean(0), atol=1e-6)
    worker.send(id=71, do="segment_photo", **(asked | {"classes": [{"name": "a"}]}))
    assert "1 class: 2 to 1,000" in worker.hear(id=71, kind="error")["what"]

    out = tmp_path / "written"
    asked = {"project": str(project), "format": "release", "output": str(out)}
    worker.send(id=8, do="export", **asked)
    assert worker.hear(id=8, kind="result")["files"]
    again = hsae.load(out)
    assert np.array_equal(again.W_dec.numpy(), hsae.load(release).W_dec.numpy())
    written = (out / "concept_names.txt").read_text("utf-8").split("\n")
    assert written[:5] == ["", "thing 1", "thing 2", "thing 3", ""]


def test_a_training_tells_how_much_of_photos_held_back_it_explains(
    worker: Process,  # noqa: F811
    photos: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    project = tmp_path / "P.insight"
    asked = {"project": str(project), "encoder": "tiny", "dictionary": "train", "concepts": 125}
    worker.send(id=1, do="analyze", folders=[str(photos)], k=3, **asked)
    first = worker.hear(id=1, kind="looked")["curve"]
    assert len(first) == 1 and first[0][0] >= 1 and first[0][1] < 1
    worker.hear(id=1, kind="result")
    made = hsae.info(project / "dictionary").provenance
    assert [made["photos"], made["photos_held_back"], made["views_per_photo"]] == [31, 10, 4]
    assert made["curve"][0] == [first[0][0], round(first[0][1], 4)]
    assert made["explained_on_held_back"] == max(share for _, share in made["curve"])


def test_folders_are_listed_moved_taken_out_and_put_back(
    worker: Process,  # noqa: F811
    photos: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    dictionary, project = tiny.write_dictionary(tmp_path / "tiny"), str(tmp_path / "P.insight")
    asked = {"project": project, "encoder": "tiny", "dictionary": str(dictionary)}
    worker.send(id=1, do="analyze", folders=[str(photos)], **asked)
    assert worker.hear(id=1, kind="added")["folders"] == [str(photos)]
    worker.hear(id=1, kind="result")
    worker.send(id=2, do="remove_folders", project=project, folders=[str(photos)])
    published = worker.hear(kind="published", project=project)
    done = worker.hear(id=2, kind="result")
    assert (done["photos"], done["generation"]) == (41, published["generation"])
    worker.send(id=3, do="folders", project=project)
    (source,) = worker.hear(id=3, kind="result")["sources"]
    assert (source["state"], source["removed"]) == ("removed", 41)
    worker.send(id=4, do="put_back_folders", project=project, folders=[str(photos)])
    assert worker.hear(id=4, kind="result")["photos"] == 41
    new = photos.rename(tmp_path / "renamed")
    worker.send(id=5, do="move_folder", project=project, old=str(photos), new=str(new))
    done = worker.hear(id=5, kind="result")
    assert (done["photos"], done["missing"]) == (41, 0)
    worker.send(id=6, do="move_folder", project=project, old=str(photos), new=str(new))
    assert worker.hear(id=6)["error"] == "refusal"
    worker.send(id=7, do="remove_folders", project=project, folders=[str(new)])
    worker.send(id=8, do="cancel", request=7)
    worker.hear(id=7, kind="result")
    worker.send(id=9, do="analyze", project=project)
    assert worker.hear(id=9, kind="result")["coded"] == 0


def test_what_is_measured_and_counted_is_kept_in_the_project_and_can_be_cancelled(
    worker: Process,  # noqa: F811
    photos: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    dictionary, project = tiny.write_dictionary(tmp_path / "tiny"), str(tmp_path / "P.insight")
    asked = {"project": project, "encoder": "tiny", "dictionary": str(dictionary)}
    worker.send(id=1, do="analyze", folders=[str(photos)], **asked)
    worker.hear(id=1, kind="result")
    worker.send(id=2, do="quality", project=project, photos=12)
    assert worker.hear(id=2, kind="progress")["total"] == 12
    done = worker.hear(id=2, kind="result")
    kept = store.read(Path(done["file"]))
    assert (kept.photos, done["why"]) == (12, "")
    assert kept.to_json() == done["report"]
    worker.send(id=3, do="quality", project=project)
    worker.hear(id=3, kind="progress")
    worker.send(id=4, do="cancel", request=3)
    assert worker.hear(id=3, kind="result") == {"id": 3, "kind": "result", "cancelled": True}
    assert len(store.files(Path(project))) == 1

    with Results.open(Path(project)) as results:  # type: ignore[union-attr]
        rests_on, fires = basis.of(results), np.flatnonzero(results.images > 1)[:4].tolist()
    composed = [composition({Piece(tuple(fires[at : at + 2]))}) for at in (0, 2)]
    asked = {"project": project, "compositions": [wire.to_json(one) for one in composed]}
    worker.send(id=5, do="count", **asked)
    assert worker.hear(id=5, kind="progress")["total"] > 1
    done = worker.hear(id=5, kind="result")
    assert (done["counted"], done["basis"], done["why"]) == (2, rests_on, "")
    first = kept_composites.read(Path(project), rests_on, composed[0])
    assert first is not None and first.cells > 0
    shutil.rmtree(Path(project) / "composites")
    (Path(project) / "composites").write_text("in its place")
    worker.send(id=6, do="count", **asked)
    done = worker.hear(id=6, kind="result")
    assert done["counted"] == 2 and "cannot be kept" in done["why"]
    arrays = replies.take_arrays(done)
    again = {name.partition("/")[2]: arrays[name] for name in arrays if composed[0].digest in name}
    assert CountedComposite.from_arrays(again).numbers == first.numbers
    worker.send(id=7, do="count", **asked)
    worker.send(id=8, do="cancel", request=7)
    assert worker.hear(id=7, kind="result") == {"id": 7, "kind": "result", "cancelled": True}


def test_encoders_models_and_weights_are_listed(
    worker: Process,  # noqa: F811
) -> None:
    worker.send(id=1, do="encoders")
    told = worker.hear(id=1, kind="result")
    assert [one["name"] for one in told["encoders"]][:1] == ["builtin"]
    refused = {model["name"]: model["refusal"] for model in told["models"]}
    assert refused["ViT-B-16"] == "" and refused["ViT-B-16-SigLIP"]
    assert isinstance(told["library"], list) and isinstance(told["cached"], list)
    for id, (kind, model, name, address) in enumerate(
        (
            ("clip", "ViT-B-16", "ViT-B-16/laion2b_s34b_b88k", "/laion/CLIP-ViT-B-16-laion2B-"),
            ("clip", "ViT-g-14", "ViT-g-14/", "https://"),
            ("dinoiser", "", "clip-dinoiser", "https://github.com/wysoczanska/clip_dinoiser/"),
            ("clip", "no such", "", ""),
        ),
        2,
    ):
        worker.send(id=id, do="weights_source", kind=kind, model=model)
        source = worker.hear(id=id, kind="result")
        assert source["name"].startswith(name) and address in source["address"]
        assert bool(source["address"]) == bool(name)


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a signal")
def test_a_terminated_worker_leaves_no_folder_behind(
    worker: Process,  # noqa: F811
) -> None:
    worker.send(id=1, do="embed", encoder="tiny", texts=["one"])
    file = Path(worker.hear(id=1, kind="result")["file"])
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE) == 1, "its input is still open"
    assert worker.end() == 1 and not file.parent.exists()


def test_photos_of_an_old_project_are_read_by_its_rule_until_all_are_read_again(
    worker: Process,  # noqa: F811
    tmp_path: Path,
) -> None:
    dictionary = tiny.write_dictionary(tmp_path / "tiny")
    folder = draw(tmp_path / "photos", 3)
    photo, *_ = sorted(folder.iterdir())
    project = make_old(tmp_path / "P.insight", folder, dictionary)
    for number, rule in ((1, FIRST_RULE), (3, NEWEST_RULE)):
        worker.send(id=number, do="encode", project=str(project), path=str(photo))
        weights = hsae.load(dictionary)
        expected = single_image.code_image(photo, tiny.TinyEncoder(), weights, rule).codes
        with np.load(worker.hear(id=number, kind="result")["file"]) as file:
            assert np.array_equal(file["values"], expected.values)
            assert np.array_equal(file["indices"], expected.indices)
        worker.send(id=number + 1, do="analyze", project=str(project), read_again=True)
        coded = worker.hear(id=number + 1, kind="result")["coded"]
        assert coded == (3 if rule == FIRST_RULE else 0)
