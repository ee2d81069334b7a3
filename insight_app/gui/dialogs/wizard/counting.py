"""Counting the photos of folders before they are a project's; no Qt, runs on the pool."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from insight_app.concepts.progress import CancelToken
from insight_app.figures import agreeing, counted

LOOKED_INTO = 50
"""So many TIFF files are asked how many pictures and channels they have."""
SHOWN = 4
"""Kinds that are named; the others are counted."""


@dataclass(frozen=True)
class CountedPhotos:
    """What is in some folders.

    left_out: photos that patterns leave out. not_taken: files of kinds that are not read. troubles:
    why files or folders are not taken one by one, and how many for each reason; refused: why a
    folder cannot be taken at all, '' if all can. pages, channels: the most that one of the first
    TIFF files has.
    """

    photos: int = 0
    left_out: int = 0
    not_taken: Mapping[str, int] = field(default_factory=dict)
    troubles: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""
    pages: int = 1
    channels: int = 3

    @property
    def rest(self) -> str:
        """What is not taken, in words: '' if nothing is worth telling."""
        parts = [counted(number, kind) for kind, number in self.not_taken.items()]
        if len(parts) > SHOWN:
            others = sum(list(self.not_taken.values())[SHOWN - 1 :])
            parts = [*parts[: SHOWN - 1], f"{others:,} of other kinds"]
        text = f"Not taken: {', '.join(parts)}. " if parts else ""
        if number := sum(self.troubles.values()):
            why = next(iter(self.troubles)) if len(self.troubles) == 1 else "listed afterwards"
            verb = agreeing(number, "is", "are")
            text += f"{number:,} more {verb} not taken: {why}"
        return text.strip()

    @property
    def kinds(self) -> str:
        """All kinds that are not taken, a line each, where not all are named."""
        if len(self.not_taken) <= SHOWN:
            return ""
        return "\n".join(counted(number, kind) for kind, number in self.not_taken.items())

    @property
    def why_none(self) -> str:
        """Why there are no photos."""
        if self.refused:
            return self.refused
        if self.left_out:
            photos = counted(self.left_out, "photo")
            return f"All photos ({photos}) are left out by name: take or leave out others."
        rest = self.rest
        return f"There are no photos in these folders.{' ' if rest else ''}{rest}"


def count_photos(
    folders: Sequence[Path], include: Sequence[str], exclude: Sequence[str], stop: CancelToken
) -> CountedPhotos:
    """Count what is in folders; raise Cancelled when nobody waits for it any more."""
    from insight_app.project.photos import walking
    from insight_app.project.photos.parts import tiff_contents
    from insight_app.project.photos.patterns import Patterns
    from insight_app.project.photos.reasons import Grade

    if refused := next(filter(None, map(_refusal, folders)), ""):
        return CountedPhotos(refused=refused)
    photos = left_out = 0
    not_taken: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    pages, channels, looked = 1, 3, 0
    for found in walking.scan(folders, Patterns.of(include, exclude)):
        stop.check()
        photos += len(found.names)
        for name in found.names if looked < LOOKED_INTO else ():
            if name.lower().endswith((".tif", ".tiff")) and looked < LOOKED_INTO:
                held = tiff_contents(Path(found.source, found.path, name))
                pages, channels, looked = max(pages, held[0]), max(channels, held[1]), looked + 1
        left_out += len(found.left_out)
        if found.error:
            troubles[found.error] += 1
        for reason, names in found.not_taken.items():
            if reason.grade == Grade.NOT_TAKEN:
                not_taken[reason.kind] += len(names)
            elif reason.grade == Grade.TROUBLE:
                troubles[reason.what] += len(names)
    kinds = dict(not_taken.most_common())
    why = dict(troubles.most_common())
    return CountedPhotos(photos, left_out, kinds, why, pages=pages, channels=channels)


def _refusal(folder: Path) -> str:
    """Return why a folder cannot be one of a project, '' if it can."""
    from insight_app.project.photos.telling import escaped, is_text

    name = escaped(str(folder))
    if not is_text(str(folder)) or (not folder.exists() and "\ufffd" in name):
        return f"The name of {name} is not valid text. Rename the folder, then add it."
    return "" if folder.is_dir() else f"There is no folder {name}."
