"""The start page: recent projects, New, Open, released files, Demo. Shown while no project is open.

Reads the list of recent projects from the settings; their pictures from the thumbnail cache.
"""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted, percent
from insight_app.gui import icons, theme
from insight_app.gui.settings import RecentProject
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.pictures import first_thumbnail
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton, base_widget, dim_label
from insight_app.gui.wording import tooltip

PICTURE = 72


class StartPage(QWidget):
    """What is seen before a project is open."""

    recent_chosen = Signal(str)
    """A recent project is to be opened: its path."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("start")
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Start page")
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(24, 40, 24, 24)
        column.setSpacing(16)
        outer.addLayout(column, 6)
        outer.addStretch(1)
        title = QLabel("Insight", self)
        title.setFont(theme.bold(self.font()))
        column.addWidget(title)
        column.addWidget(
            dim_label("See what a vision-language model sees in your photos, and put it right.")
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for action, text, primary in (
            ("file.new", "New project", True),
            ("file.open", "Open", False),
            ("file.released", "Open released files", False),
            ("file.demo", "Demo", False),
        ):
            button = KeyButton(session.actions, action, text, primary=primary, parent=self)
            buttons.addWidget(button)
            if primary:
                self.setFocusProxy(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        drop = "Or drop a folder of photos or of released files anywhere on this window."
        column.addWidget(dim_label(drop))
        self.busy = QProgressBar(self)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(4)
        self.busy_text = dim_label()
        column.addWidget(self.busy_text)
        column.addWidget(self.busy)
        self.recent_title = QLabel("Recent projects", self)
        self.recent_title.setFont(theme.bold(self.font()))
        column.addWidget(self.recent_title)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows = base_widget(area)
        self.list = QVBoxLayout(self.rows)
        self.list.setContentsMargins(0, 0, 0, 0)
        self.list.setSpacing(4)
        area.setWidget(self.rows)
        column.addWidget(area, 1)
        session.settings.changed.connect(self._setting_changed)
        self.recent_rows: dict[str, RecentRow] = {}
        self.set_opening("")
        self.refresh()

    def _setting_changed(self, name: str) -> None:
        if name == "recent":
            self.refresh()

    def set_opening(self, path: str) -> None:
        """Show that a project is being opened, or ('') that nothing is."""
        self.busy.setVisible(bool(path))
        self.busy_text.setVisible(bool(path))
        self.busy_text.setText(f"Opening {Path(path).name}" if path else "")

    def refresh(self) -> None:
        """List the recent projects anew."""
        while (item := self.list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        recent = self.session.settings.recent()
        self.recent_title.setVisible(bool(recent))
        self.recent_rows = {}
        for project in recent:
            row = RecentRow(project, self.rows)
            row.chosen.connect(self.recent_chosen)
            self.list.addWidget(row)
            self.recent_rows[project.path] = row
            self._load_picture(project.path)
        self.list.addStretch(1)

    def _load_picture(self, path: str) -> None:
        """Load a project's picture; where there is none, the square stays empty."""

        def done(image: QImage | None) -> None:
            if image is not None and path in self.recent_rows:
                self.recent_rows[path].set_picture(image)

        self.session.jobs.run(
            partial(first_thumbnail, Path(path), PICTURE * 2),
            done=done,
            failed=lambda _error: None,
            key=("recent", path),
            scope=Scope.PROGRAM,
        )


class RecentRow(QPushButton):
    """A project that was open once: picture, name, place, date, share reviewed."""

    chosen = Signal(str)

    def __init__(self, project: RecentProject, parent: QWidget) -> None:
        super().__init__(parent)
        self.project = project
        self._picture: QPixmap | None = None
        path = Path(project.path)
        self._gone = not path.exists()
        self._name = path.name.removesuffix(".insight")
        opened = datetime.fromtimestamp(project.opened)
        when = f"{opened.day} {opened:%b %Y}"
        self._details = [f"opened {when}"]
        if project.images:
            self._details.insert(0, counted(project.images, "image"))
        self._details.append("not found" if self._gone else f"{percent(project.reviewed)} reviewed")
        self.setAccessibleName(f"Open {self._name}, {', '.join(self._details)}")
        self.setToolTip(tooltip(str(path)))
        self.clicked.connect(lambda: self.chosen.emit(project.path))

    def set_picture(self, image: QImage) -> None:
        """Show the project's picture."""
        self._picture = QPixmap.fromImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a row's height, with room for the picture."""
        return QSize(400, PICTURE + 16)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the row can be clicked."""
        super().enterEvent(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do nothing: a double click opens once, not twice."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture, name, place and details."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(c.of("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(c.of("hover") if self.underMouse() else QColor(c.base))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        box = self.rect().adjusted(8, 8, 0, -8)
        box.setWidth(box.height())
        if self._picture is not None:
            painter.drawPixmap(box, self._picture)
        else:
            painter.fillRect(box, c.of("track"))
            sign = QRect(0, 0, 28, 28)
            sign.moveCenter(box.center())
            icons.icon("image-square", "dim").paint(painter, sign)
        left = box.right() + 16
        width = self.width() - left - 16
        metrics = painter.fontMetrics()
        line = metrics.height() + 4
        top = (self.height() - 3 * line) // 2
        for number, (text, colour, font) in enumerate(
            (
                (self._name, c.dim if self._gone else c.text, theme.bold(self.font())),
                (self.project.path, c.dim, self.font()),
                (" · ".join(self._details), c.rejected if self._gone else c.dim, self.font()),
            )
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
            painter.drawText(left, top + number * line, width, line,
                             Qt.AlignmentFlag.AlignVCenter, shown)  # fmt: skip
        painter.end()
