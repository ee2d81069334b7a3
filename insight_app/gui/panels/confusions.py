"""Which classes are taken for which: a cell shows its photos, one after the other.

Shows the session's classification. What is shown of a cell's photos is the photo panel's matter.
"""

from PySide6.QtWidgets import QToolButton, QWidget

from insight_app.figures import counted
from insight_app.gui.explain.confusion_view import ConfusionModel, ConfusionView
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState

WAITING = (
    "Once classes are trained or typed, it stands here which of them are taken for each other."
)


class ConfusionsPanel(Panel):
    """A matrix of counts, by concepts or by raw features."""

    title = "Confusions"
    object_name = "confusions"
    follows = frozenset({"project", "results"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.model = ConfusionModel(self)
        self.view = ConfusionView(self.model, self)
        self.view.opened.connect(self._open)
        self.empty = EmptyState(WAITING, self)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.raw = QToolButton(self)
        self.raw.setText("By raw features")
        self.raw.setCheckable(True)
        self.raw.setToolTip("Those of the probe on raw features, beside which concepts are judged")
        self.raw.toggled.connect(lambda _on: self.invalidate())
        self.worst = QToolButton(self)
        self.worst.setText("Go to worst")
        self.worst.setToolTip("Go to the classes that are taken for each other most often")
        self.worst.clicked.connect(self._go_to_worst)
        self.header.add(self.raw)
        self.header.add(self.worst)
        self.setFocusProxy(self.view)
        session.explaining.changed.connect(self.invalidate)

    def refresh(self) -> None:
        explaining = self.session.explaining
        explaining.want()
        found = explaining.classification
        self.view.setVisible(found is not None)
        self.empty.setVisible(found is None)
        self.raw.setVisible(found is not None and found.features is not None)
        self.worst.setVisible(found is not None)
        if found is None:
            self.set_info("")
            return
        features = found.features
        judged = features if self.raw.isChecked() and features is not None else found.concepts
        self.model.show(found.classes, found.confusion(judged))
        wrong = int(self.model.counts.sum() - self.model.counts.trace())
        photos = counted(int(self.model.counts.sum()), "photo")
        tip = f"Of {photos}, held back when tested. True class down, decided across"
        self.set_info(f"{wrong:,} wrong", tip)

    def _go_to_worst(self) -> None:
        if (cell := self.model.worst()) is not None:
            index = self.model.index(*cell)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
            self._open(*cell)

    def _open(self, row: int, column: int) -> None:
        """Go through the photos of a cell, and explain why they are taken for what they are."""
        explaining, found = self.session.explaining, self.session.explaining.classification
        if found is None:
            return
        features = found.features
        judged = features if self.raw.isChecked() and features is not None else found.concepts
        images = found.confused(judged, row, column)
        if images.size:
            names = found.classes
            explaining.show_photos(
                images, f"{names[row]} taken for {names[column]}" if row != column
                else f"{names[row]} told right"
            )  # fmt: skip
            explaining.choose_class(column)
            explaining.choose_against(row if row != column else None)
            self.session.messages.say(f"{counted(images.size, 'photo')}: Left and Right turn them")
