"""Fetching weights into the model library: only here, and only when a person asks.

Owns which URL a name stands for. The file is looked into like any that a person chooses.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from insight_app.concepts.encoders.models import library, published
from insight_app.concepts.encoders.models.downloading import NotThere, download
from insight_app.concepts.encoders.models.library import LibraryEntry
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError, WorldError

PARTS = ".parts"


def fetch(
    name: str,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    *,
    heads_url: str = published.HEADS_URL,
    pause: float = 2.0,
) -> LibraryEntry:
    """Download `MODEL/TAG`, `MODEL` or `clip-dinoiser`, check it, and take it into the library.

    Weights that are in the library already are not fetched again; those in a hub cache are taken
    from there. KnownError says how to get the file by hand.
    """
    stop = cancel or CancelToken()
    if name == published.HEADS:
        heads = [one for one in library.entries() if one.kind == "dinoiser"]
        if heads:
            return heads[-1]
        return _fetch({heads_url: False}, "dinoiser", "", "", progress, stop, pause)
    one = published.named(name)
    for entry in library.entries():
        if entry.name == one.name:
            return entry
    at_hand = next((path for other, path in published.cached(one.model) if other == one), None)
    if at_hand is not None:
        return library.import_file(
            at_hand, "clip", one.model, one.tag, source="hub cache", progress=progress, cancel=stop
        )
    return _fetch(_urls(one), "clip", one.model, one.tag, progress, stop, pause)


def source_of(kind: str, model: str = "") -> tuple[str, str]:
    """Return what `fetch` knows weights by, and their address; ("", "") where none are published.

    kind: "dinoiser", or "clip" with its model.
    """
    if kind == "dinoiser":
        return published.HEADS, published.HEADS_URL
    one = published.usual_for(model)
    return ("", "") if one is None else (one.name, next(iter(_urls(one))))


def _urls(one: published.PublishedWeights) -> dict[str, bool]:
    """Return the URLs of the weights, best first, and whether the server announces their SHA-256.

    The hub does. HF_ENDPOINT names another hub.
    """
    from huggingface_hub import hf_hub_url

    urls = {hf_hub_url(one.repository, file): True for file in one.files if one.repository}
    return urls | ({one.url: False} if one.url else {})


def _fetch(
    urls: dict[str, bool],
    kind: str,
    model: str,
    tag: str,
    progress: Progress,
    cancel: CancelToken,
    pause: float,
) -> LibraryEntry:
    more = f" --model {model} --tag {tag}" if model else ""
    for url, resume in urls.items():
        by_hand = (
            f"Without a network here: get {url} on another computer, bring the file, and run: "
            f"insight-app models import FILE{more}"
        )
        part = _part(url)
        try:
            download(url, part, progress, cancel, resume=resume, by_hand=by_hand, pause=pause)
        except NotThere:
            continue
        except OSError as error:
            raise disk_error(
                error,
                "The weights cannot be written",
                where=part.parent,
                kept="Nothing was taken in.",
                do="Make room there, or set XDG_DATA_HOME to a folder that may be written to.",
            ) from error
        try:
            return library.import_file(
                part, kind, model, tag, source=url, move=True, progress=progress, cancel=cancel
            )
        except KnownError as error:
            raise WorldError(
                f"What came from there is not what was asked for: {error.what}",
                where=url,
                kept="Nothing was taken in.",
                do=by_hand,
            ) from error
        finally:
            part.unlink(missing_ok=True)
            with suppress(OSError):
                part.parent.rmdir()
    raise WorldError(
        "The file is no longer where it was published.",
        where=next(iter(urls)),
        do="Look for it on the project's page, and take it in with: "
        f"insight-app models import FILE{more}",
    )


def _part(url: str) -> Path:
    """Return the file for the part of a URL that has come; it has the ending of the URL's file."""
    folder = library.folder() / PARTS
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, "The model library cannot be written to", where=folder) from error
    return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}{Path(url).suffix}"
