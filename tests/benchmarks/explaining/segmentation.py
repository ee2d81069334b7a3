"""Which region is what, by words alone, on photos with masks: what concepts cost, where they lie.

    python -m tests.benchmarks.explaining.segmentation --scenes FOLDER [--dictionary FOLDER ...]
        [--photos N] [--encoder NAME] [--short-side PIXELS] [--no-places] [--json FILE]

SCENES holds photos/, masks/ and classes.csv. A project is made of the photos with the shipped
dictionary and with each that is given; photos are segmented through raw tokens and through concepts
on the same windows, with smooth and with sharp edges. What must hold: concepts lose at most 1.5
points of mIoU, and keep at least 90 % of it. Beside it the figures of places, with their controls,
and the occlusion check (as `insight-app quality --masks`).
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from insight_app.cli.explaining.segment import table as scores_table
from insight_app.cli.quality import table as quality_table
from insight_app.project.analysis.run import analyze
from insight_app.project.explaining import looks, measuring_masks
from insight_app.project.explaining.mask_scores import MaskScores
from insight_app.project.quality.measuring import measure
from insight_app.project.quality.report import PLACES, QualityReport

MOST_LOST = 0.015
LEAST_KEPT = 0.9


def verdict(found: MaskScores) -> tuple[list[str], bool]:
    """Return what must hold, a line each, and whether it does."""
    raw = found.mean_iou("raw", "smooth").value
    gap = found.gap("smooth")
    kept = found.mean_iou("concepts", "smooth").value / raw if raw else 0.0
    lines = [
        f"concepts minus raw tokens: {100 * gap.value:+.2f} points, at least {-100 * MOST_LOST}: "
        + ("holds" if gap.value >= -MOST_LOST else "MISSED"),
        f"kept of raw tokens' mIoU: {kept:.1%}, at least {LEAST_KEPT:.0%}: "
        + ("holds" if kept >= LEAST_KEPT else "MISSED"),
    ]
    return lines, gap.value >= -MOST_LOST and kept >= LEAST_KEPT


def places(report: QualityReport) -> list[str]:
    """Return the lines of the figures of places."""
    lines = list(quality_table(report))
    return lines[lines.index(PLACES) : lines.index("Self-tests")]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--dictionary", type=Path, nargs="*", default=[])
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--photos", type=int, default=0, help="only the first so many")
    parser.add_argument("--short-side", type=int, default=0)
    parser.add_argument("--no-places", action="store_true")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    masks, table = options.scenes / "masks", options.scenes / "classes.csv"
    report: dict[str, Any] = {}
    all_hold = True

    def sliding(encoder: Any) -> looks.Sliding:
        usual = looks.usual(encoder)
        return looks.Sliding(options.short_side or usual.short_side, usual.window, usual.stride)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = folder / "photos"
        photos.mkdir()
        chosen = sorted((options.scenes / "photos").iterdir())
        for path in chosen[: options.photos or None]:
            (photos / path.name).symlink_to(path.resolve())
        for dictionary in (None, *options.dictionary):
            title = "shipped dictionary" if dictionary is None else str(dictionary)
            project = folder / f"{len(report)}.insight"
            analyze(project, [photos], encoder=options.encoder, dictionary=dictionary)
            began = time.monotonic()
            found = measuring_masks.measure(project, masks, table, sliding=sliding)
            print(f"\n{title}: {time.monotonic() - began:.0f} s\n")
            print("\n".join(scores_table(project.name, found)))
            lines, holds = verdict(found)
            print("\n" + "\n".join(lines))
            all_hold &= holds
            report[title] = found.to_json()
            if not options.no_places:
                quality = measure(project, masks=masks, classes=table)
                print("\n" + "\n".join(places(quality)))
                report[title]["places"] = [
                    one for one in quality.to_json()["figures"] if one["group"] == PLACES
                ]
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    return 0 if all_hold else 1


if __name__ == "__main__":
    raise SystemExit(main())
