"""The description of a dictionary on disk, read without torch.

A dictionary is a folder with `dictionary.safetensors` (the weights), `dictionary.json` (this
description) and, where it comes with names and counts, `machine.npz`. Owns the names and checks of
these files; knows nothing of how the weights are used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from insight_app import plain_json
from insight_app.concepts.hsae import places
from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal, WorldError
from insight_app.files import open_regular, read_regular

WEIGHTS = "dictionary.safetensors"
DESCRIPTION = "dictionary.json"
SUMMARY = "machine.npz"
PROBES = "probe-*.safetensors"
SCHEMA_VERSION = 2
"""Version 2 may come with a summary that readers of version 1 take for damaged."""
_MOST_HEADER = 1 << 20
_ANOTHER = "Choose another dictionary, or train one on your photos."


Selection = Literal["threshold", "topk", "jumprelu"]
"""Which activations of a token are its code.

Those above a learned threshold, the k largest, or those above a threshold of each concept's own.
"""
UnsetThreshold = Literal["topk", "all"]
"""What is active where a dictionary's threshold was never set.

The k strongest concepts of a cell, or all above zero.
"""


@dataclass(frozen=True)
class DictionaryInfo:
    """A dictionary in words and numbers; fingerprint: identifies its weights.

    k: 0 where it has none, and how many concepts describe a cell is learned for each of them.
    """

    fingerprint: str
    concepts: int
    token_dim: int
    k: int
    group_sizes: tuple[int, ...]
    threshold: float
    encoder_fingerprint: str
    title: str
    provenance: Mapping[str, Any]
    selection: Selection = "threshold"


def is_release(path: Path) -> bool:
    """Return whether `path` is to be read as others publish dictionaries, not as one of ours."""
    return not (path / DESCRIPTION).exists() and places.find(path) is not None


def files_of(folder: Path) -> list[Path]:
    """Return the files that a dictionary of ours consists of, as far as they are there."""
    named = [folder / name for name in (DESCRIPTION, WEIGHTS, SUMMARY)]
    return [*(path for path in named if path.exists()), *sorted(folder.glob(PROBES))]


def info(path: Path | str) -> DictionaryInfo:
    """Read the description of the dictionary in folder `path`; KnownError if missing or damaged."""
    folder = Path(path)
    source = folder / DESCRIPTION
    described = _read_json(source)
    version = described.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise newer(source)
    try:
        found = DictionaryInfo(
            fingerprint=str(described["fingerprint"]),
            concepts=int(described["concepts"]),
            token_dim=int(described["token_dim"]),
            k=int(described["k"]),
            group_sizes=tuple(int(size) for size in described["group_sizes"]),
            threshold=float(described["threshold"]),
            encoder_fingerprint=str(described["encoder_fingerprint"]),
            title=str(described["title"]),
            provenance=dict(described["provenance"]),
            selection=described.get("selection", "threshold"),
        )
        if found.selection not in get_args(Selection):
            raise ValueError(found.selection)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(source, "its description is incomplete") from error
    check_shapes(folder / WEIGHTS, found)
    return found


def to_json(described: DictionaryInfo) -> str:
    """Return the text of `dictionary.json`."""
    fields = {"schema_version": SCHEMA_VERSION} | dict(vars(described))
    return json.dumps(fields, indent=1, ensure_ascii=False) + "\n"


def check_shapes(path: Path, described: DictionaryInfo) -> None:
    """Raise KnownError unless the weights are complete and have the described shapes."""
    header, _ = read_header(path)
    D, F = described.token_dim, described.concepts
    expected = {"W_enc": [D, F], "b_enc": [F], "W_dec": [F, D], "b_dec": [D]}
    for name, shape in expected.items():
        entry = header.get(name)
        if not isinstance(entry, dict):
            raise damaged(path, f"its weights lack {name}")
        if entry.get("shape") != shape:
            raise damaged(
                path, f"{name} has the shape {entry.get('shape')}, the description says {shape}"
            )
    if sum(described.group_sizes) != F:
        raise damaged(path, f"its levels do not make up {F} concepts")


MARK = "+"
"""Begins the part of an encoder's fingerprint that says how its tokens were averaged."""


def is_same_space(first: str, second: str) -> bool:
    """Return whether two encoders, by their fingerprints, write tokens of the same space."""
    return first.partition(MARK)[0] == second.partition(MARK)[0]


def check_fits(
    described: DictionaryInfo,
    path: Path,
    token_dim: int | None = None,
    encoder_fingerprint: str | None = None,
) -> None:
    """Raise KnownError where a dictionary cannot read an encoder's tokens.

    A dictionary that names no encoder fits every one with tokens of its size.
    """
    if token_dim is not None and token_dim != described.token_dim:
        raise Refusal(
            f"The dictionary reads tokens of {described.token_dim} numbers,"
            f" the encoder writes {token_dim}.",
            where=str(path),
            do="Choose the dictionary that was trained for this encoder, or train one.",
        )
    wanted = described.encoder_fingerprint
    given = encoder_fingerprint
    if given is not None and wanted and not is_same_space(wanted, given):
        raise Refusal(
            "The dictionary was trained on another encoder or another version of it.",
            where=str(path),
            do="Choose the dictionary that was trained for this encoder, or train one.",
        )


def newer(path: Path) -> Refusal:
    """Return the error for a file of a dictionary that a newer Insight wrote."""
    return Refusal(
        "This dictionary was written by a newer version of Insight.",
        where=str(path),
        do="Install the newer version to use it.",
    )


def damaged(path: Path, why: str) -> WorldError:
    """Return the error for a dictionary that cannot be used."""
    return WorldError(f"The dictionary is damaged: {why}.", where=str(path), do=_ANOTHER)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        described = plain_json.loads(read_regular(path, plain_json.MOST_BYTES, follow_links=True))
    except FileNotFoundError as error:
        folder = str(path.parent)
        raise Refusal("There is no dictionary here.", where=folder, do=_ANOTHER) from error
    except OSError as error:
        raise disk_error(error, "The dictionary cannot be read", where=path) from error
    except ValueError as error:
        raise damaged(path, "its description cannot be read") from error
    if not isinstance(described, dict):
        raise damaged(path, "its description is incomplete")
    return described


def read_header(path: Path) -> tuple[Mapping[str, Any], int]:
    """Return the header of a safetensors file and where its data begin; all of them are there."""
    try:
        with open_regular(path, follow_links=True) as opened:
            length = int.from_bytes(opened.read(8), "little")
            size = os.fstat(opened.fileno()).st_size
            if not 0 < length <= min(size - 8, _MOST_HEADER):
                raise damaged(path, "its weights are cut off")
            header = plain_json.loads(opened.read(length))
        if not isinstance(header, dict):
            raise damaged(path, "its weights cannot be read")
        about: dict[str, Any] = {n: one for n, one in header.items() if n != "__metadata__"}
        ends = [one["data_offsets"][1] for one in about.values()]
    except FileNotFoundError as error:
        raise damaged(path, "its weights are missing") from error
    except OSError as error:
        raise disk_error(error, "The dictionary cannot be read", where=path) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise damaged(path, "its weights cannot be read") from error
    if 8 + length + max(ends, default=0) != size:
        raise damaged(path, "its weights are cut off")
    return header, 8 + length
