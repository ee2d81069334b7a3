"""The one state that all panels of a window share: project, results, selection, judgements.

Owns the selection, the way back, the colours of selected concepts and the two lists that Left and
Right walk through. Everything that touches the disk runs on a thread. Knows no widget.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.errors import KnownError
from insight_app.gui import theme
from insight_app.gui.actions import Actions
from insight_app.gui.image_order import NO_IMAGES, ImageOrder
from insight_app.gui.settings import Settings
from insight_app.gui.state import loading
from insight_app.gui.state.analysis_control import Analyzing
from insight_app.gui.state.curation import Verbs
from insight_app.gui.state.image_codes import ImageCodes
from insight_app.gui.state.jobs import BACKGROUND, Jobs
from insight_app.gui.state.judgement_queue import (
    JUDGE,
    REDO,
    UNDO,
    Committed,
    JudgementWriter,
    Write,
)
from insight_app.gui.state.pictures import Pictures
from insight_app.gui.state.selection import KEEP, History, Selection
from insight_app.gui.state.worker_client import WorkerClient

IMAGES, CONCEPTS = "images", "concepts"


class Session(Verbs, Analyzing, QObject):
    """What a panel gets in its constructor; the judgements it can make are in verbs.py."""

    project_opened = Signal()
    """Another project is open, or none (`project` is None)."""
    results_changed = Signal()
    """`results` and `catalogue` are of a newer generation."""
    curation_changed = Signal(object, bool)
    """(rows: set[int], structure: bool): what a committed judgement changed in the catalogue."""
    selection_changed = Signal(object)
    said = Signal(str, bool)
    """(text, can undo): a quiet line for the person."""
    problem = Signal(object)
    """An error to be said loudly."""
    pending_changed = Signal()
    lists_changed = Signal()
    search_changed = Signal(str)
    peek = Signal(bool)
    """Space is held: show the bare photo."""
    opening = Signal(str)
    """A project is being opened: its path; '' when that has ended."""

    def __init__(self, settings: Settings, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.actions = actions
        self.project: Any = None
        self.results: Any = None
        self.catalogue: Any = None
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.problem)
        self.pictures = Pictures(self.jobs, self)
        self.image_codes = ImageCodes(self.jobs, self)
        self._project_thread = Jobs(self, threads=1, keep_threads=True)
        self._project_thread.failed.connect(self.problem)
        self.writer = JudgementWriter(self._project_thread, self)
        self.writer.committed.connect(self._committed)
        self.writer.refused.connect(lambda error: self.said.emit(str(error), False))
        self.writer.failed.connect(self.problem)
        self.writer.pending_changed.connect(self.pending_changed)
        self.worker = WorkerClient(self)
        self.worker.published.connect(self._published)
        self._history = History()
        self.colours: dict[int, QColor] = {}
        self.follow_list: list[int] = []
        self.image_list = NO_IMAGES
        self.follows = IMAGES

    # ---- selection

    @property
    def selection(self) -> Selection:
        return self._history.current

    def select(
        self, concepts: Any = KEEP, image: Any = KEEP, cell: Any = KEEP, relation: Any = KEEP
    ) -> None:
        """Move the selection; what is not given stays."""
        new = self.selection.changed(concepts, image, cell, relation)
        if new != self.selection:
            self._history.visit(new)
            self._selection_moved()

    def back(self) -> None:
        if self._history.can_go_back:
            self._history.back()
            self._selection_moved()

    def forward(self) -> None:
        if self._history.can_go_forward:
            self._history.forward()
            self._selection_moved()

    @property
    def can_go_back(self) -> bool:
        return self._history.can_go_back

    @property
    def can_go_forward(self) -> bool:
        return self._history.can_go_forward

    def _selection_moved(self) -> None:
        wanted = self.selection.concepts
        self.colours = {row: colour for row, colour in self.colours.items() if row in wanted}
        for row in wanted:
            if row not in self.colours:
                self.colours[row] = _free_colour(self.colours)
        self.selection_changed.emit(self.selection)

    # ---- lists

    def set_list(self, rows: Sequence[int]) -> None:
        """The concepts that judging goes on through; by the panel that lists them."""
        self.follow_list = list(rows)
        self.lists_changed.emit()

    def set_images(self, order: ImageOrder) -> None:
        """The photos that Left and Right go through in the Images workspace."""
        self.image_list = order
        self.lists_changed.emit()

    def step(self, by: int) -> None:
        """The next (1) or previous (-1) photo or concept; at the ends the last stays."""
        if self.follows == IMAGES:
            at = self.image_list.neighbour(self.selection.image, by)
            if at is not None:
                self.select(image=at)
        else:
            at = self.neighbour(self.follow_list, self.selection.primary, by)
            if at is not None:
                self.select(concepts=(at,))

    @staticmethod
    def neighbour(items: Sequence[int], current: int | None, by: int) -> int | None:
        """The item `by` places from the current one; None at an end or in an empty list."""
        if not items:
            return None
        if current is None or current not in items:
            return items[0]
        position = items.index(current) + by
        return items[position] if 0 <= position < len(items) else None

    # ---- names

    def name(self, row: int) -> tuple[str, bool]:
        """(name to show, whether a person gave it: upright if so, else italic)."""
        catalogue = self.catalogue
        by_person = bool(catalogue.by_person[row])
        name = catalogue.names[row]
        if not name:
            return f"concept {row}", by_person
        return name, by_person

    def giver(self, row: int) -> str:
        """Who gave a concept's name, in words."""
        if self.catalogue.by_person[row]:
            return "named by a person"
        is_released = self.results is not None and self.results.names_run == RELEASE
        return "named in the release" if is_released else "named by the machine"

    # ---- project

    @property
    def awaits_photos(self) -> bool:
        """There are concepts, of a dictionary that brings names along, and not one photo yet."""
        return self.catalogue is not None and not self.results.image_count

    def open_project(self, path: Path | str, read_only: bool = False) -> None:
        """Open a project in the background; `project_opened` when it is there."""
        path = Path(path)
        self.opening.emit(str(path))

        def failed(error: Exception) -> None:
            self.opening.emit("")
            self.problem.emit(error)

        self._project_thread.run(
            loading.open_project, path, read_only, done=self._opened, failed=failed
        )

    def close_project(self) -> bool:
        """Write what is pending and let go of the project; False if something stays unwritten."""
        if self.project is None:
            return True
        if not self.writer.settle():
            return False
        self._remember()
        project, self.project, self.results, self.catalogue = self.project, None, None, None
        self.worker.cancel_all()
        self._show_results()
        self.writer.set_judgements(None)
        self._project_thread.run(project.close)
        self._forget_selection()
        self.project_opened.emit()
        return True

    def restore_backup(self) -> None:
        """Put the newest backup in the place of damaged judgements, and open the project again."""
        path, newest = self.project.path, self.project.backups[0]
        if not self.close_project():
            return

        def done(text: str) -> None:
            self.open_project(path)
            self.said.emit(text, False)

        self._project_thread.run(loading.restore, path, newest, done=done)

    @property
    def read_only(self) -> bool:
        return self.project is None or bool(self.project.read_only)

    def reload_results(self) -> None:
        """Read the newest generation of the machine's results."""
        if self.project is not None:
            self._project_thread.run(loading.load, self.project, done=self._reloaded, key="results")

    def ask_project(
        self,
        question: Callable[..., Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """done(question(project)) with the question asked on the project's own thread."""
        if self.project is not None:
            self._project_thread.run(question, self.project, done=done, failed=failed)

    @property
    def is_settled(self) -> bool:
        """Nothing of the project is being read or written."""
        return not self._project_thread.busy

    def close(self) -> bool:
        """End everything; False if a judgement could not be written."""
        if not self.close_project():
            return False
        self.worker.stop()
        self.jobs.close()
        self._project_thread.wait()
        self._project_thread.close()
        return True

    def _opened(self, opened: tuple[Any, Any, Any, KnownError | None]) -> None:
        if not self.close_project():
            opened[0].close()
            self.opening.emit("")
            return
        self.project, self.results, self.catalogue, damaged = opened
        self.writer.set_judgements(self.project.judgements)
        self._show_results()
        self._forget_selection()
        self.opening.emit("")
        self.project_opened.emit()
        if damaged is not None:
            self.problem.emit(damaged)
        self._return_to_place()

    def _show_results(self) -> None:
        self.pictures.set_project(self.project, self.results)
        self.image_codes.set_results(self.results)
        if (catalogue := self.catalogue) is not None:
            self.jobs.run(
                catalogue.read_meanings,
                done=catalogue.prepare_search,
                key="meanings",
                priority=BACKGROUND,
            )

    def _published(self, path: str) -> None:
        if self.project is not None and Path(path) == Path(self.project.path):
            self.reload_results()

    def _reloaded(self, loaded: tuple[Any, Any, Any]) -> None:
        project, results, catalogue = loaded
        if project is not self.project:
            return
        kept = self._selected_ids()
        self.results, self.catalogue = results, catalogue
        self._show_results()
        if catalogue is not None and kept:
            rows = [row for row in map(catalogue.row_of, kept) if row is not None]
            self.select(concepts=rows)
        self.results_changed.emit()
        # In a turn of its own: what the panels do with the first results is long enough.
        QTimer.singleShot(0, self, self._return_if_nowhere)

    def _selected_ids(self) -> list[str]:
        if self.catalogue is None:
            return []
        return [self.catalogue.id_of(row) for row in self.selection.concepts]

    def _forget_selection(self) -> None:
        self._history.clear()
        self.colours, self.follow_list, self.image_list = {}, [], NO_IMAGES

    def _remember(self) -> None:
        path = Path(self.project.path)
        share = float(self.catalogue.reviewed_share()) if self.catalogue is not None else 0.0
        count = int(self.results.image_count) if self.results is not None else 0
        self.settings.remember(path, images=count, reviewed=share)
        place = {"image": self.selection.image, "concepts": self._selected_ids()}
        self.settings.set_place(path, place)

    def _return_if_nowhere(self) -> None:
        if self.project is not None and self.selection.image is None:
            self._return_to_place()

    def _return_to_place(self) -> None:
        """Select what was selected when the project was last closed, else the first photo."""
        self._remember_opening()
        place = self.settings.place(Path(self.project.path))
        if self.results is None:
            return
        image = place.get("image")
        if image is None or not self.results.is_listed(int(image)):
            image = self.results.first_image
        rows = []
        if self.catalogue is not None:
            rows = [self.catalogue.row_of(id) for id in place.get("concepts", [])]
        self.select(concepts=[row for row in rows if row is not None], image=image)

    def _remember_opening(self) -> None:
        share = float(self.catalogue.reviewed_share()) if self.catalogue is not None else 0.0
        count = int(self.results.image_count) if self.results is not None else 0
        self.settings.remember(Path(self.project.path), images=count, reviewed=share)

    # ---- judgements

    def judge(self, acts: Sequence[Any], text: str, rows: frozenset[int] = frozenset()) -> None:
        """Queue a judgement; everything follows when it is on the disk."""
        if self.read_only:
            why = self.project.why_read_only if self.project is not None else "No project is open."
            self.problem.emit(KnownError(f"{text} was not written. {why}"))
            return
        self.writer.submit(Write(JUDGE, tuple(acts), text, rows))

    def undo(self) -> None:
        if not self.read_only:
            self.writer.submit(Write(UNDO))

    def redo(self) -> None:
        if not self.read_only:
            self.writer.submit(Write(REDO))

    def _committed(self, committed: Committed) -> None:
        changes, kind = committed.changes, committed.write.kind
        if self.catalogue is None:
            return
        if not changes.is_empty:
            rows = set(self.catalogue.apply(committed.state, changes))
            self.curation_changed.emit(rows, bool(changes.relations))
        if kind != JUDGE:
            self._go_to(changes)
        self.said.emit(committed.write.text or changes.text, kind != UNDO and not changes.is_empty)

    def _go_to(self, changes: Any) -> None:
        """Return to what an undo or redo concerns."""
        ids = list(changes.concepts) or [child for child, _parent in changes.relations]
        rows = [row for row in map(self.catalogue.row_of, ids) if row is not None]
        if rows and not set(rows) & set(self.selection.concepts):
            self.select(concepts=(rows[0],))


def _free_colour(taken: dict[int, QColor]) -> QColor:
    """The first of Okabe and Ito's colours that is not taken; grey when all are."""
    used = {colour.name().upper() for colour in taken.values()}
    for name in theme.OKABE_ITO:
        if name.upper() not in used:
            return QColor(name)
    return QColor("#999999")
