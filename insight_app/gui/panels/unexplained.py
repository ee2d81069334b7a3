"""What no concept explains: the worst cells of all photos as cut-outs, in clusters.

Asks the session's findings; a cut-out selects its photo and cell.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from insight_app.concepts.quality.unexplained import Unexplained
from insight_app.figures import counted, percent
from insight_app.gui.curation.surroundings import SurroundingsButton
from insight_app.gui.curation.worst_cells import WorstCluster
from insight_app.gui.panel import Panel
from insight_app.gui.photo.no_photos import show_buttons, why_none
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, base_widget, dim_label, scrolled

AT_ONCE = 20_000
"""Of more photos they are looked at only when that is asked for."""
NO_PHOTOS = "No photos in this project yet. The cells that no concept explains appear here."
WAITING = "The cells that no concept explains appear here as soon as photos are analyzed."
MEANING = (
    "Not explained = |x - y|² / |x|² of a cell: x what the encoder says of it, y what its active "
    "concepts together say. The average is the mean over cells of each cell's own share; Quality "
    "measures what is explained of all variance. Clusters: k-means on what is active in each cell "
    "and around it."
)


class UnexplainedPanel(Panel):
    """The worst cells in clusters, the largest first."""

    title = "Not explained"
    object_name = "unexplained"
    follows = frozenset({"project", "results", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: Unexplained | None = None
        self.clusters: list[WorstCluster] = []
        self.words = dim_label("", self)
        self.words.setWordWrap(True)
        self.words.setToolTip(MEANING)
        inside = base_widget(self)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 8, 12, 12)
        self._column.setSpacing(12)
        self._column.addWidget(self.words)
        self._column.addStretch(1)
        self.area = scrolled(inside, self)
        self.empty = EmptyState(WAITING, self)
        self.look = QPushButton("Look now", self)
        self.look.clicked.connect(session.unexplained.look_again)
        self.stop = QPushButton("Cancel", self)
        self.stop.clicked.connect(session.unexplained.cancel)
        for button in (self.look, self.stop):
            self.empty.column.insertWidget(2, button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.choose_folders = self.empty.add_action(session.actions, "analysis.folders")
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        self.header.add(SurroundingsButton(session, self))
        session.unexplained.changed.connect(self.invalidate)
        self.refresh_while_empty()

    def refresh(self) -> None:
        session, findings = self.session, self.session.unexplained
        results = session.state.results
        coded = 0 if results is None else results.coded_images
        has_codes = coded > 0
        if coded <= AT_ONCE or findings.found is not None:
            findings.want()
        found = findings.found if has_codes else None
        self.area.setVisible(found is not None)
        self.empty.setVisible(found is None)
        show_buttons(session, self.add, self.choose_folders)
        self.stop.setVisible(findings.is_looking)
        self.look.setVisible(has_codes and not findings.is_looking)
        if findings.error is not None:
            self.show_error(findings.error, "Try again", findings.look_again)
        elif findings.is_looking:
            self.trouble.hide()
        if found is None:
            self.set_info("")
            self.empty.set_text(self._why_empty(has_codes))
        if found is not self._shown or ("curation" in self.reasons and self.isVisible()):
            self._show(found)

    def _why_empty(self, has_codes: bool) -> str:
        findings = self.session.unexplained
        if not has_codes:
            return why_none(self.session, NO_PHOTOS) if self.session.lacks_photos else WAITING
        if findings.is_looking and findings.progress is not None and findings.progress.total:
            progress = findings.progress
            return f"{progress.message}: {progress.done:,} of {counted(progress.total, 'photo')}"
        if findings.is_looking:
            return "Looking at what is not explained…"
        return "The cells that no concept explains appear here once all photos are looked at."

    def _show(self, found: Unexplained | None) -> None:
        is_another = found is not self._shown
        self._shown = found
        count = 0 if found is None else found.clusters
        while len(self.clusters) < count:
            cluster = WorstCluster(self.session, self)
            self._column.insertWidget(self._column.count() - 1, cluster)
            self.clusters.append(cluster)
        for number, cluster in enumerate(self.clusters):
            cluster.setVisible(number < count)
            if found is not None and number < count:
                cluster.show_cluster(found, number)
        if found is None:
            return
        photos = counted(len(found.images), "photo")
        self.set_info(f"{percent(found.share)} on average, {photos}", MEANING)
        cells, worst = counted(found.cells, "cell"), f"{len(found.value):,}"
        self.words.setText(
            f"The {worst} worst of {cells}, in {counted(count, 'cluster')} of what is active there."
        )
        if is_another:
            self.area.verticalScrollBar().setValue(0)
