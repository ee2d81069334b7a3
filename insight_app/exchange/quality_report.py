"""A quality report as files: JSON for programs, CSV for spreadsheets, text for reading.

Knows reports; nothing of windows.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from insight_app import figures
from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.files import write_whole
from insight_app.project.quality.report import GROUPS, NO_BETTER, Figure, QualityReport, dumps

KINDS = {"json": "JSON", "csv": "CSV", "txt": "Text"}
"""How the names of the files end."""
HEADS = (
    "group",
    "measure",
    "value",
    "low",
    "high",
    "unit",
    "count",
    "count of",
    "control is as good",
    "controls",
    "formula",
    "note",
)


def write(report: QualityReport, path: Path) -> None:
    """Write a report as its file's name ends; as text where that says nothing. WorldError."""
    kind = path.suffix.lower().removeprefix(".")
    if kind == "json":
        content = dumps(report)
    elif kind == "csv":
        content = _csv(report).encode("utf-8-sig")
    else:
        content = text(report).encode()
    with disk_errors(
        "The quality report could not be written", where=path, kept=UNCHANGED, do=ELSEWHERE
    ):
        write_whole(path, lambda file: file.write(content))


def text(report: QualityReport) -> str:
    """Return a report for a person to read."""
    return "\n".join(_lines(report)) + "\n"


def tabbed(report: QualityReport) -> str:
    """Return the figures with tabs between, as spreadsheets paste them."""
    rows = [HEADS, *_rows(report)]
    return "\n".join("\t".join(" ".join(str(one).split()) for one in row) for row in rows)


def _csv(report: QualityReport) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for row in _rows(report):
        writer.writerow([kept_as_text(one) if isinstance(one, str) else one for one in row])
    return out.getvalue()


def _rows(report: QualityReport) -> Iterator[tuple[object, ...]]:
    for one in report.figures:
        yield (
            one.group,
            one.title,
            *("" if number is None else number for number in (one.value, one.low, one.high)),
            one.unit,
            one.count,
            one.count_of,
            "yes" if one.is_no_better else "no",
            "; ".join(f"{each.title} {each.value}" for each in one.controls.values()),
            one.formula,
            one.note,
        )


def _lines(report: QualityReport) -> Iterator[str]:
    yield f"Quality of {report.project}"
    yield f"measured {report.made} on {report.photos:,} photos, {report.cells:,} cells"
    for group in GROUPS:
        if found := report.in_group(group):
            yield from ("", group)
            for one in found:
                yield from _of_figure(one)
    yield from ("", "Self-tests")
    for test in report.self_tests:
        verdict = "passed" if test.passed else "FAILED"
        yield f"  {verdict}: {test.title} ({_number(test.value)}; must be {test.expected})"


def _of_figure(one: Figure) -> Iterator[str]:
    if one.value is None:
        yield f"  {one.title}: not known. {one.note}"
        return
    has_interval = one.low is not None and one.high is not None
    between = f" [{_number(one.low)}, {_number(one.high)}]" if has_interval else ""
    yield f"  {one.title}: {_number(one.value)}{between}, {one.count:,} {one.count_of}"
    yield f"      {one.formula}"
    for control in one.controls.values():
        yield f"      {control.title}: {_number(control.value)}"
    if one.is_no_better:
        yield f"      {NO_BETTER}"


def _number(value: float | None) -> str:
    return "not known" if value is None else figures.figure(value)
