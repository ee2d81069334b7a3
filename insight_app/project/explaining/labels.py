"""What the photos of a project show, as people say: sets of labels, a class a photo in each.

The set "folders" is always there: a photo's class is the name of the folder that it lies in, unless
somebody said otherwise. Other sets are given: typed in, or taken from a file. What was said is a
judgement on the content of a photo (`judgements.label`) and is read from their state; which photos
there are, from results. Numpy and SQL reads only; safe on any thread.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insight_app.errors import Refusal
from insight_app.figures import agreeing, counted
from insight_app.plain_json import dumps
from insight_app.project.judgements.state import CurationState
from insight_app.project.results.contents import photos_of
from insight_app.project.results.snapshot import Results

FOLDERS = "folders"
"""The set that needs no judgement."""
_WORDNET = re.compile(r"n\d{8}[ _-]+(?=\S)")


@dataclass(frozen=True)
class LabelSet:
    """Tell of a set how many analyzed photos have a class in it, and how many classes there are."""

    name: str
    kind: Literal["folders", "given"]
    photos: int
    classes: int


@dataclass(frozen=True)
class NotUsed:
    """Tell how many photos or labels are not used, and why; `str` is the whole sentence."""

    count: int
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, eq=False)
class ImageLabels:
    """Hold the labels of N analyzed photos in one set of C classes, each of one photo or more.

    classes: as shown, in the order of the alphabet.  images (N,) int64: image ids, ascending.
    labels (N,) int64: index of each one's class.  digest: of all that, to tell stale results.
    left_out: what is not used and why.
    """

    name: str
    classes: tuple[str, ...]
    images: NDArray[np.int64]
    labels: NDArray[np.int64]
    digest: str
    left_out: tuple[NotUsed, ...] = ()

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(C,) photos of each class."""
        return np.bincount(self.labels, minlength=len(self.classes)).astype(np.int64)


def label_sets(results: Results, state: CurationState) -> list[LabelSet]:
    """Return the set "folders", then the given ones by name."""
    given = sorted((name for name in dict(state.labels) if name != FOLDERS), key=_alphabet)
    found = []
    for name in (FOLDERS, *given):
        one = read(results, state, name)
        kind: Literal["folders", "given"] = "folders" if name == FOLDERS else "given"
        found.append(LabelSet(name, kind, one.images.size, len(one.classes)))
    return found


def read(results: Results, state: CurationState, name: str) -> ImageLabels:
    """Return the labels of the analyzed photos in one set; Refusal where there is no such set."""
    said = dict(state.labels.get(name, {}))
    if name != FOLDERS and not said:
        raise no_such_set(state, name)
    coder = _Coder()
    with results.reading() as files:
        listed = files.places["order"].astype(np.int64)
        is_coded = files.is_coded
        folder_of = files.places["folder"]
    of_image = np.full(is_coded.size, -1, np.int64)
    if name == FOLDERS:
        of_folder = np.full(int(folder_of.max(initial=0)) + 1, -1, np.int64)
        for folder, shown in folder_classes(results).items():
            of_folder[folder] = coder.code(shown)
        of_image[listed] = of_folder[folder_of[listed]]
    photos = photos_of(results, said)
    for content, images in photos.items():
        of_image[list(images)] = coder.code(said[content])
    labelled = listed[of_image[listed] >= 0]
    chosen = np.sort(labelled[is_coded[labelled]])
    classes, labels = coder.sorted(of_image[chosen])
    unlabelled = int(np.count_nonzero(is_coded[listed])) - chosen.size
    gone = sum(not images for images in photos.values())
    return ImageLabels(
        name,
        classes,
        chosen,
        labels,
        _digest(name, classes, chosen, labels),
        tuple(_left_out(name, unlabelled, labelled.size - chosen.size, gone)),
    )


def folder_classes(results: Results) -> dict[int, str]:
    """Return by id of a folder what its photos show: its name, as shown.

    The folder that was given is among them only where there are several: its name then tells them
    apart. A number of WordNet before a name is left out where that leaves no two alike.
    """
    names = {folder.id: folder.path.rpartition("/")[2] for folder in results.folders}
    shown = _shown(names.values())
    return {folder: shown[name] for folder, name in names.items() if name}


def no_such_set(state: CurationState, name: str) -> Refusal:
    """Return the refusal to read a set that nobody gave."""
    there = ", ".join((FOLDERS, *sorted(set(state.labels) - {FOLDERS}, key=_alphabet)))
    return Refusal(f"There is no set of labels “{name}”.", do=f"Choose one of: {there}.")


def _shown(names: Iterable[str]) -> Mapping[str, str]:
    """Return what each name of a folder is shown as."""
    short = {name: _WORDNET.sub("", name, count=1) for name in names}
    times = Counter(short.values())
    return {name: cut if times[cut] == 1 else name for name, cut in short.items()}


class _Coder:
    """Number the classes as they are met."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, name: str) -> int:
        return self._codes.setdefault(name, len(self._codes))

    def sorted(self, codes: NDArray[np.int64]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """Return the classes that occur among codes (n,), sorted, and each one's index (n,)."""
        used = np.bincount(codes, minlength=len(self._codes)) > 0
        names = [name for name, is_used in zip(self._codes, used, strict=True) if is_used]
        classes = tuple(sorted(names, key=_alphabet))
        index = np.full(len(self._codes), -1, np.int64)
        for number, name in enumerate(classes):
            index[self._codes[name]] = number
        return classes, index[codes]


def _left_out(name: str, unlabelled: int, uncoded: int, gone: int) -> Iterable[NotUsed]:
    photos, are = counted(unlabelled, "analyzed photo"), agreeing(unlabelled, "is", "are")
    if unlabelled and name == FOLDERS:
        yield NotUsed(
            unlabelled, f"{photos} {are} in no folder below the one that was given: no class."
        )
    elif unlabelled:
        yield NotUsed(unlabelled, f"{photos} {agreeing(unlabelled, 'has', 'have')} no label.")
    if uncoded:
        are = agreeing(uncoded, "is", "are")
        yield NotUsed(uncoded, f"{counted(uncoded, 'photo')} with a class {are} not analyzed.")
    if gone:
        are = agreeing(gone, "is of a photo", "are of photos")
        yield NotUsed(gone, f"{counted(gone, 'label')} {are} that this project does not list.")


def _digest(
    name: str, classes: tuple[str, ...], images: NDArray[np.int64], labels: NDArray[np.int64]
) -> str:
    digest = hashlib.sha256(dumps([name, *classes]).encode("utf-8", "surrogatepass"))
    digest.update(images.astype("<i8").tobytes())
    digest.update(labels.astype("<i8").tobytes())
    return digest.hexdigest()


def _alphabet(name: str) -> tuple[str, str]:
    return name.casefold(), name
