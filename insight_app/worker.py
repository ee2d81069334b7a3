"""The worker: one resident process that owns encoder, dictionary and device.

It answers requests, one JSON object a line, on its input; what it says goes, a line each, to a copy
of its standard output, while file descriptor 1 itself points at standard error, since libraries
print. Knows nothing of windows. Ends when its input closes.

Request: {"id", "do": analyse | encode | embed | cancel | device, ...}. Reply: {"id", "kind":
progress | result | error}; besides {"kind": "hello" | "device" | "published"}, asked by none.
An error is "known" (what, where, kept, do) or "bug" (what, trace). Arrays travel as .npz files that
live as long as the worker. Short requests are answered between two batches of a long one.
"""

import json
import os
import queue
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE

PROTOCOL = 1
PROGRESS_SECONDS = 0.2
LAST_SECONDS = 20.0
"""So long after its input closed the worker ends even in the middle of something; what was
committed is kept."""
NICENESS = 10
Request = dict[str, Any]


def main() -> int:
    """Run until standard input closes."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with tempfile.TemporaryDirectory(prefix="insight-worker-") as folder:
        Worker(sys.stdin.buffer, out, Path(folder)).run()
    return 0


class Estimate:
    """How long work will still take, from how it went since it began to move."""

    def __init__(self) -> None:
        self._message = ""
        self._began = (0, 0.0)

    def seconds_left(self, done: int, total: int, message: str, now: float) -> float | None:
        if message != self._message or done < self._began[0]:
            self._message, self._began = message, (done, now)
        moved = done - self._began[0]
        if not total or moved < 1:
            return None
        return round((now - self._began[1]) / moved * (total - done), 1)


class Worker:
    """The loop, and what requests share."""

    def __init__(self, source: IO[bytes], out: IO[bytes], folder: Path) -> None:
        self._source = source
        self._out = out
        self._folder = folder
        self._lock = threading.Lock()
        self._queue: queue.Queue[Request | None] = queue.Queue()
        self._later: list[Request] = []
        self._tokens: dict[int, CancelToken] = {}
        self._encoders: dict[tuple[str, str], DenseEncoder] = {}
        self._dictionaries: dict[Path, HSAE] = {}
        self._files = 0
        self._do: dict[str, Callable[[Request], dict[str, Any]]] = {
            "analyse": self._analyse,
            "encode": self._encode,
            "embed": self._embed,
            "device": self._device,
        }
        self._short = ("encode", "embed", "device")

    # ---- talking

    def say(self, **message: Any) -> None:
        """One line to whoever started the worker; nobody there any more is no error."""
        line = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        with self._lock, suppress(BrokenPipeError):
            self._out.write(line)

    def _listen(self) -> None:
        """On its own thread: requests into the queue, cancelling at once."""
        for line in self._source:
            if not line.strip():
                continue
            try:
                request = json.loads(line)
                number, do = int(request["id"]), str(request["do"])
                if number in self._tokens:
                    raise ValueError
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                self.say(id=0, kind="error", error="known", what="This request cannot be read.")
                continue
            if do == "cancel":
                self._cancel(request.get("request"))
            else:
                self._tokens[number] = CancelToken()
                self._queue.put(request)
        for token in list(self._tokens.values()):
            token.cancel()
        self._queue.put(None)
        last = threading.Timer(LAST_SECONDS, os._exit, (1,))
        last.daemon = True
        last.start()

    def _cancel(self, number: Any) -> None:
        token = self._tokens.get(number) if isinstance(number, int) else None
        if token is not None:
            token.cancel()

    # ---- the loop

    def run(self) -> None:
        self.say(kind="hello", protocol=PROTOCOL, pid=os.getpid())
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        self.say(kind="device", **self._device({}))  # imports what the first request will need
        while (request := self._next()) is not None:
            self._answer(request)

    def _next(self) -> Request | None:
        return self._later.pop(0) if self._later else self._queue.get()

    def _answer(self, request: Request) -> None:
        number = int(request["id"])
        try:
            act = self._do.get(str(request["do"]))
            if act is None:
                raise KnownError(f"The worker cannot do {request['do']!r}.")
            self._tokens[number].check()
            self.say(id=number, kind="result", **act(request))
        except Cancelled:
            self.say(id=number, kind="result", cancelled=True)
        except KnownError as error:
            told = {name: getattr(error, name) for name in ("what", "where", "kept", "do")}
            self.say(id=number, kind="error", error="known", **told)
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            trace = traceback.format_exc()
            self.say(id=number, kind="error", error="bug", what=what, trace=trace)
        finally:
            del self._tokens[number]

    def _between(self) -> None:
        """Between two batches of long work: answer what is short, keep the rest for later."""
        while True:
            try:
                request = self._queue.get_nowait()
            except queue.Empty:
                return
            if request is None:
                self._queue.put(None)
                return
            if request["do"] in self._short:
                self._answer(request)
            else:
                self._later.append(request)

    # ---- what can be asked

    def _analyse(self, request: Request) -> dict[str, Any]:
        """Analyse the project's photos and those in `folders`."""
        from insight_app.project.analysis.run import analyse

        number, project = int(request["id"]), Path(request["project"])
        estimate, said = Estimate(), (0.0, "")

        def progress(done: int, total: int, message: str) -> None:
            nonlocal said
            now = time.monotonic()
            left = estimate.seconds_left(done, total, message, now)
            if message != said[1] or now - said[0] > PROGRESS_SECONDS or done == total:
                said = (now, message)
                figures = {"done": done, "total": total, "seconds_left": left}
                self.say(id=number, kind="progress", message=message, **figures)

        def published(generation: int) -> None:
            self.say(kind="published", project=str(project), generation=generation)

        options = {
            name: request[name]
            for name in ("encoder", "dictionary", "concepts", "k", "after_crash")
            if request.get(name) is not None
        }
        summary = analyse(
            project,
            [Path(folder) for folder in request.get("folders", ())],
            device=str(request.get("device") or "auto"),
            progress=progress,
            cancel=self._tokens[number],
            published=published,
            between=self._between,
            load=self._load,
            **options,
        )
        return asdict(summary)

    def _encode(self, request: Request) -> dict[str, Any]:
        """Code one photo file with a project's encoder and dictionary, without keeping it: indptr,
        indices, values, crop and grid in a file.
        """
        from insight_app.project.analysis.pipeline import (
            Photo,
            Unreadable,
            encode_batch,
            read_photo,
        )
        from insight_app.project.results import Results

        project = Path(request["project"])
        results = Results.open(project)
        if results is None:
            raise KnownError("This project was not analysed yet.", where=str(project))
        encoder = self._load(results.encoder[0], device=str(request.get("device") or "auto"))
        path = Path(request["path"])
        read = read_photo(Photo(0, 0, path), encoder)
        if isinstance(read, Unreadable):
            raise KnownError(read.message, where=str(path))
        coded = encode_batch([read], encoder, self._dictionary(project, encoder))[0]
        codes, geometry = coded.codes, coded.geometry
        return self._file(
            indptr=codes.indptr,
            indices=codes.indices,
            values=codes.values,
            unexplained=coded.notes.unexplained,
            crop=geometry.crop,
            size=(geometry.width, geometry.height),
            grid=(geometry.rows, geometry.cols),
        )

    def _embed(self, request: Request) -> dict[str, Any]:
        """Unit vectors of texts, as `vectors` (N, D) in a file."""
        device = str(request.get("device") or "auto")
        encoder = self._load(str(request.get("encoder") or "builtin"), device=device)
        return self._file(vectors=encoder.encode_text(request["texts"]).cpu().numpy())

    def _device(self, request: Request) -> dict[str, Any]:
        """Which device work is done on."""
        import torch

        if torch.cuda.is_available():
            return {"device": torch.cuda.get_device_name()}
        return {"device": "mps" if torch.backends.mps.is_available() else "CPU"}

    # ---- what is kept between requests

    def _load(self, name: str, *, device: str = "auto") -> "DenseEncoder":
        from insight_app.concepts import encoders

        key = (name, device)
        if key not in self._encoders:
            self._encoders = {key: encoders.load(name, device=device)}
        return self._encoders[key]

    def _dictionary(self, project: Path, encoder: "DenseEncoder") -> "HSAE":
        from insight_app.concepts import hsae

        if project not in self._dictionaries:
            loaded = hsae.load(
                project / "dictionary",
                str(encoder.device),
                token_dim=encoder.token_dim,
                encoder_fingerprint=encoder.fingerprint,
            )
            self._dictionaries = {project: loaded}
        return self._dictionaries[project]

    def _file(self, **arrays: Any) -> dict[str, Any]:
        import numpy as np

        self._files += 1
        path = self._folder / f"{self._files}.npz"
        np.savez(path, **arrays)
        return {"file": str(path)}


if __name__ == "__main__":
    sys.exit(main())
