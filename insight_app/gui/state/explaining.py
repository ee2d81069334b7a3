"""Why photos are taken for what they are: the classes, what decides on them, and the one explained.

Owns which set of labels is looked at, the newest kept classification of it and whether it holds,
the class chosen and the one it is compared with, and what the selected photo's score is made of.
The worker trains; the window reads what was kept and works out the rest itself. Knows no panel.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.concepts.explain.class_words import of_line
from insight_app.concepts.explain.classifier import Kind
from insight_app.figures import counted
from insight_app.gui.image_order import ImageOrder
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.image_codes import ImageCodes
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.judgement_queue import Committed, JudgementQueue
from insight_app.gui.state.kept_classes import FOLDERS, KeptClasses, read_kept, read_new
from insight_app.gui.state.lists import Lists
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.places import PlaceMemory
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message
from insight_app.gui.state.selection import SelectionModel
from insight_app.gui.state.worker_client import Progress, WorkerClient

if TYPE_CHECKING:
    from insight_app.project.explaining.classification import Classification
    from insight_app.project.explaining.labels import ImageLabels, LabelSet

KINDS: tuple[Kind, ...] = ("probe", "zero-shot", "released")


class Explaining(QObject):
    """sets: what photos may be labelled by; classification: what decides, None before training.

    stale: why it does not hold for what is shown now.  unkept: why it was not kept.
    """

    changed = Signal()
    """What is known of the classes is other than before, or training began, ended."""
    progressed = Signal()
    """Training has come further; nothing else is other than before."""
    chosen = Signal()
    """Another class is explained, or compared with."""
    photos_ready = Signal()
    """There are photos to be gone through, for whoever shows classes."""
    map_changed = Signal()
    """Another part of the score is to be drawn over the photo."""
    explained_changed = Signal()
    """What the photo's score is made of is other than before."""

    def __init__(
        self,
        projects: Projects,
        worker: WorkerClient,
        jobs: Jobs,
        selection: SelectionModel,
        image_codes: ImageCodes,
        lists: Lists,
        places: PlaceMemory,
        messages: Messages,
        queue: JudgementQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker, self._jobs = projects, worker, jobs
        self._selection, self._codes, self._places = selection, image_codes, places
        self._lists, self._messages = lists, messages
        self._read_in: tuple[int, str, Kind] | None = None
        """The epoch, the set and the kind that were asked for last."""
        self._request: int | None = None
        self._asked_kind: Kind = "probe"
        """What was asked of the worker last: a released probe is opened from any kind."""
        self.label_set = FOLDERS
        self.kind: Kind = "probe"
        """What decides: a probe that learned labels, typed words, or a released probe."""
        self.words = ""
        """Classes as they were typed: one a line, other words for it after commas."""
        self.has_released = False
        self.sets: tuple[LabelSet, ...] = ()
        self.labels: ImageLabels | None = None
        self.classification: Classification | None = None
        self.stale = self.unkept = ""
        self.is_read = False
        self.progress: Progress | None = None
        self.error: Exception | None = None
        self._class: str | None = None
        self._against: str | None = None
        self._explained: ExplainedPhoto | None = None
        self.is_itself = False
        """Whether the selected concept is looked at without what is below it."""
        self._photos: tuple[ImageOrder, str] | None = None
        """The photos that are gone through, and what they are in words."""
        projects.opened.connect(self._forget)
        queue.committed.connect(self._committed)
        selection.changed.connect(self._look_at_photo)
        image_codes.ready.connect(lambda _image: self._look_at_photo())

    # ---- what is kept

    @property
    def is_training(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self._request is not None

    def want(self) -> None:
        """Read what is kept, once for the results and the set of labels that are shown."""
        state = self._projects.state
        if state.path is None or state.results is None or state.project is None:
            return
        if self._read_in is None:
            self._return_to_place()
        asked = state.epoch, self.label_set, self.kind
        if self._read_in == asked:
            return
        self._read_in = asked
        judged = state.project.judgements.state
        self._jobs.run(
            partial(read_kept, state.path, state.results, judged, self.label_set, self.kind),
            done=self._show,
            failed=self._failed_to_read,
            key="explaining",
        )

    def look_again(self) -> None:
        """Read anew: labels were given, or what was kept is another."""
        self._read_in = None if self._read_in is None else (-1, "", self.kind)
        self.want()

    def choose_set(self, name: str, kind: Kind) -> None:
        """Look at another set of labels, or at what else decides on it."""
        if (name, kind) != (self.label_set, self.kind) and not self.is_training:
            self.label_set, self.kind, self.is_read = name, kind, False
            self.classification, self.stale, self.unkept, self.error = None, "", "", None
            self._places.keep("label_set", lambda: self.label_set)
            self._places.keep("class_kind", lambda: self.kind)
            self._set_explained(None)
            self.want()
            self.changed.emit()

    def type_words(self, words: str) -> None:
        """Keep the classes as they are typed."""
        self.words = words
        self._places.keep("class_words", lambda: self.words)

    def train(self) -> None:
        """Have the worker learn the set that is chosen, or read the words that were typed.

        What is kept stays until then.
        """
        path = self._projects.state.path
        if path is None or self.is_training or self.kind == "released":
            return
        arguments: dict[str, Any] = {}
        if self.kind == "zero-shot":
            typed = (of_line(line) for line in self.words.splitlines())
            arguments["words"] = [
                {"name": one.name, "synonyms": list(one.synonyms)} for one in typed if one
            ]
        self._asked_kind = self.kind
        self._ask("zero_shot" if self.kind == "zero-shot" else "classify", path, arguments)

    def open_probe(self, file: Path) -> None:
        """Have the worker read a released probe, and look at what it decides."""
        path = self._projects.state.path
        if path is not None and not self.is_training:
            self._asked_kind = "released"
            self._ask("released_probe", path, {"path": str(file)})

    def _ask(self, what: str, project: Path, arguments: dict[str, Any]) -> None:
        self.error, self.progress = None, None
        self._request = self._worker.request(
            what,
            scope=Scope.PROJECT,
            project=str(project),
            labels=self.label_set,
            **arguments,
            done=self._trained,
            failed=self._failed,
            stopped=self._stopped,
            progress=self._tell,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop training; what is kept stays."""
        if self._request is not None:
            self._worker.cancel(self._request)

    # ---- which class

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that are told apart; () before training."""
        return () if self.classification is None else self.classification.classes

    @property
    def wanted(self) -> int | None:
        """The index of the class that is explained."""
        return self._index(self._class)

    @property
    def against(self) -> int | None:
        """The index of the class that it is compared with, None while it is with none."""
        found = self._index(self._against)
        return None if found == self.wanted else found

    def choose_class(self, index: int) -> None:
        """Explain another class."""
        if 0 <= index < len(self.classes) and index != self.wanted:
            self._class = self.classes[index]
            self._places.keep("explained_class", lambda: self._class)
            self._class_chosen()

    def go_to_class(self, index: int) -> None:
        """Explain another class, and go through the photos that are labelled with it."""
        found = self.classification
        if found is not None and 0 <= index < len(found.classes):
            self.choose_class(index)
            self.show_photos(found.images[found.labels == index], f"in {found.classes[index]}")

    def show_photos(self, images: NDArray[np.int64], what: str) -> None:
        """Go through photos, from the first one unless one of them is shown; what: in words."""
        self._photos = ImageOrder(images), what
        self.bring_photos()
        order = self._photos[0]
        if order.place(self._selection.image) is None and len(order):
            self._selection.select(image=order[0])

    def bring_photos(self) -> None:
        """Go through the photos of the class again: others were gone through meanwhile."""
        if self._photos is not None:
            self._lists.set_images(*self._photos)

    def choose_against(self, index: int | None) -> None:
        """Explain why it is this class and not another one; None: only why it is this one."""
        name = None if index is None else self.classes[index]
        if name != self._against:
            self._against = name
            self._places.keep("against_class", lambda: self._against)
            self._class_chosen()

    def _index(self, name: str | None) -> int | None:
        return self.classes.index(name) if name in self.classes else None

    def _class_chosen(self) -> None:
        self._set_explained(self._made())
        self.chosen.emit()

    def look_at(self, is_itself: bool) -> None:
        """Draw what the selected concept gives by itself, or with all that is below it."""
        if is_itself != self.is_itself:
            self.is_itself = is_itself
            self.map_changed.emit()

    # ---- what the photo's score is made of

    @property
    def explained(self) -> ExplainedPhoto | None:
        """What the selected photo's score is made of, None while that is not known."""
        return self._explained

    @property
    def own_class(self) -> int | None:
        """The index of the class that the selected photo is labelled with."""
        return self.label_of(self._selection.image)

    def label_of(self, image: int | None) -> int | None:
        """Return the index of the class of a photo, None where it has none that is told apart."""
        found = self.classification
        row = None if found is None or image is None else found.row_of(image)
        return None if found is None or row is None else int(found.labels[row])

    @property
    def why_not_explained(self) -> str:
        """Why nothing is explained now, in words; '' where something is, or will be in a moment."""
        found, image = self.classification, self._selection.image
        if self._explained is not None or found is None:
            return ""
        if image is None:
            return "Choose a photo: what its score is made of stands here."
        photo = self._codes.get(image)
        if photo is None:
            return ""
        if photo.codes is None:
            return photo.record.message or "This photo is not analyzed: it has no scores."
        return "These classes were trained with another dictionary. “Train again” explains them."

    def _look_at_photo(self) -> None:
        if self.classification is not None:
            self._set_explained(self._made())

    def _made(self) -> ExplainedPhoto | None:
        found, image, wanted = self.classification, self._selection.image, self.wanted
        if found is None or image is None or wanted is None:
            return None
        photo = self._codes.get(image)
        if photo is None or photo.codes is None:
            return None
        classifier, before = found.classifier_of(image), self._explained
        if photo.codes.concepts != classifier.concepts:
            return None
        made = ExplainedPhoto(photo, photo.codes, classifier, wanted, self.against)
        if before is not None and before.photo is photo and before.classifier is classifier:
            return before.toward(wanted, self.against)
        return made

    def _set_explained(self, explained: ExplainedPhoto | None) -> None:
        if explained is not self._explained:
            self._explained = explained
            self.explained_changed.emit()

    # ---- answers

    def _show(self, kept: KeptClasses) -> None:
        self.is_read, self.sets, self.labels = True, kept.sets, kept.labels
        self.has_released = kept.has_released
        self.label_set = kept.labels.name
        if not self.unkept:
            self.classification = kept.classification
        self.stale = kept.stale
        if kept.failed is not None:
            self.error = kept.failed
        if self.wanted is None and self.classes:
            own = self.own_class
            self._class = self.classes[0 if own is None else own]
        if (found := self.classification) is not None and self.wanted is not None:
            images = found.images[found.labels == self.wanted]
            self._photos = ImageOrder(images), f"in {found.classes[self.wanted]}"
            self.photos_ready.emit()
        self._class_chosen()
        self.changed.emit()

    def _trained(self, reply: Message) -> None:
        self.unkept = str(reply.get("why") or "")
        read = partial(read_new, Path(str(reply["file"])), bool(self.unkept))
        self._jobs.run(read, done=self._take, failed=self._failed, scope=Scope.PROJECT)

    def _take(self, found: "Classification") -> None:
        self._end()
        if self._asked_kind == "released" and self.kind != "released":
            self.has_released = True
            self.choose_set(self.label_set, "released")
        if found.label_set == self.label_set:
            self.classification, self.stale = found, ""
        if self.kind == "released":
            self._messages.say(f"{counted(len(found.classes), 'class')} of a released probe read")
        elif self.kind == "zero-shot":
            self._messages.say(f"{counted(len(found.classes), 'word')} read for the classes")
        else:
            self._messages.say(f"Trained on {counted(found.images.size, 'photo')}")
        self._class_chosen()
        self.look_again()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._end()
        self.error = error
        self.changed.emit()

    def _failed_to_read(self, error: Exception) -> None:
        self.is_read, self.error = True, error
        self.changed.emit()

    def _stopped(self) -> None:
        self._end()
        self._messages.say("Training was cancelled; what was trained before stays")
        self.changed.emit()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.progressed.emit()

    def _end(self) -> None:
        self._request = self.progress = None

    def _committed(self, committed: Committed) -> None:
        """Read anew where labels were given: sets may be others, and what is kept out of date."""
        if committed.changes.label_sets and self._read_in is not None:
            self._read_in = (-1, "", self.kind)
            self.changed.emit()

    # ---- another project

    def _return_to_place(self) -> None:
        names = ("label_set", "explained_class", "against_class", "class_words", "class_kind")
        kept_set, kept_class, against, words, kind = (self._places.kept(one) for one in names)
        self.label_set = kept_set if isinstance(kept_set, str) else FOLDERS
        self._class = kept_class if isinstance(kept_class, str) else None
        self._against = against if isinstance(against, str) else None
        self.words = words if isinstance(words, str) else ""
        self.kind = next((one for one in KINDS if one == kind), "probe")

    def _forget(self) -> None:
        self._end()
        self._read_in = self.classification = self.error = None
        self._class = self._against = self._explained = self._photos = None
        self.sets, self.labels = (), None
        self.label_set, self.kind, self.words = FOLDERS, "probe", ""
        self.stale = self.unkept = ""
        self.has_released = False
        self.is_read = False
        self.changed.emit()
        self.explained_changed.emit()
