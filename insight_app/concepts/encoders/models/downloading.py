"""Downloading one file: whole and as announced, or not at all.

Owns resuming after a connection broke off, the checks of size and SHA-256 against what the server
said, and the words for what goes wrong. Knows nothing of weights.
"""

import hashlib
import http.client
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import IO, Any

from insight_app import __version__
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.errors import WorldError

TRIES = 4
"""So often in a row a connection may give nothing new before we stop."""
TIMEOUT = 30.0
_CHUNK = 1 << 18
_LINKED_SHA, _LINKED_SIZE = "X-Linked-Etag", "X-Linked-Size"
"""What Hugging Face's hub says of a large file before it sends one on to where that lies."""


class NotThere(Exception):
    """The server has no such file."""


def download(
    url: str,
    part: Path,
    progress: Progress,
    cancel: CancelToken,
    *,
    resume: bool = True,
    by_hand: str = "",
    pause: float = 2.0,
) -> None:
    """Download `url` into the file `part`.

    resume: go on with what an earlier call left in `part`; only for servers that announce the
    SHA-256, so that parts of two files are found out. Raises NotThere, Cancelled, or KnownError,
    whose last sentence is `by_hand`: how to get the file without us. pause: seconds before trying
    again.
    """
    if not resume:
        part.unlink(missing_ok=True)
    announced: dict[str, str] = {}
    fruitless = 0
    while True:
        before = _size(part)
        try:
            if _attempt(url, part, announced, progress, cancel):
                break
            problem = "the connection broke off"
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise NotThere from error
            raise _refused(url, error, by_hand) from error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.filename is not None:
                raise  # our own disk
            problem = _reason(error)
        fruitless = 0 if _size(part) > before else fruitless + 1
        if fruitless == TRIES or (fruitless and not _size(part)):
            raise _unreachable(url, part, announced, problem, by_hand, resume)
        _wait(pause, cancel)
    _check_announced(url, part, announced, by_hand)


def _attempt(
    url: str, part: Path, announced: dict[str, str], progress: Progress, cancel: CancelToken
) -> bool:
    """Read from one connection; return whether the file is complete now."""
    received = _size(part)
    headers = {"User-Agent": f"insight-app/{__version__}"}
    if received:
        headers["Range"] = f"bytes={received}-"
    cancel.check()
    try:
        answer = _opener(announced).open(
            urllib.request.Request(url, headers=headers), timeout=TIMEOUT
        )
    except urllib.error.HTTPError as error:
        if error.code != 416 or not received:
            raise
        part.unlink()  # longer than what is there now: another file of that name
        return False
    with answer:
        _note_announced(announced, answer.headers)
        goes_on = answer.status == 206 and _starts_at(answer.headers) == received
        received = received if goes_on else 0
        length = answer.headers.get("Content-Length")
        total = received + int(length) if length else int(announced.get(_LINKED_SIZE, 0))
        announced.setdefault("size", str(total))
        with part.open("ab" if goes_on else "wb") as file:
            progress(received, total, "Downloading")
            while data := answer.read(_CHUNK):
                cancel.check()
                file.write(data)
                received += len(data)
                progress(received, total, "Downloading")
    return received >= total


def _check_announced(url: str, part: Path, announced: Mapping[str, str], by_hand: str) -> None:
    in_url = re.search("/([0-9a-f]{64})/", url)  # as OpenAI does
    wanted = announced.get(_LINKED_SHA) or (in_url[1] if in_url else "")
    size = int(announced.get(_LINKED_SIZE) or announced.get("size") or 0)
    wrong = ""
    if size and _size(part) != size:
        wrong = f"{_size(part):,} bytes came, {size:,} were announced"
    elif re.fullmatch("[0-9a-f]{64}", wanted):
        with part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                wrong = "its SHA-256 is not the one that was announced"
    if wrong:
        part.unlink()
        raise WorldError(
            f"What came is not the file that was announced: {wrong}.",
            where=url,
            kept="Nothing was taken in.",
            do=f"Try again. {by_hand}".strip(),
        )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Remembers what is announced of the file on the way to it."""

    def __init__(self, announced: dict[str, str]) -> None:
        self._announced = announced

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> Any:
        _note_announced(self._announced, headers)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener(announced: dict[str, str]) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Redirects(announced))


def _note_announced(announced: dict[str, str], headers: Mapping[str, str] | Message) -> None:
    for name in (_LINKED_SHA, _LINKED_SIZE):
        if headers.get(name):
            announced[name] = str(headers[name]).removeprefix("W/").strip('"').lower()


def _starts_at(headers: Message) -> int:
    match = re.match(r"bytes (\d+)-", headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _wait(seconds: float, cancel: CancelToken) -> None:
    waited = threading.Event()
    for _ in range(max(1, round(seconds * 10))):
        cancel.check()
        waited.wait(seconds / max(1, round(seconds * 10)))


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)


def _refused(url: str, error: urllib.error.HTTPError, by_hand: str) -> WorldError:
    why = {401: "it wants to know who asks", 403: "it does not allow it", 429: "too many asked"}
    return WorldError(
        f"The server does not give the file: {why.get(error.code, error.reason)} ({error.code}).",
        where=url,
        kept="Nothing was taken in.",
        do=by_hand,
    )


def _unreachable(
    url: str, part: Path, announced: Mapping[str, str], problem: str, by_hand: str, resume: bool
) -> WorldError:
    received, total = _size(part), int(announced.get("size", 0))
    host = url.split("/")[2]
    if not received:
        part.unlink(missing_ok=True)
        return WorldError(
            f"{host} cannot be reached ({problem}).",
            where=url,
            kept="Nothing was taken in.",
            do=by_hand,
        )
    if resume and _LINKED_SHA in announced:
        kept = "What came is kept: the same command goes on there."
    else:
        part.unlink()
        kept = "Nothing was taken in."
    return WorldError(
        f"Downloading stopped at {received:,} of {total:,} bytes ({problem}).",
        where=url,
        kept=kept,
        do=by_hand,
    )
