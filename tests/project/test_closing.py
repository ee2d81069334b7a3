"""Results that were replaced let their files and connections go, whoever still reads them."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from insight_app.errors import Refusal
from insight_app.project.project import Project
from insight_app.project.results.open_files import Closed
from insight_app.project.results.snapshot import Results
from insight_app.project.summary import summarise
from tests.synthetic import make_project, publish_again

QUESTIONS = {
    "codes": lambda results, n: results.codes(1 + n % 4),
    "examples": lambda results, n: results.examples(n % results.F, "middle", 5),
    "strongest_images": lambda results, n: results.strongest_images(n % results.F, 9),
    "co_occurring": lambda results, n: results.co_occurring(n % results.F),
    "image": lambda results, n: results.image(1 + n % 12),
    "image_ids": lambda results, n: results.image_ids(status="coded"),
    "subset": lambda results, n: results.subset([1, 2]),
    "by_folder": lambda results, n: results.by_folder(),
    "problems": lambda results, n: results.problems(),
    "run_state": lambda results, n: results.run_state,
}
CONCEPTS = 1200


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closing") / "P.insight"
    return make_project(folder, images=12, concepts=CONCEPTS, photo_size=(48, 48))


def opened(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None
    return results


@pytest.fixture(autouse=True)
def nothing_is_left_to_the_collector() -> Iterator[None]:
    """Files must be closed when results are, not when Python happens to clean up."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def handles() -> int:
    """Open files of this process, of every kind."""
    process = psutil.Process()
    return process.num_fds() if hasattr(process, "num_fds") else process.num_handles()


def test_a_question_to_closed_results_is_refused_in_words(project: Path) -> None:
    results = opened(project)
    results.close()
    results.close()
    for name, question in QUESTIONS.items():
        with pytest.raises(Closed, match="Newer results"):
            question(results, 0)
            pytest.fail(f"{name} was answered")
    assert issubclass(Closed, Refusal)
    assert results.images.size == CONCEPTS and results.candidates(0)  # what is in memory stays


def test_closed_results_hold_no_file_even_while_something_still_refers_to_them(
    project: Path,
) -> None:
    before = handles()
    kept = [opened(project) for _ in range(5)]
    for results in kept:
        for question in QUESTIONS.values():
            question(results, 0)
    assert handles() >= before + 5 * 4, "the database, postings and shares are open"
    for results in kept:
        results.close()
    assert handles() == before


def test_who_reads_when_results_are_closed_reads_to_the_end(project: Path) -> None:
    before = handles()
    results = opened(project)
    files = results._open
    with files.reading() as held, held.engine.connect() as connection:
        query = connection.exec_driver_sql("SELECT id FROM image ORDER BY id")
        assert query.fetchone() == (1,)
        closing = threading.Thread(target=results.close)
        closing.start()
        closing.join()
        assert len(query.fetchall()) == 11
        assert held.places["order"].size == 12
        with pytest.raises(Closed):
            results.image(1)
    del held, connection, query, results, files
    assert handles() == before


def test_threads_that_ask_while_another_closes_get_the_answer_or_the_refusal(project: Path) -> None:
    judge = opened(project)
    expected = {name: repr(question(judge, 3)) for name, question in QUESTIONS.items()}
    judge.close()
    wrong: list[str] = []
    for _ in range(8):
        results = opened(project)
        asked = threading.Barrier(len(QUESTIONS) + 1)

        def ask(name: str, results: Results = results, asked: threading.Barrier = asked) -> None:
            asked.wait()
            try:
                for _ in range(200):
                    if (answer := repr(QUESTIONS[name](results, 3))) != expected[name]:
                        wrong.append(f"{name}: {answer}")
            except Closed:
                pass
            except Exception as error:
                wrong.append(f"{name}: {error!r}")

        threads = [threading.Thread(target=ask, args=(name,)) for name in QUESTIONS]
        for thread in threads:
            thread.start()
        asked.wait()
        results.close()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_sixty_generations_and_two_thousand_questions_leave_nothing_open(project: Path) -> None:
    process = psutil.Process()
    asked, before = 0, (0, 0, 0)
    for generation in range(60):
        publish_again(project, CONCEPTS)
        with opened(project) as results:
            for n in range(4):
                for question in QUESTIONS.values():
                    question(results, n)
                    asked += 1
        with Project.open(project, read_only=True):
            pass
        if generation % 5 == 0:
            gc.collect()  # statements of SQLAlchemy are circles; what they take is not ours
        if generation % 20 == 0:
            assert summarise(project)["images"]["all"] == 12
        if generation == 20:  # caches are full, pools are made
            before = (handles(), process.num_threads(), process.memory_info().rss)
    now = (handles(), process.num_threads(), process.memory_info().rss)
    assert asked >= 2000
    # Fewer is no leak: threads of what ran before may end meanwhile.
    assert now[0] <= before[0] and now[1] <= before[1]
    assert now[2] - before[2] < 24e6, "memory grows with every generation"
