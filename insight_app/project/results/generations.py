"""A published state of the results, as a folder of files that never change once published.

Owns the layout of `statistics/generation-NNNNNN/`. Written completely, made durable, and only then
named by a row of the table `generation`: a reader sees one generation or the next, never a mix.
Knows nothing of SQL and of how the numbers were counted.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.files import sync_folder, write_synced
from insight_app.project.results.candidates import CandidateLines, CandidateName
from insight_app.project.results.shares import Shares

SCHEMA_VERSION = 2
"""1: candidates stood in names.json, places and folder sums in one file each."""
PLACES = ("shard", "offset", "bytes", "folder", "status", "order")
FOLDER_SUMS = ("key", "images", "cells", "steps", "maximum")
_HEADER = "generation.json"
DATA, DICTIONARY = 0, 1
"""Where an edge comes from: this set's own co-occurrence, or the shipped dictionary's."""


@dataclass(frozen=True, eq=False)
class EdgeTable:
    """Hold the relations child -> parent of machine concepts, acyclic; all arrays (n,).

    strength R[child, parent], reverse_strength R[parent, child] float32; cells, images int64: the
    support; source uint8: DATA or DICTIONARY.
    """

    child: NDArray[np.int32]
    parent: NDArray[np.int32]
    strength: NDArray[np.float32]
    reverse_strength: NDArray[np.float32]
    cells: NDArray[np.int64]
    images: NDArray[np.int64]
    source: NDArray[np.uint8]


@dataclass(frozen=True)
class GenerationHeader:
    """Tell what a generation is of; grid = rows, cols of the encoder's square."""

    number: int
    encoder: str
    encoder_fingerprint: str
    grid: tuple[int, int]
    dictionary_fingerprint: str
    concepts: int
    images: int
    coded: int
    tokens: int
    postings: tuple[str, ...]
    """Segment files, relative to `statistics/`."""
    names_run: str = ""
    """Where the machine's names come from: dictionary | release | photos; '' not known."""


@dataclass(frozen=True, eq=False)
class Published:
    """Hold everything of a generation, N images and n folder sums.

    concepts: arrays (F, ...) images, cells, steps (the mass), maximum, histogram, levels.  places:
    PLACES, arrays (N + 1,) by image_id, and `order`, the image ids by path.  folders: FOLDER_SUMS,
    arrays (n,) by folder and concept, ascending by key = folder * F + concept.
    """

    header: GenerationHeader
    names: list[str]
    candidates: Sequence[list[CandidateName]]
    concepts: Mapping[str, NDArray[Any]]
    edges: EdgeTable
    shares: Shares
    places: Mapping[str, NDArray[Any]]
    folders: Mapping[str, NDArray[Any]]


def folder_of(statistics: Path, number: int) -> Path:
    """Return the folder of a generation."""
    return statistics / f"generation-{number:06d}"


def begin(statistics: Path, number: int) -> Path:
    """Make an empty folder for a generation; what a killed writer left there is removed."""
    folder = folder_of(statistics, number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write(folder: Path, published: Published) -> None:
    """Fill a generation's folder; durable when this returns, but not yet published."""
    candidates = published.candidates
    lines = candidates if isinstance(candidates, CandidateLines) else CandidateLines.of(candidates)
    header = {"schema_version": SCHEMA_VERSION, "candidates_crc32": crc32(lines.text)}
    _write(folder / _HEADER, _json(header | asdict(published.header)))
    _write(folder / "names.json", _json({"names": published.names}))
    _write(folder / "candidates.jsonl", lines.text)
    _write_arrays(folder / "concepts.npz", published.concepts)
    _write_arrays(folder / "edges.npz", _edge_arrays(published.edges))
    _write_columns(folder, "places", PLACES, published.places)
    _write_columns(folder, "folders", FOLDER_SUMS, published.folders)
    _write_columns(folder, "shares", tuple(Shares.__dataclass_fields__), vars(published.shares))
    sync_folder(folder)


def write_again(
    statistics: Path, last: int, number: int, places: Mapping[str, NDArray[Any]]
) -> int | None:
    """Write generation `last` again as `number`, with other places of its images; durable, but not
    yet published. Return how many images are coded; None if it was written in an older form.

    Files that stay as they are take no room again, if the disk can do that.
    """
    old = folder_of(statistics, last)
    header = json.loads((old / _HEADER).read_text("utf-8"))
    if header["schema_version"] != SCHEMA_VERSION:
        return None
    folder = begin(statistics, number)
    for path in old.iterdir():
        if path.name != _HEADER and not path.name.startswith("places_"):
            try:
                os.link(path, folder / path.name)
            except OSError:
                with path.open("rb") as file:
                    write_synced(folder / path.name, partial(shutil.copyfileobj, file))
    _write_columns(folder, "places", PLACES, places)
    own = [name.replace(f"{old.name}/", f"{folder.name}/") for name in header["postings"]]
    images = int(places["order"].size)
    _write(folder / _HEADER, _json(header | {"number": number, "images": images, "postings": own}))
    sync_folder(folder)
    return int(header["coded"])


def read(statistics: Path, number: int) -> Published:
    """Return the content of a generation; the biggest arrays stay on disk (memory-mapped)."""
    folder = folder_of(statistics, number)
    try:
        head = json.loads((folder / _HEADER).read_text("utf-8"))
        version = head.pop("schema_version")
        if version > SCHEMA_VERSION:
            raise Refusal(
                "These results were written by a newer Insight.",
                where=str(folder),
                do="Update Insight to open this project.",
            )
        checksum = head.pop("candidates_crc32", None)
        head["grid"], head["postings"] = tuple(head["grid"]), tuple(head["postings"])
        words = json.loads((folder / "names.json").read_text("utf-8"))
        header = GenerationHeader(**head)
        candidates = (
            CandidateLines.of(words["candidates"])
            if version == 1
            else CandidateLines((folder / "candidates.jsonl").read_bytes())
        )
        if checksum is not None and crc32(candidates.text) != checksum:
            raise ValueError("the candidate names are not those that were written")
        if not len(words["names"]) == len(candidates) == header.concepts:
            raise ValueError(f"there are not names for all {header.concepts} concepts")
        return Published(
            header,
            words["names"],
            candidates,
            _read_arrays(folder / "concepts.npz"),
            _edge_table(_read_arrays(folder / "edges.npz")),
            Shares(**_read_columns(folder, "shares", tuple(Shares.__dataclass_fields__))),
            *(
                _read_arrays(folder / f"{title}.npz")
                if version == 1
                else _read_columns(folder, title, names)
                for title, names in (("places", PLACES), ("folders", FOLDER_SUMS))
            ),
        )
    except (FileNotFoundError, KnownError):
        raise
    except OSError as error:
        raise disk_error(error, "The results cannot be read", where=folder) from error
    except Exception as error:  # numpy and zip fail over damaged bytes in every way there is
        raise WorldError(
            f"The results are damaged ({error}).",
            where=str(folder),
            kept="Codes and judgements are kept in other files.",
            do="Analyze again to rebuild the results.",
        ) from error


def remove_old(statistics: Path, newest: int) -> None:
    """Remove all generations but the newest and the one before it, which may still be opening."""
    for folder in statistics.glob("generation-*"):
        number = folder.name.removeprefix("generation-")
        if number.isdecimal() and int(number) < newest - 1:
            shutil.rmtree(folder, ignore_errors=True)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _write(path: Path, data: bytes) -> None:
    write_synced(path, lambda file: file.write(data))


def _write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    write_synced(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]


def _write_columns(
    folder: Path, title: str, names: Sequence[str], arrays: Mapping[str, NDArray[Any]]
) -> None:
    for name in names:
        write_synced(folder / f"{title}_{name}.npy", partial(np.save, arr=arrays[name]))


def _read_columns(folder: Path, title: str, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    return {
        name: np.load(folder / f"{title}_{name}.npy", mmap_mode="r", allow_pickle=False)
        for name in names
    }


def _edge_arrays(edges: EdgeTable) -> dict[str, NDArray[Any]]:
    """Return the columns by their names on disk, where the reverse strength is called "back"."""
    arrays = {name: getattr(edges, name) for name in EdgeTable.__dataclass_fields__}
    return arrays | {"back": arrays.pop("reverse_strength")}


def _edge_table(arrays: dict[str, NDArray[Any]]) -> EdgeTable:
    """Return the edges whose columns on disk are `arrays`."""
    return EdgeTable(**arrays | {"reverse_strength": arrays.pop("back")})


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
