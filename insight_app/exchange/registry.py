"""The formats there are, and the one way to write one. A new format is one line in FORMATS."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from insight_app.errors import KnownError
from insight_app.exchange.content import Content

Render = Callable[[Content], dict[str, bytes]]


@dataclass(frozen=True)
class Format:
    """A format: its name on the command line, what it is, and where its `render` is.

    A render returns file contents by what is put between the chosen name and its suffix ("" for
    the file itself). The module is imported when it is used: rdflib and networkx take a while.
    """

    name: str
    title: str
    suffix: str
    module: str
    function: str = "render"

    @property
    def render(self) -> Render:
        found: Render = getattr(import_module(f"insight_app.exchange.{self.module}"), self.function)
        return found


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
)


def named(name: str) -> Format:
    """The format called `name`; KnownError with those there are."""
    for one in FORMATS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in FORMATS)
    raise KnownError(f"There is no export format {name!r}.", do=f"Choose one of: {names}.")


def write(content: Content, kind: Format, path: Path, *, overwrite: bool = False) -> list[Path]:
    """Write `content` to `path` (and files beside it, for formats of several); the files written.

    Each file appears complete or not at all. An existing one is replaced only with `overwrite`.
    """
    target = path if path.suffix else path.with_suffix(kind.suffix)
    files = {
        target.with_name(f"{target.stem}{key}{target.suffix}") if key else target: data
        for key, data in kind.render(content).items()
    }
    there = [file for file in files if file.exists()]
    if there and (not overwrite or any(file.is_dir() for file in there)):
        raise KnownError(
            "There is something here already.",
            where=str(there[0]),
            kept="Nothing was written.",
            do="Choose another name, or say that it may be replaced (--force).",
        )
    _replace(files)
    return list(files)


def _replace(files: Mapping[Path, bytes]) -> None:
    """Write all files beside their places, then move them there."""
    ready: dict[Path, Path] = {}
    place = Path()
    try:
        for place, data in files.items():
            with tempfile.NamedTemporaryFile(
                dir=place.parent, prefix=f".{place.name}.", delete=False
            ) as file:
                ready[Path(file.name)] = place
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for written, place in list(ready.items()):
            written.chmod(0o666 & ~_umask())
            written.replace(place)
            del ready[written]
    except OSError as error:
        raise KnownError(
            f"The export could not be written ({error.strerror}).",
            where=str(place),
            kept="What was there before is unchanged.",
            do="Choose a folder that exists, has room and may be written to.",
        ) from error
    finally:
        for written in ready:
            written.unlink(missing_ok=True)


def _umask() -> int:
    """What new files of this process are not allowed (the temporary ones are private)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
