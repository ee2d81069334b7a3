"""Whether the published files are those that were published: each against the manifest.

Reads every byte; changes nothing. Knows nothing of what the files hold.
"""

from collections.abc import Iterator
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError
from insight_app.project.check import findings
from insight_app.project.check.findings import KEPT, REPAIR, Finding
from insight_app.project.check.meter import Meter
from insight_app.project.folder import DICTIONARY, STATISTICS
from insight_app.project.results import digests, generations
from insight_app.project.results.manifest import Manifest

NOT_COVERED = Finding(
    "The published results carry no checksums: an older Insight wrote them. Only what can be "
    "counted again from the codes was checked.",
    do="The next analysis gives them checksums.",
    is_damage=False,
)


def manifest_of(folder: Path, number: int, digest: str) -> Manifest | Finding | None:
    """Return the manifest of a generation, or what is wrong with it; None if it has none."""
    statistics = folder / STATISTICS
    place = str(generations.folder_of(statistics, number))
    do = f"{KEPT} {REPAIR}"
    try:
        return generations.manifest_of(statistics, number, digest)
    except FileNotFoundError as error:
        return Finding("A file of the published results is missing.", str(error.filename), do)
    except OSError as error:
        known = disk_error(error, "The list of the published files cannot be read", where=place)
        return Finding(known.what, known.where, do)
    except KnownError as error:
        return Finding(error.what, error.where or place, do)


def against(folder: Path, manifest: Manifest, meter: Meter) -> Iterator[Finding]:
    """Yield a finding for each file that is not what the manifest says."""
    for name, digest in manifest.files.items():
        path = folder / name
        try:
            is_same = path.lstat().st_size == digest.size and (
                digests.of_file(path, meter) == digest
            )
        except FileNotFoundError:
            yield findings.of_file(name, str(path), "This file is missing.")
        except OSError as error:
            what = disk_error(error, "This file cannot be read", where=path).what
            yield findings.of_file(name, str(path), what)
        else:
            if not is_same:
                yield findings.of_file(name, str(path), "This file is not as it was written.")


def are_folders(folder: Path) -> Iterator[Finding]:
    """Yield a finding for what stands in the place of a project's folders and is none."""
    for name in (STATISTICS, DICTIONARY):
        path = folder / name
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            do = f"{KEPT} Remove what stands there, then repair the project."
            yield Finding("Something else stands in the place of this folder.", str(path), do)
