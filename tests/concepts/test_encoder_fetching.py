"""Weights from the network: over a real connection to a server on this machine."""

import functools
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from insight_app.concepts.encoders.models import fetching, library
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError
from tests import shaped

MODEL, TAG = "ViT-B-16", "laion2b_s34b_b88k"
NAME = f"{MODEL}/{TAG}"
SAFE = "/laion/CLIP-ViT-B-16-laion2B-s34B-b88K/resolve/main/open_clip_model.safetensors"
PICKLED = SAFE.replace("open_clip_model.safetensors", "open_clip_pytorch_model.bin")


class Server:
    """Serves `files` by path. A connection breaks off after `breaks` bytes, as often as listed."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.announced: dict[str, str] = {}
        """SHA-256 that is said of a path, as the hub does on the way to another place."""
        self.breaks: list[int] = []
        self.asked: list[tuple[str, str]] = []
        self.takes_ranges = True
        self.status = 0
        handler = functools.partial(_Handler, self)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, server: Server, *arguments: object) -> None:
        self.server_of_test = server
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        server, range_ = self.server_of_test, self.headers.get("Range", "")
        server.asked.append((self.path, range_))
        path = self.path.removeprefix("/elsewhere")
        if server.status or path not in server.files:
            self.send_error(server.status or 404)
            return
        if path in server.announced and path == self.path:
            self.send_response(302)
            self.send_header("Location", f"/elsewhere{path}")
            self.send_header("X-Linked-Etag", f'"{server.announced[path]}"')
            self.send_header("X-Linked-Size", str(len(server.files[path])))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data, start = server.files[path], 0
        if range_ and server.takes_ranges:
            start = int(range_.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if server.breaks:
            self.wfile.write(data[start : start + server.breaks.pop(0)])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(data[start:])

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the test looks at `asked`."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    server = Server()
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + TEMPLATE)
    yield server
    server.close()


TEMPLATE = "/{repo_id}/resolve/{revision}/{filename}"
Fetch = Callable[..., library.LibraryEntry]


@pytest.fixture
def fetch(server: Server) -> Fetch:
    return functools.partial(fetching.fetch, heads_url=f"{server.url}/last.pt", pause=0)


@pytest.fixture
def heads(server: Server, tmp_path: Path) -> bytes:
    """The file of heads, as the server has it."""
    path = shaped.write(tmp_path / "last.safetensors", shaped.heads())
    server.files["/last.pt"] = path.read_bytes()
    return server.files["/last.pt"]


def nothing_is_left() -> bool:
    return library.entries() == [] and not [p for p in library.folder().rglob("*") if p.is_file()]


def test_heads_are_fetched_once_with_progress(server: Server, fetch: Fetch, heads: bytes) -> None:
    steps: list[tuple[int, int, str]] = []
    entry = fetch("clip-dinoiser", lambda *step: steps.append(step))
    assert (entry.name, entry.kind, entry.bytes) == ("clip-dinoiser", "dinoiser", len(heads))
    assert entry.sha256 == hashlib.sha256(heads).hexdigest()
    assert entry.source == f"{server.url}/last.pt"
    downloading = [step for step in steps if step[2] == "Downloading"]
    assert downloading[0][:2] == (0, len(heads)) and downloading[-1][:2] == (len(heads),) * 2
    assert fetch("clip-dinoiser") == entry and len(server.asked) == 1
    assert {path.name for path in library.folder().iterdir()} == {"clip-dinoiser"}


def test_a_connection_that_breaks_off_is_taken_up_where_it_broke(
    server: Server, fetch: Fetch, heads: bytes
) -> None:
    server.breaks = [1_000_000, 0, 0, 500_000]
    entry = fetch("clip-dinoiser")
    assert entry.sha256 == hashlib.sha256(heads).hexdigest()
    ranges = [range_ for _, range_ in server.asked]
    assert ranges[:2] == ["", "bytes=1000000-"] and ranges[-1] == "bytes=1500000-"


def test_a_server_that_does_not_go_on_begins_anew(
    server: Server, fetch: Fetch, heads: bytes
) -> None:
    server.takes_ranges, server.breaks = False, [1_000_000]
    assert fetch("clip-dinoiser").sha256 == hashlib.sha256(heads).hexdigest()


def test_a_connection_that_always_breaks_off_ends_and_leaves_nothing_half(
    server: Server, fetch: Fetch, heads: bytes
) -> None:
    server.breaks = [700_000] + [0] * 50
    with pytest.raises(KnownError) as told:
        fetch("clip-dinoiser")
    assert "stopped at 700,000 of" in told.value.what
    assert "insight-app models import FILE" in told.value.do
    assert nothing_is_left()


def test_cancelling_stops_at_once_and_leaves_nothing_in_the_library(
    server: Server, fetch: Fetch, heads: bytes
) -> None:
    cancel = CancelToken()

    def stop(done: int, total: int, message: str) -> None:
        if done:
            cancel.cancel()

    with pytest.raises(Cancelled):
        fetch("clip-dinoiser", stop, cancel)
    assert library.entries() == []
    assert fetch("clip-dinoiser").sha256 == hashlib.sha256(heads).hexdigest()
    assert server.asked[-1][1] == ""  # nobody says what the rest must be: anew


def test_what_is_no_weights_is_refused(server: Server, fetch: Fetch, tmp_path: Path) -> None:
    other = shaped.write(tmp_path / "other.pt", shaped.clip())
    for wrong in (b"<html>Sign in</html>" * 100, b"", other.read_bytes()):
        server.files["/last.pt"] = wrong
        with pytest.raises(KnownError, match="not what was asked for") as told:
            fetch("clip-dinoiser")
        assert told.value.where == f"{server.url}/last.pt"
        assert nothing_is_left()


def test_without_a_network_it_says_what_else_can_be_done(server: Server, fetch: Fetch) -> None:
    server.close()
    with pytest.raises(KnownError, match=r"127\.0\.0\.1.* cannot be reached") as told:
        fetch("clip-dinoiser")
    assert f"{server.url}/last.pt on another computer" in told.value.do
    with pytest.raises(KnownError, match="cannot be reached") as told:
        fetch(NAME)
    assert f"models import FILE --model {MODEL} --tag {TAG}" in told.value.do
    assert nothing_is_left()


@pytest.mark.parametrize(("status", "said"), [(403, "does not allow"), (500, "500"), (404, "no")])
def test_a_server_that_refuses_is_quoted(
    status: int, said: str, server: Server, fetch: Fetch
) -> None:
    server.status = status
    with pytest.raises(KnownError, match=said):
        fetch("clip-dinoiser")
    assert nothing_is_left()


@pytest.fixture
def clip(server: Server, tmp_path: Path) -> bytes:
    path = shaped.write(tmp_path / "clip.bin", shaped.clip(MODEL))
    server.files[PICKLED] = path.read_bytes()
    server.announced[PICKLED] = hashlib.sha256(server.files[PICKLED]).hexdigest()
    return server.files[PICKLED]


def test_the_hub_is_asked_for_safetensors_first(server: Server, fetch: Fetch, clip: bytes) -> None:
    entry = fetch(MODEL)
    assert (entry.name, entry.kind, entry.model, entry.tag) == (NAME, "clip", MODEL, TAG)
    assert entry.sha256 == server.announced[PICKLED] and Path(entry.file).suffix == ".bin"
    assert [path for path, _ in server.asked] == [SAFE, PICKLED, f"/elsewhere{PICKLED}"]
    assert library.required("clip", MODEL) == Path(entry.file)


def test_a_content_that_the_hub_did_not_announce_is_refused(
    server: Server, fetch: Fetch, clip: bytes
) -> None:
    server.files[PICKLED] = clip[:-1] + b"x"
    with pytest.raises(KnownError, match="not the file that was announced: its SHA-256"):
        fetch(NAME)
    assert nothing_is_left()


def test_a_large_download_goes_on_in_the_next_call(
    server: Server, fetch: Fetch, clip: bytes
) -> None:
    half = len(clip) // 2
    server.breaks = [half] + [0] * 50
    with pytest.raises(KnownError, match="stopped at") as told:
        fetch(NAME)
    assert "goes on there" in told.value.kept and library.entries() == []
    server.breaks, server.asked = [], []
    assert fetch(NAME).sha256 == server.announced[PICKLED]
    assert server.asked[-1] == (f"/elsewhere{PICKLED}", f"bytes={half}-")
    assert [path.name for path in library.folder().iterdir()] == [f"{MODEL}--{TAG}"]


def test_weights_in_the_hubs_cache_are_not_fetched_again(
    server: Server, fetch: Fetch, clip: bytes, tmp_path: Path
) -> None:
    root = tmp_path / "hub" / "models--laion--CLIP-ViT-B-16-laion2B-s34B-b88K"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text("f00")
    path = root / "snapshots" / "f00" / "open_clip_pytorch_model.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(clip)
    entry = fetch(NAME)
    assert (entry.name, entry.source, server.asked) == (NAME, "hub cache", [])
    assert path.read_bytes() == clip


def test_a_name_that_is_nothing_is_told_before_anything_is_asked(
    server: Server, fetch: Fetch
) -> None:
    for name in ("clip-dinoizer", "ViT-B-16/laion9b", "ViT-B-16-SigLIP/webli", "ViT-L-14"):
        with pytest.raises(KnownError):
            fetch(name)
    assert server.asked == []
