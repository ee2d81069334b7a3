"""Where the benchmarks put their figures: build/bench.json, a key each, printed as they come."""

import json
from pathlib import Path
from typing import Any

import numpy as np

SUMMARY = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def note(key: str, value: float, **figures: Any) -> None:
    """Keep a figure under `key`, what it was worked out from under `key`_of, and print both."""
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(SUMMARY.read_text("utf-8")) if SUMMARY.exists() else {}
    kept[key] = value
    kept[f"{key}_of"] = figures
    SUMMARY.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    told = ", ".join(f"{name} {_short(figure)}" for name, figure in figures.items())
    print(f"{key}: {_short(value)}   ({told})")


def _short(value: Any) -> str:
    return (
        f"{value:,.4g}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def note_times(key: str, times: list[float], **figures: Any) -> None:
    """The 95th percentile counts; the worst and the median stand beside it."""
    note(
        f"{key}_p95",
        float(np.percentile(times, 95)),
        median=float(np.median(times)),
        worst=max(times),
        times=len(times),
        **figures,
    )
