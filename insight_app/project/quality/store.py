"""Where a project's quality reports are kept, and whether one is out of date.

A report is one file of JSON in the project's folder `quality`, written whole and never changed.
Nothing here needs torch. Knows nothing of how figures are measured.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from insight_app import plain_json
from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.figures import counted
from insight_app.files import read_regular, write_whole
from insight_app.project.folder import QUALITY
from insight_app.project.quality.report import Basis, QualityReport, dumps, loads
from insight_app.project.results.snapshot import Results
from insight_app.project.storage.plain_files import must_be_plain

RULES = 1
"""The version of the measures: raised when the same photos would give other figures."""
_NAME = re.compile(r"report-\d{8}T\d{6}Z-[0-9a-f]{6}\.json")


@dataclass(frozen=True)
class StoredReport:
    """A report with its file."""

    path: Path
    report: QualityReport


def store(project: Path, report: QualityReport) -> Path:
    """Write a report into the project; return its file. WorldError where that cannot be done."""
    must_be_plain(project)
    folder = project / QUALITY
    when = re.sub(r"[-:]|\.\d+", "", report.made.replace("+00:00", "Z"))
    path = folder / f"report-{when}-{uuid4().hex[:6]}.json"
    with disk_errors("The quality report cannot be kept in the project", where=folder):
        folder.mkdir(exist_ok=True)
        write_whole(path, lambda file: file.write(dumps(report)))
    return path


def files(project: Path) -> list[Path]:
    """Return the files of all reports of a project, the newest first; [] if it has none."""
    folder = project / QUALITY
    with disk_errors("The quality reports cannot be listed", where=folder):
        if not folder.is_dir() or folder.is_symlink():
            return []
        return sorted(
            (path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True
        )


def read(path: Path) -> QualityReport:
    """Return the report in a file; WorldError where it cannot be read."""
    with disk_errors("The quality report cannot be read", where=path):
        data = read_regular(path, plain_json.MOST_BYTES)
    try:
        return loads(data)
    except ValueError as error:
        raise WorldError(
            f"This quality report is damaged, or a newer Insight wrote it ({error}).",
            where=str(path),
            kept="Results and judgements are kept in other files.",
            do="Measure again, and delete this file.",
        ) from error


def reports(project: Path) -> tuple[list[StoredReport], list[WorldError]]:
    """Return all reports of a project, the newest first, and why others cannot be read."""
    found, failed = [], []
    for path in files(project):
        try:
            found.append(StoredReport(path, read(path)))
        except WorldError as error:
            failed.append(error)
    return found, failed


def basis_of(results: Results) -> Basis:
    """Return what a report of these results would be computed from, but for its sample."""
    names = hashlib.sha256("\n".join(results.machine_names).encode()).hexdigest()[:16]
    return Basis(
        generation=results.generation,
        photos=results.coded_images,
        encoder=results.encoder[1],
        dictionary=results.dictionary.fingerprint,
        reading_rule=results.reading_rule,
        names=names,
        rules=RULES,
    )


def is_stale(report: QualityReport, now: Basis) -> str:
    """Return why a report does not hold for results as they are now; '' if it does."""
    then = report.basis
    if then.dictionary != now.dictionary:
        return "The project has another dictionary now."
    if then.encoder != now.encoder or then.reading_rule != now.reading_rule:
        return "The photos were coded again since, with another encoder or read in another way."
    if then.rules != now.rules:
        return "Another version of Insight measured this, by other rules."
    if then.photos != now.photos:
        return f"It is of {counted(then.photos, 'photo')}; now {now.photos:,} are analyzed."
    if then.names != now.names:
        return "Machine names changed since."
    return "" if then.generation == now.generation else "Results were made anew since."
