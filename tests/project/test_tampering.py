"""A log that somebody changed is found out: by itself, by the manifest, by its backups."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project import manifest
from insight_app.project.check import check
from insight_app.project.check.findings import Concern
from insight_app.project.check.judgements import since
from insight_app.project.folder import BACKUPS, JUDGEMENTS, MANIFEST
from insight_app.project.judgements import Person, tables
from insight_app.project.judgements.log import digests, links
from insight_app.project.judgements.log.entries import Written
from insight_app.project.judgements.schema import APPEND_ONLY
from insight_app.project.judgements.store import Judgements
from insight_app.project.project import Project, restore
from insight_app.project.storage import sqlite

ADA = Person("uuid-ada", "Ada")
LAST, TAMPERED = 20, 13
Harm = Callable[[sqlite3.Connection], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tampering") / "P.insight"
    with Project.create(folder, ADA) as project:
        for number in range(LAST):
            project.judgements.judge([j.rename(f"f:{number}", f"dog {number}")], f"Said {number}")
            project.wait_for_backup()  # of the first; the one at the end holds all
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def tamper(folder: Path, *harms: Harm) -> None:
    """Change a log behind Insight's back, as somebody would who knows SQLite well."""
    with closing(sqlite3.connect(folder / JUDGEMENTS)) as connection, connection:
        for trigger in ("log_no_update", "log_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for harm in harms:
            harm(connection)
        for sql in APPEND_ONLY:
            connection.execute(sql)
    engine = sqlite.engine(folder / JUDGEMENTS)
    with sqlite.writing(engine, folder / JUDGEMENTS, "") as writing:
        tables.rebuild(writing)
    engine.dispose()


def reword(connection: sqlite3.Connection, number: int = TAMPERED) -> None:
    connection.execute(
        "UPDATE log SET after = replace(after, 'dog', 'cat') WHERE seq = ?", [number]
    )


def with_digest(connection: sqlite3.Connection, number: int = TAMPERED) -> None:
    columns = ", ".join(digests.COLUMNS)
    row = connection.execute(f"SELECT {columns} FROM log WHERE seq = ?", [number]).fetchone()
    written: Written = dict(zip(digests.COLUMNS, row, strict=True))
    values = digests.of(written), number
    connection.execute("UPDATE log_digest SET digest = ? WHERE seq = ?", values)


def with_all_links(connection: sqlite3.Connection) -> None:
    """Link the whole log anew, so that it vouches for itself."""
    [(project,)] = connection.execute("SELECT project FROM identity")
    [(log,)] = connection.execute("SELECT log FROM log_head")
    link, number = links.first(project, log), 0
    for number, digest in connection.execute("SELECT seq, digest FROM log_digest ORDER BY seq"):
        connection.execute("UPDATE log_link SET link = ? WHERE seq = ?", [link, number])
        link = links.following(link, digest)
    connection.execute("UPDATE log_head SET entries = ?, digest = ?", [number, link])


def cut_off(connection: sqlite3.Connection, kept: int = LAST - 3) -> None:
    for table in ("log", "log_digest", "log_link"):
        connection.execute(f"DELETE FROM {table} WHERE seq > ?", [kept])


def take_out(connection: sqlite3.Connection) -> None:
    """Leave one entry out and number the others anew."""
    for table in ("log", "log_digest", "log_link"):
        connection.execute(f"DELETE FROM {table} WHERE seq = ?", [TAMPERED])
        for number in range(TAMPERED, LAST):
            connection.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", [number, number + 1])


def exchange(connection: sqlite3.Connection) -> None:
    for table in ("log", "log_digest"):
        for old, new in ((TAMPERED, 999), (TAMPERED + 1, TAMPERED), (999, TAMPERED + 1)):
            connection.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", [new, old])


def exchange_with_links(connection: sqlite3.Connection) -> None:
    exchange(connection)
    for old, new in ((TAMPERED, 999), (TAMPERED + 1, TAMPERED), (999, TAMPERED + 1)):
        connection.execute("UPDATE log_link SET seq = ? WHERE seq = ?", [new, old])


def flip_link(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE log_link SET link = zeroblob(32) WHERE seq = ?", [TAMPERED])


def flip_head(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE log_head SET digest = zeroblob(32)")


def without_head(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM log_head")


ALONE: dict[str, tuple[tuple[Harm, ...], str]] = {
    "reworded": ((reword,), f"Entry {TAMPERED} of the log is not as it was written"),
    "with its digest": ((reword, with_digest), f"Entry {TAMPERED} of the log was changed"),
    "the last one with its digest": (
        (lambda one: reword(one, LAST), lambda one: with_digest(one, LAST)),
        f"Entry {LAST} of the log was changed",
    ),
    "cut off": ((cut_off,), "Entries 18 to 20 of the log are missing"),
    "one taken out": (
        (take_out,),
        f"Entry {TAMPERED - 1} of the log .* one after it was taken out",
    ),
    "exchanged": ((exchange,), f"Entry {TAMPERED} or {TAMPERED + 1} of the log"),
    "exchanged with their links": (
        (exchange_with_links,),
        f"Entry {TAMPERED - 1} or {TAMPERED} of the log",
    ),
    "a link": ((flip_link,), f"What links entry {TAMPERED} "),
    "the head": ((flip_head,), f"Entry {LAST} "),
    "no head": ((without_head,), "What vouches for the log was removed"),
}


def of_log(folder: Path) -> list[str]:
    return [one.what for one in check(folder) if one.is_damage and one.part is Concern.JUDGEMENTS]


AT_THE_END = {"the last one with its digest", "cut off", "one taken out", "the head", "no head"}
"""A log that does not end as it was written must not be written on: its head tells of it."""


@pytest.mark.parametrize("harm", ALONE)
def test_the_first_entry_that_was_changed_is_named(harm: str, folder: Path) -> None:
    harms, told = ALONE[harm]
    tamper(folder, *harms)
    try:
        with Judgements.open(folder / JUDGEMENTS, ADA) as log:
            is_opened, what = True, log.problems()[0]
    except sqlite.Damaged as refused:
        is_opened, what = False, refused.what
    assert re.search(told, what) and is_opened == (harm not in AT_THE_END)


@pytest.mark.parametrize("harm", ["with its digest", "cut off", "exchanged", "no head"])
def test_what_was_changed_is_damage_and_the_backup_brings_it_back(harm: str, folder: Path) -> None:
    with Project.open(folder, ADA, read_only=True) as project:
        before = project.judgements.entries()
    harms, told = ALONE[harm]
    tamper(folder, *harms)
    (folder / MANIFEST).unlink()  # the log must tell it by itself
    assert re.search(told, of_log(folder)[0])
    assert restore(folder, ADA).lost == 0
    with Project.open(folder, ADA) as project:
        assert project.damage is None and project.judgements.problems() == []
        assert project.judgements.entries() == before


REFERRED: dict[str, str] = {
    "uuid": "UPDATE log SET uuid = 'other' WHERE seq = 5",
    "lamport": "UPDATE log SET lamport = 500 WHERE seq = 5",
    "person": "UPDATE log SET person_uuid = 'uuid-eve' WHERE seq = 5",
    "target": "UPDATE log SET target = 'f:99' WHERE seq = 5",
    "gone": "DELETE FROM log WHERE seq = 5",
}


@pytest.mark.parametrize("harm", REFERRED)
def test_not_the_entry_that_builds_on_it_is_named(harm: str, folder: Path) -> None:
    with Judgements.open(folder / JUDGEMENTS, ADA) as log:
        log.judge([j.rename("f:4", "wolf")], "Said again")
    with closing(sqlite3.connect(folder / JUDGEMENTS)) as connection, connection:
        for trigger in ("log_no_update", "log_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(REFERRED[harm])
        for sql in APPEND_ONLY:
            connection.execute(sql)
    (folder / MANIFEST).unlink()
    assert re.match("Entry 5 of the log is", of_log(folder)[0])


def test_what_no_copy_tells_of_is_kept_and_said(folder: Path) -> None:
    tamper(folder, reword, with_digest)
    shutil.rmtree(folder / BACKUPS)
    told = restore(folder, ADA)
    assert (told.judgements, told.lost, told.doubted) == (LAST, 0, (TAMPERED,))
    assert f"Number {TAMPERED} may not be as written" in told.describe()
    assert of_log(folder) == []


FORGED: tuple[Harm, ...] = (reword, with_digest, with_all_links)


def test_all_may_be_changed_in_a_log_that_was_linked_anew(folder: Path) -> None:
    tamper(folder, *FORGED)
    shutil.rmtree(folder / BACKUPS)
    told = restore(folder, ADA)
    assert (told.judgements, told.lost, told.doubted) == (LAST, 0, tuple(range(1, LAST + 1)))
    assert "Number 1 to 20 may not be as written" in told.describe()


def test_a_log_that_was_linked_anew_is_told_by_the_manifest_and_its_backups(folder: Path) -> None:
    with Project.open(folder, ADA, read_only=True) as project:
        before = project.judgements.entries()
    tamper(folder, *FORGED)
    with Judgements.open(folder / JUDGEMENTS, ADA, read_only=True) as log:
        assert log.problems() == []  # by itself it tells nothing
    with Project.open(folder, ADA) as project:
        assert project.read_only and project.damage is not None
        assert "does not hold any more what it held with 20 judgements" in str(project.damage)
        assert project.judgements.entries() == before  # a backup is shown
    assert f"Entry {TAMPERED} of the log is not the one that the backup" in of_log(folder)[1]
    assert restore(folder, ADA).doubted == ()
    with Project.open(folder, ADA) as project:
        assert project.damage is None and project.judgements.entries() == before
    assert of_log(folder) == []


def test_without_a_manifest_the_backups_tell_of_a_log_that_was_linked_anew(folder: Path) -> None:
    tamper(folder, *FORGED)
    (folder / MANIFEST).unlink()
    [what] = of_log(folder)
    assert f"Entry {TAMPERED} of the log is not the one that the backup" in what
    restore(folder, ADA)
    with Project.open(folder, ADA) as project:
        assert project.judgements.state.concepts[f"f:{TAMPERED - 1}"].name == "dog 12"


def test_a_backup_that_was_linked_anew_is_told_from_a_log_that_the_manifest_confirms(
    folder: Path,
) -> None:
    kept = (folder / JUDGEMENTS).read_bytes()
    tamper(folder, *FORGED)
    for backup in (folder / BACKUPS).glob("*.sqlite"):
        (folder / JUDGEMENTS).replace(backup)
        break
    (folder / JUDGEMENTS).write_bytes(kept)
    found = [one for one in check(folder) if one.is_damage and one.part is Concern.BACKUPS]
    assert (
        found[0].what == f"This backup was changed: its entry {TAMPERED} is not the one of the log."
    )
    assert of_log(folder) == []
    restore(folder, ADA)
    with Project.open(folder, ADA) as project:
        assert project.judgements.state.concepts[f"f:{TAMPERED - 1}"].name == "dog 12"


def test_what_was_noted_holds_while_the_log_goes_on_and_after_it_was_put_together_anew(
    folder: Path,
) -> None:
    with Project.open(folder, ADA) as project:
        head = project.judgements.head
        assert head is not None and links.parse_head(head.text) == head
        project.judgements.judge([j.hide("f:1")], "Hidden")
        project.judgements.undo()
        assert project.judgements.holds(head)
        now = project.judgements.head
        assert now is not None and now.entries == head.entries + 2
    said = manifest.read(folder)
    assert said is not None and said.head == now.text
    path = folder / JUDGEMENTS
    path.write_bytes(path.read_bytes()[:-9_000])
    restore(folder, ADA)
    with Project.open(folder, ADA) as project:
        assert project.damage is None and project.judgements.holds(head)
    assert of_log(folder) == []


def test_a_head_that_somebody_noted_tells_whether_the_log_was_changed(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        head = project.judgements.head
        assert head is not None
        project.judgements.judge([j.hide("f:1")], "Hidden")
    assert since(folder, head.text) == []
    with pytest.raises(Refusal, match="is not the head of a log"):
        since(folder, "e3b0c442")
    tamper(folder, *FORGED)
    for beside in (folder / MANIFEST, folder / BACKUPS):  # all that tells of it
        beside.unlink() if beside.is_file() else shutil.rmtree(beside)
    assert of_log(folder) == []
    [finding] = since(folder, head.text)
    assert "when its head was noted (20 judgements)" in finding.what
    [finding] = since(folder, links.Head("another", 1, head.digest).text)
    assert "not the log that the head was noted of" in finding.what


def test_entries_are_linked_as_one_by_one_so_at_once(tmp_path: Path) -> None:
    acts = [j.rename(f"f:{number}", "dog") for number in range(3)]
    with Judgements.open(tmp_path / "a.sqlite", ADA) as log:
        for act in acts:
            log.judge([act], "Said")
        log.judge([j.hide("f:9"), j.hide("f:8")], "Hidden")
        rows, head = log.linked(), log.head
        assert head is not None and head.entries == 5
        link = links.first(log.project, head.log)
        for row in rows:
            assert row.link == link and row.digest is not None
            link = links.following(link, row.digest)
        assert link == head.digest
