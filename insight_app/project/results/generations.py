"""A published state of the results, as a folder of files that never change once published.

Owns the layout of `statistics/generation-NNNNNN/`. Written completely, made durable, and only then
named by a row of the table `generation`: a reader sees one generation or the next, never a mix.
Knows nothing of SQL and of how the numbers were counted.
"""

import io
import json
import math
import mmap
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.concepts.statistics import NearPairs
from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.files import open_regular, read_regular, sync_folder
from insight_app.plain_arrays import npz_of, read_npz
from insight_app.project.folder import STATISTICS
from insight_app.project.results import digests, manifest, shapes
from insight_app.project.results.candidates import CandidateLines, CandidateName
from insight_app.project.results.digests import FileDigest
from insight_app.project.results.edge_table import EdgeTable
from insight_app.project.results.manifest import Manifest
from insight_app.project.results.near_counts import NearMissCounts
from insight_app.project.results.shares import Shares
from insight_app.project.results.stored_columns import StoredColumn

SCHEMA_VERSION = 3
"""1: candidates stood in names.json, places and folder sums in one file each.  2: nothing told how
sure names and relations are and what they rest on."""
PLACES = ("shard", "offset", "bytes", "folder", "status", "order")
FOLDER_SUMS = ("key", "images", "cells", "steps", "maximum")
NAMES, CANDIDATES, CONCEPTS = "names.json", "candidates.jsonl", "concepts.npz"
_HEADER, _EDGES = "generation.json", "edges.npz"
_SHARES = tuple(Shares.__dataclass_fields__)
_NEAR = tuple(NearMissCounts.__dataclass_fields__)
_SEGMENT = re.compile(r"(generation-\d+/open|shard-\d+)\.postings")
_MOST_BYTES = 1 << 30
_IN_MEMORY = 16 << 20
"""Arrays up to this are read whole: a mapped file that becomes shorter ends the process."""


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
    names_rule: str = ""
    """The naming rule that found them, '' if not known."""
    names_unit: str = ""
    """What the scores of candidates are: share of votes | cosine; '' where there are none."""
    names_photos: int = 0
    """How many of the project's photos the names rest on; 0: they came with the dictionary."""
    relations_above: float = 0.0
    """The share R above which relations of these photos are; 0 where there are none, or before
    schema version 3."""
    dictionary_relations_above: float = 0.0
    """The same of those that the dictionary brought along."""
    clarity_bound: float | None = None
    """Under which the images of a concept have no more in common than chance; None if not known."""
    near_images: int = 0
    """Over how many of the images near misses were counted."""
    clarity_images: int = 0
    """Among how many of the images the clearest were looked for."""


@dataclass(frozen=True, eq=False)
class Published:
    """Hold everything of a generation, N images and n folder sums.

    concepts: arrays (F, ...) images, cells, steps (the mass), maximum, histogram, levels; and, not
    in results of before version 3, name_probability, NaN if not known, and name_photos, how many of
    the project's photos are among the evidence of each name.  near_known: of all cells whose near
    misses are known, those where a concept is active.  names_before: (F,) what a concept was called
    before the last naming, '' where that changed nothing; none at all in older results.
    places: PLACES, arrays (N + 1,) by image_id, and `order`, the image ids by path.  folders:
    FOLDER_SUMS, arrays (n,) by folder and concept, ascending by key = folder * F + concept.
    """

    header: GenerationHeader
    names: list[str]
    candidates: Sequence[list[CandidateName]]
    concepts: Mapping[str, NDArray[Any]]
    edges: EdgeTable
    shares: Shares
    places: Mapping[str, NDArray[Any]]
    folders: Mapping[str, NDArray[Any]]
    near: NearMissCounts
    names_before: Sequence[str] = ()


def folder_of(statistics: Path, number: int) -> Path:
    """Return the folder of a generation."""
    return statistics / f"generation-{number:06d}"


def begin(statistics: Path, number: int) -> Path:
    """Make an empty folder for a generation; what a killed writer left there is removed."""
    folder = folder_of(statistics, number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write(
    folder: Path,
    published: Published,
    project: str,
    others: Mapping[str, FileDigest],
    tables: manifest.Tables,
) -> str:
    """Fill a generation's folder; durable when this returns, but not yet published.

    project: the project's id.  others: files that are written already and belong to it, and
    tables: as a manifest has them. Return the digest of the manifest.
    """
    candidates = published.candidates
    lines = candidates if isinstance(candidates, CandidateLines) else CandidateLines.of(candidates)
    header = {"schema_version": SCHEMA_VERSION, "candidates_crc32": crc32(lines.text)}
    files = {
        _HEADER: _write(folder / _HEADER, _json(header | asdict(published.header))),
        NAMES: _write(folder / NAMES, _json(_words(published))),
        CANDIDATES: _write(folder / CANDIDATES, lines.text),
        CONCEPTS: _write(folder / CONCEPTS, _npz(published.concepts)),
        _EDGES: _write(folder / _EDGES, _npz(published.edges.to_arrays())),
        **_write_columns(folder, "places", PLACES, published.places),
        **_write_columns(folder, "folders", FOLDER_SUMS, published.folders),
        **_write_columns(folder, "shares", _SHARES, vars(published.shares)),
        **_write_columns(folder, "near", _NEAR, vars(published.near)),
    }
    named = {name_of(folder, name): digest for name, digest in files.items()}
    made = Manifest(published.header.number, project, {**others, **named}, tables)
    digest = manifest.write(folder, made)
    sync_folder(folder)
    return digest


def write_again(
    statistics: Path,
    last: int,
    number: int,
    places: Mapping[str, NDArray[Any]],
    known: Manifest,
    tables: manifest.Tables,
) -> tuple[int, str] | None:
    """Write generation `last` again as `number`, with other places of its images; durable, but not
    yet published.

    known: the manifest of `last`; tables: as the new one has them. Return how many images are
    coded, and the digest of the new manifest; None if it was written in an older form. Files that
    stay as they are take no room again, if the disk can do that, and must still be what they were.
    """
    old = folder_of(statistics, last)
    header: Any = plain_json.loads(_read_file(old, known, _HEADER))
    if header["schema_version"] != SCHEMA_VERSION:
        return None
    folder = begin(statistics, number)
    files = dict(known.files)
    for path in old.iterdir():
        if path.name in (_HEADER, manifest.NAME):
            continue
        digest = files.pop(name_of(old, path.name), None)
        if path.name.startswith("places_") or digest is None:
            continue
        try:
            os.link(path, folder / path.name)
        except OSError:
            with path.open("rb") as file:
                digests.write_digested(folder / path.name, partial(shutil.copyfileobj, file))
        files[name_of(folder, path.name)] = digest
    files.pop(name_of(old, _HEADER), None)
    columns = _write_columns(folder, "places", PLACES, places)
    own = [name.replace(f"{old.name}/", f"{folder.name}/") for name in header["postings"]]
    images = int(places["order"].size)
    text = _json(header | {"number": number, "images": images, "postings": own})
    columns[_HEADER] = _write(folder / _HEADER, text)
    files |= {name_of(folder, name): digest for name, digest in columns.items()}
    digest_of_all = manifest.write(folder, Manifest(number, known.project, files, tables))
    sync_folder(folder)
    return int(header["coded"]), digest_of_all


def name_of(folder: Path, name: str) -> str:
    """Return what a manifest calls the file `name` in a generation's folder."""
    return f"{STATISTICS}/{folder.name}/{name}"


def manifest_of(statistics: Path, number: int, digest: str) -> Manifest | None:
    """Return the manifest of a generation, None if it was written without one.

    digest: what its row says of the manifest, '' = nothing. WorldError where it is damaged.
    """
    folder = folder_of(statistics, number)
    try:
        found = manifest.read(folder, digest)
    except FileNotFoundError:
        if digest:
            raise
        return None
    # An older Insight hands on the manifest of the generation before, which is none of this.
    return found if digest or found.generation == number else None


def read(statistics: Path, number: int, digest: str = "") -> Published:
    """Return the content of a generation; the biggest arrays stay on disk (memory-mapped).

    digest: of its manifest, '' = not known. What is read whole is compared with the manifest, if
    there is one; what is mapped only as far as its shape tells.
    """
    folder = folder_of(statistics, number)
    try:
        known = manifest_of(statistics, number, digest)
        read_file = partial(_read_file, folder, known)
        version, header, checksum = header_of(folder, read_file)
        words: Any = plain_json.loads(read_file(NAMES))
        _check_header(header, number)
        candidates = (
            CandidateLines.of(words["candidates"])
            if version == 1
            else CandidateLines(read_file(CANDIDATES))
        )
        if checksum is not None and crc32(candidates.text) != checksum:
            raise ValueError("the candidate names are not those that were written")
        before = words.get("before", [])
        are_names = all(isinstance(name, str) for name in (*words["names"], *before))
        if not (are_names and len(words["names"]) == len(candidates) == header.concepts):
            raise ValueError(f"there are not names for all {header.concepts} concepts")
        if len(before) not in (0, header.concepts):
            raise ValueError(f"there are not {header.concepts} names from before")
        places, folders = (
            read_npz(folder / f"{title}.npz")
            if version == 1
            else _read_columns(folder, title, names)
            for title, names in (("places", PLACES), ("folders", FOLDER_SUMS))
        )
        found = Published(
            header,
            words["names"],
            candidates,
            npz_of(read_file(CONCEPTS)),
            EdgeTable.from_arrays(npz_of(read_file(_EDGES))),
            _read_shares(folder),
            places,
            folders,
            _read_near(folder, header),
            before,
        )
        shapes.check(found)
        return found
    except (FileNotFoundError, KnownError):
        raise
    except OSError as error:
        raise disk_error(error, "The results cannot be read", where=folder) from error
    except Exception as error:  # numpy and zip fail over damaged bytes in every way there is
        raise damaged(folder, str(error)) from error


Read = Callable[[str], bytes]
"""A file of a generation by its name -> its bytes; WorldError where it is not as written."""


def reader_of(statistics: Path, number: int) -> Read:
    """Return how to read the files of a generation whose manifest's digest is not known."""
    known = manifest_of(statistics, number, "")
    return partial(_read_file, folder_of(statistics, number), known)


def header_of(folder: Path, read_file: Read) -> tuple[int, GenerationHeader, int | None]:
    """Return a generation's version, its header, and the checksum of its candidates, if it has it.

    Refusal where a newer Insight wrote it.
    """
    head: Any = plain_json.loads(read_file(_HEADER))
    version = int(head.pop("schema_version"))
    if version > SCHEMA_VERSION:
        raise Refusal(
            "These results were written by a newer Insight.",
            where=str(folder),
            do="Update Insight to open this project.",
        )
    checksum = head.pop("candidates_crc32", None)
    head["grid"], head["postings"] = tuple(head["grid"]), tuple(head["postings"])
    return version, GenerationHeader(**head), checksum


def read_edges(statistics: Path, number: int, known: Manifest) -> EdgeTable:
    """Return the relations of a generation alone; WorldError where they are damaged.

    known: its manifest.
    """
    folder = folder_of(statistics, number)
    try:
        return EdgeTable.from_arrays(npz_of(_read_file(folder, known, _EDGES)))
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(folder, str(error)) from error


def damaged(place: Path, why: str) -> WorldError:
    """Return the error of results that cannot be what was published."""
    return WorldError(
        f"The results are damaged ({why}).",
        where=str(place),
        kept="Codes and judgements are kept in other files.",
        do="Run `insight-app check PROJECT --repair`, or choose Check project in the window.",
    )


def _read_file(folder: Path, known: Manifest | None, name: str) -> bytes:
    data = read_regular(folder / name, _MOST_BYTES)
    if known is not None and known.files.get(name_of(folder, name)) != digests.of_bytes(data):
        raise damaged(folder / name, "it is not as it was written")
    return data


def _check_header(header: GenerationHeader, number: int) -> None:
    counts = (header.concepts, header.images, header.coded, header.tokens, header.names_photos)
    sizes = (*counts, header.near_images, header.clarity_images, *header.grid)
    if not all(isinstance(size, int) and size >= 0 for size in sizes) or len(header.grid) != 2:
        raise ValueError("its header holds sizes that are none")
    if header.number != number:
        raise ValueError(f"it is generation {header.number} in the place of another")
    if not all(isinstance(text, str) for text in (header.names_rule, header.names_unit)):
        raise ValueError("it does not say in words how names were found")
    bound = header.clarity_bound
    if bound is not None and not (isinstance(bound, int | float) and isfinite(bound)):
        raise ValueError("its bound of clarity is no number")
    if not all(isinstance(name, str) and _SEGMENT.fullmatch(name) for name in header.postings):
        raise ValueError("it names lists of strongest images that cannot be its own")


def remove_old(statistics: Path, newest: int) -> None:
    """Remove all generations but the newest and the one before it, which may still be opening."""
    for folder in statistics.glob("generation-*"):
        number = folder.name.removeprefix("generation-")
        if number.isdecimal() and int(number) < newest - 1:
            shutil.rmtree(folder, ignore_errors=True)


def _words(published: Published) -> dict[str, Sequence[str]]:
    return {"names": published.names, "before": published.names_before}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _write(path: Path, data: bytes) -> FileDigest:
    return digests.write_digested(path, lambda file: file.write(data))


def _npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    file = io.BytesIO()  # zip goes back in its file, which a digest cannot
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _write_columns(
    folder: Path, title: str, names: Sequence[str], arrays: Mapping[str, NDArray[Any]]
) -> dict[str, FileDigest]:
    return {
        file: digests.write_digested(folder / file, partial(np.save, arr=arrays[name]))
        for name in names
        for file in [f"{title}_{name}.npy"]
    }


def _read_columns(folder: Path, title: str, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    return {name: _mapped(folder / f"{title}_{name}.npy") for name in names}


def _read_shares(folder: Path) -> Shares:
    indptr, indices, values = (folder / f"shares_{name}.npy" for name in _SHARES)
    return Shares(_mapped(indptr), _column(indices), _column(values))


def _read_near(folder: Path, header: GenerationHeader) -> NearMissCounts:
    if not header.near_images:  # also of before they were counted
        return NearMissCounts.of_pairs(NearPairs(header.concepts))
    indptr, *columns = (folder / f"near_{name}.npy" for name in _NEAR)
    return NearMissCounts(_mapped(indptr), *map(_column, columns))


def _column(path: Path) -> StoredColumn:
    """Return the array of a .npy file to be read by slices."""
    with open_regular(path) as file:
        dtype, size, start = _array_in(file, path)
        return StoredColumn(file, dtype, size, start)


def _mapped(path: Path) -> NDArray[Any]:
    """Return the array of a .npy file, a big one mapped."""
    with open_regular(path) as file:
        dtype, size, start = _array_in(file, path)
        if size * dtype.itemsize <= _IN_MEMORY:
            whole = file.read(size * dtype.itemsize)
            if len(whole) < size * dtype.itemsize:
                raise ValueError(f"{path.name} is cut off")
            return np.frombuffer(whole, dtype)
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(data, dtype, size, start)


def _array_in(file: BinaryIO, path: Path) -> tuple[np.dtype[Any], int, int]:
    """Return kind, length and place of a .npy file's numbers; ValueError if it is not so long."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError(f"{path.name} is no array of ours")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    start = file.tell()
    size = math.prod(shape)
    is_ours = not dtype.hasobject and len(shape) == 1
    if not is_ours or os.fstat(file.fileno()).st_size != start + size * dtype.itemsize:
        raise ValueError(f"{path.name} is cut off, or no array of ours")
    return dtype, size, start
