"""The manifest of a generation: every file that its readers need, with its digest.

A file of JSON in the generation's folder. Its own digest stands in the row of table `generation`,
so that whoever has the row can tell that the manifest, and by it all files, are those that were
published, and those of this project. Knows nothing of what the files hold.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from insight_app import plain_json
from insight_app.errors import WorldError
from insight_app.files import read_regular
from insight_app.project.results import digests
from insight_app.project.results.digests import FileDigest

NAME = "manifest.json"
SCHEMA_VERSION = 1
_PATH = re.compile(
    r"(statistics/(generation-\d{6,}/)?|dictionary/)(?!\.)[\w.-]+(\.(npy|npz|json|jsonl|postings"
    r"|safetensors))"
)
"""Where files can lie that a manifest names, seen from the project's folder."""
_HEX = re.compile(r"[0-9a-f]{64}")


Tables = Mapping[str, Sequence[Sequence[Any]]]
"""Rows of tables by name, their first column the key."""


@dataclass(frozen=True)
class Manifest:
    """What a generation consists of.

    project: the project's own id ('' = it has none); files: by path below the project's folder,
    with `/` between names. tables: what a person set up, as rows of the database's tables.
    """

    generation: int
    project: str
    files: Mapping[str, FileDigest]
    tables: Tables = field(default_factory=dict)


def write(folder: Path, manifest: Manifest) -> str:
    """Write the manifest into a generation's folder; return its own digest."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "generation": manifest.generation,
        "project": manifest.project,
        "tables": dict(manifest.tables),
        "files": {name: list(digest) for name, digest in sorted(manifest.files.items())},
    }
    text = json.dumps(content).encode()
    return digests.write_digested(folder / NAME, lambda file: file.write(text)).blake2b


def read(folder: Path, digest: str) -> Manifest:
    """Read the manifest of a generation; WorldError where it is damaged or not that one.

    digest: its own, '' = not known. FileNotFoundError where there is none.
    """
    data = read_regular(folder / NAME, plain_json.MOST_BYTES)
    if digest and digests.of_bytes(data).blake2b != digest:
        raise _damaged(folder, "it is not the one that was published")
    try:
        content: Any = plain_json.loads(data)
        files = {}
        for name, (size, blake2b) in content["files"].items():
            if not _PATH.fullmatch(name) or not _HEX.fullmatch(blake2b):
                raise ValueError(f"it names {name!r}")
            files[name] = FileDigest(int(size), blake2b)
        tables = {str(name): list(rows) for name, rows in content.get("tables", {}).items()}
        return Manifest(int(content["generation"]), str(content["project"]), files, tables)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, str(error)) from error


def _damaged(folder: Path, why: str) -> WorldError:
    return WorldError(
        f"The list of the published files is damaged ({why}).",
        where=str(folder / NAME),
        kept="Codes and judgements are kept in other files.",
        do="Run `insight-app check PROJECT --repair`.",
    )
