"""Which panels there are and how each workspace arranges them; a new panel is one line in each.

Plain data, plus the one function that lays docks out. Panels are imported when first seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow


@dataclass(frozen=True)
class PanelSpec:
    """Where a panel's class is; `name` is its object name and that of its dock."""

    name: str
    title: str
    module: str
    cls: str

    def load(self) -> type:
        loaded: type = getattr(import_module(f"insight_app.gui.panels.{self.module}"), self.cls)
        return loaded


@dataclass(frozen=True)
class Split:
    """Parts beside (across) or under each other, each with its share; a part may be tabs."""

    across: bool
    parts: tuple["tuple[int, str | tuple[str, ...] | Split]", ...]


def across(*parts: "tuple[int, str | tuple[str, ...] | Split]") -> Split:
    return Split(True, parts)


def down(*parts: "tuple[int, str | tuple[str, ...] | Split]") -> Split:
    return Split(False, parts)


@dataclass(frozen=True)
class Workspace:
    name: str
    title: str
    icon: str
    arrangement: Split
    main: str
    """The panel that has the keyboard when one comes here."""


PANELS = (
    PanelSpec("thumbnails", "Images", "thumbnails", "ThumbnailsPanel"),
    PanelSpec("photo", "Photo", "photo", "PhotoPanel"),
    PanelSpec("in_photo", "In this photo", "in_photo", "InPhotoPanel"),
    PanelSpec("problems", "Problems", "problems", "ProblemsPanel"),
    PanelSpec("hierarchy", "Hierarchy", "hierarchy", "HierarchyPanel"),
    PanelSpec("exemplars", "Examples", "exemplars", "ExemplarsPanel"),
    PanelSpec("card", "Concept", "card", "CardPanel"),
    PanelSpec("queue", "Queue", "queue", "QueuePanel"),
    PanelSpec("review", "Review", "review", "ReviewPanel"),
    PanelSpec("evidence", "Evidence", "evidence", "EvidencePanel"),
    PanelSpec("concept_table", "Concepts in numbers", "concept_table", "ConceptTablePanel"),
    PanelSpec(
        "frequency_plot", "Frequency against strength", "frequency_plot", "FrequencyPlotPanel"
    ),
    PanelSpec("level_plot", "Levels", "level_plot", "LevelPlotPanel"),
    PanelSpec("folder_plot", "Share by folder", "folder_plot", "FolderPlotPanel"),
    PanelSpec("cooccurrence_plot", "Co-occurrence", "cooccurrence_plot", "CoOccurrencePlotPanel"),
)

WORKSPACES = (
    Workspace(
        "images",
        "Images",
        "image-square",
        across((17, "thumbnails"), (58, "photo"), (25, down((40, "in_photo"), (60, "card")))),
        main="photo",
    ),
    Workspace(
        "concepts",
        "Concepts",
        "tree-structure",
        across((36, "hierarchy"), (38, "exemplars"), (26, "card")),
        main="hierarchy",
    ),
    Workspace(
        "review",
        "Review",
        "check-square",
        across((16, "queue"), (61, "review"), (23, "evidence")),
        main="queue",
    ),
    Workspace(
        "statistics",
        "Statistics",
        "chart-bar",
        across(
            (55, "concept_table"),
            (
                45,
                down(
                    (55, "frequency_plot"),
                    (45, across((50, ("level_plot", "cooccurrence_plot")), (50, "folder_plot"))),
                ),
            ),
        ),
        main="concept_table",
    ),
)


def panel_names(part: "str | tuple[str, ...] | Split") -> list[str]:
    """All panels of an arrangement, in reading order."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple):
        return list(part)
    return [name for _share, inner in part.parts for name in panel_names(inner)]


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], split: Split) -> None:
    """Lay the docks of an arrangement out in the window and hide all others."""
    shown = panel_names(split)
    for name, dock in docks.items():
        dock.setFloating(False)
        window.removeDockWidget(dock)
        dock.setVisible(name in shown)
    first = docks[shown[0]]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, first)
    first.show()
    _place(window, docks, split)
    _resize(window, docks, split, window.width(), window.height())


def _place(
    window: QMainWindow, docks: Mapping[str, QDockWidget], part: "Split | tuple | str"
) -> None:
    if isinstance(part, str):
        return
    if isinstance(part, tuple):
        for left, right in pairwise(part):
            window.tabifyDockWidget(docks[left], docks[right])
            docks[right].show()
        docks[part[0]].raise_()
        return
    heads = [docks[panel_names(inner)[0]] for _share, inner in part.parts]
    for before, after in pairwise(heads):
        window.splitDockWidget(before, after, _orientation(part))
        after.show()
    for _share, inner in part.parts:
        _place(window, docks, inner)


def _resize(
    window: QMainWindow, docks: Mapping[str, QDockWidget], split: Split, width: int, height: int
) -> None:
    whole = sum(share for share, _inner in split.parts)
    length = width if split.across else height
    heads = [docks[panel_names(inner)[0]] for _share, inner in split.parts]
    sizes = [round(length * share / whole) for share, _inner in split.parts]
    window.resizeDocks(heads, sizes, _orientation(split))
    for size, (_share, inner) in zip(sizes, split.parts, strict=True):
        if isinstance(inner, Split):
            inside = (size, height) if split.across else (width, size)
            _resize(window, docks, inner, *inside)


def _orientation(split: Split) -> Qt.Orientation:
    return Qt.Orientation.Horizontal if split.across else Qt.Orientation.Vertical
