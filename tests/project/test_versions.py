"""Databases of every age: made, opened, brought up to date, or refused with a reason."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from insight_app.errors import KnownError
from insight_app.project.judgements import Person, hide, rename
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.store import Judgements
from insight_app.project.results import analysis_database
from insight_app.project.results.analysis_database import SCHEMA as ANALYSIS
from insight_app.project.results.schema import COVERED, Folder, Run
from insight_app.project.storage import sqlite, versions
from insight_app.project.storage.backups import list_backups

ADA = Person("ada", "Ada")
NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{number}", "{before}"
def upgrade():
    {steps}
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A project's judgements of today's version."""
    path = tmp_path / "judgements.sqlite"
    judgements = Judgements.open(path, ADA)
    judgements.judge([rename("f:1", "dog"), hide("f:2")], "Two things")
    judgements.undo()
    judgements.close()
    return path


def newer(tmp_path: Path, steps: str, schema: versions.Schema = SCHEMA) -> versions.Schema:
    """The schema of the next major version, that makes `steps` on the way."""
    folder = tmp_path / "revisions with spaces"
    folder.mkdir()
    for revision in schema.migrations.glob("v*.py"):
        shutil.copy(revision, folder)
    later = replace(schema, major=schema.major + 1, minor=0, migrations=folder)
    number = later.user_version
    following = NEXT.format(steps=steps, before=schema.user_version, number=number)
    (folder / f"v{number}.py").write_text(following, "utf-8")
    return later


def set_version(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {number}")


def test_a_new_file_says_what_it_is_and_which_version(old: Path) -> None:
    header = versions.read_header(old)
    assert (header.application_id, header.user_version) == (
        SCHEMA.application_id,
        SCHEMA.user_version,
    )


def test_a_head_of_another_file_format_is_damage(old: Path) -> None:
    content = bytearray(old.read_bytes())
    content[44:48] = (1999).to_bytes(4, "big")
    old.write_bytes(content)
    with pytest.raises(sqlite.Damaged):
        versions.read_header(old)


def test_a_newer_minor_version_opens_and_can_be_written(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE log ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")
    set_version(old, SCHEMA.user_version + 7)
    judgements = Judgements.open(old, ADA)
    judgements.judge([rename("f:3", "cat")], "Cat")
    assert judgements.state.concepts["f:3"].name == "cat"
    judgements.close()
    assert versions.read_header(old).user_version == SCHEMA.user_version + 7


def test_a_newer_major_version_is_refused_in_words_and_left_alone(old: Path) -> None:
    set_version(old, 3003)
    content = old.read_bytes()
    with pytest.raises(KnownError, match=r"newer Insight .*3\.3.*reads up to 2"):
        Judgements.open(old, ADA)
    assert old.read_bytes() == content


def test_an_older_file_is_backed_up_then_brought_up_to_date(old: Path, tmp_path: Path) -> None:
    schema = newer(
        tmp_path,
        "op.add_column('log', sa.Column('mood', sa.String(), nullable=True));"
        "op.create_table('team', sa.Column('id', sa.Integer(), primary_key=True))",
    )
    with closing(sqlite3.connect(old)) as connection:
        before = connection.execute("SELECT * FROM log ORDER BY seq").fetchall()
    versions.open_database(old, schema, backup_folder=tmp_path / "backups").dispose()
    with closing(sqlite3.connect(old)) as connection:
        after = connection.execute("SELECT * FROM log ORDER BY seq").fetchall()
        connection.execute("SELECT id FROM team")
    assert [row[:-1] for row in after] == before and len(before) == 4
    assert versions.read_header(old).user_version == schema.user_version
    [backup] = list_backups(tmp_path / "backups", "judgements")
    assert versions.read_header(backup.path).user_version == SCHEMA.user_version


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ("op.execute('DROP TRIGGER log_no_delete'); op.execute('DELETE FROM log')", "changed rows"),
        ("op.execute('DROP TRIGGER log_no_update'); op.execute('UPDATE log SET utc=1')", "changed"),
        (
            "op.execute('CREATE TABLE a (id INTEGER PRIMARY KEY)');"
            "op.execute('CREATE TABLE b (a_id INTEGER REFERENCES a (id))');"
            "op.execute('INSERT INTO b VALUES (5)')",
            "broke a reference in table b",
        ),
    ],
)
def test_an_update_that_harms_is_taken_back_whole(
    old: Path, tmp_path: Path, steps: str, reason: str
) -> None:
    schema = newer(tmp_path, steps)
    with pytest.raises(RuntimeError, match=reason):
        versions.open_database(old, schema, backup_folder=tmp_path / "backups")
    assert versions.read_header(old).user_version == SCHEMA.user_version
    judgements = Judgements.open(old, ADA)
    assert judgements.count == 4 and judgements.problems() == []
    judgements.close()


def test_an_older_file_is_not_updated_when_only_to_be_read(old: Path, tmp_path: Path) -> None:
    schema = newer(tmp_path, "pass")
    schema = replace(schema, readable_from=schema.user_version)
    content = old.read_bytes()
    with pytest.raises(KnownError, match="older Insight"):
        versions.open_database(old, schema, read_only=True)
    assert old.read_bytes() == content


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "judgements.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    with pytest.raises(sqlite.Damaged, match="not Insight's database of judgements"):
        Judgements.open(path, ADA)


@pytest.mark.parametrize("schema", [SCHEMA, ANALYSIS], ids=lambda schema: schema.role)
def test_the_revisions_make_exactly_the_tables_of_the_models(
    tmp_path: Path, schema: versions.Schema
) -> None:
    path = tmp_path / "made by revisions.sqlite"
    engine = sqlite.engine(path, create=True)
    with sqlite.writing(engine, path, "") as connection:
        versions.run_migrations(connection, schema, start=None)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        made = connection.exec_driver_sql(triggers).fetchall()
    engine.dispose()
    other = tmp_path / "made by models.sqlite"
    versions.open_database(other, schema).dispose()
    with closing(sqlite3.connect(other)) as direct:
        assert [tuple(row) for row in made] == direct.execute(triggers).fetchall()
        assert len(made) == (2 if schema is SCHEMA else 3 * len(COVERED))


def test_two_databases_are_brought_up_to_date_at_once(tmp_path: Path) -> None:
    """As when a window opens the judgements while a job reads older results."""
    begin = Barrier(2)

    def update(number: int) -> None:
        path = tmp_path / f"{number}.sqlite"
        engine = sqlite.engine(path, create=True)
        with sqlite.writing(engine, path, "") as connection:
            begin.wait()
            versions.run_migrations(connection, ANALYSIS, start=None)
        engine.dispose()

    for pair in range(3):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(update, (2 * pair, 2 * pair + 1)))


def test_older_results_are_backed_up_and_brought_up_to_date_by_their_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis_database.open_writer(tmp_path).dispose()
    later = newer(tmp_path, "op.add_column('run', sa.Column('mood', sa.String()))", ANALYSIS)
    monkeypatch.setattr(analysis_database, "SCHEMA", later)
    analysis_database.open_writer(tmp_path).dispose()
    path = tmp_path / analysis_database.NAME
    assert versions.read_header(path).user_version == 2000
    assert len(list_backups(tmp_path / "backups", "analysis")) == 1


def results_of_version_1_0(project: Path) -> Path:
    """Make results as the first version left them: one run that names no reading rule."""
    path = project / analysis_database.NAME
    engine = sqlite.engine(path, create=True, pragmas=ANALYSIS.pragmas)
    first = replace(ANALYSIS, minor=0)
    with sqlite.writing(engine, path, "") as connection:
        versions.run_migrations(connection, first, start=None)
        connection.exec_driver_sql(f"PRAGMA application_id = {ANALYSIS.application_id}")
        connection.exec_driver_sql(f"PRAGMA user_version = {first.user_version}")
        run = "(started, finished, state, message, images, seconds)"
        connection.exec_driver_sql(f"INSERT INTO run {run} VALUES ('', '', 'finished', '', 9, 1)")
        connection.exec_driver_sql("INSERT INTO source VALUES (1, '/photos', '../photos')")
        connection.exec_driver_sql("INSERT INTO folder (source_id, path) VALUES (1, 'a')")
    engine.dispose()
    return path


def test_older_results_are_brought_up_to_date_by_whoever_looks_at_them_first(
    tmp_path: Path,
) -> None:
    path = results_of_version_1_0(tmp_path)
    with ThreadPoolExecutor(8) as pool:  # a window asks from several threads at once
        engines = list(pool.map(analysis_database.open_reader, [tmp_path] * 8))
    for engine in engines:
        with analysis_database.reading(engine) as connection:
            runs = select(Run.state, Run.images, Run.reading_rule, Run.work)
            assert connection.execute(runs).all() == [("finished", 9, 1, "analyze")]
            folders = select(Folder.path, Folder.is_removed)
            assert connection.execute(folders).all() == [("a", False)]
        engine.dispose()
    assert versions.read_header(path).user_version == ANALYSIS.user_version
    assert len(list_backups(tmp_path / "backups", "analysis")) == 1


def test_the_log_refuses_to_be_changed_or_cut(old: Path) -> None:
    engine = versions.open_database(old, SCHEMA)
    for statement in ("DELETE FROM log", "UPDATE log SET kind = 'x'"):
        with (
            pytest.raises(Exception, match="only grows"),
            sqlite.writing(engine, old, "") as connection,
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_alembic_is_not_imported_to_open_a_current_project(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path\n"
        "from insight_app.project.project import Project, Person\n"
        f"p = Project.create(Path({str(tmp_path / 'a.insight')!r}), Person('u', 'Ada'))\n"
        "p.close()\n"
        "bad = {'alembic', 'torch', 'scipy', 'PySide6'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_version_that_still_waits_in_the_write_ahead_log_is_read(tmp_path: Path) -> None:
    analysis_database.open_writer(tmp_path).dispose()
    path = tmp_path / analysis_database.NAME
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 1004")
        assert int.from_bytes(path.read_bytes()[60:64], "big") == ANALYSIS.user_version
        assert versions.read_header(path).user_version == 1004
