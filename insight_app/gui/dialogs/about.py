"""About: the version, and the licences of weights, libraries and photographs."""

from collections.abc import Iterable, Sequence

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from insight_app import __version__, licences
from insight_app.gui import theme
from insight_app.gui.widgets import PlainLabel, item_tree
from insight_app.gui.wording import tooltip


class AboutDialog(QDialog):
    """Who made what, and under which licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Insight")
        self.resize(760, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        title = PlainLabel(f"Insight {__version__}", self)
        title.setFont(theme.bold(self.font()))
        column.addWidget(title)
        text = PlainLabel(
            "See what a vision-language model sees, after “Insight: Interpretable Semantic "
            "Hierarchies in Vision-Language Encoders” (arXiv 2601.13798). Works without a network.",
            self,
        )
        text.setWordWrap(True)
        column.addWidget(text)
        tabs = QTabWidget(self)
        tabs.addTab(
            _table(
                ("Part", "What for", "By", "Licence"),
                ((c.name, c.what, c.author, c.licence) for c in licences.components()),
                (190, 190, 190),
                tabs,
            ),
            "Weights and libraries",
        )
        tabs.addTab(
            _table(
                ("Photograph", "By", "Licence", "From", "Changes"),
                ((p.file, p.author, p.licence, p.source, p.changes) for p in licences.photos()),
                (200, 150, 110, 180),
                tabs,
            ),
            "Photographs",
        )
        column.addWidget(tabs, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], parent: QWidget
) -> QTreeWidget:
    table = item_tree(heads, parent)
    table.setRootIsDecorated(False)
    for place, width in enumerate(widths):
        table.setColumnWidth(place, width)
    for row in rows:
        item = QTreeWidgetItem(table, list(row))
        for place, text in enumerate(row):
            item.setToolTip(place, tooltip(text))
    return table
