"""A project keeps the rule that its photos are read by, until all of them are coded again."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sqlalchemy import delete, select, update

from insight_app.concepts import hsae
from insight_app.concepts.codes import Codes
from insight_app.concepts.progress import silent
from insight_app.errors import KnownError
from insight_app.project import judgements as j
from insight_app.project.analysis.coding import single_image
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.analysis.run import analyze
from insight_app.project.check import check
from insight_app.project.judgements import Person
from insight_app.project.photos.decoding import FIRST_RULE, NEWEST_RULE
from insight_app.project.project import Project
from insight_app.project.quality import sample
from insight_app.project.quality.measuring import measure
from insight_app.project.results import analysis_database, reading_rule, settings
from insight_app.project.results.schema import Image as Row
from insight_app.project.results.schema import Run, Setting
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_analysis import content

ADA = Person("ada", "Ada")


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_dictionary(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "photos", 6)


def draw(folder: Path, number: int, seed: int = 0) -> Path:
    """Photos that the rules read differently: large, with sides that no reduction divides."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for at in range(number):
        spots = Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8))
        large = spots.resize((681, 507), Image.Resampling.BICUBIC)
        large.save(folder / f"{seed}-{at:02d}.jpg", quality=95)
    return folder


@pytest.fixture
def old(photos: Path, dictionary: Path, tmp_path: Path) -> Path:
    """A project as an Insight without rules left it, with a judgement."""
    return make_old(tmp_path / "old.insight", photos, dictionary)


def make_old(project: Path, photos: Path, dictionary: Path) -> Path:
    with Project.create(project, ADA) as opened:
        opened.judgements.judge([j.rename("f:1", "dog")], "Name")
    engine = analysis_database.open_writer(project)
    settings.write(engine, reading_rule.SETTING, FIRST_RULE)
    engine.dispose()
    analyze(project, [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    engine = analysis_database.open_writer(project)
    with analysis_database.writing(engine) as connection:
        connection.execute(delete(Setting).where(Setting.name == reading_rule.SETTING))
        connection.execute(update(Run).values(reading_rule=1))
    engine.dispose()
    return project


def results_of(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None
    return results


def rules_of(project: Path) -> set[int]:
    """The rules by which the committed codes of a project can have been made; mixed: none."""
    encoder, weights = tiny.TinyEncoder(), hsae.load(project / "dictionary")
    possible = {FIRST_RULE, NEWEST_RULE}
    results = results_of(project)
    for image in results.image_ids(status="coded").tolist():
        path, codes = results.image(image).path, results.codes(image)
        possible -= {
            rule
            for rule in possible
            if not are_same(codes, single_image.code_image(path, encoder, weights, rule).codes)
        }
    return possible


def are_same(one: Codes, other: Codes) -> bool:
    return np.array_equal(one.indices, other.indices) and np.array_equal(one.values, other.values)


def runs_of(project: Path) -> list[int]:
    engine = analysis_database.open_reader(project)
    with analysis_database.reading(engine) as connection:
        rules = list(connection.execute(select(Run.reading_rule).order_by(Run.id)).scalars())
    engine.dispose()
    return rules


def test_a_new_project_is_read_by_the_newest_rule_and_says_so(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    analyze(project, [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    assert results_of(project).reading_rule == NEWEST_RULE
    assert rules_of(project) == {NEWEST_RULE} and runs_of(project) == [NEWEST_RULE]


def test_an_old_project_keeps_its_rule_and_photos_added_are_read_by_it(
    old: Path, photos: Path
) -> None:
    assert results_of(old).reading_rule == FIRST_RULE and rules_of(old) == {FIRST_RULE}
    before = content(old)["codes"]
    draw(photos, 4, seed=1)
    assert analyze(old, encoder=tiny.TinyEncoder()).coded == 4
    assert rules_of(old) == {FIRST_RULE} and runs_of(old) == [FIRST_RULE, FIRST_RULE]
    after = content(old)["codes"]
    assert len(after) == 10 and {path: after[path] for path in before} == before


class Watching(tiny.TinyEncoder):
    """Remembers what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: set[bytes] = set()

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        self.given |= {photo.numpy().tobytes() for photo in pixels}
        return super().encode(pixels)


def test_quality_follows_the_rule_of_the_project(old: Path, photos: Path) -> None:
    encoder, results = Watching(), results_of(old)
    chosen = results.image_ids(status="coded").astype(np.int64)
    sample.read(results, encoder, hsae.load(old / "dictionary"), chosen, silent)
    read = [read_pixels(path.read_bytes(), path, encoder, FIRST_RULE) for path in photos.iterdir()]
    assert encoder.given == {of_photo.pixels.numpy().tobytes() for of_photo in read}


def test_coded_again_it_is_as_a_new_project_and_judgements_stay(
    old: Path, photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    (photos / "broken.jpg").write_bytes(b"no photo")
    shown = results_of(old)
    stages: list[tuple[int, int]] = []

    def published(generation: int) -> None:
        now = results_of(old)
        stages.append((now.reading_rule, now.coded_images))
        for image in shown.image_ids(status="coded").tolist():
            shown.codes(image)  # who still shows the results of before can read all of them

    again = {"encoder": tiny.TinyEncoder(), "read_again": True}
    summary = analyze(old, published=published, **again)  # type: ignore[arg-type]
    assert (summary.coded, summary.unreadable) == (6, 1)
    assert stages[0] == (NEWEST_RULE, 0) and stages[-1] == (NEWEST_RULE, 6)
    assert rules_of(old) == {NEWEST_RULE} and check(old) == []
    new = tmp_path / "new.insight"
    analyze(new, [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    assert content(old) == content(new)
    assert runs_of(old) == [FIRST_RULE, NEWEST_RULE]
    with Project.open(old, ADA) as opened:
        assert opened.judgements.state.concepts["f:1"].name == "dog"
    assert len(list((old / "codes").iterdir())) == 1, "the codes of before take up room"
    assert analyze(old, **again).coded == 0, "asked for again, it goes on; all is done"  # type: ignore[arg-type]


def test_no_code_is_given_up_before_new_ones_can_be_made(
    old: Path, photos: Path, tmp_path: Path
) -> None:
    before = content(old)

    class Gone(tiny.TinyEncoder):
        fingerprint = "another"

    with pytest.raises(KnownError, match="another encoder"):
        analyze(old, encoder=Gone(), read_again=True)
    photos.rename(tmp_path / "elsewhere")
    for _ in "gone", "an empty place where a drive was":
        with pytest.raises(KnownError, match="No photo of this folder is there") as caught:
            analyze(old, encoder=tiny.TinyEncoder(), read_again=True)
        assert caught.value.where == str(photos)
        photos.mkdir(exist_ok=True)
    photos.rmdir()
    (tmp_path / "elsewhere").rename(photos)
    assert analyze(old, encoder=tiny.TinyEncoder()).coded == 0
    assert content(old) == before and rules_of(old) == {FIRST_RULE} and check(old) == []


def test_a_photo_left_out_after_two_crashes_stays_left_out(old: Path, photos: Path) -> None:
    engine = analysis_database.open_writer(old)
    with analysis_database.writing(engine) as connection:
        poison = {"status": 2, "crashes": 2, "message": "It came to an end twice."}
        connection.execute(update(Row).where(Row.name == "0-03.jpg").values(poison))
    engine.dispose()
    assert analyze(old, encoder=tiny.TinyEncoder(), read_again=True).coded == 5
    (problem,) = results_of(old).problems()
    assert problem.path == photos / "0-03.jpg"


def test_a_rule_of_a_newer_insight_is_refused_but_the_project_opens(old: Path) -> None:
    engine = analysis_database.open_writer(old)
    settings.write(engine, reading_rule.SETTING, NEWEST_RULE + 1)
    engine.dispose()
    results = results_of(old)
    assert results.reading_rule == NEWEST_RULE + 1
    assert results.codes(int(results.image_ids()[0])).cells == 49
    refused = [
        lambda: analyze(old, encoder=tiny.TinyEncoder()),
        lambda: analyze(old, encoder=tiny.TinyEncoder(), read_again=True),
        lambda: measure(old, encoder=tiny.TinyEncoder()),
        lambda: reading_rule.of_project(old),
    ]
    for act in refused:
        with pytest.raises(KnownError, match="newer Insight"):
            act()
    assert results_of(old).coded_images == 6 and check(old) == []
