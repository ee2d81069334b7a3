"""Making one of our dictionaries of a release: all of it, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import save as to_bytes
from torch import Tensor

from insight_app.concepts.hsae import files, summary
from insight_app.concepts.hsae.description import DESCRIPTION, SUMMARY, UnsetThreshold
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.hsae.released import optional_files, reading, relations
from insight_app.concepts.naming.candidates import UNKNOWN, Candidate
from insight_app.concepts.statistics import CoOccurrence
from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.errors import Refusal
from insight_app.files import folder_aside


@dataclass(frozen=True, eq=False)
class Release:
    """Everything of a release that is used.

    names, cooccurrence: None where the release has none; probes: (classes, F) by data set.
    """

    hsae: HSAE
    names: list[str] | None
    cooccurrence: CoOccurrence | None
    probes: dict[str, Tensor]


def read(source: Path, unset_threshold: UnsetThreshold = "topk") -> Release:
    """Read and check every file that an import takes; KnownError where one cannot be used."""
    hsae, folder = (
        reading.load(source, unset_threshold=unset_threshold),
        reading.files(source).folder,
    )
    return Release(
        hsae,
        optional_files.names(folder, hsae.F),
        relations.read(folder, hsae.F),
        {
            name: optional_files.probe(path, hsae.F)
            for name, path in optional_files.probes(folder).items()
        },
    )


def import_into(source: Path, folder: Path, unset_threshold: UnsetThreshold = "topk") -> None:
    """Write the release in `source` into `folder` as a dictionary with names and relations."""
    if (folder / DESCRIPTION).exists():
        raise Refusal(
            "There is a dictionary here already.", where=str(folder), kept="Nothing was changed."
        )
    release = read(source, unset_threshold)
    with (
        disk_errors("The dictionary cannot be written", where=folder, kept=UNCHANGED, do=ELSEWHERE),
        folder_aside(folder, last=DESCRIPTION, gone=(SUMMARY,)) as part,
    ):
        files.save(release.hsae, part)
        found = _summary(release)
        if found is not None:
            summary.write(part, found, compressed=False)
        for name, weight in release.probes.items():
            (part / f"probe-{name}.safetensors").write_bytes(to_bytes({"weight": weight}))


def _summary(release: Release) -> summary.DictionarySummary | None:
    """Return the release's names and relations, or None where it has neither."""
    if release.names is None and release.cooccurrence is None:
        return None
    F = release.hsae.F
    return summary.DictionarySummary(
        [[Candidate(name, UNKNOWN, None)] if name else [] for name in release.names or [""] * F],
        None,
        release.cooccurrence or CoOccurrence(F, has_support=False),
        summary.RELEASE if release.names is not None else "",
    )
