"""Which picture and channels are read of files with several: asked only where there are such."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QWidget

from insight_app.gui.dialogs.wizard.counting import CountedPhotos
from insight_app.gui.widgets import PlainLabel, dim_label

USUAL_CHANNELS = 3
PAGE_HELP = "Files that hold fewer are read by their first picture."
CHANNELS_HELP = "One, shown grey, or three between commas, as red, green and blue: 4, 3, 2"


class SeveralFields(QWidget):
    """Two questions; `changed` when a person gave another answer."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.words = dim_label("", self)
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.page_label = PlainLabel("Picture", self)
        self.page = QSpinBox(self)
        self.page.setMinimum(1)
        self.page.setAccessibleName("Which picture is read of files that hold several")
        self.page.setToolTip(PAGE_HELP)
        self.page.valueChanged.connect(lambda _value: self.changed.emit())
        self.channels_label = PlainLabel("Channels", self)
        self.channels_field = QLineEdit(self)
        self.channels_field.setPlaceholderText("1, 2, 3")
        self.channels_field.setAccessibleName("Which channels are read of files with many")
        self.channels_field.setToolTip(CHANNELS_HELP)
        self.channels_field.setMaximumWidth(90)
        self.channels_field.textChanged.connect(lambda _text: self.changed.emit())
        for widget in (self.page_label, self.page, self.channels_label, self.channels_field):
            row.addWidget(widget)
        self._most_channels = USUAL_CHANNELS
        self.hide()

    def show_for(self, found: CountedPhotos | None) -> None:
        """Ask what there is to be asked about these photos."""
        if found is None:
            return
        has_pages, has_channels = found.pages > 1, found.channels > USUAL_CHANNELS
        self.page.setMaximum(max(1, found.pages))
        self._most_channels = found.channels
        self.page_label.setVisible(has_pages)
        self.page.setVisible(has_pages)
        self.channels_label.setVisible(has_channels)
        self.channels_field.setVisible(has_channels)
        parts = [f"up to {found.pages:,} pictures"] * has_pages
        parts += [f"up to {found.channels:,} channels"] * has_channels
        self.words.setText(f"Some files hold {' and '.join(parts)}. Used of these:")
        self.setVisible(has_pages or has_channels)

    def channels(self) -> list[int]:
        """Return the chosen channels, counted from 1; empty = as usual, or not to be understood."""
        parts = self.channels_field.text().replace(";", ",").split(",")
        numbers = [part.strip() for part in parts if part.strip()]
        return [int(number) for number in numbers] if all(map(str.isdecimal, numbers)) else []

    def refusal(self) -> str:
        """Return why the answers cannot be used; '' if they can."""
        typed, numbers = self.channels_field.text().strip(), self.channels()
        if self.isHidden() or self.channels_field.isHidden() or not typed:
            return ""
        highest = max(numbers, default=0)
        if len(numbers) not in (1, 3) or min(numbers) < 1:
            return "Choose one channel, or three between commas, counted from 1."
        if highest > self._most_channels:
            return f"No file has a channel {highest}; there are up to {self._most_channels:,}."
        return ""
