"""How long opening a release of the published size takes, and how much memory.

Writes one with random values (D = 512, F = 8192, six groups, names, D.pth, C.pth, a probe), then
looks into it and imports it in a process of its own. A random D is the worst case: every pair is
there, and none is a relation.

    python -m tests.benchmarks.released [--folder KEEP_IT_HERE]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import note

D, F, K, CLASSES = 512, 8192, 12, 365
LIMIT_SECONDS, LIMIT_BYTES = 10.0, 1.5e9


def write(folder: Path) -> None:
    """A release of random values."""
    import torch

    from insight_app.concepts.hsae import group_sizes

    torch.manual_seed(0)
    W_dec = torch.nn.functional.normalize(torch.randn(F, D))
    weights = {
        "W_enc": W_dec.t(),  # a transposed view, as published
        "b_enc": torch.randn(F) / 10,
        "W_dec": W_dec,
        "b_dec": torch.randn(D) / 10,
        "k": torch.tensor(K, dtype=torch.int32),
        "threshold": torch.tensor(1.5),
        "group_sizes": torch.tensor(group_sizes(F)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(weights, folder / "ae.pt")
    settings = {"trainer": {"dict_class": "MatryoshkaBatchTopKSAE", "k": K}}
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    lines = ["" if n % 17 == 3 else f"name {n}" for n in range(F)]
    (folder / "concept_names.txt").write_text("\n".join(lines) + "\n", "utf-8")
    torch.save(torch.rand(F, F) * 1000, folder / "D.pth")
    torch.save(torch.randint(0, 10_000, (F, F), dtype=torch.int32), folder / "C.pth")
    probe = {"model": {"weight": torch.randn(CLASSES, F)}}
    torch.save(probe, folder / "example_linear_probe_places365.pt")


def measure(folder: Path, output: Path) -> None:
    """Look into the release and import it, in this process; seconds and memory as JSON."""
    start = time.perf_counter()
    from insight_app.concepts import hsae
    from insight_app.concepts.hsae import released, summary
    from insight_app.concepts.relations import relations

    times = {"importing torch": time.perf_counter() - start}
    begin = _memory()

    def timed(what, act):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        result = act()
        times[what] = time.perf_counter() - start
        return result

    found = timed("inspect", lambda: hsae.inspect(folder))
    timed("import_into", lambda: released.import_into(folder, output))
    peak = _memory()
    brought = timed("reading it again", lambda: summary.read(output, F))
    edges = timed("relations of it", lambda: relations(brought.cooccurrence))
    sizes = {file.name: file.stat().st_size for file in output.iterdir()}
    told = {"seconds": times, "memory before": begin, "peak memory": peak, "sizes": sizes}
    told |= {"named": found.named, "problems": found.problems, "edges": edges.size}
    print(json.dumps(told))


def _memory() -> int:
    """The largest resident memory so far, in bytes (Linux: the unit is KiB, macOS: bytes)."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="keep the release here for the next time")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.write)
        return 0
    if options.measure:
        measure(*options.measure)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        release = options.folder or Path(temporary) / "release"
        again = [sys.executable, "-m", "tests.benchmarks.released"]
        if not (release / "ae.pt").exists():
            subprocess.run([*again, "--write", release], check=True)
        output = Path(temporary) / "dictionary"
        ran = subprocess.run(
            [*again, "--measure", release, output], stdout=subprocess.PIPE, check=True
        )
    told = json.loads(ran.stdout)
    for what, seconds in told["seconds"].items():
        print(f"{what:20} {seconds:6.2f} s")
    print(f"{'memory before':20} {told['memory before'] / 1e6:6.0f} MB")
    print(f"{'peak memory':20} {told['peak memory'] / 1e6:6.0f} MB")
    for name, size in told["sizes"].items():
        print(f"{name:32} {size / 1e6:6.1f} MB")
    print(f"{told['named']:,} names, {told['edges']:,} relations, problems: {told['problems']}")
    together = told["seconds"]["inspect"] + told["seconds"]["import_into"]
    fits = together < LIMIT_SECONDS and told["peak memory"] < LIMIT_BYTES
    limit = f"{LIMIT_SECONDS:.0f} s, {LIMIT_BYTES / 1e9} GB"
    note("released_seconds", together, peak_megabytes=told["peak memory"] / 1e6)
    print(f"together {together:.2f} s; {'within' if fits else 'OVER'} the limit of {limit}")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
