"""Work in the background: delivered once and only to whom it concerns, and then forgotten."""

import gc
import threading
import weakref
from functools import partial

import pytest

from insight_app.gui.state.epochs import Epochs, Scope
from insight_app.gui.state.jobs import Jobs


class Something:
    """A result, an argument: what a finished job might keep alive."""


@pytest.fixture
def epochs() -> Epochs:
    return Epochs()


@pytest.fixture
def jobs(qtbot, epochs: Epochs):
    made = Jobs(epochs)
    yield made
    made.close()


def test_a_finished_job_keeps_nothing_alive(qtbot, jobs) -> None:
    kept: list[weakref.ref[Something]] = []

    def work(argument: Something) -> Something:
        result = Something()
        kept.extend((weakref.ref(argument), weakref.ref(result)))
        return result

    for _ in range(400):
        jobs.run(partial(work, Something()), done=lambda _result: None)
    qtbot.waitUntil(lambda: not jobs.busy)
    gc.collect()
    assert len(kept) == 800
    assert [one for one in kept if one() is not None] == []


def test_an_error_keeps_nothing_alive_either(qtbot, jobs) -> None:
    kept: list[weakref.ref[Something]] = []

    def work() -> None:
        local = Something()
        kept.append(weakref.ref(local))
        raise ValueError(local)

    errors: list[str] = []
    for _ in range(50):
        jobs.run(work, failed=lambda error: errors.append(type(error).__name__))
    qtbot.waitUntil(lambda: not jobs.busy)
    gc.collect()
    assert errors == ["ValueError"] * 50
    assert [one for one in kept if one() is not None] == []


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("ends", ["begin_results", "begin_project"])
def test_what_comes_after_its_epoch_is_not_delivered(qtbot, jobs, epochs, scope, ends) -> None:
    told: list[str] = []
    jobs.run(lambda: "answer", done=told.append, scope=scope)
    jobs.wait()  # the answer is there, and waits for its turn
    getattr(epochs, ends)()
    qtbot.waitUntil(lambda: not jobs.busy)
    lasts = {
        "begin_results": {Scope.PROGRAM, Scope.PROJECT},
        "begin_project": {Scope.PROGRAM},
    }
    assert told == (["answer"] if scope in lasts[ends] else [])


def test_what_waits_and_is_over_is_not_even_started(qtbot, jobs, epochs) -> None:
    go, ran = threading.Event(), []
    for _ in range(2):
        jobs.run(partial(go.wait, 300), scope=Scope.PROGRAM)
    jobs.run(lambda: ran.append("late"))
    epochs.begin_results()
    jobs.drop_over()
    go.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert ran == []


def test_a_newer_job_of_the_same_key_drops_the_older_one(qtbot, jobs) -> None:
    told: list[int] = []
    for number in range(20):
        jobs.run(partial(int, number), done=told.append, key="one")
    qtbot.waitUntil(lambda: not jobs.busy)
    assert told == [19]


def test_an_error_that_nobody_takes_care_of_is_told(qtbot, jobs) -> None:
    told: list[Exception] = []
    jobs.failed.connect(told.append)
    jobs.run(partial(int, "no number"))
    qtbot.waitUntil(lambda: not jobs.busy)
    assert [type(error) for error in told] == [ValueError]
