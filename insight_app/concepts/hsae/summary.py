"""Summary of the photos a dictionary was trained on: names, counts and co-occurrence, as numbers.

Owns `machine.npz` in a dictionary's folder, which gives small sets names and relations at once.
Other people's dictionaries may lack some of it. No photos, no torch, never a pickle.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.concepts.hsae.description import SUMMARY, damaged, newer
from insight_app.concepts.naming.candidates import UNKNOWN, Candidate
from insight_app.concepts.naming.photo_classes import MEASURES
from insight_app.concepts.naming.prior import PriorPhotos, Votes
from insight_app.concepts.naming.vocabulary import READINGS
from insight_app.concepts.statistics import CoOccurrence, Counts
from insight_app.disk_errors import disk_error, disk_errors
from insight_app.files import write_whole
from insight_app.plain_arrays import read_npz

SCHEMA_VERSION = 2
"""Version 1 may lack the rule, probabilities, and all that names rest on."""
SHARED = "shared"
"""The rule that named dictionaries before they said which."""
DICTIONARY, RELEASE = "dictionary", "release"
"""The runs of names that a dictionary brings along: its own, or those of released files."""

_VOTES = {"readings": np.uint8, "indptr": np.int64, "columns": np.int32, "shares": np.float32}
"""The arrays of `Votes`, with prefix "votes_"; a file may hold narrower ones."""


_OF_PHOTOS = ("worth", "strength", "measures")
"""The arrays of `PriorPhotos`, with prefix "photos_"."""
_MOST_SHARE = 1.001
"""What a share of 1 may have become, as it was written."""
_MOST_MEASURE = 50.0
"""Measures are logarithms, of numbers that an analysis can come to."""


@dataclass(frozen=True, eq=False)
class DictionarySummary:
    """For each of F concepts its candidate names, the name first (none where it is dead).

    counts, cooccurrence: of the photos that the names come from; counts: None where they are
    unknown.
    """

    candidates: list[list[Candidate]]
    counts: Counts | None
    cooccurrence: CoOccurrence
    run: str = DICTIONARY
    """Which run the names are of: "dictionary", "release" for released files, "" without names."""
    rule: str = ""
    """The naming rule that found them, '' if that is not known."""
    votes: Votes | None = None
    photos: PriorPhotos | None = None
    """What the names rest on, each None if that is not known."""

    @property
    def names(self) -> list[str]:
        return [row[0].term if row else "" for row in self.candidates]


def write(folder: Path, summary: DictionarySummary, *, compressed: bool = True) -> None:
    """Write `machine.npz` into a dictionary's folder.

    compressed: half as big; not compressed, it is written at once.
    """
    content = {
        "schema_version": SCHEMA_VERSION,
        "run": summary.run,
        "rule": summary.rule,
        "candidates": [[_words(one) for one in row] for row in summary.candidates],
    }
    of_photos = None if summary.photos is None else summary.photos.votes
    votes = {"": summary.votes, "photo_": of_photos}
    known = {prefix: one for prefix, one in votes.items() if one is not None}
    content |= {f"{prefix}terms": one.terms for prefix, one in known.items()}
    text = json.dumps(content, ensure_ascii=False)
    arrays: dict[str, NDArray[Any]] = {"words": np.frombuffer(text.encode(), np.uint8)}
    if summary.counts is not None:
        arrays |= {f"counts_{name}": a for name, a in summary.counts.to_arrays().items()}
    arrays |= {f"pairs_{name}": a for name, a in summary.cooccurrence.to_arrays().items()}
    for prefix, one in known.items():
        small = vars(one) | {"shares": one.shares.astype(np.float16)}
        arrays |= {f"{prefix}votes_{name}": small[name] for name in _VOTES}
    if summary.photos is not None:
        arrays |= {f"photos_{name}": getattr(summary.photos, name) for name in _OF_PHOTOS}
    save = np.savez_compressed if compressed else np.savez
    with disk_errors("The dictionary cannot be written", where=folder):
        write_whole(folder / SUMMARY, lambda file: save(file, **arrays))  # type: ignore[arg-type]


def read(folder: Path, concepts: int) -> DictionarySummary | None:
    """Read the summary of the dictionary in `folder`, of F = concepts; None where it has none.

    KnownError where the file is damaged, of another dictionary or of a newer Insight.
    """
    path = folder / SUMMARY
    if not path.exists():
        return None
    try:
        arrays = read_npz(path, follow_links=True)
        words: Any = plain_json.loads(arrays.pop("words").tobytes())
        if (version := int(words.get("schema_version", 1))) < 1:
            raise ValueError(version)
        if version > SCHEMA_VERSION:
            raise newer(path)
        summary = DictionarySummary(
            [[_candidate(*one) for one in row] for row in words["candidates"]],
            Counts.from_arrays(counts) if (counts := _without_prefix("counts_", arrays)) else None,
            CoOccurrence.from_arrays(_without_prefix("pairs_", arrays)),
            run := str(words.get("run", DICTIONARY)),
            str(words.get("rule", SHARED if run == DICTIONARY else "")),
            _votes(list(map(str, words.get("terms", ()))), _without_prefix("votes_", arrays)),
            _photos(list(map(str, words.get("photo_terms", ()))), arrays, concepts),
        )
    except OSError as error:
        raise disk_error(error, "The dictionary cannot be read", where=path) from error
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise damaged(path, "its names and counts cannot be read") from error
    sizes = {len(summary.candidates), summary.cooccurrence.concepts}
    if summary.counts is not None:
        sizes.add(summary.counts.concepts)
    if summary.votes is not None:
        sizes.add(summary.votes.indptr.size - 1)
    if sizes != {concepts}:
        raise damaged(path, "its names and counts are of another dictionary")
    return summary


def _photos(terms: list[str], arrays: dict[str, NDArray[Any]], concepts: int) -> PriorPhotos | None:
    """Return what a summary tells of its photos, None if nothing; ValueError for nonsense."""
    votes = _votes(terms, _without_prefix("photo_votes_", arrays))
    if votes is None:
        return None
    columns = _without_prefix("photos_", arrays)
    known = [np.asarray(columns[name], np.float32) for name in _OF_PHOTOS]
    shapes = (concepts,), (concepts,), (concepts, MEASURES)
    if votes.indptr.size != concepts + 1 or tuple(one.shape for one in known) != shapes:
        raise ValueError("its photos are of another dictionary")
    worth, strength, measures = known
    are_known = all((np.isfinite(one) & (one >= 0)).all() for one in (worth, strength))
    if not are_known or not (np.abs(measures) <= _MOST_MEASURE).all():
        raise ValueError("its photos are measured in no such numbers")
    return PriorPhotos(votes, *known)


def _votes(terms: list[str], arrays: dict[str, NDArray[Any]]) -> Votes | None:
    """Return the votes that a summary holds, None if it holds none; ValueError for nonsense."""
    if not arrays:
        return None
    votes = Votes(terms, *(arrays[name].astype(kind) for name, kind in _VOTES.items()))
    sizes = np.diff(votes.indptr)
    is_whole = (
        votes.readings.shape == (len(terms),)
        and votes.readings.max(initial=0) < len(READINGS)
        and votes.indptr.ndim == 1
        and votes.indptr.size > 0
        and votes.columns.shape == votes.shares.shape == (votes.indptr[-1],)
        and not votes.indptr[0]
        and (sizes >= 0).all()
        and votes.columns.min(initial=0) >= 0
        and votes.columns.max(initial=-1) < len(terms)
        and ((votes.shares >= 0) & (votes.shares <= _MOST_SHARE)).all()
    )
    if not is_whole:
        raise ValueError("its votes are no votes")
    return votes


def _words(one: Candidate) -> list[str | float | None]:
    """Return a candidate as it is written; its probability only if it is known."""
    known = [] if one.probability is None else [_rounded(one.probability)]
    return [one.term, one.reading, _rounded(one.score), *known]


def _candidate(
    term: str, reading: int, score: float | None, probability: float | None = None
) -> Candidate:
    """Return a candidate as it was written; ValueError for nonsense."""
    is_known = probability is None or 0 <= probability <= 1
    if not isinstance(term, str) or reading not in (UNKNOWN, *range(len(READINGS))) or not is_known:
        raise ValueError(f"{term!r} is no name")
    return Candidate(term, int(reading), _rounded(score), _rounded(probability))


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(float(score), 5)


def _without_prefix(prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
