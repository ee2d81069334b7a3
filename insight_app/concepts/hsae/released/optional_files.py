"""What a release may have beside its weights: names of its concepts, and linear probes.

Owns their names. Each is read and checked like the weights; a release can do without one that
cannot be used.
"""

import codecs
from pathlib import Path

from torch import Tensor

from insight_app.concepts.checkpoints import reading as checkpoints
from insight_app.concepts.checkpoints import unwrapping
from insight_app.concepts.hsae.released.reading import as_float32
from insight_app.concepts.hsae.released.refusals import refusal_of_optional
from insight_app.disk_errors import disk_error
from insight_app.figures import counted
from insight_app.files import read_regular

NAMES = "concept_names.txt"
PROBE = "example_linear_probe_"
MOST_NAMES = 32 << 20
LONGEST_NAME = 1_000


def names(folder: Path, concepts: int) -> list[str] | None:
    """Read the name of each concept, '' for one without a name; None where the file is missing.

    Line i is concept i and an empty line a concept without a name. Two readings of a last line
    break are taken: the end of the last line, or what comes before an empty last line.
    """
    path = folder / NAMES
    if not path.exists() and not path.is_symlink():
        return None
    try:
        data = read_regular(path, MOST_NAMES, follow_links=True)
        is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in data
        lines = data.decode("utf-16" if is_wide else "utf-8-sig").split("\n")
    except OSError as error:
        raise disk_error(error, "The names of the release cannot be read", where=path) from error
    except ValueError as error:
        raise refusal_of_optional(path, "its names cannot be read as text (UTF-8)") from error
    if len(lines) == concepts + 1 and not lines[-1].strip():
        lines.pop()
    if len(lines) != concepts:
        count = len(lines) - (not lines[-1])
        raise refusal_of_optional(
            path, f"it has {counted(count, 'line')} of names for {concepts:,} concepts"
        )
    if any(len(line) > LONGEST_NAME for line in lines):
        number = next(n for n, line in enumerate(lines, 1) if len(line) > LONGEST_NAME)
        raise refusal_of_optional(path, f"line {number:,} is too long for a name")
    return [" ".join(line.split()) for line in lines]


def probes(folder: Path) -> dict[str, Path]:
    """Return the files of linear probes, by the name of their data set."""
    found = sorted(folder.glob(f"{PROBE}*.pt"))
    return {path.stem.removeprefix(PROBE): path for path in found}


def probe(path: Path, concepts: int) -> Tensor:
    """Read (classes, F) float32: the weights of a linear probe without bias."""
    pair = unwrapping.find(checkpoints.open_checkpoint(path), {"probe": ("weight",)})
    weight = None if pair is None else pair[1]["weight"]
    if pair is None or weight is None or weight.ndim != 2 or weight.shape[1] != concepts:
        shape = "nothing" if weight is None else f"the shape {tuple(weight.shape)}"
        raise refusal_of_optional(
            path, f"the probe's weight has {shape}, not one row of {concepts:,} for each class"
        )
    if "bias" in pair[1] and bool(pair[1]["bias"].any()):
        raise refusal_of_optional(path, "the probe has a bias, which published ones do not have")
    own = as_float32(weight, "weight", path)
    checkpoints.finite({"weight": own}, path)
    return own
