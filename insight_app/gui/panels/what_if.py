"""What if: concepts switched off or scaled, and what becomes of scores, decisions, accuracy.

Shows the session's `what_if`: a switch and a slider for each concept, this photo before and after,
all photos, whether these are the right concepts, and cues. Two drafts stand side by side.
"""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.explain import what_if_words
from insight_app.gui.explain.curve_plots import CurvePlots
from insight_app.gui.explain.factor_rows import PICTURE, FactorRows, ScaledConcept
from insight_app.gui.explain.what_if_words import CHANGED, TitledLine
from insight_app.gui.panel import Panel
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.session import Session
from insight_app.gui.state.what_if import DRAFTS, NAMES
from insight_app.gui.widgets import (
    EmptyState,
    LinkLabel,
    PlainLabel,
    base_widget,
    dim_label,
    scrolled,
    thin_line,
)
from insight_app.gui.wording import command_text, tooltip, words
from insight_app.gui.wrap_row import WrapRow

if TYPE_CHECKING:
    from insight_app.gui.state.what_if import FoundCue

WAITING = (
    "Once classes are trained or typed, concepts can be switched off or scaled here, in this photo "
    "and in all: which decisions change, and how accuracy does."
)
SHOWN = 6
"""Concepts that are offered, those that give most to the score of the photo."""
CUES = 8
FELT = 0.0005
"""Difference in accuracy below which a cue would be shown as 0 points."""
AROUND = 3


class _Section(QWidget):
    """A heading, and lines below it: what, and what it is; followed(target) for their links."""

    followed = Signal(str)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(2)
        self.title = PlainLabel(title, self)
        self.title.setFont(theme.bold(self.title.font()))
        self.note = dim_label("", self)
        head = WrapRow()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.note)
        column.addLayout(head)
        self.what = dim_label("", self)
        self.what.setWordWrap(True)
        self.what.hide()
        column.addWidget(self.what)
        self.grid = QGridLayout()
        self.grid.setColumnStretch(0, 1)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(2)
        column.addLayout(self.grid)
        self.lines: list[tuple[PlainLabel, LinkLabel]] = []

    def show_what(self, text: str) -> None:
        """Show below the heading what it is of."""
        self.what.setText(text)
        self.what.setVisible(bool(text))

    def show_lines(self, lines: list[TitledLine]) -> None:
        """Show other lines."""
        while len(self.lines) < len(lines):
            title, text = PlainLabel("", self), LinkLabel(self)
            title.setWordWrap(True)
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            text.setFont(theme.tabular(text.font()))
            text.linkActivated.connect(self.followed)
            self.grid.addWidget(title, len(self.lines), 0)
            self.grid.addWidget(text, len(self.lines), 1)
            self.lines.append((title, text))
        for number, (title, text) in enumerate(self.lines):
            is_there = number < len(lines)
            is_pair = is_there and bool(lines[number].text)
            title.setVisible(is_there)
            text.setVisible(is_pair)
            if is_there:
                # A line of words alone has the whole width.
                self.grid.addWidget(title, number, 0, 1, 1 if is_pair else 2)
                title.setText(lines[number].title)
                text.setText(lines[number].text)
                for label in (title, text):
                    label.setToolTip(tooltip(lines[number].tip))


class WhatIfPanel(Panel):
    """Drafts of interventions and what they do."""

    title = "What if"
    object_name = "what_if"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._add_actions()
        what_if = session.what_if
        self._build_header()
        self.empty = EmptyState(WAITING, self)
        inside = base_widget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.rows = FactorRows(inside)
        self.rows.scaled.connect(what_if.scale)
        self.rows.chosen.connect(lambda row: session.selection.select_rows([row]))
        self.photo = _Section("This photo", inside)
        self.photo.note.setText("as trained → with what is changed")
        self.everything = [_Section("All photos", inside) for _ in range(DRAFTS)]
        for number, section in enumerate(self.everything):
            section.followed.connect(partial(self._go_through, number))
        self.right = _Section("Are these the right concepts?", inside)
        self.right.note.setText("one by one, this photo")
        self.curves = CurvePlots(inside)
        self.cues = _Section("Cues that one class hangs on", inside)
        self.cues.followed.connect(self._try_cue)
        self.look = QPushButton("Look for cues", inside)
        self.look.clicked.connect(session.actions["what_if.cues"].trigger)
        add = QHBoxLayout()
        add.setContentsMargins(12, 0, 12, 6)
        self.add = QPushButton("Add the selected concept", inside)
        self.add.clicked.connect(session.actions["what_if.add"].trigger)
        add.addWidget(self.add)
        add.addStretch(1)
        column.addWidget(self.rows)
        column.addLayout(add)
        for section in (self.photo, *self.everything, self.right):
            column.addWidget(thin_line(inside))
            column.addWidget(section)
        column.addWidget(self.curves)
        column.addWidget(thin_line(inside))
        column.addWidget(self.cues)
        below = QHBoxLayout()
        below.setContentsMargins(12, 0, 12, 8)
        below.addWidget(self.look)
        below.addStretch(1)
        column.addLayout(below)
        column.addStretch(1)
        self.area = scrolled(inside, self)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        self._build_foot()
        explaining = session.explaining
        what_if.changed.connect(self.invalidate)
        explaining.changed.connect(self.invalidate)
        explaining.explained_changed.connect(self.invalidate)
        session.pictures.ready.connect(lambda _key: self.invalidate())

    # ---- building

    def _add_actions(self) -> None:
        add, what_if = self.session.actions.add, self.session.what_if
        add("what_if.reset", "Reset what if", "", what_if.reset, context="Explain", panel=self,
            tip="Put all concepts back to as they were trained")  # fmt: skip
        add("what_if.add", "Add the selected concept to What if", "", self._add_selected,
            context="Explain", panel=self,
            tip="So that it can be switched off or scaled")  # fmt: skip
        add("what_if.off", "Switch the selected concept off, or on", "", self._switch_selected,
            context="Explain", panel=self)  # fmt: skip
        add("what_if.keep", "Keep the model edit as…", "", self._begin_to_keep,
            context="Explain", panel=self,
            tip="Under a name, with what it does; the project's model stays")  # fmt: skip
        add("what_if.cues", "Look for cues", "", self._look_or_stop, context="Explain",
            panel=self,
            tip="Switch off each concept in turn; list those that one class hangs on")  # fmt: skip

    def _build_header(self) -> None:
        session = self.session
        self.which = QButtonGroup(self)
        for number, name in enumerate(NAMES):
            button = QToolButton(self)
            button.setText(f"Draft {name}")
            button.setCheckable(True)
            button.setToolTip(
                f"Change concepts in draft {name}. There are two, so that what they do to all "
                "photos can be compared"
            )
            self.which.addButton(button, number)
            self.header.add(button)
        self.which.idClicked.connect(session.what_if.choose)
        self.kept = QToolButton(self)
        self.kept.setText("Kept edits")
        self.kept.setToolTip("Changes kept under a name: try one again, or discard it")
        self.kept.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.kept.setMenu(QMenu(self.kept))
        self.kept.menu().aboutToShow.connect(self._fill_kept)
        self.header.add(self.kept)

    def _build_foot(self) -> None:
        actions = self.session.actions
        self.strip = QWidget(self)
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(12, 4, 12, 4)
        self.state = PlainLabel("", self.strip)
        self.state.setWordWrap(True)
        self.name = QLineEdit(self.strip)
        self.name.setPlaceholderText("Name of the model edit, then Enter")
        self.name.setAccessibleName("Name of the model edit")
        self.name.returnPressed.connect(self._keep)
        self.name.hide()
        self.keep = QPushButton("Keep as…", self.strip)
        self.keep.clicked.connect(actions["what_if.keep"].trigger)
        self.finish = QPushButton("Keep", self.strip)
        self.finish.clicked.connect(self._keep)
        self.reset = QPushButton("Discard", self.strip)
        self.reset.clicked.connect(actions["what_if.reset"].trigger)
        row.addWidget(self.state, 1)
        row.addWidget(self.name, 1)
        row.addWidget(self.keep)
        row.addWidget(self.finish)
        row.addWidget(self.reset)
        self.line = thin_line(self)
        self.foot.addWidget(self.line)
        self.foot.addWidget(self.strip)

    # ---- what is shown

    def refresh(self) -> None:
        session, what_if = self.session, self.session.what_if
        explaining = session.explaining
        explaining.want()
        what_if.want()
        shown, found = explaining.explained, explaining.classification
        is_there = found is not None and session.state.catalogue is not None
        self.area.setVisible(is_there)
        self.empty.setVisible(not is_there)
        self._enable(is_there)
        if not is_there:
            self.set_info("")
            return
        for number in range(DRAFTS):
            self.which.button(number).setChecked(number == what_if.current)
        self._show_concepts(shown)
        self._show_photo(shown)
        for number, section in enumerate(self.everything):
            self._show_all(number, section)
        curves = what_if.curves if what_if.curves and what_if.curves.shown is shown else None
        self.right.setVisible(curves is not None)
        if curves is None or shown is None:
            self.curves.show_curves(None, None, 0)
        else:
            self.curves.show_curves(curves.deletion, curves.insertion, shown.values.concepts.size)
        self._show_cues()
        self._show_strip()
        if what_if.error is not None:
            self.trouble.show_trouble(words(what_if.error), can_dismiss=True)

    def _enable(self, is_there: bool) -> None:
        actions, what_if = self.session.actions, self.session.what_if
        is_changed = is_there and not what_if.draft.is_empty
        actions.set_enabled("what_if.reset", is_changed)
        actions.set_enabled("what_if.keep", is_changed and not self.session.state.read_only)
        actions.set_enabled("what_if.cues", is_there)
        row = self._selected()
        for name in ("what_if.add", "what_if.off"):
            actions.set_enabled(name, is_there and row is not None)
        self.add.setEnabled(is_there and row is not None and row not in what_if.listed)
        self.line.setVisible(is_changed)
        self.strip.setVisible(is_changed)

    def _show_concepts(self, shown: ExplainedPhoto | None) -> None:
        what_if, state = self.session.what_if, self.session.state
        given: dict[int, float] = {}
        offered: list[int] = []
        if shown is not None:
            concepts = shown.values.concepts.tolist()
            given = dict(zip(concepts, shown.contributions.tolist(), strict=True))
            order = np.argsort(-np.abs(shown.contributions), kind="stable")[:SHOWN]
            offered = [concepts[n] for n in order.tolist() if shown.contributions[n]]
        listed = list(dict.fromkeys([*what_if.listed, *what_if.draft.factors, *offered]))
        current = self.session.selection.row
        rows = []
        for concept in listed:
            name, factor = state.shown(concept), what_if.factor(concept)
            gives = None if shown is None else given.get(concept, 0.0) * factor
            text = f"{name.text} {name.number}".strip()
            one = ScaledConcept(
                concept, text, name.is_italic, factor, gives, concept == current, name.number
            )
            rows.append((one, self._picture(shown, concept)))
        self.rows.show_concepts(rows)
        number = len(what_if.draft.factors)
        of = "" if shown is None else f" of {counted(shown.values.concepts.size, 'concept')}"
        self.set_info(
            f"{number:,} changed" if number else "",
            f"{number:,}{of} of this photo are not as they were trained",
        )

    def _picture(self, shown: ExplainedPhoto | None, concept: int) -> QPixmap | None:
        if shown is None:
            return None
        places = np.flatnonzero(shown.codes.indices == concept)
        if not places.size:
            return None
        entry = places[shown.codes.values[places].argmax()]
        cell = int(np.searchsorted(shown.codes.indptr, entry, side="right")) - 1
        return self.session.pictures.cutout(shown.photo.image_id, cell, PICTURE, AROUND)

    def _show_photo(self, shown: ExplainedPhoto | None) -> None:
        after = self.session.what_if.scores_of(self.session.what_if.current)
        self.photo.setVisible(shown is not None)
        draft = f", draft {NAMES[self.session.what_if.current]}" if self._shows_both else ""
        self.photo.title.setText(f"This photo{draft}")
        if shown is not None and after is not None:
            classes = shown.classifier.classes
            self.photo.show_lines(what_if_words.of_photo(classes, shown.scores, after))

    def _show_all(self, number: int, section: _Section) -> None:
        what_if, decided = self.session.what_if, self.session.what_if.decided
        draft = what_if.drafts[number]
        section.setVisible(number == what_if.current or not draft.is_empty)
        photos = "photos" if decided is None else counted(decided.images.size, "photo")
        is_one = not self._shows_both
        section.title.setText(f"All {photos}" if is_one else f"Draft {NAMES[number]}: all {photos}")
        found = self.session.explaining.classification
        is_learned = found is not None and self.session.explaining.kind == "probe"
        section.note.setText("each tested when held back" if is_learned else "nothing was learned")
        section.show_what("" if is_one else self._told(number))
        if draft.is_empty:
            section.show_lines([TitledLine("Nothing is changed", "")])
        elif draft.done is None or decided is None:
            section.show_lines([TitledLine("Working it out…", "")])
        else:
            section.show_lines(what_if_words.of_all(decided, draft.done))

    @property
    def _shows_both(self) -> bool:
        """Whether both drafts stand below each other."""
        what_if = self.session.what_if
        return not what_if.drafts[1 - what_if.current].is_empty

    def _told(self, number: int) -> str:
        """Return in a few words what a draft changes."""
        state, factors = self.session.state, self.session.what_if.drafts[number].factors
        off = [state.name_told_apart(one) for one, by in factors.items() if not by]
        scaled = [f"{state.name_told_apart(one)} ×{by:g}" for one, by in factors.items() if by]
        return ", ".join([f"without {', '.join(off)}"] * bool(off) + scaled)

    def _show_cues(self) -> None:
        what_if, state = self.session.what_if, self.session.state
        self.look.setText("Stop" if what_if.is_looking else "Look for cues")
        progress = what_if.progress
        if what_if.is_looking:
            done = "" if progress is None or not progress.total else f" {progress.done:,} of "
            of = "" if not done or progress is None else counted(progress.total, "concept")
            self.cues.show_lines([TitledLine(f"Switching off each concept{done}{of}…", "")])
        elif what_if.cues is None:
            text = (
                "Concepts whose removal changes one class much more than the rest. Looking "
                "switches off each concept in turn, in all photos"
            )
            self.cues.show_lines([TitledLine(text, "")])
        elif not (felt := [one for one in what_if.cues if abs(one.difference) >= FELT]):
            self.cues.show_lines([TitledLine("None: no concept goes with one class alone", "")])
        else:
            names = [state.name_told_apart(one.concept) for one in felt[:CUES]]
            self.cues.show_lines(
                [self._cue(name, one) for name, one in zip(names, felt, strict=False)]
            )

    def _cue(self, name: str, cue: "FoundCue") -> TitledLine:
        line = what_if_words.of_cue(name, cue)
        return TitledLine(
            line.title, f'{line.text} <a href="{cue.concept}">switch off</a>', line.tip
        )

    def _show_strip(self) -> None:
        what_if = self.session.what_if
        draft = what_if.draft
        if draft.is_empty:
            self.name.hide()
        kept = f"kept as {draft.name}" if draft.name else "tried here only: nothing is kept"
        told = f"{self._told(what_if.current)}; {kept}"
        self.state.setText(told)
        self.state.setToolTip(tooltip(told))
        is_typing = self.name.isVisible()
        self.state.setVisible(not is_typing)
        self.keep.setVisible(not is_typing and not draft.name)
        self.finish.setVisible(is_typing)

    # ---- what can be done

    def _selected(self) -> int | None:
        """Return the selected concept if it is one of the dictionary's, which alone decide."""
        row, results = self.session.selection.row, self.session.state.results
        return row if row is not None and results is not None and row < results.F else None

    def _add_selected(self) -> None:
        if (row := self._selected()) is not None:
            self.session.what_if.add(row)

    def _switch_selected(self) -> None:
        if (row := self._selected()) is not None:
            what_if = self.session.what_if
            what_if.scale(row, 1.0 if what_if.factor(row) == 0 else 0.0)

    def _try_cue(self, concept: str) -> None:
        self.session.what_if.scale(int(concept), 0.0)
        self.session.selection.select_rows([int(concept)])

    def _look_or_stop(self) -> None:
        what_if = self.session.what_if
        if what_if.is_looking:
            what_if.cancel()
        else:
            what_if.look_for_cues()

    def _go_through(self, number: int, target: str) -> None:
        what_if = self.session.what_if
        done, decided = what_if.drafts[number].done, what_if.decided
        if target == CHANGED and done is not None and decided is not None:
            told = f"decided otherwise {self._told(number)}"
            self.session.explaining.show_photos(done.changed(decided), told)

    def _begin_to_keep(self) -> None:
        self.name.setText(self._told(self.session.what_if.current)[:80])
        self.name.show()
        self.name.selectAll()
        self.name.setFocus()
        self._show_strip()

    def _keep(self) -> None:
        name = self.name.text()
        if name.strip():
            self.name.hide()
            self.session.what_if.keep(name)

    def _fill_kept(self) -> None:
        menu, what_if = self.kept.menu(), self.session.what_if
        menu.clear()
        for key, edit in what_if.kept.items():
            number = counted(len(edit.intervention.factors), "concept") if edit.intervention else ""
            one = menu.addMenu(command_text(f"{edit.name} ({number})"))
            one.addAction(f"Try in draft {NAMES[what_if.current]}", partial(what_if.load, key))
            one.addAction("Discard", partial(what_if.discard, key))
        if not what_if.kept:
            menu.addAction("No model edit was kept yet").setEnabled(False)
