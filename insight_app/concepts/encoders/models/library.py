"""A person's model library: weights kept in the user's data folder, with their SHA-256.

Owns the folder. An entry is a folder of its own, `entry.json` beside the weights, made elsewhere
and moved into place as the last step: whatever stops an import, an entry is whole or absent.
Imports no torch but to look into a file that is taken in. Never goes to the network (`fetching`).
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from insight_app import plain_json
from insight_app.concepts.checkpoints import places
from insight_app.concepts.encoders.models import published
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import Refusal, WorldError
from insight_app.files import open_regular, read_regular, write_synced

RECORD = "entry.json"
VERSION = 1
LOCAL = "local"
"""The tag of weights whose origin is unknown."""
_INCOMING = ".incoming-"
_STALE_SECONDS = 24 * 3600.0
_CHUNK = 1 << 22
_SUFFIXES = (".pt", ".pth", ".bin", ".safetensors")
_UNINFORMATIVE = {"open_clip_model", "open_clip_pytorch_model", "pytorch_model", "model", "weights",
                  "checkpoint", "last", "best", "latest"}  # fmt: skip


@dataclass(frozen=True)
class LibraryEntry:
    """Weights in the library.

    name: MODEL/TAG or clip-dinoiser; kind: "clip" or "dinoiser"; file: absolute path; source: where
    they came from; added: UTC.
    """

    name: str
    kind: str
    model: str
    tag: str
    file: str
    sha256: str
    bytes: int
    source: str
    added: str


def folder() -> Path:
    """Return the library's folder on this computer."""
    return platformdirs.user_data_path("insight-app") / "models"


def entries() -> list[LibraryEntry]:
    """Return all whole entries, by name."""
    return [entry for entry, problem in _read_all() if not problem]


def cached() -> list[LibraryEntry]:
    """Return published weights in the caches of other programs; they can be used there."""
    found = []
    for one, path in published.cached():
        size = path.stat().st_size
        found.append(
            LibraryEntry(one.name, "clip", one.model, one.tag, str(path), "", size, "hub cache", "")
        )
    return found


def named(name: str) -> LibraryEntry:
    """Return the entry called `name`; KnownError, with the names that exist, if there is none."""
    by_name = {entry.name: entry for entry in entries()}
    if name not in by_name:
        names = f"In it: {', '.join(by_name)}." if by_name else "It is empty."
        raise Refusal(f"There is no {name!r} in the model library.", do=names)
    return by_name[name]


def find(kind: str, model: str = "", tag: str = "") -> Path | None:
    """Return weights for a model from the library, else from a hub cache, else None.

    Without a tag: the paper's if there are any, else the newest.
    """
    return next(iter(find_all(kind, model, tag)), None)


def find_all(kind: str, model: str = "", tag: str = "") -> list[Path]:
    """Return all weights for a model, the one that `find` returns first."""
    wanted = tag or published.DEFAULT_TAGS.get(model, "")
    own = [entry for entry in entries() if (entry.kind, entry.model) == (kind, model)]
    own.sort(key=lambda entry: (entry.tag == wanted, entry.added), reverse=True)
    in_cache = list(published.cached(model)) if kind == "clip" else []
    in_cache.sort(key=lambda pair: pair[0].tag != wanted)
    tagged = [(entry.tag, Path(entry.file)) for entry in own]
    tagged += [(one.tag, path) for one, path in in_cache]
    return [path for its, path in tagged if tag in ("", its)]


def required(kind: str, model: str = "") -> Path:
    """Return `find`; KnownError that says how to get weights if there are none."""
    path = find(kind, model)
    if path is not None:
        return path
    if kind == "dinoiser":
        what, name, more = "There are no CLIP-DINOiser heads", published.HEADS, ""
    else:
        what, more = f"There are no weights for {model}", f" --model {model}"
        name = "/".join(filter(None, (model, published.DEFAULT_TAGS.get(model))))
    raise WorldError(
        f"{what} on this computer.",
        do=f"Get them with `insight-app models fetch {name}`, or bring a file and take it in with "
        f"`insight-app models import FILE{more}`.",
    )


def import_file(
    path: Path,
    kind: str = "",
    model: str = "",
    tag: str = "",
    *,
    source: str = "",
    move: bool = False,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    notice: Callable[[str], None] = lambda text: None,
) -> LibraryEntry:
    """Take a file of weights into the library: look into it, copy it, hash it.

    path: the file, or the folder of a training run with one in it. kind, model: "" = told from the
    content. tag: "" = told from where the file came from. The same content again returns the entry
    that exists. move: the file is ours to take away. notice: told where in the file the weights
    were, and what they lack.
    """
    from insight_app.concepts.encoders.models import identifying

    path, stop = places.weights_file(Path(path)), cancel or CancelToken()
    progress(0, 0, "Looking into the file")
    known = None if kind == "dinoiser" or not path.is_file() else published.origin(path.resolve())
    if known is not None:
        published.usable(known)
        model = model or known.model
    content = identifying.identify(path, kind, model)
    for note in content.notes:
        notice(note)
    if known is not None and known.model == content.model:
        tag = tag or known.tag
    tag = _clean(tag) or (_tag_of(path) if content.kind == "clip" else "")
    name = "/".join(filter(None, (content.model or published.HEADS, tag)))
    with _writing():
        folder().mkdir(parents=True, exist_ok=True)
        _clear_leftovers()
        place = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=folder()))
        try:
            suffix = path.suffix.lower() if path.suffix.lower() in _SUFFIXES else ".pt"
            if path.name.endswith(places.INDEX):
                path, move, suffix = _joined(path, place / "joined"), True, ".safetensors"
            file = place / f"weights{suffix}"
            digest = _copy_in(path, file, move, progress, stop)
            entry = LibraryEntry(
                name,
                content.kind,
                content.model,
                tag,
                str(file),
                digest,
                file.stat().st_size,
                source or str(path.absolute()),
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
            return _same_as(entry) or _move_in(entry, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)


def verify(
    progress: Progress = silent, cancel: CancelToken | None = None
) -> list[tuple[LibraryEntry, str]]:
    """Read all entries again; return each with its problem, "" if its content is unchanged."""
    stop, found = cancel or CancelToken(), _read_all()
    total, done = sum(entry.bytes for entry, _ in found), 0
    checked = []
    for entry, problem in found:
        if not problem:
            start = done

            def report(part: int, start: int = start) -> None:
                progress(start + part, total, "Reading the library")

            try:
                if _digest(Path(entry.file), report, stop) != entry.sha256:
                    problem = "Its content has changed since it was taken in."
            except OSError as error:
                problem = disk_error(error, "It cannot be read").what
        done += entry.bytes
        checked.append((entry, problem))
    return checked


def remove(name: str) -> LibraryEntry:
    """Move an entry to the computer's trash, from where it can be put back."""
    from send2trash import send2trash

    entry = named(name)
    place = Path(entry.file).parent
    try:
        send2trash(str(place))
    except OSError as error:
        raise disk_error(
            error,
            "It cannot be moved to the trash",
            where=place,
            kept="It is still in the library.",
            do="Delete the folder by hand if you are sure.",
        ) from error
    return entry


def _read_all() -> list[tuple[LibraryEntry, str]]:
    """Read every folder of the library as an entry, with its problem ("" = none)."""
    places = sorted(folder().glob("[!.]*/")) if folder().is_dir() else []
    return sorted((_read(place) for place in places), key=lambda pair: pair[0].name)


def _read(place: Path) -> tuple[LibraryEntry, str]:
    broken = LibraryEntry(place.name, "", "", "", str(place), "", 0, "", "")
    try:
        record: Any = plain_json.loads(read_regular(place / RECORD, 1 << 16))
        version = record.pop("version")
        if version != VERSION:
            return broken, "It was written by another version of Insight."
        entry = LibraryEntry(**record)
    except FileNotFoundError:
        return broken, f"It has no {RECORD}; take the weights in again."
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return broken, f"Its {RECORD} is damaged; take the weights in again."
    entry = replace(entry, file=str(place / Path(entry.file).name))
    if not Path(entry.file).is_file():
        return entry, "The file of weights is gone."
    return entry, ""


def _same_as(new: LibraryEntry) -> LibraryEntry | None:
    """Return the entry that holds the same content for the same use."""
    use = (new.sha256, new.kind, new.model)
    return next((one for one in entries() if (one.sha256, one.kind, one.model) == use), None)


def _move_in(entry: LibraryEntry, made: Path) -> LibraryEntry:
    """Write the record and move the whole folder into the library."""
    place = folder() / entry.name.replace("/", "--")
    record = {"version": VERSION} | asdict(replace(entry, file=Path(entry.file).name))
    text = json.dumps(record, indent=1)
    write_synced(made / RECORD, lambda file: file.write(text.encode()))
    if place.exists():
        raise Refusal(
            f"There is already a {entry.name!r} in the model library, with other weights.",
            where=str(place),
            kept="It was left as it is; nothing was taken in.",
            do=f"Give another --tag, or remove the old one: insight-app models remove {entry.name}",
        )
    made.rename(place)
    return replace(entry, file=str(place / Path(entry.file).name))


def _copy_in(path: Path, target: Path, move: bool, progress: Progress, cancel: CancelToken) -> str:
    """Copy (or move) the weights to `target`, durably; return their SHA-256."""
    total = path.stat().st_size

    def report(done: int) -> None:
        progress(done, total, "Taking in the weights")

    if move:
        path.rename(target)
        return _digest(target, report, cancel)
    digest, done = hashlib.sha256(), 0
    with open_regular(path, follow_links=True) as source, target.open("wb") as file:
        while data := source.read(_CHUNK):
            cancel.check()
            digest.update(data)
            file.write(data)
            done += len(data)
            report(done)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _joined(index: Path, target: Path) -> Path:
    """Write weights that lie in several files into one."""
    from safetensors.torch import save_file

    from insight_app.concepts.checkpoints import reading

    weights = reading.open_checkpoint(index).content
    assert isinstance(weights, dict)
    whole = {n: reading.tensor_of(value, index, n).contiguous() for n, value in weights.items()}
    save_file(whole, target)
    return target


def _digest(path: Path, report: Callable[[int], None], cancel: CancelToken) -> str:
    digest, done = hashlib.sha256(), 0
    with open_regular(path) as file:
        while data := file.read(_CHUNK):
            cancel.check()
            digest.update(data)
            done += len(data)
            report(done)
    return digest.hexdigest()


def _clear_leftovers() -> None:
    """Remove what killed imports left; one that runs beside this one is younger."""
    for place in folder().glob(f"{_INCOMING}*"):
        with suppress(OSError):
            if time.time() - place.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(place, ignore_errors=True)


def _writing() -> AbstractContextManager[None]:
    return disk_errors(
        "The weights cannot be taken in",
        where=folder(),
        kept="Nothing was taken in.",
        do="Make room there, or set XDG_DATA_HOME to a folder that may be written to.",
    )


def _tag_of(path: Path) -> str:
    """Return a tag from the file's own name, if that says anything."""
    stem = _clean(path.stem)
    return LOCAL if stem in _UNINFORMATIVE or not stem else stem


def _clean(tag: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", tag).strip("._-")
