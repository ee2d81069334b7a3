"""The numbers of what persons merged, grouped or split, in the window: read, counted, shown.

What postings and the project's files tell is read at once; the rest the worker is asked for. One
per session. Knows no panel.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message, take_arrays
from insight_app.gui.state.worker_client import Progress, WorkerClient

if TYPE_CHECKING:
    from insight_app.concepts.composition import Composition
    from insight_app.project.composites.counted import ConceptNumbers
    from insight_app.project.composites.preview import Together
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.composites.store import CountedStore
    from insight_app.project.judgements.structure.counted_edges import MergedStrengths
    from insight_app.project.judgements.structure.edges import Pair

SOON = 300
"""Milliseconds that a preview waits before its cells are counted: boxes are ticked in a row."""
ToldPreview = Callable[["Together", "ConceptNumbers"], object]


@dataclass(frozen=True, eq=False)
class _Preview:
    """What is laid out to be merged, and who is told of its numbers."""

    state: ProjectState
    readers: "Sequence[ConceptReader]"
    union: "ConceptReader"
    told: ToldPreview


class CompositeControl(QObject):
    """progress: how far counting is, None while nothing is counted; error: why it ended."""

    counted = Signal(object)
    """Rows (set[int]) of the present state that have other numbers now."""
    changed = Signal()
    """Counting began, went on or ended; or more can be drawn than before."""

    def __init__(
        self,
        projects: Projects,
        worker: WorkerClient,
        jobs: Jobs,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker, self._jobs = projects, worker, jobs
        self._messages = messages
        self._request: int | None = None
        self._asked: frozenset[Composition] = frozenset()
        """What is being counted."""
        self._not_again: set[Composition] = set()
        """What was asked for over these results, whatever came of it."""
        self._preview: _Preview | None = None
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self._count_missing)
        self.progress: Progress | None = None
        self.error: Exception | None = None
        projects.opened.connect(self._begin)
        projects.results_changed.connect(self._begin)

    @property
    def is_counting(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self._request is not None

    def counts(self, reader: "ConceptReader") -> bool:
        """Return whether a concept is among those that are being counted."""
        return self.is_counting and reader.composition in self._asked

    # ---- what there is

    def _begin(self) -> None:
        """Look at another project, or at newer results."""
        self._request = self.progress = self.error = self._preview = None
        self._asked = frozenset()
        self._not_again.clear()
        self.look()

    def look(self) -> None:
        """Read the numbers of composites that lack them, and have counted what is not known."""
        state = self._projects.state
        catalogue = state.catalogue
        if catalogue is None or state.results is None or state.awaits_photos:
            return
        rows = [row for row in catalogue.composites() if not catalogue.is_counted[row]]
        readers = [(row, state.reader(row)) for row in rows]
        pairs = catalogue.pairs_to_count()
        ends = {row: state.reader(row) for pair in pairs for row in pair}
        if readers or pairs:
            read = partial(_read, readers, pairs, ends)
            self._jobs.run(read, done=partial(self._take, state, ends), key="numbers")

    def _take(
        self,
        state: ProjectState,
        ends: "Mapping[int, ConceptReader]",
        read: "_Read",
    ) -> None:
        """Show numbers of rows whose composition is still the one that they are of."""
        catalogue = state.catalogue
        if state is not self._projects.state or catalogue is None:
            return
        shown = set[int]()
        for row, reader, numbers in read.numbers:
            is_new = numbers.is_counted or not catalogue.knows_images[row]
            if is_new and catalogue.composition(row) == reader.composition:
                catalogue.set_numbers(row, numbers)
                shown.add(row)
        is_still = {row: catalogue.composition(row) == one.composition for row, one in ends.items()}
        strengths = {
            pair: found for pair, found in read.strengths.items() if all(map(is_still.get, pair))
        }
        catalogue.set_strengths(strengths)
        shown.update(row for pair in strengths for row in pair)
        if shown:
            self.counted.emit(shown)
        self._count_missing()

    # ---- the worker

    def _count_missing(self) -> None:
        """Ask the worker for all that is not counted, unless it was asked before."""
        from insight_app.project.composites import wire

        state = self._projects.state
        catalogue = state.catalogue
        if self.is_counting or catalogue is None or state.path is None:
            return
        composites = {row: state.reader(row).composition for row in catalogue.composites()}
        every = [one for one in composites.values() if one is not None]
        wanted = [one for row, one in composites.items() if not catalogue.is_counted[row]]
        if self._preview is not None and not self._soon.isActive():
            wanted.append(self._preview.union.composition)
        new = [one for one in dict.fromkeys(wanted) if one is not None]
        new = [one for one in new if one not in self._not_again]
        if not new:
            return
        self._asked, self.error = frozenset(new), None
        self._not_again |= self._asked
        self._request = self._worker.request(
            "count",
            scope=Scope.RESULTS,
            project=str(state.path),
            compositions=[wire.to_json(one) for one in new],
            beside=[wire.to_json(one) for one in every],
            done=partial(self._done, state),
            failed=self._failed,
            stopped=self._stopped,
            progress=self._tell,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop counting; what was counted before stays, the rest is counted when asked again."""
        if self._request is not None:
            self._worker.cancel(self._request)

    def count_again(self) -> None:
        """Count what was cancelled or went wrong."""
        if not self.is_counting:
            self._not_again.clear()
            self.look()

    def _done(self, state: ProjectState, reply: Message) -> None:
        asked = self._asked
        self._ended()
        if reply.get("why"):
            self._messages.say(f"Counted, but not kept: {reply['why']}")
        if reply.get("file") and state.counted is not None:
            take = partial(_take_unkept, reply, state.counted, asked)
            self._jobs.run(take, done=lambda _nothing: self._read_counted())
        else:
            self._read_counted()

    def _read_counted(self) -> None:
        self.look()
        self._read_preview()
        self._count_missing()

    def _failed(self, error: Exception) -> None:
        self.error = error
        self._stopped()

    def _ended(self) -> None:
        self._request = self.progress = None
        self.changed.emit()

    def _stopped(self) -> None:
        self._ended()
        self._count_missing()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    # ---- before a merge

    def preview(self, rows: Sequence[int], told: ToldPreview) -> None:
        """Tell what concepts at rows would have together, the first the one that stays.

        told(together, numbers) is called soon, with the images, and again when the worker has
        counted the cells of the union (numbers.is_counted).
        """
        from insight_app.project.composites.preview import united

        state = self._projects.state
        if state.results is None:
            return
        readers = [state.reader(row) for row in rows]
        self._preview = _Preview(state, readers, united(readers), told)
        self._read_preview()
        self._soon.start()

    def end_preview(self) -> None:
        """Forget what was laid out; stop counting it, if nothing else is counted."""
        preview, self._preview = self._preview, None
        self._soon.stop()
        if preview is not None and self._asked == {preview.union.composition}:
            self._not_again -= self._asked
            self.cancel()

    def _read_preview(self) -> None:
        preview = self._preview
        if preview is not None:
            self._jobs.run(
                partial(_read_preview, preview),
                done=partial(self._tell_preview, preview),
                key="preview",
            )

    def _tell_preview(self, preview: _Preview, found: "tuple[Together, ConceptNumbers]") -> None:
        if preview is self._preview:
            preview.told(*found)


class _Read(NamedTuple):
    """What is known of rows, and of the relations of merged ones."""

    numbers: "list[tuple[int, ConceptReader, ConceptNumbers]]"
    strengths: "dict[Pair, MergedStrengths]"


def _read(
    readers: "Sequence[tuple[int, ConceptReader]]",
    pairs: "Sequence[Pair]",
    ends: "Mapping[int, ConceptReader]",
) -> _Read:
    """Read the numbers of rows and pairs, without those that must be counted; runs on the pool."""
    from insight_app.project.composites import edge_strengths

    numbers = [(row, reader, reader.numbers()) for row, reader in readers if reader.is_readable]
    return _Read(numbers, edge_strengths.read(pairs, ends.__getitem__))


def _read_preview(preview: _Preview) -> "tuple[Together, ConceptNumbers]":
    """Read what is known of a merge that is laid out; runs on the pool."""
    from insight_app.project.composites.preview import together

    assert preview.state.results is not None
    return together(preview.state.results, preview.readers), preview.union.numbers()


def _take_unkept(reply: Message, store: "CountedStore", asked: "frozenset[Composition]") -> None:
    """Hold what the worker could not keep in the project; runs on the pool."""
    from insight_app.project.composites.counted import CountedComposite

    arrays: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in take_arrays(reply).items():
        digest, _slash, of = name.partition("/")
        arrays.setdefault(digest, {})[of] = array
    known = {one: arrays[one.digest] for one in asked if one.digest in arrays}
    store.put({one: CountedComposite.from_arrays(found) for one, found in known.items()})
