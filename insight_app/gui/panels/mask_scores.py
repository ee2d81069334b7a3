"""How well regions fit masks: raw tokens and concepts, class by class and in the mean."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from insight_app.concepts.explain.overlap import Overlap
from insight_app.errors import KnownError
from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_folder, choose_new_file
from insight_app.gui.panel import Panel
from insight_app.gui.state.mask_control import MaskFigures
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, EmptyState, KeyButton, dim_label, thin_line
from insight_app.gui.wording import time_left, tooltip
from insight_app.plain_text import visible
from insight_app.project.explaining.segmentation import Edges

NEVER = (
    "Masks say what each pixel of a photo is: pictures called as their photos, or a file of "
    "COCO's. Compared with them it stands here how well regions fit, by raw tokens and by concepts."
)
FORMULA = (
    "IoU in %: pixels that are the class in both, over pixels that are it in either, over all "
    "photos together; the mean is over classes that a mask has. Intervals: bootstrap over photos; "
    "the difference is paired, concepts minus raw tokens."
)


class MaskScoresPanel(Panel):
    """A table of classes, the means under it, and what starts it."""

    title = "Against masks"
    object_name = "mask_scores"
    follows = frozenset({"project", "results"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        masks = session.masks
        self._shown: tuple[MaskFigures, Edges] | None = None
        session.actions.add("regions.export", "Export overlap with masks…", "", self._export,
                            context="Explain", panel=self,
                            tip="IoU by class, of raw tokens and concepts, as CSV")  # fmt: skip
        session.actions.add("regions.masks", "Compare with masks…", "", self._choose,
                            context="Explain", panel=self,
                            tip="A folder of masks with a table of their numbers, or a file of "
                            "COCO's")  # fmt: skip
        session.actions.add("regions.again", "Compare again", "", self._again, context="Explain",
                            panel=self)  # fmt: skip
        session.actions.add("regions.stop", "Stop comparing", "", masks.cancel, context="Explain",
                            panel=self)  # fmt: skip
        self.table = QTreeWidget(self)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAccessibleName("IoU by class")
        self.table.setHeaderLabels(["class", "raw", "concepts", "diff."])
        self.table.header().setStretchLastSection(False)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            self.table.header().setSectionResizeMode(
                column, QHeaderView.ResizeMode.ResizeToContents
            )
        self.table.currentItemChanged.connect(self._go)
        self.means = dim_label("", self)
        self.means.setWordWrap(True)
        self.means.setContentsMargins(12, 4, 12, 6)
        self.empty = EmptyState(NEVER, self)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.means)
        self.body.addWidget(self.empty, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.start = KeyButton(session.actions, "regions.masks", parent=self)
        self.again = KeyButton(session.actions, "regions.again", parent=self)
        self.stop = QPushButton("Cancel", self)
        self.stop.clicked.connect(session.actions["regions.stop"].trigger)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(72, 8)
        self.words = ElidedLabel("", self)
        for widget in (self.start, self.again, self.stop, self.bar):
            row.addWidget(widget)
        row.addWidget(self.words, 1)
        self.save = QToolButton(self)
        self.save.setDefaultAction(session.actions["regions.export"])
        self.save.setText("Export")
        row.addWidget(self.save)
        self.foot.addWidget(thin_line(self))
        self.foot.addLayout(row)
        self.setFocusProxy(self.table)
        masks.changed.connect(self.invalidate)

    def refresh(self) -> None:
        masks, results = self.session.masks, self.session.state.results
        masks.want()
        figures = masks.figures
        found = None if figures is None else figures.scores
        self.table.setVisible(found is not None)
        self.means.setVisible(found is not None)
        self.empty.setVisible(found is None)
        self.set_info("" if found is None else counted(found.images.size, "photo"), FORMULA)
        shown = None if figures is None else (figures, self.session.regions.edges)
        if shown is not None and shown != self._shown:
            self._show(*shown)
        self._shown = shown
        if masks.error is not None:
            self.show_error(masks.error, "Choose again", self._choose)
        elif masks.is_measuring:
            self.trouble.hide()
        elif masks.unkept:
            self.trouble.show_trouble(f"Shown but not kept. {masks.unkept}", can_dismiss=True)
        elif masks.stale:
            self.trouble.show_trouble(
                f"These figures do not hold any more: {masks.stale}", "Compare again", self._again
            )
        else:
            self.trouble.hide()
        has_codes = results is not None and bool(results.coded_images)
        self._show_work(has_codes)

    def _show(self, figures: MaskFigures, edges: Edges) -> None:
        found = figures.scores
        raw, ours = found.by_class("raw", edges), found.by_class("concepts", edges)
        self.table.clear()
        occurring = [n for n, occurs in enumerate(found.occurs.tolist()) if occurs]
        for n in sorted(occurring, key=lambda n: (-ours[n], found.names[n])):
            texts = [f"{100 * raw[n]:.1f}", f"{100 * ours[n]:.1f}", _points(ours[n] - raw[n])]
            item = QTreeWidgetItem(self.table, [visible(found.names[n]), *texts])
            photos = int((found.counts[0, :, n, 2] > 0).sum())
            for column in range(4):
                item.setToolTip(column, tooltip(f"{counted(photos, 'photo')} have it\n{FORMULA}"))
            for column in (1, 2, 3):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
                item.setFont(column, theme.tabular(self.font()))
        self.means.setText("\n".join(mean_lines(figures)))
        self.means.setToolTip(tooltip("\n".join((FORMULA, *found.notes))))

    def _show_work(self, has_codes: bool) -> None:
        masks, actions = self.session.masks, self.session.actions
        is_busy, progress = masks.is_measuring, masks.progress
        actions.set_enabled("regions.masks", has_codes and not is_busy)
        actions.set_enabled("regions.again", masks.places_of_masks is not None and not is_busy)
        actions.set_enabled("regions.stop", is_busy)
        actions.set_enabled("regions.export", masks.figures is not None)
        self.save.setVisible(masks.figures is not None and not is_busy)
        self.start.setVisible(not is_busy)
        self.again.setVisible(not is_busy and masks.places_of_masks is not None)
        self.stop.setVisible(is_busy)
        self.bar.setVisible(is_busy)
        text = ""
        if is_busy and progress is not None:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
            text = progress.message
            if progress.seconds_left is not None:
                text += f", {time_left(progress.seconds_left)} left"
        elif is_busy:
            self.bar.setRange(0, 0)
        self.words.setText(text)

    # ---- what can be done

    def _choose(self) -> None:
        settings = self.session.settings
        table = choose_file(
            self, "The table of labels, or a file of COCO's", settings, Purpose.PHOTOS,
            "Table or COCO (*.csv *.json)",
        )  # fmt: skip
        if table is None:
            return
        if table.suffix.casefold() == ".json":
            self._measure(table, None)
            return
        masks = choose_folder(self, "The folder of masks", settings, Purpose.PHOTOS, table.parent)
        if masks is not None:
            self._measure(masks, table)

    def _again(self) -> None:
        given = self.session.masks.places_of_masks
        if given is not None:
            self._measure(*given)

    def _measure(self, masks: Path, table: Path | None) -> None:
        self.session.masks.measure(masks, table, by_typed_classes=False)

    def _go(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        """Look at the class of a row, if the photo is told by it."""
        names = [visible(name).casefold() for name in self.session.regions.names]
        if current is not None and current.text(0).casefold() in names:
            self.session.regions.choose_class(names.index(current.text(0).casefold()))

    def _export(self) -> None:
        found, settings = self.session.masks.scores, self.session.settings
        if found is None:
            return
        project = self.session.state.path or Path("project")
        name = f"{project.stem} overlap with masks.csv"
        path = choose_new_file(self, "Export overlap with masks", settings, name, "Table (*.csv)")
        if path is None:
            return
        from insight_app.gui.explain.tables import overlap_table
        from insight_app.gui.statistics.saving import save_table  # imports what draws plots

        try:
            save_table(overlap_table(found), path)
        except KnownError as error:
            self.show_error(error)
        else:
            self.session.messages.say(f"Saved {path.name}")


_TITLES: tuple[tuple[Edges, str], ...] = (("smooth", "Smooth edges"), ("sharp", "Sharper edges"))


def mean_lines(found: MaskFigures) -> list[str]:
    """Return the mIoU of both, the difference, and what sharper edges change, in words."""
    lines = []
    for edges, title in _TITLES:
        raw, ours = found.means["raw", edges], found.means["concepts", edges]
        lines.append(
            f"{title}: mIoU raw tokens {_percent(raw)}, concepts {_percent(ours)}, "
            f"difference {_signed(found.gaps[edges])}"
        )
    lines.append(f"Sharper edges change concepts by {_signed(found.effect)}")
    return lines


def _percent(one: Overlap) -> str:
    if one.low is None or one.high is None:
        return f"{100 * one.value:.1f}"
    return f"{100 * one.value:.1f} [{100 * one.low:.1f}, {100 * one.high:.1f}]"


def _signed(one: Overlap) -> str:
    if one.low is None or one.high is None:
        return f"{_points(one.value)} (too few photos for an interval)"
    return f"{_points(one.value)} [{_points(one.low)}, {_points(one.high)}]"


def _points(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:+.1f}".replace("-", "−")
