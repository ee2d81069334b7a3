"""What explanations must show: classification, regions and scale, each with what it has to reach.

    python -m tests.benchmarks.explain --classes FOLDER [--also FOLDER ...] [--scenes FOLDER]
        [--no-scale] [--build FOLDER] [--json FILE] [--threads N]

CLASSES: photos in folders called by WordNet ids, three a class. ALSO: photos that dictionaries are
trained on beside, none of them of CLASSES. SCENES: as of `explaining.segmentation`. Tokens and
dictionaries are kept in the build folder: the second time takes minutes, the first an hour.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from insight_app.concepts import encoders
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from tests.benchmarks.explaining import classification, scale

ROOT = Path(__file__).resolve().parents[2]
MOST_MINUTES, MOST_PATH_MINUTES, MOST_BYTES = 20, 60, 2 << 30


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--classes", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[])
    parser.add_argument("--scenes", type=Path, default=None)
    parser.add_argument("--no-scale", action="store_true")
    parser.add_argument("--build", type=Path, default=ROOT / "build/naming")
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    encoder = encoders.load("builtin", device="cpu")
    assert isinstance(encoder, BuiltinEncoder)
    found = classification.run(encoder, options.classes, options.also, options.build)
    report: dict[str, Any] = {"classification": found}
    holds = all(found["holds"].values())
    if not options.no_scale:
        took = scale.measure()
        report["scale"] = asdict(took)
        print(
            f"one fit of {took.photos:,} photos: {took.cpu_seconds / 60:.1f} minutes of one core "
            f"({took.clock_seconds / 60:.1f} of the clock), {took.steps} steps, "
            f"{took.peak_bytes / (1 << 30):.2f} GB; a path of 8 as many steps would take: "
            f"{took.path_cpu_seconds / 60:.1f} minutes"
        )
        holds &= took.cpu_seconds <= 60 * MOST_MINUTES and took.peak_bytes <= MOST_BYTES
        holds &= took.path_cpu_seconds <= 60 * MOST_PATH_MINUTES
    if options.scenes is not None:
        module = "tests.benchmarks.explaining.segmentation"
        command = [sys.executable, "-m", module, "--scenes", str(options.scenes)]
        holds &= subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
