"""The formats there are, and the one way to write one. A new format is one entry in FORMATS."""

import os
import stat
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.errors import Refusal
from insight_app.exchange.content import Content
from insight_app.exchange.finished import Omission
from insight_app.files import aside, kind_of_file

if TYPE_CHECKING:
    from insight_app.project.project import Project

Render = Callable[[Content], dict[str, bytes]]
WriteFolder = Callable[[Content, Path, Path], list[Path]]


@dataclass(frozen=True)
class Format:
    """Describe a format: its name on the command line, what it is, where its `render` is.

    A render returns file contents by what is put between the chosen name and its suffix ("" for
    the file itself). A format that is a folder has a `write_folder` instead, which takes more from
    the project than a content says: (content, the project's folder, the folder to write). The
    module is imported when it is used: rdflib, networkx and torch take a while.  has_places: it
    tells the strongest places of each concept.
    """

    name: str
    title: str
    suffix: str
    module: str
    function: str = "render"
    is_folder: bool = False
    has_places: bool = False

    @property
    def render(self) -> Render:
        found: Render = self._function
        return found

    @property
    def write_folder(self) -> WriteFolder:
        found: WriteFolder = self._function
        return found

    def left_out(self, content: Content) -> tuple[Omission, ...]:
        """Return what of a content is not written, or under other names."""
        tell: Callable[[Content], tuple[Omission, ...]] | None
        tell = getattr(self._module, "left_out", None)
        return () if tell is None else tell(content)

    @property
    def _function(self) -> Any:
        return getattr(self._module, self.function)

    @property
    def _module(self) -> ModuleType:
        return import_module(f"insight_app.exchange.{self.module}")


FORMATS = (
    Format(
        "json",
        "JSON: everything, by a documented schema",
        ".json",
        "json_format",
        has_places=True,
    ),
    Format("skos", "SKOS, Turtle: for thesaurus and ontology tools", ".ttl", "skos"),
    Format("skos-json", "SKOS, JSON-LD", ".jsonld", "skos", "render_json_ld"),
    Format("csv", "CSV: tables, for programs", ".csv", "csv_format"),
    Format(
        "csv-spreadsheet",
        "CSV as this computer's spreadsheets expect it",
        ".csv",
        "csv_format",
        "render_spreadsheet",
    ),
    Format("graphml", "GraphML: for Gephi, Cytoscape, yEd", ".graphml", "graphml"),
    Format(
        "release",
        "Released files: the dictionary with its names, for the published code",
        "",
        "release",
        "write_folder",
        is_folder=True,
    ),
)


ENDINGS = frozenset(
    {one.suffix for one in FORMATS if one.suffix} | {".tsv", ".txt", ".xml", ".rdf", ".turtle"}
)
"""Endings of names that a person may have chosen for an export."""


def named(name: str) -> Format:
    """Return the format called `name`; Refusal with those there are."""
    for one in FORMATS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in FORMATS)
    raise Refusal(f"There is no export format {name!r}.", do=f"Choose one of: {names}.")


def export(
    project: "Project",
    kind: Format,
    path: Path,
    *,
    overwrite: bool = False,
    notice: Callable[[str], object] = lambda _text: None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> list[Path]:
    """Write an open project's curated concepts to a file or a folder; return the files written.

    All that is said of `write` holds for a folder too; other files in it stay.  notice: hears what
    is left out, once all is written.  progress, cancel: of what is counted first.
    """
    from insight_app.exchange.collecting import collect

    content = collect(project, has_places=kind.has_places, progress=progress, cancel=cancel)
    if not kind.is_folder:
        files = write(content, kind, path, overwrite=overwrite)
    else:
        with disk_errors("The export cannot be written", where=path, kept=UNCHANGED, do=ELSEWHERE):
            if os.path.lexists(path) and not _is_free_folder(path, overwrite=overwrite):
                raise _there_already(path)
            files = kind.write_folder(content, project.path, path)
    for one in kind.left_out(content):
        notice(f"{one}.")
    return files


def as_bytes(
    project: "Project",
    kind: Format,
    notice: Callable[[str], object],
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> bytes:
    """Return the one file of a format, for standard output; notice hears what is left out."""
    from insight_app.exchange.collecting import collect

    if kind.is_folder:
        raise Refusal(
            f"The format {kind.name} is a folder of files, which standard output cannot take.",
            do="Name a folder: -o FOLDER",
        )
    content = collect(project, has_places=kind.has_places, progress=progress, cancel=cancel)
    files = kind.render(content)
    for one in kind.left_out(content):
        notice(f"{one}.")
    if len(files) > 1:
        notice("The other tables are left out: standard output takes one. Name a file for all.")
    return files[""]


def named_file(path: Path, kind: Format) -> Path:
    """Return the path with the format's ending, unless it has one that exports have.

    A dot in a name is no ending: "birds v1.2" becomes "birds v1.2.json".
    """
    has_ending = path.suffix.lower() in ENDINGS
    return path if has_ending or not path.name else path.with_name(f"{path.name}{kind.suffix}")


def other_ending(path: Path, kind: Format) -> Path:
    """Return the path with the format's ending in the place of another format's."""
    is_ours = path.suffix.lower() in ENDINGS
    return named_file(path.with_suffix("") if is_ours else path, kind)


def write(content: Content, kind: Format, path: Path, *, overwrite: bool = False) -> list[Path]:
    """Write `content` to `path` and, for formats of several files, beside it; return the files.

    Each file appears complete or not at all. An existing one is replaced only with `overwrite`.
    """
    mode = _mode(path)
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _no_file(path, mode)
    target = named_file(path, kind)
    if not target.name:
        raise Refusal("A file needs a name.", where=str(path), kept="Nothing was written.")
    files = {
        target.with_name(f"{target.stem}{key}{target.suffix}") if key else target: data
        for key, data in kind.render(content).items()
    }
    for file in files:
        must_be_free(file, overwrite=overwrite)
    with ExitStack() as stack:
        stack.enter_context(
            disk_errors("The export cannot be written", where=target, kept=UNCHANGED, do=ELSEWHERE)
        )
        for file, data in files.items():
            stack.enter_context(aside(file)).write_bytes(data)
    return list(files)


def must_be_free(path: Path, *, overwrite: bool) -> None:
    """Raise Refusal where a file may not be put.

    A link counts as something that is there, wherever it leads; what is no file is never replaced.
    """
    if not os.path.lexists(path):
        return
    mode = _mode(path)
    if mode and not stat.S_ISREG(mode):
        raise _no_file(path, mode)
    if not overwrite:
        raise _there_already(path)


def _mode(path: Path) -> int:
    """Return what is there, behind links; 0 for nothing."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _no_file(path: Path, mode: int) -> Refusal:
    return Refusal(
        f"This is {kind_of_file(mode)}, no file.",
        where=str(path),
        kept="Nothing was written.",
        do="Choose another name; -o - writes to standard output.",
    )


def _is_free_folder(path: Path, *, overwrite: bool) -> bool:
    is_folder = path.is_dir() and not path.is_symlink()
    return is_folder and (overwrite or not any(path.iterdir()))


def _there_already(path: Path) -> Refusal:
    return Refusal(
        "There is something here already.",
        where=str(path),
        kept="Nothing was written.",
        do="Choose another name, or say that it may be replaced (--force).",
    )
