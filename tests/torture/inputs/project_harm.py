"""What may be wrong with a project that came by mail. Each returns what it did, in words."""

import json
import os
import random
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from insight_app.project.folder import ANALYSIS, JUDGEMENTS
from tests.torture.decoys import Decoys
from tests.torture.inputs import damage


class World(Protocol):
    """What a harm is made with: the project itself, another one, and what nothing may touch."""

    @property
    def one(self) -> Path: ...

    @property
    def other(self) -> Path: ...

    @property
    def decoys(self) -> Decoys: ...


Harm = Callable[[World, random.Random, Path], str]
NEW_NAMES = (
    "lock",
    "statistics/lock",
    "codes/lock",
    "judgements.sqlite-journal",
    "judgements.sqlite-wal",
    "judgements.sqlite-shm",
    "analysis.sqlite-wal",
    "analysis.sqlite-shm",
    "analysis.sqlite-journal",
    "backups/judgements-99990101T000000.sqlite",
    "backups/judgements-20269999T999999.sqlite",
    "backups/judgements-20260101T000000.jsonl",
    "backups/judgements-20260101T000000.jsonl.partial",
    "backups/judgements-20991231T235959-before-update.sqlite",
    ".judgements.sqlite.part",
    "statistics/generation-000002",
    "statistics/generation-999999",
    "codes/000002.codes",
    "statistics/generation-000002/generation.json",
    "dictionary/summary.npz",
    "manifest.json",
    "dictionary/vocabulary.txt",
    ".dictionary.part",
    "statistics/.part",
    "training",
    "findings.json",
    "judgements.json",
    "log.json",
    "statistics/partial",
    "backups/.part",
    "crashes.json",
)


def harm(world: World, chance: random.Random, project: Path) -> str:
    kinds = (
        (bytes_of_a_file,) * 4
        + (no_file,) * 4
        + (new_name,) * 3
        + (json_file,) * 3
        + (
            database,
            database,
            header,
            rows,
            numbers,
            numbers,
            others_file,
            a_folder_is_a_link,
            lock,
            lock,
            other_version,
            hot_journal,
        )
    )
    kind = chance.choice(kinds)
    try:
        return kind(world, chance, project)
    except (OSError, ValueError, sqlite3.Error) as error:  # what was harmed before
        return f"{kind.__name__} could not be done ({type(error).__name__})"


def files(project: Path) -> list[Path]:
    """All files, each kind of folder as often as any other."""
    found = sorted(path for path in project.rglob("*") if path.is_file() and not path.is_symlink())
    return found or [project / JUDGEMENTS]


def _some(chance: random.Random, project: Path, end: str = "") -> Path:
    found = [path for path in files(project) if path.name.endswith(end)] or files(project)
    folders = sorted({path.parent for path in found})
    folder = chance.choice(folders)
    return chance.choice([path for path in found if path.parent == folder])


def bytes_of_a_file(world: World, chance: random.Random, project: Path) -> str:
    path, how = _some(chance, project), chance.choice(damage.BYTES)
    path.write_bytes(how(chance, path.read_bytes()))
    return f"{path.relative_to(project)}: {how.__name__}"


def no_file(world: World, chance: random.Random, project: Path) -> str:
    path, how = _some(chance, project), chance.choice(damage.NO_FILES)
    how(chance, path, world.decoys.root)
    return f"{path.relative_to(project)}: {how.__name__}"


def new_name(world: World, chance: random.Random, project: Path) -> str:
    """Something lies where Insight would like to write or may look."""
    path = project / chance.choice(NEW_NAMES)
    how = chance.choice(damage.NO_FILES[1:])
    how(chance, path, world.decoys.root)
    return f"new {path.relative_to(project)}: {how.__name__}"


def json_file(world: World, chance: random.Random, project: Path) -> str:
    path = _some(chance, project, chance.choice((".json", ".json", ".jsonl")))
    data = path.read_bytes()
    if path.suffix == ".jsonl":
        lines = data.splitlines(keepends=True) or [b"{}"]
        at = chance.randrange(len(lines))
        lines[at] = damage.odd_json(chance, lines[at]) + b"\n"
        path.write_bytes(b"".join(lines))
    else:
        path.write_bytes(damage.odd_json(chance, data))
    return f"{path.relative_to(project)}: odd JSON"


def _database(chance: random.Random, project: Path) -> Path:
    """One that can be opened: SQLite would play back a journal of ours, and do the harm itself."""
    path = project / chance.choice((JUDGEMENTS, ANALYSIS))
    if not path.is_file() or path.is_symlink() or path.with_name(f"{path.name}-journal").exists():
        raise OSError
    return path


def database(world: World, chance: random.Random, project: Path) -> str:
    """A database with things in it that we did not make."""
    path = _database(chance, project)
    what = chance.choice(("trigger", "view", "dropped table", "more columns", "odd collation",
                          "expression index", "generated", "virtual", "blob name",
                          "constraint"))  # fmt: skip
    with closing(sqlite3.connect(path)) as opened, opened:
        tables = [name for (name,) in opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )]  # fmt: skip
        table = chance.choice(tables or ["none"])
        said = f"{path.name}: {what} on {table}"
        try:
            if what == "trigger":
                for act in ("INSERT", "UPDATE", "DELETE"):
                    opened.execute(f"CREATE TRIGGER t{act} AFTER {act} ON \"{table}\" BEGIN "
                                   f"SELECT RAISE(ABORT, 'no'); END")  # fmt: skip
            elif what == "view":
                opened.execute(f'ALTER TABLE "{table}" RENAME TO hidden')
                opened.execute(f'CREATE VIEW "{table}" AS WITH RECURSIVE c(x) AS (SELECT 1 UNION '
                               f"ALL SELECT x + 1 FROM c) SELECT * FROM hidden, c")  # fmt: skip
            elif what == "dropped table":
                opened.execute(f'DROP TABLE "{table}"')
            elif what == "more columns":
                opened.execute(f'ALTER TABLE "{table}" ADD COLUMN odd TEXT')
            elif what == "expression index":
                opened.execute(f'CREATE INDEX odd ON "{table}"(abs(1))')
            elif what == "generated":
                opened.execute(f'ALTER TABLE "{table}" ADD COLUMN g AS (randomblob(1000000000))')
            elif what in ("blob name", "constraint"):
                opened.execute("PRAGMA writable_schema = ON")
                change = "name = x'ff'"
                if what == "constraint":
                    change = "sql = substr(sql, 1, length(sql) - 1) || ', CHECK (random() = 0))'"
                opened.execute(f"UPDATE sqlite_master SET {change} WHERE name = ?", (table,))
            elif what == "virtual":
                opened.execute("CREATE VIRTUAL TABLE odd USING fts5(x)")
            else:
                opened.execute(f'CREATE TABLE odd(x TEXT COLLATE NOCASE, y REFERENCES "{table}")')
        except sqlite3.Error as error:
            return f"{said} ({error})"
    return said


def rows(world: World, chance: random.Random, project: Path) -> str:
    """Values in a table that no program of ours would have written."""
    path = _database(chance, project)
    values = (
        None,
        -1,
        0,
        2**62,
        -(2**63),
        1.5e308,
        "",
        "x",
        "{",
        "[]",
        "null",
        b"\0\xff",
        "9" * 5000,
        "../../decoys/letter.txt",
        "/dev/zero",
        damage.DEEP.decode(),
        "\x1b[31m",
        "9999-99-99T00:00:00",
        "x" * 3_000_000,
    )
    with closing(sqlite3.connect(path)) as opened, opened:
        tables = [name for (name,) in opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )]  # fmt: skip
        table = chance.choice(tables or ["none"])
        try:
            columns = [row[1] for row in opened.execute(f'PRAGMA table_info("{table}")')]
            column, value = chance.choice(columns or ["none"]), chance.choice(values)
            opened.execute("PRAGMA ignore_check_constraints = 1")
            opened.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid IN '
                           f'(SELECT rowid FROM "{table}" ORDER BY random() LIMIT ?)',
                           (value, chance.choice((1, 1, 1000))))  # fmt: skip
        except sqlite3.Error as error:
            return f"{path.name}, {table}: {error}"
    return f"{path.name}, {table}.{column} = {str(value)[:30]!r}"


def header(world: World, chance: random.Random, project: Path) -> str:
    """The numbers in a database's head: version, application, page size, formats, encoding."""
    path = _database(chance, project)
    at, size = chance.choice(
        (
            (60, 4),
            (60, 4),
            (68, 4),
            (16, 2),
            (18, 1),
            (19, 1),
            (20, 1),
            (24, 4),
            (28, 4),
            (32, 4),
            (36, 4),
            (44, 4),
            (56, 4),
            (92, 4),
        )
    )
    value = chance.choice((0, 1, 999, 1000, 1001, 1999, 2000, 3000, 2**31 - 1, 2**32 - 1, 255))
    data = bytearray(path.read_bytes())
    data[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, "big")
    path.write_bytes(data)
    return f"{path.name}: bytes {at}-{at + size - 1} are {value}"


def numbers(world: World, chance: random.Random, project: Path) -> str:
    """Arrays whose heads lie: shapes, types, objects; or archives that are bombs."""
    path = _some(chance, project, chance.choice((".npz", ".npy")))
    what = chance.choice(("shape", "objects", "type", "bomb", "names", "huge", "nan", "version"))
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        name = chance.choice(sorted(arrays) or ["x"])
        if what == "objects":
            arrays[name] = np.array([{"a": 1}], object)
        elif what == "type":
            arrays[name] = arrays[name].astype(
                chance.choice(("f4", "u1", "c16", "U3", "M8[s]", "V4"))
            )
        elif what == "bomb":
            arrays[name] = np.zeros(120_000_000, np.uint8)
        elif what == "names":
            arrays["../../decoys/new-file"] = arrays.pop(name)
        elif what == "nan":
            arrays[name] = np.full(arrays[name].shape, np.nan)
        else:
            arrays[name] = np.resize(
                arrays[name], chance.choice(((0,), (1, 1, 1), (7,), (1000,), ()))
            )
        save = np.savez_compressed if what == "bomb" else np.savez
        save(path, **arrays)
    elif path.suffix == ".npy":
        head = {
            "shape": "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
            "objects": "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
            "version": "{'descr': '<f4', 'fortran_order': True, 'shape': (-1, 3), }",
            "huge": "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 2), }",
        }
        text = head.get(
            what, "{'descr': [('a', '<u2')] * 9, 'fortran_order': 0, 'shape': 3}"
        ).encode()
        data = path.read_bytes()
        path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(text) + 1) + text + b"\n" + data)
    else:
        return bytes_of_a_file(world, chance, project)
    return f"{path.relative_to(project)}: {what}"


def others_file(world: World, chance: random.Random, project: Path) -> str:
    """A file of another project in the place of ours, or of one folder in the place of another."""
    path = _some(chance, project)
    source = world.other if chance.random() < 0.7 else world.one
    found = [one for one in files(source) if one.suffix == path.suffix] or files(source)
    taken = chance.choice(found)
    shutil.copyfile(taken, path)
    return f"{path.relative_to(project)}: is {taken.relative_to(source.parent)}"


def a_folder_is_a_link(world: World, chance: random.Random, project: Path) -> str:
    name = chance.choice(("codes", "statistics", "dictionary", "backups", "statistics/generation"))
    path = project / name
    if name.endswith("generation"):
        path = max(project.glob("statistics/generation-*"), default=path)
    target = world.decoys.root / "folder"
    what = chance.choice(("decoy", "nothing", "file", "gone", "itself"))
    if path.exists():
        shutil.rmtree(path)
    path.parent.mkdir(exist_ok=True)
    if what == "file":
        path.write_text("no folder")
    elif what != "gone":
        path.symlink_to(
            {"decoy": target, "nothing": target / "new-folder"}.get(what, Path(path.name))
        )
    return f"{path.relative_to(project)}/: {what}"


def lock(world: World, chance: random.Random, project: Path) -> str:
    """A lock of somebody who is not there, and other texts."""
    holder: dict[str, Any] = {
        "token": "t",
        "pid": chance.choice((1, os.getppid(), 99_999_999, -1, 0, "1", None, 1.5, 2**70)),
        "started": chance.choice(("", "0", None, "9" * 99)),
        "host": chance.choice(("", "x", os.uname().nodename)),
        "person": chance.choice(("<b>Ada</b>", "\x1b[31mAda", "A" * 10_000, None, 7)),
        "since": chance.choice(
            (
                "2026-01-01T00:00:00+00:00",
                "yesterday",
                "",
                None,
                7,
                "9999-12-31T23:59:59-14:00",
                "0001-01-01T00:00:00+14:00",
            )
        ),
    }
    text = json.dumps(holder).encode()
    if chance.random() < 0.4:
        text = damage.odd_json(chance, text)
    name = chance.choice(("lock", "lock", "statistics/lock"))
    (project / name).write_bytes(text)
    return f"{name}: {text[:150]!r}"


def other_version(world: World, chance: random.Random, project: Path) -> str:
    path = _database(chance, project)
    version = chance.choice((0, 1, 999, 1000, 1001, 1999, 2000, 2001, 3000, 999_999, -1))
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(f"PRAGMA user_version = {version}")
        if chance.random() < 0.2:
            opened.execute(f"PRAGMA application_id = {chance.choice((0, 7))}")
        opened.commit()
    return f"{path.name}: version {version}"


def hot_journal(world: World, chance: random.Random, project: Path) -> str:
    """A journal that wants to be played back; it may name a file that would be deleted."""
    path = _database(chance, project)
    journal = path.with_name(f"{path.name}-journal")
    scratch = project.parent / "scratch"
    scratch.mkdir()
    shutil.copyfile(path, scratch / "a")
    with closing(sqlite3.connect(scratch / "a", isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")
        opened.execute("PRAGMA cache_size = 1")
        opened.execute("BEGIN IMMEDIATE")
        opened.execute("CREATE TABLE odd AS SELECT randomblob(60000) AS x")
        data = (scratch / "a-journal").read_bytes()
        opened.execute("ROLLBACK")
    shutil.rmtree(scratch)
    if chance.random() < 0.5:  # with the name of a "super-journal"
        name = os.fsencode(world.decoys.root / chance.choice(("letter.txt", "empty")))
        check = sum(name) & 0xFFFFFFFF
        data += struct.pack(">I", 0) + name + struct.pack(">II", len(name), check)
        data += bytes.fromhex("d9d505f920a163d7")
    if chance.random() < 0.3:
        data = damage.flip(chance, data)
    journal.write_bytes(data)
    return f"a journal beside {path.name}"
