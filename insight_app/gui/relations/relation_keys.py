"""The keys that act on the selected relations, wherever they are shown; one action each.

A, U and X are the window's, for concepts and relations alike. Delete is whoever's the thing is that
is selected. Knows no particular panel.
"""

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from insight_app.gui.state.session import Session

RELATION = "Relation"
"""Heads these keys, and names their menu."""
KIND_KEYS = {
    "is-a": ("&is a", "I", "The child is a kind of its parent"),
    "part-of": ("&part of", "P", "The child is a part of its parent"),
    "related": ("re&lated", "L", "They belong together; neither is under the other"),
}
NO_RELATION = "Select a relation first: B, or a click on its mark in the tree or the card"
REJECT, NOT_THIS = "&Delete", "&Not this example"
OF_RELATION = (
    *(f"relation.{kind}" for kind in KIND_KEYS),
    "relation.reverse",
    "relation.clear",
)
"""Actions that need a relation to be selected."""


def relation_keys_of(session: Session) -> "RelationKeys":
    """Return the one RelationKeys of a session's window, made at the first question."""
    found = session.findChild(RelationKeys)
    return found if found is not None else RelationKeys(session)


class RelationKeys(QObject):
    """B, I, P, L, V, Delete, and the dialogs that put concepts under others."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        add, relations = session.actions.add, session.relations
        add("relation.toggle", "&Relation to the parent above", "B", relations.toggle,
            context=RELATION, icon="arrows-left-right",
            tip="From the concept to its relation at this place of the tree, and back")  # fmt: skip
        for kind, (text, key, tip) in KIND_KEYS.items():
            add(f"relation.{kind}", text, key, partial(relations.set_kind, kind), context=RELATION,
                tip=f"{tip}; go on to the next", checkable=True)  # fmt: skip
        add("relation.reverse", "Re&verse", "V", relations.reverse, context=RELATION,
            icon="arrows-down-up", tip="The parent belongs below its child")  # fmt: skip
        add("curate.delete", REJECT, "Delete", self.delete, context=RELATION, icon="trash",
            tip="Reject the selected relation; go on to the next. On an example: not this"
        )  # fmt: skip
        add("relation.clear", "&Take back what was said of it", "", relations.clear,
            context=RELATION, tip="As if nobody had judged the relation")  # fmt: skip
        add("concept.move", "&Move under…", "Ctrl+M", partial(self.ask_place, False),
            context=RELATION, icon="arrow-bend-down-right",
            tip="Move the selected, with all below, from this place to another")  # fmt: skip
        add("concept.add_parent", "Add a &parent…", "Ctrl+Shift+P", partial(self.ask_place, True),
            context=RELATION, icon="tree-structure",
            tip="Put the selected under one more concept")  # fmt: skip
        for signal in (
            session.projects.opened,
            session.projects.results_changed,
            session.selection.changed,
            session.seen_panels.changed,
        ):
            signal.connect(self._enable)
        session.curation.changed.connect(lambda _rows, _structure: self._enable())
        self._enable()

    def delete(self) -> None:
        """Reject the selected relation; without one, say of the selected cell "not this"."""
        if self.session.relations.current:
            self.session.relations.reject()
        else:
            self.session.marking.not_this()

    def _enable(self) -> None:
        selection, set_enabled = self.session.selection, self.session.actions.set_enabled
        relations = self.session.relations
        is_relation = bool(relations.current)
        for id in OF_RELATION:
            set_enabled(id, is_relation, NO_RELATION)
        can_mark = self.session.marking.can_mark
        set_enabled("curate.delete", is_relation or can_mark)
        is_mark = can_mark and not is_relation
        self.session.actions["curate.delete"].setText(NOT_THIS if is_mark else REJECT)
        said = {relations.kind_of(pair) for pair in relations.current}
        for kind in KIND_KEYS:
            self.session.actions[f"relation.{kind}"].setChecked(said == {kind})
        for id in ("relation.toggle", "concept.move", "concept.add_parent"):
            set_enabled(id, bool(selection.rows), "Select a concept first")

    def ask_place(self, adds: bool) -> None:
        """Ask under which concept the selected ones shall stand; adds: beside where they are."""
        from insight_app.gui.curation.place_dialog import PlaceDialog

        curation, relations = self.session.curation, self.session.relations
        if curation.refuses() or curation.asks_to_look():
            return
        if places := relations.added() if adds else relations.moving():
            window = QApplication.activeWindow() or self.session.actions.parent()
            assert isinstance(window, QWidget)
            PlaceDialog(self.session, places, adds, window).open()
