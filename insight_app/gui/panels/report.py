"""The panel Report: what was pinned, what became of it, and the report to write and to sign."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_new_file
from insight_app.gui.explain.pin_dialog import TextDialog
from insight_app.gui.panel import Panel
from insight_app.gui.state.audit import html
from insight_app.gui.state.session import Session
from insight_app.gui.trouble_line import WrappedText
from insight_app.gui.widgets import EmptyState, KeyButton, thin_line
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible, visible_lines

if TYPE_CHECKING:
    from insight_app.project.judgements.state import PinnedFinding

NOTHING = (
    "Nothing was pinned yet. Pin what you see in any workspace, with a comment; it comes into the "
    "report with its photo and figures. An empty list does not mean that the model was verified."
)
KEY = Qt.ItemDataRole.UserRole
HTML, PDF = "Report (*.html)", "Report (*.pdf)"
DETAIL_LINES = 8


class ReportPanel(Panel):
    """Findings, open and critical ones first; below, all about the one that is current."""

    title = "Findings and report"
    object_name = "report"
    follows = frozenset({"project", "results", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._is_filling = False
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels(["", "Finding", "Comment"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName("Findings")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setColumnWidth(0, 120)
        self.list.setColumnWidth(1, 420)
        self.list.currentItemChanged.connect(lambda _now, _before: self._turned_to())
        self.list.itemActivated.connect(lambda _item, _column: self._go())
        self.details = WrappedText(self)
        self.details.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.details.setFixedHeight(DETAIL_LINES * self.fontMetrics().lineSpacing() + 12)
        self.shown = QWidget(self)
        column = QVBoxLayout(self.shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addWidget(thin_line(self))
        told = QHBoxLayout()
        told.setContentsMargins(12, 4, 12, 4)
        told.addWidget(self.details)
        column.addLayout(told)
        column.addLayout(self._buttons())
        self.empty = EmptyState(NOTHING, self)
        self.empty.add_action(session.actions, "audit.pin")
        self.body.addWidget(self.shown, 1)
        self.body.addWidget(self.empty, 1)
        self.said = WrappedText(self)
        self.said.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 4)
        said = QHBoxLayout()
        said.setContentsMargins(12, 4, 12, 4)
        said.addWidget(self.said)
        self.body.addLayout(said)
        self._build_foot()
        self.setFocusProxy(self.list)
        session.audit.changed.connect(self.invalidate)

    # ---- building

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 4)
        row.setSpacing(8)
        self.go = self._button("Go there", "Show what was pinned where it was seen", self._go)
        self.comment = self._button("Comment…", "What you think of it", self._comment)
        self.critical = self._button(
            "Critical", "No report is signed while it is open", self._toggle_critical
        )
        self.critical.setCheckable(True)
        self.close_it = self._button("Close…", "It is settled: say how", self._close_or_reopen)
        self.remove = self._button("Remove", "Take it off the list; Undo brings it back", self._off)
        for button in (self.go, self.comment, self.critical, self.close_it, self.remove):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _button(self, text: str, tip: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked=False: act())
        return button

    def _build_foot(self) -> None:
        add = self.session.actions.add
        add("audit.write", "&Write report…", "", self._write, context="Report", panel=self,
            icon="file-text", tip="One HTML file, to read, print and sign")  # fmt: skip
        add("audit.pdf", "Write as &PDF…", "", self._write_pdf, context="Report", panel=self,
            tip="The same for paper; what is signed is the HTML file")  # fmt: skip
        add("audit.sign", "&Sign report…", "", self._sign, context="Report", panel=self,
            tip="Put your name under a report's file")  # fmt: skip
        add("audit.check", "&Check a signed file…", "", self._check, context="Report", panel=self,
            tip="Who signed it, and whether it still is that file")  # fmt: skip
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        actions = self.session.actions
        self.pin = KeyButton(actions, "audit.pin", parent=self)
        row.addWidget(self.pin)
        row.addStretch(1)
        for id in ("audit.check", "audit.sign", "audit.pdf", "audit.write"):
            row.addWidget(KeyButton(actions, id, primary=id == "audit.write", parent=self))
        self.foot.addLayout(row)

    # ---- what is shown

    def refresh(self) -> None:
        audit, actions = self.session.audit, self.session.actions
        found = audit.findings()
        current = self._key()
        self._is_filling = True
        self.list.clear()
        chosen = None
        for key, one in found:
            item = QTreeWidgetItem([_status(one), visible(one.view.told), visible(one.comment)])
            item.setData(0, KEY, key)
            item.setToolTip(1, tooltip(one.view.told))
            item.setToolTip(2, tooltip(one.comment))
            self.list.addTopLevelItem(item)
            chosen = item if key == current else chosen
        if (shown := chosen or self.list.topLevelItem(0)) is not None:
            self.list.setCurrentItem(shown)
        self._is_filling = False
        self.shown.setVisible(bool(found))
        self.empty.setVisible(not found)
        still = sum(one.status == "open" for _key, one in found)
        self.set_info(f"{counted(len(found), 'finding')}, {still:,} open" if found else "")
        has_project = self.session.state.project is not None
        can_write = has_project and not self.session.state.read_only
        why = audit.why_not_signed()
        actions.set_enabled("audit.write", has_project and not audit.is_busy)
        actions.set_enabled("audit.pdf", has_project and not audit.is_busy)
        actions.set_enabled("audit.check", has_project)
        actions.set_enabled("audit.sign", can_write and not why, why)
        self._show_said(why)
        self._show_current()

    def _show_said(self, why: str) -> None:
        """Say why nothing can be signed, else what the last file was that was checked."""
        checked = self.session.audit.checked
        text = f"▲ Not to be signed: {why}." if why else ""
        if not why and checked is not None:
            said, is_signed = checked
            text = f"{'✓' if is_signed else '✗'} {said}"
        self.said.setVisible(bool(text))
        if text != self.said.toPlainText():
            self.said.set_text(text)

    def _turned_to(self) -> None:
        """Show what a person turned to, with its photo and concepts in the panels beside."""
        if self._is_filling:
            return
        self._show_current()
        if (one := self._current()) is not None:
            self.session.audit.go_to(one.view)

    def _show_current(self) -> None:
        one = self._current()
        can_write = one is not None and not self.session.state.read_only
        for button in (self.comment, self.critical, self.close_it, self.remove):
            button.setEnabled(can_write)
        self.go.setEnabled(one is not None)
        self.critical.setChecked(one is not None and one.is_critical)
        is_closed = one is not None and one.status == "closed"
        self.close_it.setText("Reopen" if is_closed else "Close…")
        self.details.set_text("" if one is None else _details(one))

    def _key(self) -> str:
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, KEY))

    def _current(self) -> "PinnedFinding | None":
        return dict(self.session.audit.findings()).get(self._key())

    # ---- what can be done

    def _go(self) -> None:
        one = self._current()
        if one is None:
            return
        view, actions = one.view, self.session.actions
        for id in (f"page.{view.page}", f"view.{view.workspace}"):
            if id in actions and actions[id].isEnabled():
                actions[id].trigger()
                break
        self.session.audit.go_to(view)

    def _comment(self) -> None:
        if (one := self._current()) is not None:
            done = partial(_first, partial(self.session.audit.comment, self._key()))
            said, text = one.view.told, one.comment
            TextDialog(self.session, self, "Comment", said, done, button="Keep", text=text).open()

    def _toggle_critical(self) -> None:
        if (one := self._current()) is not None:
            self.session.audit.set_critical(self._key(), not one.is_critical)

    def _close_or_reopen(self) -> None:
        one, audit = self._current(), self.session.audit
        if one is None:
            return
        if one.status == "closed":
            audit.reopen(self._key())
            return
        done = partial(_first, partial(audit.close, self._key()))
        said = f"How was this settled?\n{one.view.told}"
        TextDialog(self.session, self, "Close a finding", said, done, button="Close it").open()

    def _off(self) -> None:
        self.session.audit.remove(self._key())

    def _write(self) -> None:
        if (file := self._new_file("html", HTML)) is not None:
            self._take_focus()
            self.session.audit.write(file, html)

    def _write_pdf(self) -> None:
        from insight_app.gui.explain.report_pdf import pdf

        if (file := self._new_file("pdf", PDF)) is not None:
            self._take_focus()
            self.session.audit.write(file, pdf)

    def _take_focus(self) -> None:
        """Keep the keyboard here: the buttons are gray while a report is made."""
        (self.list if self.shown.isVisible() else self.pin).setFocus()

    def _new_file(self, ending: str, kinds: str) -> Path | None:
        project, settings = self.session.state.project, self.session.settings
        if project is None:
            return None
        name = f"{project.name} audit.{ending}"
        return choose_new_file(self, "Write the report", settings, name, kinds)

    def _sign(self) -> None:
        file = choose_file(self, "The report to sign", self.session.settings, Purpose.EXPORTS, HTML)
        if file is not None:
            said = f"You put your name under exactly this file: {visible(file.name)}"
            said += "\nA statement, if you like:"
            done = partial(_first, partial(self.session.audit.sign, file))
            TextDialog(self.session, self, "Sign a report", said, done, button="Sign").open()

    def _check(self) -> None:
        title, settings = "The report to check", self.session.settings
        file = choose_file(self, title, settings, Purpose.EXPORTS, HTML)
        if file is not None:
            self.session.audit.check(file)


def _first(act: Callable[[str], object], text: str, _is_critical: bool) -> None:
    act(text)


def _status(one: "PinnedFinding") -> str:
    """Return what became of it, told by a sign before the word."""
    if one.status == "closed":
        return "✓ closed"
    return "▲ critical" if one.is_critical else "○ open"


def _details(one: "PinnedFinding") -> str:
    lines = [one.view.told, one.comment]
    lines += (
        [f"Settled: {one.resolution or 'without a word why'}"] if one.status == "closed" else []
    )
    lines += [f"{name}: {value}" for name, value in one.view.choices.items()]
    lines += [f"{seen.what}: {seen.value}" for seen in one.view.figures]
    return visible_lines("\n".join(filter(None, lines)))
