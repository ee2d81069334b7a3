"""What a dictionary's folder holds, told before anything is imported.

Which files there are, which are missing and what is done about that, which are damaged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from insight_app.concepts.hsae import description, summary
from insight_app.concepts.hsae.description import DictionaryInfo, UnsetThreshold, is_release
from insight_app.concepts.hsae.files import describe
from insight_app.concepts.hsae.released import optional_files, reading, relations
from insight_app.errors import KnownError

_T = TypeVar("_T")

_NOT_TAKEN = {
    "C_normalized.pth": "co-occurrence as shares",
    "D_normalized.pth": "co-occurrence as shares",
    "feature_frequencies.pth": "how often each concept fires",
    "feature_sums.pth": "row sums of D.pth",
    "top30_patch_activations.pth": "codes of the strongest patches",
}
"""Files that the published scripts write and that are counted anew from photos."""


@dataclass(frozen=True)
class FoundFile:
    """A file that was found; what: what it is; detail: its shape or size."""

    file: str
    what: str
    detail: str


@dataclass(frozen=True)
class Probe:
    """A linear probe: its data set and how many classes it tells apart."""

    name: str
    classes: int


@dataclass(frozen=True)
class Missing:
    """Something that a release may have and this one lacks, and what is done instead."""

    what: str
    instead: str


@dataclass(frozen=True)
class Inspection:
    """A dictionary's folder in words and numbers.

    kind: "insight" (ours) or "release"; threshold: None where each token's k largest are taken;
    named, unnamed: concepts; relations: the shape of the matrix; problems: why files cannot be
    used, with which the folder cannot be imported; notes: what a person should know of how it is
    read; lacks_threshold: its threshold was never set, and a person may choose what stands for it.
    """

    kind: Literal["insight", "release"]
    class_name: str
    title: str
    concepts: int
    token_dim: int
    k: int
    group_sizes: tuple[int, ...]
    threshold: float | None
    files: tuple[FoundFile, ...]
    named: int
    unnamed: int
    relations: tuple[int, int] | None
    probes: tuple[Probe, ...]
    missing: tuple[Missing, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    lacks_threshold: bool = False


def inspect(path: Path, unset_threshold: UnsetThreshold = "topk") -> Inspection:
    """Return what is at `path`; KnownError where it holds no dictionary that can be opened."""
    return _of_release(path, unset_threshold) if is_release(path) else _of_ours(path)


def _of_release(path: Path, unset_threshold: UnsetThreshold) -> Inspection:
    release = reading.files(path)
    folder = release.folder
    problems: list[str] = []

    def attempt(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except KnownError as error:
            problems.append(f"{Path(error.where).name}: {error.what}")
            return None

    described = describe(reading.load(path, unset_threshold=unset_threshold))
    F = described.concepts
    notes = tuple(map(str, described.provenance.get(reading.NOTES, ())))
    class_name = reading.class_name(path)
    names = attempt(lambda: optional_files.names(folder, F))
    pairs = attempt(lambda: relations.read(folder, F))
    probes = []
    for name, path in optional_files.probes(folder).items():
        weight = attempt(lambda path=path: optional_files.probe(path, F))  # type: ignore[misc]
        if weight is not None:
            probes.append(Probe(name, len(weight)))
    weights, settings = release.weights, release.settings
    contents = {
        weights.name if weights else "": ("weights", f"{described.token_dim:,} x {F:,}"),
        settings.name if settings else "": ("settings of the training", class_name),
        optional_files.NAMES: ("names of concepts", f"{F:,} lines"),
        relations.MASS: ("co-occurrence of concepts", f"{F:,} x {F:,}"),
        relations.CELLS: ("patches that concepts share", f"{F:,} x {F:,}"),
    }
    contents |= {
        optional_files.probes(folder)[one.name].name: ("linear probe", f"{one.classes:,} classes")
        for one in probes
    }
    contents |= {
        name: (f"{text}; not used", _size(folder / name)) for name, text in _NOT_TAKEN.items()
    }
    return _inspection(
        "release",
        class_name,
        described,
        files=tuple(
            FoundFile(n, *about) for n, about in contents.items() if n and (folder / n).exists()
        ),
        named=sum(name != "" for name in names or ()),
        has_relations=pairs is not None,
        probes=tuple(probes),
        problems=tuple(problems),
        notes=notes,
    )


def _of_ours(folder: Path) -> Inspection:
    described = description.info(folder)
    found = summary.read(folder, described.concepts)
    contents = {
        description.WEIGHTS: ("weights", f"{described.token_dim:,} x {described.concepts:,}"),
        description.DESCRIPTION: ("what it is", described.title),
        description.SUMMARY: ("names, counts and relations", _size(folder / description.SUMMARY)),
    }
    return _inspection(
        "insight",
        "",
        described,
        files=tuple(FoundFile(n, *about) for n, about in contents.items() if (folder / n).exists()),
        named=sum(name != "" for name in found.names) if found else 0,
        has_relations=found is not None and bool(found.cooccurrence.pairs.key.size),
        probes=(),
        problems=(),
    )


def _inspection(
    kind: Literal["insight", "release"],
    class_name: str,
    described: DictionaryInfo,
    *,
    files: tuple[FoundFile, ...],
    named: int,
    has_relations: bool,
    probes: tuple[Probe, ...],
    problems: tuple[str, ...],
    notes: tuple[str, ...] = (),
) -> Inspection:
    missing = [
        Missing(
            "encoder",
            f"Choose the one that it was trained on; its tokens have {described.token_dim:,} "
            "numbers.",
        ),
        Missing("counts and strongest examples", "They are made from your photos."),
    ]
    if not named:
        missing.append(Missing("names", "Concepts are named after what your photos show."))
    if not has_relations:
        missing.append(Missing("relations", "They are counted from your photos."))
    if kind == "release" and not probes:
        missing.append(Missing("probes", "They can only be trained anew; nothing else needs them."))
    return Inspection(
        kind=kind,
        class_name=class_name,
        title=described.title,
        concepts=described.concepts,
        token_dim=described.token_dim,
        k=described.k,
        group_sizes=described.group_sizes,
        threshold=described.threshold if described.selection == "threshold" else None,
        files=files,
        named=named,
        unnamed=described.concepts - named,
        relations=(described.concepts, described.concepts) if has_relations else None,
        probes=probes,
        missing=tuple(missing),
        problems=problems,
        notes=notes,
        lacks_threshold=any(reading.UNSET in note for note in notes),
    )


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:,.1f} MB" if path.exists() else ""
