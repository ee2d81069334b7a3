"""Labels in files: a table of photos and their classes, taken over as one judgement, or written.

A line that says nothing that can be used - a photo that is not there, no class, two classes for one
photo - is told and left out; all others are taken over. How a table is spelled is `delimited`'s
matter, which photo is meant `photo_paths`'.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from insight_app import delimited
from insight_app.delimited import NotATable, TableRow
from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.figures import agreeing, counted
from insight_app.files import read_regular, write_whole
from insight_app.plain_text import shortened, visible
from insight_app.project.explaining import labels, photo_paths
from insight_app.project.explaining.labels import ImageLabels
from insight_app.project.explaining.photo_paths import PhotoOfName, WhyNoPhoto
from insight_app.project.judgements import Act, CurationState, label
from insight_app.project.judgements.acts import LONGEST_NAME, unicode
from insight_app.project.photos.formats import of_suffix
from insight_app.project.results.snapshot import Results

MOST_BYTES = 256 << 20
COLUMNS = ("path", "label", "content")
"""Of a file that is written; content: the hash by which a photo is known wherever it lies."""
PATHS = frozenset(
    ("path", "photo", "photo_path", "image", "image_path", "img", "file", "filename", "filepath")
)
CLASSES = frozenset(("label", "label_name", "class", "class_name", "classname", "category"))
"""What the columns of a file may be called."""
_KEPT = "Nothing was changed."
_FORM = "Write a line for each photo, such as: harbour/p1.jpg,boat"
_EXAMPLES, _LETTERS = 3, 60
_NO_CLASS, _LONG_CLASS, _NO_NAME = "no class", "long class", "no name"
_LEFT: Mapping[WhyNoPhoto | str, tuple[str, str]] = {
    WhyNoPhoto.UNKNOWN: (
        "line names no photo of this project",
        "lines name no photo of this project",
    ),
    WhyNoPhoto.SEVERAL: (
        "line names several photos (write more of the path)",
        "lines name several photos each (write more of their paths)",
    ),
    WhyNoPhoto.NOT_ANALYZED: (
        "line names a photo that was not analyzed",
        "lines name photos that were not analyzed",
    ),
    _NO_CLASS: ("line has no class", "lines have no class"),
    _LONG_CLASS: ("line has a class of too many letters", "lines have classes of too many letters"),
    _NO_NAME: (
        "line has a class with signs that no text has",
        "lines have classes with signs that no text has",
    ),
}
"""Why a line is left out, of one line and of several."""


@dataclass(frozen=True)
class LabelLine:
    """A line of a file: its number, the photo and the class as written, a content or ''."""

    number: int
    photo: str
    class_name: str
    content: str


@dataclass(frozen=True)
class LabelFile:
    """The lines of a file of labels; has_header: whether its first line names the columns."""

    name: str
    lines: Sequence[LabelLine]
    has_header: bool


@dataclass(frozen=True)
class TakenOver:
    """What of a file is a judgement: acts, its text, and what is left out or worth knowing."""

    acts: Sequence[Act]
    text: str
    notes: tuple[str, ...]


def load(path: Path) -> LabelFile:
    """Read a file of labels; Refusal where it is none."""
    with disk_errors("The labels cannot be read", where=path, kept=_KEPT):
        data = read_regular(path, MOST_BYTES, follow_links=True)
    try:
        rows = list(delimited.rows(data))
    except NotATable as error:
        raise _refusal(path, error.what, error.do or _FORM) from error
    columns = _columns(path, rows[0]) if rows else None
    lines = [_line(row, columns or _Columns(0, 1)) for row in rows[columns is not None :]]
    if not lines:
        raise _refusal(path, "There is no label in this file.", _FORM)
    return LabelFile(path.name, lines, columns is not None)


def take_over(results: Results, file: LabelFile, label_set: str) -> TakenOver:
    """Return what a file says of the photos of a project; Refusal where that is nothing."""
    draft = _Draft()
    lines = file.lines
    photos = photo_paths.find(results, [one.photo for one in lines], [one.content for one in lines])
    for line, photo in zip(lines, photos, strict=True):
        draft.add(line, photo)
    found, notes = draft.classes(), draft.notes()
    if not found:
        what = f"Of {counted(len(lines), 'line')} none labels a photo of this project."
        raise Refusal(" ".join((what, *notes)), where=visible(file.name), kept=_KEPT, do=_FORM)
    if not file.has_header:
        notes.append(
            "No line names the columns: the first was read as the photo, the second as its class."
        )
    acts = [label(label_set, content, name) for content, name in found.items()]
    text = f"Labelled {counted(len(acts), 'photo')} in the set “{label_set}” from {file.name}"
    return TakenOver(acts, text, (*notes, *_of_classes(found)))


def read(results: Results, path: Path) -> tuple[ImageLabels, tuple[str, ...]]:
    """Return the labels of a file, without judging by them, and what of it is left out."""
    found = take_over(results, load(path), path.stem)
    state = CurationState()
    for act in found.acts:
        state.set(act.target, act.after)
    return labels.read(results, state, path.stem), found.notes


def save(results: Results, chosen: ImageLabels, path: Path) -> int:
    """Write the labels of a set as a table; return of how many photos."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    names = photo_paths.names_of(results, chosen.images)
    for (name, content), number in zip(names, chosen.labels.tolist(), strict=True):
        writer.writerow((name, chosen.classes[number], content))
    with disk_errors("The labels cannot be written", where=path):
        write_whole(path, lambda file: file.write(text.getvalue().encode()))
    return len(names)


class _Draft:
    """Gather what lines say by the content of photos, and why others say nothing."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, LabelLine]] = {}
        self._disputed: dict[str, str] = {}
        self._examples: dict[WhyNoPhoto | str, list[str]] = {}
        self._left: Counter[WhyNoPhoto | str] = Counter()

    def add(self, line: LabelLine, photo: PhotoOfName) -> None:
        """Take the next line; photo: which it is about."""
        name = " ".join(line.class_name.split())
        where = f"{_quoted(line.photo)} (line {line.number:,})"
        if isinstance(photo, WhyNoPhoto):
            self._leave(photo, where)
        elif not name:
            self._leave(_NO_CLASS, where)
        elif len(name) > LONGEST_NAME:
            self._leave(_LONG_CLASS, where)
        elif unicode(name) != name:  # without these signs it might be another class
            self._leave(_NO_NAME, where)
        elif photo not in self._said:
            self._said[photo] = name, line
        elif self._said[photo][0] != name and photo not in self._disputed:
            other, first = self._said[photo]
            both = f"{_quoted(first.photo)} is {_quoted(other)} (line {first.number:,})"
            again = f"{_quoted(line.photo)} {_quoted(name)} (line {line.number:,})"
            self._disputed[photo] = f"{both}, {again}"

    def classes(self) -> dict[str, str]:
        """Return the class of each content that has one."""
        return {one: name for one, (name, _) in self._said.items() if one not in self._disputed}

    def notes(self) -> list[str]:
        """Return what is left out, a sentence each."""
        found = [
            f"{count:,} {agreeing(count, *_LEFT[why])}: {_listed(self._examples[why], count)}."
            for why, count in self._left.items()
        ]
        if count := len(self._disputed):
            are = agreeing(count, "photo has two classes and gets", "photos have two and get")
            which = _listed(list(self._disputed.values())[:_EXAMPLES], count)
            found.append(f"{count:,} {are} none: {which}.")
        return found

    def _leave(self, why: WhyNoPhoto | str, where: str) -> None:
        self._left[why] += 1
        if self._left[why] <= _EXAMPLES:
            self._examples.setdefault(why, []).append(where)


@dataclass(frozen=True)
class _Columns:
    """Where in a line the photo is, its class, and the hash of its content (-1: nowhere)."""

    photo: int
    class_name: int
    content: int = -1


def _columns(path: Path, first: TableRow) -> _Columns | None:
    """Return what the first line says of the columns, None where it is a label itself."""
    names = [cell.strip().casefold() for cell in first.cells]
    is_label = any(of_suffix(PurePath(cell.strip()).suffix.lower()) for cell in first.cells)
    photo = next((at for at, name in enumerate(names) if name in PATHS), -1)
    class_name = next((at for at, name in enumerate(names) if name in CLASSES), -1)
    if is_label or photo == class_name == -1:
        return None
    if len(names) == 2:
        photo, class_name = (photo, 1 - photo) if photo >= 0 else (1 - class_name, class_name)
    if photo < 0 or class_name < 0:
        which = "photo" if photo < 0 else "class"
        raise _refusal(
            path,
            f"No column is that of the {which}: there are {_listed(list(first.cells), 0)}.",
            f"Call one {COLUMNS[which == 'class']}.",
        )
    return _Columns(photo, class_name, names.index("content") if "content" in names else -1)


def _line(row: TableRow, columns: _Columns) -> LabelLine:
    def cell(at: int) -> str:
        return row.cells[at].strip() if 0 <= at < len(row.cells) else ""

    return LabelLine(
        row.number, cell(columns.photo), cell(columns.class_name), cell(columns.content)
    )


def _of_classes(found: Mapping[str, str]) -> list[str]:
    """Return what is worth knowing of the classes of a file."""
    counts = Counter(found.values())
    if len(counts) == 1:
        return [f"All have one class, {_quoted(*counts)}: nothing can be told apart by it."]
    if alone := sorted(name for name, photos in counts.items() if photos == 1):
        have = agreeing(len(alone), "class has", "classes have")
        which = _listed([_quoted(name) for name in alone[:_EXAMPLES]], len(alone))
        return [f"{len(alone):,} {have} one photo only, which leaves none to test it: {which}."]
    return []


def _listed(examples: Sequence[str], count: int) -> str:
    more = f" and {count - len(examples):,} more" if count > len(examples) else ""
    return ", ".join(examples) + more


def _quoted(text: str) -> str:
    return shortened(visible(text), _LETTERS)


def _refusal(path: Path, what: str, do: str) -> Refusal:
    return Refusal(what, where=str(path), kept=_KEPT, do=do)
