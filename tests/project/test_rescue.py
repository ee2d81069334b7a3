"""What is left of damaged judgements comes back, whatever the damage, and what is lost is said."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from insight_app.cli.program import app
from insight_app.errors import KnownError, Refusal
from insight_app.project import judgements as j
from insight_app.project import manifest
from insight_app.project.check import check
from insight_app.project.folder import BACKUPS, JUDGEMENTS, MANIFEST
from insight_app.project.judgements import Person
from insight_app.project.judgements.log import digests
from insight_app.project.judgements.store import Judgements
from insight_app.project.project import Project, restore
from insight_app.project.rescue import keeping, records
from insight_app.project.rescue.reading import Worth, read_database
from insight_app.project.rescue.restoring import spans
from insight_app.project.storage import backups

ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")
PAGE = 4096
OF_TODAY = Path(__file__).parent / "data" / "judgements-1.0.sqlite"
"""Written by the last Insight whose log had no digests."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Judgements small and large, undone, on many at once, each building on others."""
    folder = tmp_path_factory.mktemp("rescue") / "P.insight"
    with Project.create(folder, ADA) as project:
        log = project.judgements
        for number in range(30):
            log.judge([j.note(f"f:{number}", "nö" * (2500 if number % 10 == 3 else 60))], "Noted")
        log.undo()
    with Project.open(folder, BEN) as project:
        log = project.judgements
        for number in range(8):
            log.judge([j.rename(f"f:{number}", f"dog {number}"), j.hide(f"f:{number + 9}")], "Two")
            log.judge([j.note(f"f:{number}", "again")], "Noted again")
        log.undo()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def alone(folder: Path) -> None:
    """Leave nothing but the database: no backup helps."""
    shutil.rmtree(folder / BACKUPS, ignore_errors=True)


def uuids(folder: Path) -> set[str]:
    with Project.open(folder, ADA, read_only=True) as project:
        assert project.damage is None and project.judgements.problems() == []
        return {entry.uuid for entry in project.judgements.entries()}


def use(folder: Path) -> None:
    """Judge, and undo all that there is."""
    for person in (ADA, BEN):
        with Project.open(folder, person) as project:
            log = project.judgements
            assert not project.read_only
            log.judge([j.note("f:1", "after")], "Noted")
            while log.undo_text is not None:
                try:
                    log.undo()
                except Refusal:
                    break
            assert log.problems() == []


def an_entry(data: bytes) -> tuple[records.Cell, int]:
    """Return one of the log in the bytes of its file, and where it lies."""
    cells = [cell for cell in records.log_cells(data, PAGE) if records.values(cell.raw)]
    return cells[7], data.index(cells[7].raw[:300])


def zeros(size: int) -> bytes:
    return bytes(size)


def noise(size: int) -> bytes:
    return random.Random(5).randbytes(size)


# ---- reading


def test_the_bytes_alone_give_every_entry_of_a_whole_file(folder: Path) -> None:
    data = (folder / JUDGEMENTS).read_bytes()
    whole = read_database(folder / JUDGEMENTS)
    assert whole.is_whole and {one.worth for one in whole.entries} == {Worth.VOUCHED}
    found = {record.number: record.values for record in records.log_records(data, PAGE)}
    assert found == {one.entry.number: one.entry.written for one in whole.entries}
    assert records.project(data) == whole.project
    vouched = records.vouched(data)
    assert all(digests.of(values) in vouched[number or 0] for number, values in found.items())


@pytest.mark.parametrize("cut", [1, PAGE, 10 * PAGE])
def test_what_a_cut_leaves_comes_back_and_the_rest_is_numbered(folder: Path, cut: int) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    alone(folder)
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    dry = restore(folder, ADA, dry_run=True)
    assert path.read_bytes() == data[:-cut] and not list((folder / BACKUPS).glob("*"))
    found = restore(folder, ADA)
    after = uuids(folder)
    assert after < before or (after == before and not found.lost)
    assert found.lost == len(before) - len(after) == len(found.numbers)
    assert found.judgements == len(after) > len(before) // 3
    assert (dry.judgements, dry.numbers) == (found.judgements, found.numbers)
    if found.lost:
        assert spans(found.numbers) in found.describe()
    assert found.replaced is not None and found.replaced.read_bytes() == data[:-cut]
    use(folder)


@pytest.mark.parametrize("content", [zeros, noise])
def test_whichever_page_is_gone_only_what_lay_on_it_is_lost(
    folder: Path, content: Callable[[int], bytes]
) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    alone(folder)
    data, project = path.read_bytes(), manifest.read(folder)
    most = 0
    for page in range(0, len(data) // PAGE, 7):
        spoiled = data[: page * PAGE] + content(PAGE) + data[(page + 1) * PAGE :]
        path.write_bytes(spoiled)
        with Project.open(folder, ADA, read_only=True) as opened:
            wrong = opened.damage or opened.judgements.problems()
        found = restore(folder, ADA)
        if wrong:
            assert found.is_rebuilt and found.replaced is not None
            found.replaced.unlink()  # else the next round reads it too
        most = max(most, found.lost)
        assert len(before - uuids(folder)) == found.lost
        alone(folder)
        manifest.write(folder, project)  # type: ignore[arg-type]
    assert 0 < most < 20


def test_a_flipped_bit_is_found_and_its_entry_comes_from_a_backup(folder: Path) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    data, chance, found = path.read_bytes(), random.Random(1), 0
    for record in list(records.log_records(data, PAGE))[::14]:
        text = str(record.values["uuid"]).encode()
        at = data.index(text) + chance.randrange(150)
        spoiled = bytearray(data)
        spoiled[at] ^= 1 << chance.randrange(7)
        path.write_bytes(spoiled)
        assert [one for one in check(folder) if one.where == str(path) and one.is_damage]
        found += 1
        told = restore(folder, ADA)
        assert told.is_rebuilt and not told.lost and uuids(folder) == before
        assert told.replaced is not None
        told.replaced.unlink()
    assert found > 3


@pytest.mark.parametrize("harm", ["bit", "byte", "header", "digest", "end"])
def test_an_entry_that_its_digest_tells_is_mended(folder: Path, harm: str) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    alone(folder)
    data, chance = bytearray(path.read_bytes()), random.Random(len(harm))
    cell, start = an_entry(bytes(data))
    if harm == "digest":
        [digest] = records.vouched(bytes(data))[cell.number]
        data[data.index(digest) + 5] ^= 255
    elif harm == "end":  # "Noted" is what others of the log end with
        data[start + len(cell.raw) - 5 : start + len(cell.raw)] = bytes(5)
    elif harm == "header":
        data[start + 5] ^= 1 << 3
    else:
        at = start + chance.randrange(20, 200)
        data[at] ^= 1 << chance.randrange(8) if harm == "bit" else chance.choice([3, 91, 255])
    path.write_bytes(data)
    assert any(finding.where == str(path) for finding in check(folder))
    found = restore(folder, ADA)
    assert (found.lost, found.mended, uuids(folder)) == (0, (cell.number,), before)
    assert f"(number {cell.number}) is mended" in found.describe()


def test_what_cannot_be_told_is_not_mended(folder: Path) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    alone(folder)
    data = bytearray(path.read_bytes())
    cell, start = an_entry(bytes(data))
    data[start + 50] ^= 1
    data[start + 90] ^= 1
    path.write_bytes(data)
    found = restore(folder, ADA)
    assert (found.lost, found.numbers, found.mended) == (1, (cell.number,), ())
    assert uuids(folder) < before


@pytest.mark.parametrize("harm", [None, zeros, noise])
def test_nothing_that_is_left_is_a_refusal_that_touches_nothing(
    folder: Path, harm: Callable[[int], bytes] | None
) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    if harm is None:
        path.unlink()
    else:
        path.write_bytes(harm(path.stat().st_size))
    copy = Path(shutil.copytree(folder, folder.with_name("copy.insight")))
    alone(folder)
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and project.read_only
    files = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    with pytest.raises(Refusal, match="Nothing can be read"):
        restore(folder, ADA)
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == files
    (copy / MANIFEST).unlink()
    assert restore(copy, ADA).lost == 0 and uuids(copy) == before


def test_a_log_of_an_older_insight_opens_is_completed_and_is_rescued(tmp_path: Path) -> None:
    folder = tmp_path / "P.insight"
    (folder / BACKUPS).mkdir(parents=True)
    path = folder / JUDGEMENTS
    shutil.copy(OF_TODAY, path)
    with Project.open(folder, ADA, read_only=True) as project:
        assert project.judgements.count == 11 and project.judgements.problems() == []
    assert path.read_bytes() == OF_TODAY.read_bytes() and check(folder) == []
    data = path.read_bytes()
    path.write_bytes(data[: 4 * PAGE] + bytes(PAGE) + data[5 * PAGE :])
    told = restore(folder, ADA)
    assert told.judgements + told.lost == 11 and told.judgements
    shutil.copy(OF_TODAY, path)
    (folder / MANIFEST).unlink()
    with Project.open(folder, ADA) as project:
        log = project.judgements
        assert (log.count, log.problems(), bool(log.project)) == (11, [], True)
        assert log.state.concepts["f:1"].note == "Größe?"
        log.undo()
    assert check(folder) == []


@pytest.mark.parametrize("at", [18, 2_822])
def test_a_damaged_header_or_schema_is_found_and_restored(folder: Path, at: int) -> None:
    path, before = folder / JUDGEMENTS, uuids(folder)
    data = bytearray(path.read_bytes())
    if at > 100:  # SQLite quotes the damaged text, which is none any more
        at = data.index(b"indexlog_orderlog") + 9
    data[at] ^= 1 << 7
    path.write_bytes(data)
    [finding] = check(folder)
    assert finding.where == str(path) and "exception" not in finding.what.lower()
    with Project.open(folder, ADA) as project:
        assert project.damage is None or project.read_only
    restore(folder, ADA)
    assert uuids(folder) == before
    use(folder)


# ---- kept out


def test_another_projects_files_are_not_taken_for_ours(folder: Path, tmp_path: Path) -> None:
    before = uuids(folder)
    with Project.create(tmp_path / "Other.insight", BEN) as other:
        other.judgements.judge([j.rename("f:1", "theirs")], "Renamed")
    theirs = tmp_path / "Other.insight" / JUDGEMENTS
    newer = folder / BACKUPS / "judgements-20990101T000000.sqlite"
    backups.copy_database(theirs, newer)
    with pytest.raises(Refusal, match="another project"):
        restore(folder, ADA, beside=theirs)
    shutil.copy(theirs, folder / JUDGEMENTS)
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and "another project" in project.damage.what
        assert project.judgements.state.concepts.get("f:1") != j.ConceptState(name="theirs")
        assert newer not in [backup.path for backup in project.backups]
    assert any("another project" in finding.what for finding in check(folder))
    told = restore(folder, ADA)
    assert uuids(folder) == before and "another project" in told.describe()


@pytest.mark.parametrize("harm", ["gone", "empty", "older"])
def test_a_log_that_lost_something_is_refused_and_restored(folder: Path, harm: str) -> None:
    before, path = uuids(folder), folder / JUDGEMENTS
    if harm == "older":
        oldest = min((folder / BACKUPS).glob("judgements-*.sqlite"))
        backups.copy_database(oldest, path)
    else:
        path.unlink()
        if harm == "empty":
            path.touch()
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and project.read_only
    assert [finding.where for finding in check(folder)] == [str(path)]
    result = CliRunner().invoke(app, ["restore", str(folder), "--dry-run"])
    assert result.exit_code == 0 and result.output.startswith("Nothing is changed yet.")
    result = CliRunner().invoke(app, ["restore", str(folder)])
    assert result.exit_code == 0, result.output
    assert uuids(folder) == before


def test_a_damaged_or_missing_manifest_leaves_the_database_to_rule(folder: Path) -> None:
    path, before = folder / MANIFEST, uuids(folder)
    said = path.read_bytes()
    for harm in (said.replace(b'"judgements": ', b'"judgements": 9'), b"{", b"[" * 9999, None):
        path.unlink()
        if harm is not None:
            path.write_bytes(harm)
        [finding] = check(folder)
        assert finding.where == str(path) and finding.is_damage == (harm is not None)
        with Project.open(folder, ADA) as project:
            assert project.damage is None and not project.read_only
        assert check(folder) == [] and uuids(folder) == before


def test_a_flipped_bit_in_a_backup_is_found(folder: Path) -> None:
    chance = random.Random(3)
    [newest, *_] = sorted((folder / BACKUPS).glob("*.sqlite"), reverse=True)
    for path in (newest.with_suffix(".jsonl"), newest):
        data = path.read_bytes()
        for _ in range(3):
            spoiled = bytearray(data)
            if path.suffix == ".jsonl":
                at = chance.randrange(len(data))
            else:  # where an entry lies: free space means nothing
                record = chance.choice(list(records.log_records(data, PAGE)))
                at = data.index(str(record.values["uuid"]).encode()) + chance.randrange(150)
            spoiled[at] ^= 1 << chance.randrange(8)
            path.write_bytes(spoiled)
            assert str(path) in [finding.where for finding in check(folder)], at
        path.write_bytes(data)
    assert check(folder) == []


# ---- backups


def test_the_first_judgement_is_backed_up_and_then_every_so_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "EACH", 8)
    with Project.create(tmp_path / "P.insight", ADA) as project:
        assert project.backups == [] and manifest.read(project.path) is None
        project.judgements.judge([j.hide("f:1")], "Hidden")
        project.wait_for_backup()
        assert len(project.backups) == 1 and manifest.read(project.path).judgements == 1  # type: ignore[union-attr]
        for number in range(keeping.EACH):
            project.judgements.judge([j.note("f:1", f"{number}")], "Noted")
        project.wait_for_backup()
        assert len(project.backups) == 2
    with Project.open(tmp_path / "P.insight", ADA) as project:
        assert not project.warnings


def test_a_backup_that_fails_is_said_until_one_succeeds(tmp_path: Path) -> None:
    folder, told = tmp_path / "P.insight", []
    with Project.create(folder, ADA) as project:
        shutil.rmtree(folder / BACKUPS, ignore_errors=True)
        (folder / BACKUPS).touch()  # no folder can be made there
        project.when_backed_up(lambda: told.append(project.warnings))
        project.judgements.judge([j.hide("f:1")], "Hidden")
        project.wait_for_backup()
        [[warning]] = told
        assert "backup" in warning and project.backups == []
        (folder / BACKUPS).unlink()
        project.judgements.judge([j.hide("f:2")], "Hidden")
        project.wait_for_backup()
        assert told[1:] == [()] and len(project.backups) == 1


def test_a_clock_deletes_nothing_and_keeps_no_backup_from_being_made(folder: Path) -> None:
    place = folder / BACKUPS
    ahead = datetime.now(UTC) + timedelta(days=400)
    fullest = max(place.glob("judgements-2026*.sqlite"), key=lambda path: path.stat().st_size)
    names = [f"judgements-{ahead:%Y%m%dT%H%M%S}", "judgements-20269999T999999"]
    for name in names:
        shutil.copy(fullest, place / f"{name}.sqlite")
    fullest.unlink()
    there = set(place.iterdir())
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.hide("f:20")], "Hidden")
    with Project.open(folder, ADA) as project:
        assert not project.read_only and there <= set(place.iterdir())
        assert len(Judgements.open(project.backups[0].path, ADA, read_only=True).entries()) == (
            project.judgements.count
        )


def test_two_backups_in_one_second_are_two(folder: Path) -> None:
    made = {backups.back_up(folder / JUDGEMENTS, folder / BACKUPS).path for _ in range(3)}
    assert len(made) == 3


def test_what_a_kill_left_beside_restoring_is_taken_in(folder: Path) -> None:
    """The damaged file was set aside, and nothing is in its place yet."""
    path, before = folder / JUDGEMENTS, uuids(folder)
    for backup in (folder / BACKUPS).iterdir():
        backup.unlink()
    data = path.read_bytes()
    (folder / BACKUPS / "replaced-20260101T000000000000.sqlite").write_bytes(data[:-PAGE])
    path.unlink()
    with Project.open(folder, ADA) as project:
        assert project.damage is not None
    found = restore(folder, ADA)
    assert len(before) - len(uuids(folder)) == found.lost < 5


def test_an_older_log_and_manifest_put_back_together_are_found(folder: Path) -> None:
    before = uuids(folder)
    kept = folder.parent / "kept"
    shutil.copytree(folder, kept)
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename(f"f:{number}", "newer") for number in range(9)], "Nine")
        path = project.judgements.path
        backups.back_up(path, folder / BACKUPS)
    after = uuids(folder)
    assert after > before and not [finding for finding in check(folder) if finding.is_damage]
    for name in (JUDGEMENTS, "project.json"):
        shutil.copy(kept / name, folder / name)
    (found,) = (finding for finding in check(folder) if finding.is_damage)
    assert f"{len(after - before)} judgements" in found.what and "restore" in found.do
    restore(folder, ADA)
    assert uuids(folder) == after and not [one for one in check(folder) if one.is_damage]


def test_only_a_backup_is_taken_for_one(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("no log at all\n")
    for beside in ("pipe", "gone", ".", "text", folder / "lock", folder / "project.json"):
        with pytest.raises(KnownError) as told:
            restore(folder, ADA, beside=tmp_path / beside)
        assert told.value.where == str(tmp_path / beside)


def test_a_note_of_another_version_is_damage(folder: Path) -> None:
    before = uuids(folder)
    with closing(sqlite3.connect(folder / JUDGEMENTS)) as connection:
        connection.execute("UPDATE identity SET version = 'abc'")
        connection.commit()
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and project.read_only
    restore(folder, ADA)
    assert uuids(folder) == before and not [one for one in check(folder) if one.is_damage]
