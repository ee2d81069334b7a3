"""A program that judges is killed at random moments: nothing that was committed is lost."""

import multiprocessing
import random
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from insight_app.project import judgements as j
from insight_app.project.judgements import Person
from insight_app.project.project import Project

ADA = Person("ada", "Ada")
KILLS = 10
SIZE = 3
"""Every act is on three concepts: it must be there whole or not at all."""


def write(folder: Path, told: Connection) -> None:
    """Judge and undo until killed; tell every entry once it is committed."""
    project = Project.open(folder, ADA)
    assert not project.read_only, project.why_read_only
    for number in range(1_000_000):
        if number % 5 == 4:
            changes = project.judgements.undo()
        else:
            acts = [j.rename(f"f:{index}", f"name {number}") for index in range(SIZE)]
            changes = project.judgements.judge(acts, f"Renamed to name {number}")
        told.send(changes.judgements)


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="Windows has no SIGKILL"
)
def test_a_killed_program_loses_no_committed_judgement(tmp_path: Path) -> None:
    folder = tmp_path / "birds.insight"
    Project.create(folder, ADA).close()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["insight_app.project.project"])
    chance = random.Random(5)
    committed: list[str] = []
    for _ in range(KILLS):
        hear, tell = processes.Pipe(duplex=False)
        writer = processes.Process(target=write, args=(folder, tell))
        writer.start()
        tell.close()
        for _ in range(chance.randint(1, 12)):
            committed += hear.recv()
        # Some more work of unknown length, so that the kill falls anywhere in a write.
        sum(range(chance.randrange(300_000)))
        writer.kill()
        try:
            while True:
                committed += hear.recv()
        except EOFError:
            writer.join()
        with Project.open(folder, ADA) as project:
            assert not project.read_only, project.why_read_only
            assert project.judgements.problems() == []
            entries = project.judgements.entries()
            groups = [entry.group for entry in entries]
            assert all(groups.count(group) == SIZE for group in groups)
    uuids = {entry.uuid for entry in entries}
    assert set(committed) <= uuids and len(committed) > SIZE * KILLS
    # At most one act a kill was committed without there having been time to tell.
    assert len(uuids) - len(committed) <= SIZE * KILLS
