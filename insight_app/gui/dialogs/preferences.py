"""Preferences: looks, who judges, going on, the start, the device. They take effect at once."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from insight_app.disk_errors import disk_error
from insight_app.gui import theme
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label

LEAST_WIDTH, EDGE, SHARE = 440, 32, 0.9
"""Pixels of the page, pixels around it, and how much of the screen it takes at most."""
THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))
DEVICES = (
    ("auto", "Choose by itself"),
    ("cpu", "CPU"),
    ("cuda", "NVIDIA graphics card"),
    ("mps", "Apple graphics"),
)


class PreferencesDialog(QDialog):
    """One page; there is nothing to save."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.settings = session, session.settings
        settings = self.settings
        self.setWindowTitle("Preferences")
        inside = self._inside = QWidget(self)
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 16)
        outer.addWidget(self._area)
        form = QFormLayout(inside)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setContentsMargins(24, 20, 24, 16)
        form.setVerticalSpacing(12)
        self.theme = self._choice("theme", THEMES)
        form.addRow("Theme", self.theme)
        self.interface_size = QSpinBox(self)
        self.interface_size.setRange(75, 200)
        self.interface_size.setSingleStep(5)
        self.interface_size.setSuffix(" %")
        self.interface_size.setValue(settings.get("interface_size"))
        self.interface_size.setKeyboardTracking(False)
        self.interface_size.valueChanged.connect(
            lambda value: settings.set("interface_size", value)
        )
        form.addRow("Interface size", self.interface_size)
        self.person = QLineEdit(self)
        self.person.setText(_person_name())
        self.person.editingFinished.connect(self._rename_person)
        form.addRow("Your name", self.person)
        written = dim_label("Written beside your judgements from the next opening on.", self)
        written.setWordWrap(True)
        form.addRow("", written)
        self.advance = QCheckBox("Go on to the next after accept, unsure or reject", self)
        self.advance.setChecked(settings.get("auto_advance"))
        self.advance.toggled.connect(lambda on: settings.set("auto_advance", on))
        form.addRow("Judging", self.advance)
        form.addRow("Names with keys", self._names())
        self.open_last = QCheckBox("Open the project that was open last", self)
        self.open_last.setChecked(settings.get("open_last"))
        self.open_last.toggled.connect(lambda on: settings.set("open_last", on))
        form.addRow("At the start", self.open_last)
        self.device = self._choice("device", DEVICES)
        form.addRow("Analyze on", self.device)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 0, 24, 0)
        foot.addWidget(buttons)
        outer.addLayout(foot)
        self._buttons = buttons
        theme.follow(self._fit_soon)

    def _names(self) -> QWidget:
        """Make a field for each name that a key gives."""
        own = self._session.own_names
        fields = QWidget(self)
        grid = QGridLayout(fields)
        grid.setContentsMargins(0, 0, 0, 0)
        self.names: list[QLineEdit] = []
        for place, name in enumerate(own.names, 1):
            keys = self._session.actions.entry(f"concept.own_name_{place}").shown_keys()
            field = QLineEdit(name, fields)
            field.setPlaceholderText(keys)
            field.setToolTip(f"{keys} gives the selected concept this name")
            field.setAccessibleName(f"Name for {keys}")
            field.editingFinished.connect(
                lambda place=place, field=field: own.put(place, field.text())
            )
            self.names.append(field)
            grid.addWidget(field, (place - 1) // 3, (place - 1) % 3)
        return fields

    def _fit_soon(self) -> None:
        """Measure once everything has its new font."""
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Take the size that everything needs, within the screen; what is left scrolls."""
        inside = self._inside
        inside.ensurePolished()
        needed = inside.sizeHint().expandedTo(QSize(LEAST_WIDTH, 0))
        needed += QSize(EDGE, self._buttons.sizeHint().height() + EDGE)
        self.resize(needed.boundedTo(self.screen().availableSize() * SHARE))

    def _choice(self, name: str, values: tuple[tuple[str, str], ...]) -> QComboBox:
        box = QComboBox(self)
        for value, title in values:
            box.addItem(title, value)
        box.setCurrentIndex(max(0, box.findData(self.settings.get(name))))
        box.currentIndexChanged.connect(lambda index: self.settings.set(name, box.itemData(index)))
        return box

    def _rename_person(self) -> None:
        from insight_app.project import person
        from insight_app.project.judgements import Person

        name = " ".join(self.person.text().split())
        present = person.this_person()
        if name and name != present.name:
            try:
                person.remember(Person(present.uuid, name))
            except OSError as error:
                self._session.messages.report(disk_error(error, "Your name cannot be kept"))


def _person_name() -> str:
    from insight_app.project.person import this_person

    return this_person().name
