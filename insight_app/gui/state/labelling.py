"""Labels in the window: which set is looked at, what each photo is said to show, and saying so.

A label belongs to the content of a photo. What was said a moment ago is shown at once and read
again when it is on the disk. Knows no panel.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.figures import counted
from insight_app.gui.state.curation import Curation, Question
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.judgement_queue import Committed, JudgementQueue
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.photo_contents import PhotoContents
from insight_app.gui.state.places import PlaceMemory
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.shown_name import shown_name

if TYPE_CHECKING:
    from insight_app.project.explaining.label_files import TakenOver
    from insight_app.project.explaining.labels import ImageLabels
    from insight_app.project.judgements import CurationState
    from insight_app.project.results.snapshot import Results

FOLDERS = "folders"
"""The set that every project has."""
KEYS = 9
"""Classes that have a key of their own."""
PLACE, KEYED_PLACE = "labelling_set", "labelling_keys"
NOT_READ = "Not labelled: none of these photos was read to its end yet"


@dataclass(frozen=True, eq=False)
class ReadLabels:
    """The labels of a set, None where it has none yet, and of_image (largest id + 1,): which class
    each photo has, -1 for none.
    """

    labels: "ImageLabels | None"
    of_image: NDArray[np.int32]


NOTHING_READ = ReadLabels(None, np.zeros(0, np.int32))


class Labelling(QObject):
    """label_set: the one that is looked at.  keyed: its classes that have a key, by place."""

    changed = Signal()
    """Another set is looked at, or its labels are other ones."""

    def __init__(
        self,
        projects: Projects,
        queue: JudgementQueue,
        jobs: Jobs,
        curation: Curation,
        contents: PhotoContents,
        places: PlaceMemory,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._projects, self._jobs, self._curation = projects, jobs, curation
        self._contents, self._places, self._messages = contents, places, messages
        self.label_set = FOLDERS
        self.keyed: tuple[str, ...] = ()
        self._read = NOTHING_READ
        self._said: dict[int, str] = {}
        """What was said of photos and was not read again yet, '' for taken back."""
        self._is_wanted = False
        projects.opened.connect(self._forget)
        projects.results_changed.connect(self._look_again)
        queue.committed.connect(self._committed)
        queue.refused.connect(lambda _write, _error: self._look_again())

    # ---- what there is

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of the sets of the project, and of the one that is looked at."""
        project = self._projects.state.project
        given = () if project is None else tuple(project.judgements.state.labels)
        names = sorted({*given, self.label_set} - {FOLDERS}, key=str.casefold)
        return (FOLDERS, *names)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the set, by name, those that were said just now among them."""
        labels = self._read.labels
        known = () if labels is None else labels.classes
        return tuple(sorted({*known, *self._said.values(), *self.keyed} - {""}, key=str.casefold))

    @property
    def counts(self) -> dict[str, int]:
        """How many photos each class has, as read last."""
        labels = self._read.labels
        if labels is None:
            return {}
        return dict(zip(labels.classes, labels.counts.tolist(), strict=True))

    @property
    def labelled(self) -> int:
        """How many analyzed photos have a label, as read last."""
        return 0 if self._read.labels is None else self._read.labels.images.size

    def label_of(self, image: int) -> str:
        """Return the class of a photo, '' for none or while that is not read yet."""
        if image in self._said:
            return self._said[image]
        labels, of_image = self._read.labels, self._read.of_image
        if labels is None or not 0 <= image < of_image.size or of_image[image] < 0:
            return ""
        return labels.classes[int(of_image[image])]

    def images_with(self, class_name: str) -> frozenset[int]:
        """Return the photos of a class, as read last."""
        labels = self._read.labels
        if labels is None or class_name not in labels.classes:
            return frozenset()
        chosen = labels.labels == labels.classes.index(class_name)
        return frozenset(labels.images[chosen].tolist())

    def images_labelled(self) -> frozenset[int]:
        """Return the photos that have a label, as read last."""
        labels = self._read.labels
        return frozenset() if labels is None else frozenset(labels.images.tolist())

    # ---- which set

    def want(self, wanted: bool) -> None:
        """Read labels from now on, as somebody looks at them; or no more."""
        is_new, self._is_wanted = wanted and not self._is_wanted, wanted
        if is_new:
            kept = self._places.kept(PLACE)
            self.label_set = kept if isinstance(kept, str) and kept else self._usual()
            self._look_again()

    def choose_set(self, name: str) -> None:
        """Look at another set; one of this name need not be there yet."""
        name = " ".join(name.split())
        if name and name != self.label_set:
            self.label_set, self.keyed, self._said = name, (), {}
            self._read = NOTHING_READ
            self._places.keep(PLACE, lambda: self.label_set)
            self.changed.emit()
            self._look_again()

    def _usual(self) -> str:
        project = self._projects.state.project
        given = [] if project is None else list(project.judgements.state.labels)
        return next((name for name in given if name != FOLDERS), FOLDERS)

    # ---- labelling

    def label(self, images: Collection[int], class_name: str) -> None:
        """Say what photos show, as one judgement; '' takes back what was said."""
        class_name = " ".join(class_name.split())
        if images and not self._curation.refuses():
            do = partial(self._label, tuple(images), class_name)
            self._curation.ask_if_many(Question("Label", len(images), "photo", do))

    def take_over(self, path: Path) -> None:
        """Take the labels of a file over, into the set of its name; asks where lines are left."""
        results = self._projects.state.results
        if results is not None and not self._curation.refuses():
            self._jobs.run(partial(_of_file, results, path), done=partial(self._take_over, path))

    def write(self, path: Path) -> None:
        """Write the labels of the set to a file."""
        results, labels = self._projects.state.results, self._read.labels
        if results is None or labels is None:
            self._messages.say("There are no labels to write")
        else:
            self._jobs.run(
                partial(_write, results, labels, path),
                done=lambda photos: self._messages.say(
                    f"Wrote the labels of {counted(photos, 'photo')} to {path.name}"
                ),
            )

    def give_key(self, class_name: str) -> None:
        """Give a class the first free key, if there is one."""
        if class_name not in self.keyed and len(self.keyed) < KEYS:
            self.keyed = (*self.keyed, class_name)
            self._places.keep(KEYED_PLACE, lambda: [self.label_set, *self.keyed])

    def _label(self, images: Sequence[int], class_name: str) -> None:
        if class_name:
            self.give_key(class_name)
        self._said |= dict.fromkeys(images, class_name)
        self.changed.emit()
        self._contents.ask(images, partial(self._judge, self.label_set, class_name, images))

    def _judge(
        self, label_set: str, class_name: str, images: Sequence[int], found: dict[int, str]
    ) -> None:
        from insight_app.project.judgements import label, unlabel

        unread = len(images) - len(found)
        for image in images:
            if image not in found:
                self._said.pop(image, None)
        if unread:
            self.changed.emit()
        contents = sorted(set(found.values()))
        if not contents:
            self._messages.say(NOT_READ)
            return
        acts = [
            label(label_set, one, class_name) if class_name else unlabel(label_set, one)
            for one in contents
        ]
        which, where = self._contents.called(tuple(found)), shown_name(label_set)
        said = f"Labelled {which}: {class_name}" if class_name else f"Took the label off {which}"
        left = f"; {counted(unread, 'photo')} not read yet" if unread else ""
        text = f"{said}, in the set {where}{left}"
        self._curation.judge(acts, text, f"Nothing changed: {text}")

    def _take_over(self, path: Path, found: "TakenOver") -> None:
        def do() -> None:
            self.choose_set(path.stem)
            self._curation.judge(found.acts, found.text, f"Nothing changed: {found.text}")

        if found.notes:
            details = "\n\n".join(found.notes)
            asks = f"Label {counted(len(found.acts), 'photo')} as {path.name} says?"
            self._curation.asked.emit(
                Question("Label", len(found.acts), "photo", do, details=details, asks=asks)
            )
        else:
            do()

    # ---- reading

    def _forget(self) -> None:
        self.label_set, self.keyed, self._said = FOLDERS, (), {}
        self._read, self._is_wanted = NOTHING_READ, False
        self.changed.emit()

    def _committed(self, committed: Committed) -> None:
        if committed.changes.label_sets:
            self._look_again()

    def _look_again(self) -> None:
        state = self._projects.state
        if self._is_wanted and state.project is not None and state.results is not None:
            judged = state.project.judgements.state
            self._jobs.run(
                partial(_read, state.results, judged, self.label_set),
                done=partial(self._show, self.label_set, dict(self._said)),
                key="labelling",
            )

    def _show(self, label_set: str, said: dict[int, str], read: ReadLabels) -> None:
        if label_set != self.label_set:
            return
        self._read = read
        # What was said since it was asked is still on its way.
        self._said = {one: name for one, name in self._said.items() if said.get(one) != name}
        if not self.keyed:
            self._give_keys()
        self.changed.emit()

    def _give_keys(self) -> None:
        """Give the keys as they were, else to the classes with most photos; they stay then."""
        kept = self._places.kept(KEYED_PLACE)
        if isinstance(kept, list) and kept[:1] == [self.label_set]:
            self.keyed = tuple(one for one in kept[1 : KEYS + 1] if isinstance(one, str))
            return
        most = sorted(self.counts.items(), key=lambda one: (-one[1], one[0].casefold()))
        self.keyed = tuple(sorted((name for name, _ in most[:KEYS]), key=str.casefold))


def _read(results: "Results", judged: "CurationState", label_set: str) -> ReadLabels:
    from insight_app.project.explaining.labels import read

    if label_set != FOLDERS and label_set not in judged.labels:
        return NOTHING_READ
    found = read(results, judged, label_set)
    of_image = np.full(int(found.images.max(initial=-1)) + 1, -1, np.int32)
    of_image[found.images] = found.labels
    return ReadLabels(found, of_image)


def _of_file(results: "Results", path: Path) -> "TakenOver":
    from insight_app.project.explaining.label_files import load, take_over

    return take_over(results, load(path), path.stem)


def _write(results: "Results", labels: "ImageLabels", path: Path) -> int:
    from insight_app.project.explaining.label_files import save

    return save(results, labels, path)
