"""The worker as the window meets it: a process, lines in, lines out."""

import json
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from insight_app.concepts import encoders
from insight_app.project.results.snapshot import Results
from insight_app.worker.loaded_models import LoadedModels
from insight_app.worker.pace import Estimate, Pace
from tests import tiny

PATIENCE = 300.0
ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import sys
from insight_app.concepts import encoders
encoders.REGISTRY["tiny"] = ("tests.tiny", encoders.EncoderInfo("tiny", "Tiny", "", token_dim=16))
from insight_app.worker.loop import main
sys.exit(main())
"""


class Process:
    """A worker that knows the tiny encoder too."""

    def __init__(self) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-c", PROGRAM]
        self.process = subprocess.Popen(command, cwd=ROOT, **pipes)  # type: ignore[call-overload]
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.noise = b""
        threading.Thread(target=self._listen, daemon=True).start()
        self._stderr = threading.Thread(target=self._drain, daemon=True)
        self._stderr.start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put({"kind": "end"})

    def _drain(self) -> None:
        self.noise = self.process.stderr.read()

    def send(self, **message: Any) -> None:
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self, **wanted: Any) -> dict[str, Any]:
        """The next line that has these values; an error is never skipped."""
        while True:
            line = self.lines.get(timeout=PATIENCE)
            if all(line.get(name) == value for name, value in wanted.items()):
                return line
            assert line["kind"] not in ("error", "end"), line

    def end(self) -> int:
        self.process.stdin.close()
        code = int(self.process.wait(PATIENCE))
        self._stderr.join(PATIENCE)
        return code


@pytest.fixture
def worker() -> Iterator[Process]:
    started = Process()
    yield started
    if started.process.poll() is None:
        started.process.kill()
    started.process.wait()
    for pipe in (started.process.stdin, started.process.stdout, started.process.stderr):
        pipe.close()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for at in range(40):
        Image.fromarray(rng.integers(0, 255, (30, 30, 3), np.uint8)).save(folder / f"é{at:02d}.png")
    (folder / "broken.jpg").write_bytes(b"no photo")
    return folder


def test_a_worker_says_hello_analyzes_answers_and_ends_with_its_input(
    worker: Process, photos: Path, tmp_path: Path
) -> None:
    project, dictionary = tmp_path / "P.insight", tiny.write_dictionary(tmp_path / "tiny")
    assert worker.hear(kind="hello")["protocol"] == 1
    assert worker.hear(kind="device")["device"]
    asked = {"project": str(project), "encoder": "tiny", "dictionary": str(dictionary)}
    worker.send(id=1, do="analyze", folders=[str(photos)], **asked)
    assert worker.hear(kind="published")["project"] == str(project)
    worker.send(id=2, do="embed", encoder="tiny", texts=["one", "three"])
    worker.hear(id=1, kind="progress", message="Analyzing photos")
    embedded = worker.hear(id=2)
    assert embedded["kind"] == "result"
    done = worker.hear(id=1, kind="result")
    assert (done["coded"], done["unreadable"]) == (40, 1)
    results = Results.open(project)
    assert results is not None and results.coded_images == 40

    with np.load(embedded["file"]) as file:
        assert np.allclose(np.linalg.norm(file["vectors"], axis=1), 1, atol=1e-6)
    record = results.image(int(results.image_ids(status="coded")[0]))
    worker.send(id=3, do="encode", project=str(project), path=str(record.path))
    with np.load(worker.hear(id=3, kind="result")["file"]) as file:
        assert np.array_equal(file["values"], results.codes(record.id).values)
        assert tuple(file["crop"]) == record.geometry.crop

    worker.send(id=4, do="encode", project=str(project), path=str(photos / "broken.jpg"))
    error = worker.hear(id=4)
    assert (error["kind"], error["error"]) == ("error", "refusal")
    assert error["where"] == str(photos / "broken.jpg") and error["what"]
    worker.send(id=5, do="embed", encoder="tiny", texts=[None])
    error = worker.hear(id=5)
    assert (error["kind"], error["error"]) == ("error", "bug")
    assert "TypeError" in error["what"] and "Traceback" in error["trace"]
    worker.send(id=6, do="fly")
    assert worker.hear(id=6)["error"] == "refusal"
    for line in (b"this is no request", b"\xff", b'{"id": Infinity, "do": "device"}'):
        worker.process.stdin.write(line + b"\n")
        worker.process.stdin.flush()
        assert worker.hear(id=0)["error"] == "refusal"
    worker.send(id=7, do="cancel", request=[])
    worker.send(id=8, do="device")
    assert worker.hear(id=8)["kind"] == "result"
    assert worker.end() == 0
    assert not Path(embedded["file"]).exists()


def test_a_project_made_anew_where_another_was_is_seen_with_its_own_dictionary(
    worker: Process, photos: Path, tmp_path: Path
) -> None:
    project, request = tmp_path / "P.insight", 0
    for seed in (3, 4):
        dictionary = tiny.write_dictionary(tmp_path / f"tiny {seed}", seed=seed)
        shutil.rmtree(project, ignore_errors=True)
        asked = {"project": str(project), "encoder": "tiny", "dictionary": str(dictionary)}
        worker.send(id=(request := request + 1), do="analyze", folders=[str(photos)], **asked)
        worker.hear(id=request, kind="result")
        with Results.open(project) as results:
            image = int(results.image_ids(status="coded")[0])
            path, codes = results.image(image).path, results.codes(image)
        worker.send(id=(request := request + 1), do="encode", project=str(project), path=str(path))
        with np.load(worker.hear(id=request, kind="result")["file"]) as file:
            assert np.array_equal(file["indices"], codes.indices)
            assert np.array_equal(file["values"], codes.values)


def test_weights_that_were_replaced_are_loaded_again(tmp_path: Path) -> None:
    encoders.REGISTRY["with weights"] = (
        "tests.tiny",
        encoders.EncoderInfo("with weights", "With weights", "", token_dim=16),
    )
    try:
        weights, loaded = tmp_path / "weights.pt", LoadedModels()
        weights.write_text("first")
        options = {"model": "small", "weights": str(weights)}
        first = loaded.encoder("with weights", **options)
        assert loaded.encoder("with weights", **options) is first
        weights.write_text("second one")
        second = loaded.encoder("with weights", **options)
        assert (first.fingerprint, second.fingerprint) == ("first", "second one")
    finally:
        del encoders.REGISTRY["with weights"]


def test_an_analysis_can_be_cancelled_and_asked_for_again(
    worker: Process, photos: Path, tmp_path: Path
) -> None:
    project, dictionary = tmp_path / "P.insight", tiny.write_dictionary(tmp_path / "tiny")
    asked = {"project": str(project), "encoder": "tiny", "dictionary": str(dictionary)}
    worker.send(id=1, do="analyze", folders=[str(photos)], **asked)
    worker.send(id=2, do="analyze", **asked)
    worker.send(id=3, do="cancel", request=1)
    worker.send(id=4, do="cancel", request=2)
    assert worker.hear(id=1, kind="result")["cancelled"]
    assert worker.hear(id=2, kind="result")["cancelled"]
    worker.send(id=5, do="analyze", folders=[str(photos)], **asked)
    worker.hear(id=5, kind="result")
    results = Results.open(project)
    assert results is not None
    assert (results.coded_images, results.run_state) == (40, "finished")


def test_closing_the_input_in_the_middle_stops_and_keeps(
    worker: Process, photos: Path, tmp_path: Path
) -> None:
    project, dictionary = tmp_path / "P.insight", tiny.write_dictionary(tmp_path / "tiny")
    asked = {"project": str(project), "encoder": "tiny", "dictionary": str(dictionary)}
    worker.send(id=1, do="analyze", folders=[str(photos)], **asked)
    worker.hear(kind="published")
    assert worker.end() == 0
    results = Results.open(project)
    assert results is not None and results.run_state in ("cancelled", "finished")


def test_what_libraries_print_never_mixes_with_what_the_worker_says() -> None:
    program = (
        "import os\nfrom insight_app.worker import loop\n"
        "class Loud(loop.Requests):\n"
        "    def device(self, request):\n"
        "        print('printed'); os.write(1, b'written\\n'); return {'device': 'CPU'}\n"
        "loop.Requests = Loud\nraise SystemExit(loop.main())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], input=b"", capture_output=True, check=True
    )
    kinds = [json.loads(line)["kind"] for line in ran.stdout.splitlines()]
    assert kinds == ["hello", "device"]
    assert b"printed" in ran.stderr and b"written" in ran.stderr


def test_the_time_left_follows_the_pace_of_the_present_step() -> None:
    estimate = Estimate()
    assert estimate.pace(0, 0, "Loading", 0.0) is None
    assert estimate.pace(0, 100, "Analyzing", 50.0) is None
    assert estimate.pace(10, 100, "Analyzing", 55.0) == Pace(2.0, pytest.approx(45))
    assert estimate.pace(100, 100, "Analyzing", 100.0) == Pace(2.0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_worker_without_room_for_temporary_files_says_so_in_one_line() -> None:
    """As on a full disk: not a byte can be written in any folder for temporary files."""
    import resource

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    ended = subprocess.run(
        [sys.executable, "-m", "insight_app.worker"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=full,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 1 and not ended.stdout
    assert "No temporary files can be written" in ended.stderr and "Traceback" not in ended.stderr
