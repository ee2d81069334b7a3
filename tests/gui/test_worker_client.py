"""The window's end of the worker: what is said is heard, what dies is started again, not for ever.

The processes here are small scripts that speak the protocol, so that no torch is needed.
"""

import sys

import pytest

from insight_app.errors import KnownError
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
        print(json.dumps({"id": id, "kind": "error", "error": "known", "what": "No room.",
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
DIES = "import sys; print('out of memory', file=sys.stderr); sys.exit(9)"


@pytest.fixture
def worker(qtbot):
    clients = []

    def make(script: str) -> WorkerClient:
        client = WorkerClient()
        client.command = [sys.executable, "-c", script]
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.stop()
        assert not client.is_running


def test_progress_results_and_publications_are_heard(qtbot, worker) -> None:
    client, results, progress, published, devices = worker(ANSWERS), [], [], [], []
    client.progress.connect(progress.append)
    client.published.connect(published.append)
    client.device_known.connect(devices.append)
    client.analyze("/p", done=results.append)
    qtbot.waitUntil(lambda: bool(results))
    assert results[0]["coded"] == 12
    assert (progress[0].done, progress[0].total, progress[0].seconds_left) == (3, 12, 9.5)
    assert progress[-1] is None
    assert published == ["/p"]
    assert devices[-1] == "CPU"
    assert not client.busy


def test_progress_of_a_request_that_has_its_own_listener_is_told_to_nobody_else(
    qtbot, worker
) -> None:
    client, results, mine, all_progress = worker(ANSWERS), [], [], []
    client.progress.connect(all_progress.append)
    client.request("import_model", project="/p", done=results.append, progress=mine.append)
    qtbot.waitUntil(lambda: bool(results))
    assert [told.done for told in mine] == [3]
    assert all_progress == [], "a paused analysis stays on the screen"


def test_an_answer_that_nobody_waits_for_any_more_is_not_told(qtbot, worker) -> None:
    client, results = worker(ANSWERS), []
    forgotten = client.request("encode", project="/p", done=results.append)
    client.request("encode", project="/p", done=lambda _reply: results.append("second"))
    client.forget(forgotten)
    qtbot.waitUntil(lambda: bool(results))
    assert results == ["second"]


def test_a_known_error_comes_in_its_own_words(qtbot, worker) -> None:
    client, errors = worker(ANSWERS), []
    client.request("refuse", failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    (error,) = errors
    assert isinstance(error, KnownError)
    assert str(error) == "disk: No room. All is kept. Make room."


def test_a_worker_that_died_is_started_again_and_asked_again(qtbot, worker) -> None:
    client, results = worker(DIES_ONCE), []
    client.analyze("/p", done=results.append)
    qtbot.waitUntil(lambda: bool(results))
    assert results[0]["coded"] == 1


def test_three_ends_within_a_minute_stop_it_and_say_what_it_said(qtbot, worker) -> None:
    client, said, failed = worker(DIES), [], []
    client.failed.connect(said.append)
    client.analyze("/p", failed=failed.append)
    qtbot.waitUntil(lambda: bool(said))
    assert len(said) == 1
    assert "out of memory" in str(said[0])
    assert failed == said
    assert not client.is_running
    assert not client.busy
