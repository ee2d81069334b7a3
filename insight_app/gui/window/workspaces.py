"""Which panels there are and how each page arranges them; a new panel is one line in each.

A workspace has one page or several, each an arrangement of its own. Plain data; arranging.py lays
docks out by it. A panel's module is imported when it is first seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TypeAlias
from zlib import crc32

from insight_app.gui.panel import Panel


@dataclass(frozen=True)
class PanelSpec:
    """Where a panel's class is; `name` is its object name and part of that of its dock."""

    name: str
    title: str
    module: str
    cls: str

    def load(self) -> type[Panel]:
        """Import the panel's module and return its class."""
        module = import_module(f"insight_app.gui.panels.{self.module}")
        loaded: type[Panel] = getattr(module, self.cls)
        return loaded


Part: TypeAlias = "str | tuple[str, ...] | Split"
"""A panel, several as tabs in one place, or a split."""


@dataclass(frozen=True)
class Split:
    """Parts beside each other (across) or one under the other, each after its share."""

    across: bool
    parts: tuple[tuple[int, Part], ...]


def across(*parts: tuple[int, Part]) -> Split:
    """Return parts beside each other."""
    return Split(True, parts)


def down(*parts: tuple[int, Part]) -> Split:
    """Return parts one under the other."""
    return Split(False, parts)


@dataclass(frozen=True)
class WorkspacePage:
    """An arrangement of panels with a name.

    main: has the keyboard when one comes here.  front: says what was just done, in its own line.
    """

    name: str
    title: str
    arrangement: Split
    main: str
    front: str


@dataclass(frozen=True)
class Workspace:
    """Pages under one key; a single one has the workspace's name and title."""

    name: str
    title: str
    icon: str
    pages: tuple[WorkspacePage, ...]

    @property
    def has_pages(self) -> bool:
        """Whether one can turn from one page to another."""
        return len(self.pages) > 1

    def page(self, name: str) -> WorkspacePage:
        """Return its page of that name, the first one where it has none."""
        return next((page for page in self.pages if page.name == name), self.pages[0])


def _single(
    name: str, title: str, icon: str, arrangement: Split, main: str, front: str
) -> Workspace:
    return Workspace(name, title, icon, (WorkspacePage(name, title, arrangement, main, front),))


PANELS = (
    PanelSpec("thumbnails", "Images", "thumbnails", "ThumbnailsPanel"),
    PanelSpec("photo", "Photo", "photo", "PhotoPanel"),
    PanelSpec("in_photo", "In this photo", "in_photo", "InPhotoPanel"),
    PanelSpec("problems", "Problems", "problems", "ProblemsPanel"),
    PanelSpec("hierarchy", "Hierarchy", "hierarchy", "HierarchyPanel"),
    PanelSpec("exemplars", "Examples", "exemplars", "ExemplarsPanel"),
    PanelSpec("alike", "Alike", "alike", "AlikePanel"),
    PanelSpec("split", "Split", "split", "SplitPanel"),
    PanelSpec("card", "Concept", "card", "CardPanel"),
    PanelSpec("queue", "Queue", "queue", "QueuePanel"),
    PanelSpec("review", "Review", "review", "ReviewPanel"),
    PanelSpec("relation_queue", "Relations to judge", "relation_queue", "RelationQueuePanel"),
    PanelSpec("evidence", "Evidence", "evidence", "EvidencePanel"),
    PanelSpec("concept_table", "Concepts in numbers", "concept_table", "ConceptTablePanel"),
    PanelSpec("relation_table", "Relations in numbers", "relation_table", "RelationTablePanel"),
    PanelSpec(
        "frequency_plot", "Frequency against strength", "frequency_plot", "FrequencyPlotPanel"
    ),
    PanelSpec("level_plot", "Levels", "level_plot", "LevelPlotPanel"),
    PanelSpec("folder_plot", "Share by folder", "folder_plot", "FolderPlotPanel"),
    PanelSpec("cooccurrence_plot", "Co-occurrence", "cooccurrence_plot", "CoOccurrencePlotPanel"),
    PanelSpec("quality", "Quality", "quality", "QualityPanel"),
    PanelSpec("unexplained", "Not explained", "unexplained", "UnexplainedPanel"),
    PanelSpec("reliability_plot", "How sure names are", "reliability_plot", "ReliabilityPlotPanel"),
    PanelSpec("classes", "Classes", "classes", "ClassesPanel"),
    PanelSpec("confusions", "Confusions", "confusions", "ConfusionsPanel"),
    PanelSpec("score", "What the score is made of", "score", "ScorePanel"),
    PanelSpec("compact_set", "Enough concepts", "compact_set", "CompactSetPanel"),
    PanelSpec("class_concepts", "What it looks for", "class_concepts", "ClassConceptsPanel"),
    PanelSpec("alike_photos", "Photos alike", "alike_photos", "AlikePhotosPanel"),
    PanelSpec("what_if", "What if", "what_if", "WhatIfPanel"),
    PanelSpec("report", "Findings and report", "report", "ReportPanel"),
    PanelSpec("region_classes", "Classes by words", "region_classes", "RegionClassesPanel"),
    PanelSpec("region_map", "Which region is what", "region_map", "RegionMapPanel"),
    PanelSpec("region_parts", "What the region is made of", "region_parts", "RegionPartsPanel"),
    PanelSpec("mask_scores", "Against masks", "mask_scores", "MaskScoresPanel"),
)

EARLIER = (22,)
"""How many of PANELS, from the first one, versions had whose arrangements are still read: new
panels come at the end."""

WORKSPACES = (
    _single(
        "images",
        "Images",
        "image-square",
        across((17, "thumbnails"), (58, "photo"), (25, down((40, "in_photo"), (60, "card")))),
        main="photo",
        front="photo",
    ),
    _single(
        "concepts",
        "Concepts",
        "tree-structure",
        across((36, "hierarchy"), (38, ("exemplars", "alike", "split")), (26, "card")),
        main="hierarchy",
        front="hierarchy",
    ),
    Workspace(
        "review",
        "Review",
        "check-square",
        (
            WorkspacePage(
                "review",
                "Names",
                across((15, "queue"), (63, "review"), (22, "evidence")),
                main="queue",
                front="review",
            ),
            WorkspacePage(
                "relations",
                "Relations",
                across((24, "relation_queue"), (50, "exemplars"), (26, "card")),
                main="relation_queue",
                front="exemplars",
            ),
        ),
    ),
    Workspace(
        "statistics",
        "Statistics",
        "chart-bar",
        (
            WorkspacePage(
                "statistics",
                "Table",
                across(
                    (54, ("concept_table", "relation_table")),
                    (
                        46,
                        down(
                            (55, "frequency_plot"),
                            (
                                45,
                                across(
                                    (50, ("level_plot", "cooccurrence_plot")), (50, "folder_plot")
                                ),
                            ),
                        ),
                    ),
                ),
                main="concept_table",
                front="concept_table",
            ),
            WorkspacePage(
                "quality",
                "Quality",
                across((58, ("quality", "unexplained", "reliability_plot")), (42, "photo")),
                main="quality",
                front="quality",
            ),
        ),
    ),
    Workspace(
        "explain",
        "Explain",
        "scales",
        (
            WorkspacePage(
                "why",
                "Why this class",
                across(
                    (23, "classes"),
                    (45, down((60, "photo"), (40, ("score", "class_concepts", "alike_photos")))),
                    (32, ("what_if", "confusions", "compact_set")),
                ),
                main="classes",
                front="photo",
            ),
            WorkspacePage(
                "regions",
                "Which region is what",
                across(
                    (22, "region_classes"),
                    (50, "region_map"),
                    (28, down((50, "region_parts"), (50, "mask_scores"))),
                ),
                main="region_classes",
                front="region_map",
            ),
            WorkspacePage(
                "report",
                "Report",
                across((58, "report"), (42, down((60, "photo"), (40, "card")))),
                main="report",
                front="report",
            ),
        ),
    ),
)


BY_NAME = {workspace.name: workspace for workspace in WORKSPACES}
PAGES = {page.name: page for workspace in WORKSPACES for page in workspace.pages}
WORKSPACE_OF = {page.name: workspace for workspace in WORKSPACES for page in workspace.pages}
"""Workspaces by the names of their pages."""


def arrangement_version(panels: Sequence[PanelSpec]) -> int:
    """Return the number under which arrangements of these panels are saved."""
    return crc32(" ".join(sorted(spec.name for spec in panels)).encode()) & 0x7FFFFFFF


def panel_names(part: Part) -> list[str]:
    """Return all panels of an arrangement, in reading order."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple):
        return list(part)
    return [name for _share, inner in part.parts for name in panel_names(inner)]
