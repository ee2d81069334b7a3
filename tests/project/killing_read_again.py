"""A program that kills the coding again of an old project at random moments, and what came of it.

    python -m tests.project.killing_read_again FOLDER KILLS SEED

After each kill all codes of the project are of one rule; in the end it is as a new one. On success
the number of kills is printed.
"""

import random
import shutil
import sys
import time
from pathlib import Path

from sqlalchemy import select

from insight_app.project.analysis import run as analysis
from insight_app.project.check import check
from insight_app.project.project import Project
from insight_app.project.results import analysis_database
from insight_app.project.results.code_store import CodeReader, Place
from insight_app.project.results.schema import Image
from tests import tiny
from tests.project.killing import ADA, MOST, analyze, killed, prepare, start
from tests.project.test_analysis import content, draw
from tests.project.test_reading_rule import make_old

PHOTOS = 36


def read_again(project: Path) -> None:
    analysis.analyze(project, encoder=tiny.TinyEncoder(), read_again=True)


def committed(project: Path) -> dict[str, bytes]:
    """The codes that the project has, by the photo's name, published or not."""
    reader, found = CodeReader(project / "codes", 64), {}
    engine = analysis_database.open_reader(project)
    query = select(Image.id, Image.name, Image.shard, Image.offset, Image.bytes)
    with analysis_database.reading(engine) as connection:
        rows = connection.execute(query.where(Image.shard.is_not(None))).all()
    engine.dispose()
    for image, name, *place in rows:
        codes = reader.read(Place(*place), image).codes()
        found[name] = codes.indices.tobytes() + codes.values.tobytes()
    return found


def main(folder: Path, kills: int, seed: int) -> None:
    prepare()
    chance = random.Random(seed)
    photos = draw(folder / "photos", PHOTOS)
    dictionary = tiny.write_dictionary(folder / "tiny")
    old, new = make_old(folder / "old.insight", photos, dictionary), folder / "new.insight"
    analyze(new)
    before, after, expected = committed(old), committed(new), content(new)
    assert before.keys() == after.keys() and not before.items() & after.items()
    done, rounds, takes = 0, 0, 1.0
    while done < kills:
        project = folder / f"{rounds}.insight"
        shutil.copytree(old, project)
        for attempt in range(MOST + 1):
            began = time.monotonic()
            patience = chance.uniform(0, 0.7 * takes) if rounds and attempt < MOST else 300
            was_killed = killed(start(read_again, project), patience)
            found = committed(project).items()
            assert found <= before.items() or found <= after.items(), "codes of two rules"
            if not was_killed:
                takes = time.monotonic() - began if not rounds else takes
                break
            done += 1
        assert content(project) == expected, "the results differ"
        assert committed(project) == after and check(project) == [], check(project)
        with Project.open(project, ADA) as opened:
            assert opened.judgements.state.concepts["f:1"].name == "dog"
        rounds += 1
    print(f"{done} kills in {rounds} projects", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
