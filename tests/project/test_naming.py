"""The machine's names after a project's photos: when they change, and that nothing else does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight_app.concepts.hsae import summary
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.analysis.folders import changing
from insight_app.project.analysis.hooks import Hooks
from insight_app.project.analysis.naming import asked
from insight_app.project.analysis.naming.asked import NamedAgain
from insight_app.project.analysis.run import analyze
from insight_app.project.judgements import Person
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.project import Project
from insight_app.project.results import generations
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.older import with_results_of_version_2
from tests.project.test_analysis import draw
from tests.tiny import SHIPPED

CONCEPTS, PHOTOS = 64, 6
TERMS = ["stone", "leaf", "water", "sand", SHIPPED]
ADA = Person("ada", "Ada")


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    """A dictionary all of whose concepts came with the name SHIPPED, and the votes for it."""
    return tiny.write_names(tiny.write_dictionary(tmp_path / "tiny", CONCEPTS))


@pytest.fixture
def run(tmp_path: Path, dictionary: Path) -> Callable[..., Any]:
    draw(tmp_path / "photos", PHOTOS)

    def call(*folders: Path, **options: Any) -> Any:
        options = {"encoder": tiny.TinyEncoder(), "vocabulary": tiny.vocabulary(TERMS)} | options
        return analyze(tmp_path / "P.insight", folders, dictionary=dictionary, **options)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "P.insight"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def results_of(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None
    results.close()
    return results


def names_of(project: Path) -> list[str]:
    return list(results_of(project).machine_names)


def rename(project: Path, **options: Any) -> NamedAgain:
    return asked.name(project, vocabulary=tiny.vocabulary(TERMS), **options)


def test_a_shipped_name_is_worth_five_photos(run: Any, photos: Path, project: Path) -> None:
    run(photos)
    results = results_of(project)
    assert (results.names_run, results.names_rule) == ("photos", "shared")
    assert (results.names_unit, results.names_photos) == ("share of votes", PHOTOS)
    own = results.name_photos
    assert own.max() == PHOTOS
    for concept in np.flatnonzero(own):
        votes = {one.term: one.score for one in results.candidates(concept)}
        assert votes[SHIPPED] >= 5 / (5 + own[concept]) / 2  # half of them are the children's


def test_shipped_names_show_at_once_and_the_others_come_once_at_the_end(
    run: Any, photos: Path, project: Path
) -> None:
    seen: list[tuple[int, str, int]] = []

    def published(generation: int) -> None:
        results = results_of(project)
        seen.append((results.coded_images, results.names_run, results.names_photos))

    run(photos, published=published)
    assert seen[0] == (0, "dictionary", 0) and seen[-1] == (PHOTOS, "photos", PHOTOS)
    assert (PHOTOS, "dictionary", 0) in seen
    assert [run for _, run, _ in seen].count("photos") == 1


def test_names_change_only_when_photos_do_and_show_it_once(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    first = results_of(project)
    changed = [c for c in range(CONCEPTS) if first.machine_names[c] != SHIPPED]
    assert changed
    before = [SHIPPED if c in changed else "" for c in range(CONCEPTS)]
    assert list(first.names_before) == before
    run()
    assert list(results_of(project).names_before) == before  # no naming: nothing was forgotten
    draw(photos, PHOTOS + 3, seed=1)
    run()
    second = results_of(project)
    assert second.names_photos > PHOTOS
    for c in range(CONCEPTS):
        old, new = first.machine_names[c], second.machine_names[c]
        assert second.names_before[c] == (old if old != new else "")


def test_few_photos_leave_the_shipped_names_many_do_not(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    draw(tmp_path / "one", 1)
    run(tmp_path / "one")
    results = results_of(project)
    assert results.name_photos.max() == 1 and results.names_photos == 1
    assert set(results.machine_names) == {SHIPPED}
    run(photos)
    assert len(set(names_of(project))) > 1


def test_folders_that_go_and_come_back_leave_names_as_they_were(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    names = names_of(project)
    changing.remove(project, [photos / "a"])
    changing.put_back(project, [photos / "a"])
    generation = results_of(project).generation
    run()
    assert results_of(project).generation == generation + 1  # the list of photos, no naming
    changing.remove(project, [photos / "a"])
    assert names_of(project) == names  # they are due, the next analysis brings them
    run()
    fewer = results_of(project)
    assert fewer.names_photos == fewer.coded_images < PHOTOS
    assert [fewer.names_before[c] for c in range(CONCEPTS)] == [
        old if old != new else "" for old, new in zip(names, fewer.machine_names, strict=True)
    ]


def test_photos_that_are_only_missing_leave_names_as_they_are(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    before = names_of(project)
    (photos / "a" / "000.png").unlink()
    run()
    results = results_of(project)
    assert results.coded_images == results.names_photos - 1 and results.names_photos == PHOTOS
    assert list(results.machine_names) == before


def test_naming_that_is_cancelled_goes_on_in_the_next_analysis(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    cancel, notices = CancelToken(), list[str]()

    def progress(done: int, total: int, message: str) -> None:
        if message.startswith("Naming"):
            cancel.cancel()

    summary = run(photos, cancel=cancel, progress=progress, notice=notices.append)
    assert summary.coded == PHOTOS and "naming" in notices[0]
    assert set(names_of(project)) == {SHIPPED}
    run()
    assert results_of(project).names_run == "photos"


class Killed(BaseException):
    """What nobody handles."""


@pytest.mark.parametrize("is_published", [False, True])
def test_naming_that_is_killed_goes_on_as_if_it_was_not(
    run: Any, photos: Path, project: Path, is_published: bool
) -> None:
    def published(generation: int) -> None:
        if is_published and results_of(project).names_run == "photos":
            raise Killed

    def progress(done: int, total: int, message: str) -> None:
        if not is_published and message == "Naming concepts: reading codes":
            raise Killed

    with pytest.raises(Killed):
        run(photos, published=published, progress=progress)
    assert (results_of(project).names_run == "photos") == is_published
    run()
    found = results_of(project)
    assert found.names_photos == PHOTOS
    is_new = [name != SHIPPED for name in found.machine_names]
    assert [was == SHIPPED for was in found.names_before] == is_new and any(is_new)
    generation = found.generation
    run()
    assert results_of(project).generation == generation + 1  # it was the end


def as_an_older_insight_left_it(project: Path) -> None:
    """Shipped names only, results of version 2, and no word of what names stand for."""
    from sqlalchemy import delete

    from insight_app.project.results import analysis_database
    from insight_app.project.results.schema import Setting

    engine = analysis_database.open_writer(project)
    with analysis_database.writing(engine) as connection:
        connection.execute(delete(Setting).where(Setting.name == "names"))
    analysis_database.close_writer(engine)
    with_results_of_version_2(project)


def test_an_older_project_keeps_its_names_until_photos_come_or_a_person_asks(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos, vocabulary=None)  # tiny reads no words: the shipped names stay
    assert set(names_of(project)) == {SHIPPED}
    as_an_older_insight_left_it(project)
    run()
    assert set(names_of(project)) == {SHIPPED} and results_of(project).names_run == "dictionary"
    would = rename(project, dry_run=True)
    assert would.renamed and would.generation == 0
    assert set(names_of(project)) == {SHIPPED}
    done = rename(project)
    assert done.renamed == would.renamed and done.photos == PHOTOS
    assert [one.now for one in done.renamed] == [
        names_of(project)[one.concept] for one in done.renamed
    ]
    as_an_older_insight_left_it(project)
    draw(tmp_path / "more", 3, seed=5)
    run(tmp_path / "more")
    assert results_of(project).names_photos == PHOTOS + 3


def test_who_asks_and_cancels_asked_nothing(run: Any, photos: Path, project: Path) -> None:
    run(photos, vocabulary=None)
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        rename(project, cancel=cancel, hooks=Hooks(progress=lambda *_: cancel.cancel()))
    with pytest.raises(Killed):
        rename(project, hooks=Hooks(progress=kill_naming))
    assert set(names_of(project)) == {SHIPPED}
    run()
    assert results_of(project).names_run == "photos"  # what was killed is gone on with


def kill_naming(done: int, total: int, message: str) -> None:
    if message == "Naming concepts":
        raise Killed


def test_a_project_without_photos_or_words_has_nothing_to_name_after(
    run: Any, photos: Path, project: Path
) -> None:
    run()
    with pytest.raises(Refusal, match="no photos to name after"):
        rename(project)
    run(photos, vocabulary=None)
    with pytest.raises(Refusal, match="reads no words"):
        asked.name(project, load=lambda name, **options: tiny.TinyEncoder())


def test_what_a_person_said_stays_through_every_naming(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos, vocabulary=None)
    will_change = [one.concept for one in rename(project, dry_run=True).renamed]
    accepted, rejected, given, undone = will_change[:4]
    of = results_of(project).dictionary.fingerprint

    def seen() -> Catalogue:
        with Project.open(project, ADA) as opened:
            return Catalogue(results_of(project), opened.judgements.state)

    with Project.open(project, ADA) as opened, Project.open(project, read_only=True) as other:
        opened.judgements.judge([j.accept(f"{of}:{accepted}", SHIPPED)], "accepted")
        opened.judgements.judge([j.reject(f"{of}:{rejected}", SHIPPED)], "rejected")
        opened.judgements.judge([j.rename(f"{of}:{given}", "mine")], "named")
        opened.judgements.judge([j.accept(f"{of}:{undone}", SHIPPED)], "accepted too")
        before = Catalogue(results_of(project), opened.judgements.state)
        old = other.results()
        assert old is not None
        rename(project)
        assert set(old.machine_names) == {SHIPPED}  # another window's snapshot is as it was
        assert old.candidates(accepted)[0].term == SHIPPED
        old.close()
        opened.judgements.undo()
    after, machine = seen(), names_of(project)
    assert (after.names[accepted], after.by_person[accepted]) == (SHIPPED, True)
    assert after.status[accepted] == before.status[accepted] == ReviewStatus.ACCEPTED
    assert (after.names[given], after.by_person[given]) == ("mine", True)
    assert before.status[rejected] == ReviewStatus.REJECTED
    assert after.names[rejected] == machine[rejected] != SHIPPED
    assert after.status[rejected] == ReviewStatus.UNREVIEWED  # another name, not judged yet
    assert after.names[undone] == machine[undone] != SHIPPED and not after.by_person[undone]
    assert accepted in after.search(SHIPPED) and rejected in after.search(machine[rejected])
    changing.remove(project, [photos / "a"])
    changing.remove(project, [photos / "b"])
    run()
    again = seen()  # no photo counts: all shipped names are back, and the rejection with its name
    assert set(names_of(project)) == {SHIPPED}
    assert again.status[rejected] == ReviewStatus.REJECTED and again.names[given] == "mine"


def test_names_that_are_lost_with_the_results_are_found_again(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    names = names_of(project)
    for folder in (project / "statistics").glob("generation-*"):
        (folder / generations.CANDIDATES).write_bytes(b"[[")
    run()
    assert names_of(project) == names


def test_names_that_others_published_stay(
    run: Any, photos: Path, project: Path, dictionary: Path
) -> None:
    found = summary.read(dictionary, CONCEPTS)
    assert found is not None
    summary.write(dictionary, replace(found, run=summary.RELEASE, rule="", votes=None))
    run(photos)
    assert results_of(project).names_run == "release"
    assert rename(project).renamed and results_of(project).names_run == "photos"
