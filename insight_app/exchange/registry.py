"""The formats there are, and the one way to write one. A new format is one entry in FORMATS."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.errors import Refusal
from insight_app.exchange.content import Content
from insight_app.files import aside

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
    module is imported when it is used: rdflib, networkx and torch take a while.
    """

    name: str
    title: str
    suffix: str
    module: str
    function: str = "render"
    is_folder: bool = False

    @property
    def render(self) -> Render:
        found: Render = self._function
        return found

    @property
    def write_folder(self) -> WriteFolder:
        found: WriteFolder = self._function
        return found

    @property
    def _function(self) -> Any:
        return getattr(import_module(f"insight_app.exchange.{self.module}"), self.function)


FORMATS = (
    Format("json", "JSON: everything, by a documented schema", ".json", "json_format"),
    Format("skos", "SKOS, Turtle: for thesaurus and ontology tools", ".ttl", "skos"),
    Format("skos-json", "SKOS, JSON-LD", ".jsonld", "skos", "render_json_ld"),
    Format("csv", "CSV: two tables, for programs", ".csv", "csv_format"),
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


def named(name: str) -> Format:
    """Return the format called `name`; Refusal with those there are."""
    for one in FORMATS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in FORMATS)
    raise Refusal(f"There is no export format {name!r}.", do=f"Choose one of: {names}.")


def export(project: "Project", kind: Format, path: Path, *, overwrite: bool = False) -> list[Path]:
    """Write an open project's curated concepts to a file or a folder; return the files written.

    All that is said of `write` holds for a folder too; other files in it stay.
    """
    from insight_app.exchange.collecting import collect

    content = collect(project)
    if not kind.is_folder:
        return write(content, kind, path, overwrite=overwrite)
    if path.exists() and not (path.is_dir() and (overwrite or not any(path.iterdir()))):
        raise _there_already(path)
    return kind.write_folder(content, project.path, path)


def write(content: Content, kind: Format, path: Path, *, overwrite: bool = False) -> list[Path]:
    """Write `content` to `path` and, for formats of several files, beside it; return the files.

    Each file appears complete or not at all. An existing one is replaced only with `overwrite`.
    """
    target = path if path.suffix else path.with_suffix(kind.suffix)
    files = {
        target.with_name(f"{target.stem}{key}{target.suffix}") if key else target: data
        for key, data in kind.render(content).items()
    }
    there = [file for file in files if file.exists()]
    if there and (not overwrite or any(file.is_dir() for file in there)):
        raise _there_already(there[0])
    with ExitStack() as stack:
        stack.enter_context(
            disk_errors("The export cannot be written", where=target, kept=UNCHANGED, do=ELSEWHERE)
        )
        for file, data in files.items():
            stack.enter_context(aside(file)).write_bytes(data)
    return list(files)


def _there_already(path: Path) -> Refusal:
    return Refusal(
        "There is something here already.",
        where=str(path),
        kept="Nothing was written.",
        do="Choose another name, or say that it may be replaced (--force).",
    )
