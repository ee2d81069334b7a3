"""Checkpoints of an interrupted training: weights, optimiser, counters and stream position.

One safetensors file, replaced atomically, with its numbers as JSON in the header, so that weights
and counters never disagree. Random orders follow from seed and position and need no state.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from insight_app.concepts.hsae.held_back import Look
from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import Refusal, WorldError
from insight_app.files import open_regular, write_whole


class OtherRun(Refusal):
    """A checkpoint that belongs to a training with other settings or another set of photos."""


FILE = "training.safetensors"
SCHEMA_VERSION = 2


@dataclass(frozen=True)
class Position:
    """How far a run is: the next step, and where in the stream its buffer starts.

    epoch, chunk_start: the stream batch with which the buffer starts; passes: how often the buffer
    was used up before; chunk_step: steps taken from it in its present order.
    """

    step: int = 0
    epoch: int = 0
    chunk_start: int = 0
    passes: int = 0
    chunk_step: int = 0


@dataclass(frozen=True, eq=False)
class SavedRun:
    """Everything that a run goes on with; state: weights, the best ones, optimiser and counters.

    by_start: what the dictionary that it started from explains of the held-back cells.
    """

    position: Position
    threshold: float
    curve: tuple[Look, ...]
    state: dict[str, Tensor]
    by_start: float | None = None


def write(folder: Path, run: dict[str, Any], kept: SavedRun) -> None:
    """Replace the checkpoint in `folder`; run: what makes a run the same run."""
    head = {
        "run": run,
        "position": asdict(kept.position),
        "threshold": kept.threshold,
        "curve": [asdict(look) for look in kept.curve],
        "by_start": kept.by_start,
    }
    content = to_bytes(
        {name: tensor.detach().cpu().contiguous() for name, tensor in kept.state.items()},
        metadata={"schema_version": str(SCHEMA_VERSION), "training": json.dumps(head)},
    )
    before = "The checkpoint before this one is kept."
    with disk_errors("The training cannot be saved", where=folder, kept=before):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, lambda file: file.write(content))


def read(folder: Path, run: dict[str, Any]) -> SavedRun | None:
    """Return the checkpoint of the same run in `folder`, or None.

    KnownError where the checkpoint belongs to other settings or is damaged. That of an older
    Insight, which trained in another way, is none.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with open_regular(path), safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
            names = list(opened.keys())
            state: dict[str, Tensor] = {name: opened.get_tensor(name) for name in names}
        version, head = int(metadata["schema_version"]), json.loads(metadata["training"])
        if version < SCHEMA_VERSION:
            return None
        position, threshold = Position(**head["position"]), float(head["threshold"])
        curve = tuple(Look(**one) for one in head["curve"])
        by_start = None if head["by_start"] is None else float(head["by_start"])
    except OSError as error:
        raise disk_error(error, "The checkpoint of this training cannot be read") from error
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WorldError(
            "The checkpoint of this training cannot be read.",
            where=str(path),
            kept="Nothing else is touched.",
            do="Delete the file to train from the beginning.",
        ) from error
    if version != SCHEMA_VERSION or head["run"] != json.loads(json.dumps(run)):
        raise OtherRun(
            "The checkpoint belongs to a training with other settings or another set of photos.",
            where=str(path),
            do="Delete the file to train from the beginning, or train with the earlier settings.",
        )
    return SavedRun(position, threshold, curve, state, by_start)
