"""The window's end of the worker: what is said is heard, what dies is started again, not for ever.

The processes here are small scripts that speak the protocol, so that no torch is needed.
"""

import sys

import pytest

from insight_app.errors import WorldError
from insight_app.gui.state.epochs import Epochs, Scope
from insight_app.gui.state.worker_client import WorkerClient

ANSWERS = """
import json, sys
print(json.dumps({"kind": "hello"}), flush=True)
print(json.dumps({"kind": "device", "device": "CPU"}), flush=True)
print("a library that prints", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    id = request["id"]
    if request["do"] == "cancel":
        continue
    if request["do"] == "refuse":
        print(json.dumps({"id": id, "kind": "error", "error": "world", "what": "No room.",
                          "where": "disk", "kept": "All is kept.", "do": "Make room."}), flush=True)
        continue
    print(json.dumps({"id": id, "kind": "progress", "done": 3, "total": 12, "message": "Photos",
                      "seconds_left": 9.5}), flush=True)
    print(json.dumps({"kind": "published", "project": request["project"]}), flush=True)
    print(json.dumps({"id": id, "kind": "result", "coded": 12}), flush=True)
"""
DIES_ONCE = """
import json, sys
request = json.loads(sys.stdin.readline())
if not request.get("after_crash"):
    sys.exit(9)
print(json.dumps({"id": request["id"], "kind": "result", "coded": 1}), flush=True)
sys.stdin.read()
"""
GIVES_A_FILE = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] != "cancel":
        print(json.dumps({"id": request["id"], "kind": "result", "file": request["file"]}),
              flush=True)
"""
STOPS = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "cancel":
        print(json.dumps({"id": request["request"], "kind": "result", "cancelled": True}),
              flush=True)
"""
DIES_WHEN_CANCELLED = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "cancel":
        sys.exit(9)
    if request.get("after_crash"):
        print(json.dumps({"id": request["id"], "kind": "result"}), flush=True)
"""
DIES = "import sys; print('out of memory', file=sys.stderr); sys.exit(9)"


WAIT = 300_000


@pytest.fixture
def epochs() -> Epochs:
    return Epochs()


@pytest.fixture
def worker(qtbot, epochs: Epochs):
    clients = []

    def make(script: str) -> WorkerClient:
        client = WorkerClient(epochs)
        client.command = [sys.executable, "-c", script]
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.stop()
        assert not client.is_running


def test_progress_results_and_publications_are_heard(qtbot, worker) -> None:
    client, results, progress, published, devices = worker(ANSWERS), [], [], [], []
    client.published.connect(published.append)
    client.device_known.connect(devices.append)
    client.request(
        "analyze", project="/p", scope=Scope.PROJECT, done=results.append, progress=progress.append
    )
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    assert results[0]["coded"] == 12
    (told,) = progress
    assert (told.done, told.total, told.seconds_left) == (3, 12, 9.5)
    assert published == ["/p"]
    assert devices[-1] == "CPU"
    assert not client.busy


def test_an_answer_for_a_project_that_was_left_is_told_to_nobody(qtbot, worker, epochs) -> None:
    client, told = worker(ANSWERS), []
    late = {"done": told.append, "failed": told.append, "progress": told.append}
    client.request("analyze", project="/a", scope=Scope.PROJECT, **late)
    client.request("refuse", project="/a", scope=Scope.RESULTS, **late)
    epochs.begin_project()
    ends = []
    client.request("analyze", project="/b", scope=Scope.PROGRAM, done=ends.append)
    qtbot.waitUntil(lambda: bool(ends), timeout=WAIT)
    assert told == []
    assert not client.busy


def test_newer_results_end_what_was_asked_of_the_last_ones_and_no_more(
    qtbot, worker, epochs
) -> None:
    client, told = worker(ANSWERS), []
    for scope in Scope:
        client.request(
            "encode", project="/p", scope=scope, done=lambda _reply, scope=scope: told.append(scope)
        )
    epochs.begin_results()
    qtbot.waitUntil(lambda: not client.busy, timeout=WAIT)
    assert told == [Scope.PROGRAM, Scope.PROJECT]


def test_a_file_that_nobody_reads_is_deleted(qtbot, worker, epochs, tmp_path) -> None:
    arrays = tmp_path / "1.npz"
    arrays.write_bytes(b"numbers")
    client = worker(GIVES_A_FILE)
    client.request("encode", file=str(arrays), scope=Scope.RESULTS, done=lambda _reply: None)
    epochs.begin_results()
    qtbot.waitUntil(lambda: not client.busy, timeout=WAIT)
    assert not arrays.exists()


def test_what_was_cancelled_is_stopped_and_not_done(qtbot, worker) -> None:
    client, told = worker(STOPS), []
    number = client.request(
        "export",
        scope=Scope.PROJECT,
        done=lambda _reply: told.append("done"),
        stopped=lambda: told.append("stopped"),
    )
    client.cancel(number)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert told == ["stopped"]


def test_a_crash_does_not_resume_what_was_being_paused(qtbot, worker) -> None:
    client, told = worker(DIES_WHEN_CANCELLED), []
    number = client.request(
        "analyze",
        scope=Scope.PROJECT,
        done=lambda _reply: told.append("done"),
        stopped=lambda: told.append("stopped"),
    )
    client.cancel(number)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert told == ["stopped"]
    assert not client.busy


def test_an_error_of_a_forgotten_request_is_not_said(qtbot, worker) -> None:
    client, said, ends = worker(ANSWERS), [], []
    client.failed.connect(said.append)
    client.forget(client.request("refuse", scope=Scope.PROGRAM))
    client.request("encode", project="/p", scope=Scope.PROGRAM, done=ends.append)
    qtbot.waitUntil(lambda: bool(ends), timeout=WAIT)
    assert said == []


def test_an_answer_that_nobody_waits_for_any_more_is_not_told(qtbot, worker) -> None:
    client, results = worker(ANSWERS), []
    forgotten = client.request("encode", project="/p", scope=Scope.RESULTS, done=results.append)
    client.request(
        "encode", project="/p", scope=Scope.RESULTS, done=lambda _reply: results.append("second")
    )
    client.forget(forgotten)
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    assert results == ["second"]


def test_a_known_error_comes_in_its_own_words(qtbot, worker) -> None:
    client, errors = worker(ANSWERS), []
    client.request("refuse", scope=Scope.PROGRAM, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors), timeout=WAIT)
    (error,) = errors
    assert isinstance(error, WorldError)
    assert str(error) == "disk: No room. All is kept. Make room."


def test_a_worker_that_died_is_started_again_and_asked_again(qtbot, worker) -> None:
    client, results = worker(DIES_ONCE), []
    client.request("analyze", project="/p", scope=Scope.PROJECT, done=results.append)
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    assert results[0]["coded"] == 1


def test_three_ends_within_a_minute_stop_it_and_say_what_it_said(qtbot, worker) -> None:
    client, said, failed = worker(DIES), [], []
    client.failed.connect(said.append)
    client.request("analyze", project="/p", scope=Scope.PROJECT, failed=failed.append)
    qtbot.waitUntil(lambda: bool(failed), timeout=WAIT)
    assert "out of memory" in str(failed[0])
    assert len(failed) == 1
    assert said == [], "it is told once, to whoever waited"
    assert not client.is_running
    assert not client.busy
