"""What a dictionary brings along beside its weights: names, counts and co-occurrence, as numbers.

Owns `machine.npz` in a dictionary's folder: what the photos it was trained on amounted to, so that
small sets have names and relations at once. Of other people's dictionaries some of it is not known.
No photos, no torch, never a pickle.
"""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.hsae.description import MACHINE, damaged
from insight_app.concepts.naming.candidates import Candidate
from insight_app.concepts.statistics import CoOccurrence, Counts

SCHEMA_VERSION = 1
RELEASE = "release"
"""The run that the names of released files belong to."""


@dataclass(frozen=True, eq=False)
class DictionarySummary:
    """For each of F concepts its candidate names, the name first (none where it is dead); counts
    (None: not known) and co-occurrence of the photos that the names come from.
    """

    candidates: list[list[Candidate]]
    counts: Counts | None
    cooccurrence: CoOccurrence
    run: str = "dictionary"
    """Which run the names are of: "dictionary", "release" for released files, "" without names."""

    @property
    def names(self) -> list[str]:
        return [row[0].term if row else "" for row in self.candidates]


def write(folder: Path, machine: DictionarySummary, *, compressed: bool = True) -> None:
    """Write `machine.npz` into a dictionary's folder; half as big or, not compressed, at once."""
    words = [[[c.term, c.reading, _rounded(c.score)] for c in row] for row in machine.candidates]
    told = {"schema_version": SCHEMA_VERSION, "run": machine.run, "candidates": words}
    text = json.dumps(told, ensure_ascii=False)
    arrays: dict[str, NDArray[Any]] = {"words": np.frombuffer(text.encode(), np.uint8)}
    if machine.counts is not None:
        arrays |= {f"counts_{name}": a for name, a in machine.counts.to_arrays().items()}
    arrays |= {f"pairs_{name}": a for name, a in machine.cooccurrence.to_arrays().items()}
    part = folder / (MACHINE + ".part")
    with part.open("wb") as file:
        (np.savez_compressed if compressed else np.savez)(file, **arrays)  # type: ignore[arg-type]
    part.replace(folder / MACHINE)


def read(folder: Path, concepts: int) -> DictionarySummary | None:
    """What the dictionary in `folder`, of F = concepts, brings along; None where it brings nothing.

    Raises KnownError where the file is damaged or of another dictionary.
    """
    path = folder / MACHINE
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        words = json.loads(arrays.pop("words").tobytes())
        machine = DictionarySummary(
            [[Candidate(t, int(r), _rounded(s)) for t, r, s in row] for row in words["candidates"]],
            Counts.from_arrays(counts) if (counts := _under("counts_", arrays)) else None,
            CoOccurrence.from_arrays(_under("pairs_", arrays)),
            str(words.get("run", "dictionary")),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        raise damaged(path, "its names and counts cannot be read") from error
    sizes = {len(machine.candidates), machine.cooccurrence.concepts}
    if machine.counts is not None:
        sizes.add(machine.counts.concepts)
    if sizes != {concepts}:
        raise damaged(path, "its names and counts are of another dictionary")
    return machine


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(float(score), 5)


def _under(prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
