"""Colours, palette and sizes of the window, light and dark.

Owns every colour that is not part of a photo, and tells when they or the sizes are others. Knows
nothing of what is drawn with them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

OKABE_ITO = (
    "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#999999",
)  # fmt: skip
"""Okabe and Ito's colours for the colour-blind; grey for their black, which a photo swallows."""

STAGE = QColor("#212427")
"""Behind the photo, in both themes."""


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, by meaning. What is written reaches 4.5:1 where it is written."""

    dark: bool
    window: str
    base: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    selected: str
    on_selected: str
    hover: str
    bar: str
    track: str
    handle: str
    accepted: str
    unsure: str
    rejected: str
    trouble: str

    def of(self, name: str) -> QColor:
        """Return the colour with a name."""
        return QColor(getattr(self, name))


LIGHT = Colours(
    dark=False,
    window="#f5f6f7",
    base="#fdfdfd",
    line="#d5d8dc",
    text="#1d2125",
    dim="#5c646d",
    accent="#0a63b8",
    on_accent="#ffffff",
    selected="#d9e8fb",
    on_selected="#1d2125",
    hover="#eceff2",
    bar="#3a84cc",
    track="#d9dde2",
    handle="#b6bcc3",
    accepted="#17703a",
    unsure="#8f5c00",
    rejected="#b42318",
    trouble="#fdf1d8",
)
DARK = Colours(
    dark=True,
    window="#1b1d20",
    base="#25272b",
    line="#3b3f45",
    text="#e8eaed",
    dim="#a2aab3",
    accent="#62aef6",
    on_accent="#0d1116",
    selected="#1e3850",
    on_selected="#f2f5f8",
    hover="#2f3237",
    bar="#4b93d6",
    track="#3f444a",
    handle="#565c63",
    accepted="#63c78a",
    unsure="#e0b050",
    rejected="#f28779",
    trouble="#463a1f",
)
MARKS = {"check": "M3 7.4 6 10.2 11 4.2", "down": "M3.5 5.5 7 9 10.5 5.5"}
"""Paths in a square of 14."""
_marks: QTemporaryDir | None = None
_current = LIGHT


class _Theme(QObject):
    changed = Signal()


_told = _Theme()


def colours() -> Colours:
    """Return those of the theme that is applied."""
    return _current


def system_is_dark() -> bool:
    """Return whether the system asks for a dark theme."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def follow(look: Callable[[], None]) -> None:
    """Call `look`, a method of a QObject, now and after every change of theme or of size.

    For what is not asked for at every paint: colours within a text, and sizes in pixels that were
    measured in letters. Colours, fonts and icons follow by themselves.
    """
    look()
    _told.changed.connect(look)


def apply(app: QApplication, theme: str, interface_size: int = 100) -> None:
    """Give the application the palette of `theme` (system | light | dark) and its font size."""
    global _current
    hints = app.styleHints()
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(theme)
    hints.setColorScheme(scheme if scheme is not None else Qt.ColorScheme.Unknown)
    dark = theme == "dark" or (theme == "system" and system_is_dark())
    _current = DARK if dark else LIGHT
    app.setPalette(palette(_current))
    font = QFont(cast(QFont, app.property("system_font") or app.font()))
    if app.property("system_font") is None:
        app.setProperty("system_font", QFont(font))
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * interface_size / 100)
    app.setFont(font)
    app.setStyleSheet(_style_sheet(_current))
    _told.changed.emit()
    for widget in app.allWidgets():
        widget.update()


def palette(c: Colours) -> QPalette:
    """Return the Qt palette of a theme."""
    p = QPalette()
    role = QPalette.ColorRole
    for r, name in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.base),
        (role.AlternateBase, c.window),
        (role.Text, c.text),
        (role.Button, c.base),
        (role.ButtonText, c.text),
        (role.BrightText, c.rejected),
        (role.Highlight, c.selected),
        (role.HighlightedText, c.on_selected),
        (role.Link, c.accent),
        (role.LinkVisited, c.accent),
        (role.ToolTipBase, c.base),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.dim),
        (role.Accent, c.accent),
        (role.Mid, c.line),
        (role.Midlight, c.hover),
        (role.Light, c.base),
        (role.Dark, c.line),
        (role.Shadow, c.line),
    ):
        p.setColor(r, QColor(name))
    for r in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        p.setColor(QPalette.ColorGroup.Disabled, r, QColor(c.dim))
    return p


def bold(font: QFont) -> QFont:
    """Return the font for headings."""
    new = QFont(font)
    new.setWeight(QFont.Weight.DemiBold)
    return new


def italic(font: QFont) -> QFont:
    """Return the font for what the machine says."""
    new = QFont(font)
    new.setItalic(True)
    return new


def of_name(font: QFont, is_italic: bool) -> QFont:
    """Return the font of a concept's name: italic where the machine gave it."""
    return italic(font) if is_italic else font


def tabular(font: QFont) -> QFont:
    """Return the font with figures of one width, so that numbers line up."""
    new = QFont(font)
    new.setFeature(QFont.Tag("tnum"), 1)
    return new


def _mark(name: str, colour: str) -> str:
    """Return a small vector picture in a colour of the theme, as a style sheet names it.

    "none" while the disk is full: the theme changes all the same.
    """
    global _marks
    if _marks is None or not _marks.isValid():
        _marks = QTemporaryDir()
    path = Path(_marks.filePath(f"{name}_{colour.removeprefix('#')}.svg"))
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 14"><path fill="none" '
        f'stroke="{colour}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" '
        f'd="{MARKS[name]}"/></svg>'
    )
    try:
        if not path.exists():
            path.write_text(picture, "utf-8")
    except OSError:
        path.unlink(missing_ok=True)
        return "none"
    return f"url({path.as_posix()})"


def _style_sheet(c: Colours) -> str:
    """Return what Fusion draws too heavily in other words: boxes become thin lines.

    Docks move at once: while one of them is still on its way, an arrangement cannot be restored.
    Buttons of dialogs have no icons: the system's are black in the dark theme too.
    """
    return f"""
    QMainWindow::separator {{ background: {c.line}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {c.accent}; }}
    QDockWidget {{ border: 0; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QMainWindow, QDockWidget {{ widget-animation-duration: 0; }}
    QToolTip {{ background: {c.base}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    QMenuBar {{ background: {c.window}; }}
    QMenuBar::item {{ padding: 4px 8px; background: transparent; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {c.hover}; }}
    QStatusBar {{ background: {c.window}; color: {c.dim}; border-top: 1px solid {c.line}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ color: {c.dim}; }}
    QToolBar {{ background: {c.window}; border: 0; border-bottom: 1px solid {c.line};
        padding: 4px 8px; spacing: 4px; }}
    QAbstractScrollArea {{ border: 0; }}
    QLineEdit {{ background: {c.base}; border: 1px solid {c.line}; border-radius: 4px;
        padding: 4px 8px; selection-background-color: {c.accent};
        selection-color: {c.on_accent}; }}
    QLineEdit:focus {{ border-color: {c.accent}; }}
    QLineEdit[bare="true"] {{ background: transparent; border-color: transparent; padding: 0; }}
    QLineEdit[bare="true"]:focus {{ border-color: {c.accent}; }}
    QPushButton {{ background: {c.base}; border: 1px solid {c.line}; border-radius: 4px;
        padding: 4px 12px; }}
    QPushButton:hover {{ background: {c.hover}; }}
    QPushButton:focus {{ border-color: {c.accent}; }}
    QPushButton:checked {{ background: {c.selected}; border-color: {c.accent}; }}
    QPushButton:disabled {{ color: {c.dim}; }}
    QPushButton[primary="true"] {{ background: {c.accent}; color: {c.on_accent};
        border-color: {c.accent}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; padding: 3px 11px; }}
    QPushButton[primary="true"]:disabled {{ background: {c.track}; color: {c.dim};
        border-color: {c.line}; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 4px; padding: 4px 8px;
        background: transparent; }}
    QToolButton:hover {{ background: {c.hover}; }}
    QToolButton:focus {{ border-color: {c.accent}; }}
    QToolButton:checked {{ background: {c.selected}; color: {c.accent}; }}
    QToolButton[small="true"] {{ padding: 2px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QTreeView::item, QListView::item {{ padding: 3px 4px; }}
    QListView::item:hover {{ background: {c.hover}; }}
    QListView::item:selected {{ background: {c.selected}; color: {c.on_selected}; }}
    QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {c.dim};
        border-radius: 3px; background: {c.base}; }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: {_mark("check", c.on_accent)}; }}
    QCheckBox::indicator:focus {{ border-color: {c.accent}; }}
    QCheckBox::indicator:disabled {{ border-color: {c.track}; background: {c.window}; }}
    QSlider {{ border: 1px solid transparent; border-radius: 4px; min-height: 20px; }}
    QSlider:focus {{ border-color: {c.accent}; }}
    QSlider::groove:horizontal {{ height: 4px; background: {c.track}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {c.bar}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 10px; margin: -5px 0; border: 2px solid {c.accent};
        border-radius: 7px; background: {c.base}; }}
    QScrollBar {{ background: transparent; border: 0; }}
    QScrollBar:vertical {{ width: 12px; }}
    QScrollBar:horizontal {{ height: 12px; }}
    QScrollBar::handle {{ background: {c.handle}; border-radius: 3px; margin: 3px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {c.dim}; }}
    QScrollBar::handle:disabled {{ background: transparent; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QComboBox {{ background: {c.base}; border: 1px solid {c.line}; border-radius: 4px;
        padding: 4px 8px; }}
    QComboBox:hover {{ background: {c.hover}; }}
    QComboBox:focus {{ border-color: {c.accent}; }}
    QComboBox:disabled {{ color: {c.dim}; }}
    QComboBox::drop-down {{ border: 0; width: 24px; }}
    QComboBox::down-arrow {{ image: {_mark("down", c.dim)}; width: 14px; height: 14px; }}
    QComboBox QAbstractItemView {{ background: {c.base}; border: 1px solid {c.line};
        selection-background-color: {c.selected}; selection-color: {c.on_selected}; }}
    QLabel[dim="true"], QCheckBox[dim="true"] {{ color: {c.dim}; }}
    QLabel[wrong="true"] {{ color: {c.rejected}; }}
    QFrame[upright="true"] {{ background: {c.line}; border: 0; }}
    QFrame[line="true"] {{ background: {c.line}; max-height: 1px; border: 0; }}
    QWidget[header="true"] {{ background: {c.base}; border-bottom: 1px solid {c.line}; }}
    QWidget[base="true"] {{ background: {c.base}; }}
    QFrame[trouble="true"] {{ background: {c.trouble}; border-bottom: 1px solid {c.line}; }}
    QFrame[trouble="true"] QTextEdit {{ background: transparent; color: {c.text}; border: 0; }}
    QFrame[popup="true"] {{ background: {c.base}; border: 1px solid {c.line}; }}
    QFrame[popup="true"] QLabel {{ color: {c.text}; border: 0; }}
    QFrame[popup="true"] QLabel[dim="true"] {{ color: {c.dim}; }}
    QPushButton[link="true"] {{ background: transparent; color: {c.accent}; padding: 1px 3px;
        border: 1px solid transparent; text-decoration: underline; }}
    QPushButton[link="true"]:focus {{ border-color: {c.accent}; }}
    """
