"""Time and memory of an analysis as images grow: time should be linear, memory flat.

The built-in encoder, its dictionary, photos repeated under new names; each size in a process of its
own.

    python -m tests.benchmarks.growth [--sizes 100 1000 10000]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from insight_app import resources
from insight_app.project.analysis.run import analyze
from tests.benchmarks.analysis import repeated
from tests.benchmarks.report import note


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    asked.add_argument("--alone", type=int, help="one size in this process: figures as JSON")
    options = asked.parse_args()
    if options.alone:
        print(json.dumps(alone(options.alone)))
        return
    print(f"{'images':>8} {'seconds':>9} {'ms an image':>12} {'peak MB':>8}")
    found = {}
    for size in options.sizes:
        command = [sys.executable, "-m", "tests.benchmarks.growth", "--alone", str(size)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        found[size] = json.loads(ran.stdout.splitlines()[-1])
        seconds, peak = found[size]["seconds"], found[size]["megabytes"]
        print(f"{size:>8,} {seconds:>9.1f} {1000 * seconds / size:>12.1f} {peak:>8,.0f}")
    first, last = found[options.sizes[0]], found[options.sizes[-1]]
    grown = options.sizes[-1] / options.sizes[0]
    note(
        "growth_memory_ratio",
        last["megabytes"] / first["megabytes"],
        **{f"megabytes_{size}": figures["megabytes"] for size, figures in found.items()},
    )
    note(
        "growth_time_ratio",
        last["seconds"] / first["seconds"] / grown,
        **{f"seconds_{size}": figures["seconds"] for size, figures in found.items()},
    )


def alone(images: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        repeated(resources.path("photos"), Path(place) / "photos", images)
        began = time.perf_counter()
        analyze(Path(place) / "P.insight", [Path(place) / "photos"])
        seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


if __name__ == "__main__":
    main()
