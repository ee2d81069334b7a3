"""What a person can do to relations: judge them, reverse, add, take away, move.

Turns a key press into acts and one line of text; writing and undoing are curation's. What is
selected, and the relation that comes next, are bound at the key press. Knows no panel.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from insight_app.figures import counted
from insight_app.gui.settings import Settings
from insight_app.gui.state.curation import Curation, Question
from insight_app.gui.state.lists import Lists
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.present_relation import KINDS, find_relation
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.seen_panels import SeenPanels
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.project.judgements import Act, ConceptId, Relation

    Place = tuple[ConceptId, ConceptId | None]
    """(concept, the parent it moves from; None: from none)."""

SHOWS_RELATION = frozenset({"hierarchy", "exemplars", "card", "relation_queue", "relation_table"})
"""Panels that show which relation is selected: where none is seen, no key acts on one."""
MANY = {
    "Accepted that": "Accepted",
    "Unsure whether": "Unsure about",
    "Rejected that": "Rejected",
    "Took back what was said of whether": "Took back what was said of",
}
"""How a line about one relation begins -> that about several."""


class RelationCuration(QObject):
    """The judgements that a person can make of relations in this window."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        selection: SelectionModel,
        lists: Lists,
        settings: Settings,
        messages: Messages,
        write_editors: Callable[[], None],
        seen_panels: SeenPanels,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation = present, curation
        self._selection, self._lists = selection, lists
        self._settings, self._messages = settings, messages
        self._write_editors, self._seen_panels = write_editors, seen_panels
        self._places: list[Callable[[], Relation | None]] = []
        self._shown: tuple[Relation, str, str] | None = None
        """The relation that is looked at, and the kinds that it and its reverse are shown as."""
        self._moving: list[Callable[[], list[Place]]] = []

    # ---- which one is selected

    @property
    def current(self) -> "tuple[Relation, ...]":
        """The selected relations, which keys act on; of what is merged, those of the merge.

        () where no panel shows which they are.
        """
        if not self._selection.relations or not self._seen_panels.names & SHOWS_RELATION:
            return ()
        state = self._present()
        found = (find_relation(state, pair) for pair in self._selection.relations)
        return tuple(dict.fromkeys(one.id for one in found if one is not None))

    def offer_place(self, relation_here: "Callable[[], Relation | None]") -> None:
        """Let a panel say which relation stands where the person is, None where none does."""
        self._places.append(relation_here)

    def shown_as(self, relation: "Relation", kind: str, reverse_kind: str) -> None:
        """Hear as what a relation is shown: accepting it says that it is of this kind.

        reverse_kind: of which it is proposed to be the other way round.
        """
        self._shown = relation, kind, reverse_kind

    def offer_moving(self, places: "Callable[[], list[Place]]") -> None:
        """Let a panel say from which places what is selected moves; [] where it shows none."""
        self._moving.append(places)

    def moving(self) -> "list[Place]":
        """Return (concept, the parent it moves from) of all that is selected.

        The places that are marked, the relations that are selected, else all there are.
        """
        if self.current:
            return list(self.current)
        if marked := next(filter(None, (places() for places in self._moving)), None):
            return marked
        state = self._present()
        found: list[Place] = []
        if (catalogue := state.catalogue) is None:
            return found
        for row in self._selection.rows:
            concept, edges = state.id_of(row), catalogue.parents(row)
            found += [(concept, state.id_of(edge.parent)) for edge in edges] or [(concept, None)]
        return found

    def added(self) -> "list[Place]":
        """Return the selected concepts, from no place."""
        state = self._present()
        return [(concept, None) for concept in state.ids_of(self._selection.rows)]

    def toggle(self) -> None:
        """Go from the concept to its relation here, and back: that of its place in the tree.

        Where no tree is seen, the relation to its strongest parent.
        """
        if self.current:
            self._selection.select(relations=())
            return
        relation = self._here()
        if relation is not None:
            self._selection.select_relations((relation,))
        elif (row := self._selection.row) is not None:
            name = self._present().name_told_apart(row)
            self._messages.say(f"{name} is under no other concept: there is no relation to judge")

    def _here(self) -> "Relation | None":
        state, concept = self._present(), self._selection.primary
        if concept is None:
            return None
        for place in self._places:
            relation = place()
            if relation is not None and relation[0] == concept:
                return relation
        row = state.row_of(concept)
        edges = [] if row is None or state.catalogue is None else state.catalogue.parents(row)
        return (concept, state.id_of(edges[0].parent)) if edges else None

    # ---- what is said of it

    def accept(self) -> None:
        """Say that the selected relations are right, then go on to the next.

        One that is shown as being of a kind is said to be of it.
        """
        shown, kind, _reverse_kind = self._shown or ((), "", "")
        if kind and self._selection.relations == (shown,):
            self.set_kind(kind)
        else:
            self._judge_all("Accept", self._acceptance, "Accepted that")

    def unsure(self) -> None:
        """Say of the selected relations that one cannot tell, then go on."""
        from insight_app.project import judgements as j

        self._judge_all("Unsure", lambda pair: [j.unsure_relation(*pair)], "Unsure whether")

    def reject(self) -> None:
        """Say that the selected relations are wrong, then go on."""
        from insight_app.project import judgements as j

        self._judge_all("Reject", lambda pair: [j.reject_relation(*pair)], "Rejected that")

    def set_kind(self, kind: str) -> None:
        """Say that the selected relations hold and of which kind they are, then go on."""
        from insight_app.project import judgements as j

        def make(relation: "Relation") -> "list[Act]":
            return [*self._acceptance(relation), j.relation_kind(*relation, kind)]

        self._judge_all(f"Take as {KINDS[kind]!r}", make, "Accepted that", kind)

    def clear(self) -> None:
        """Take back what was said of the selected relations: status and kind."""
        from insight_app.project import judgements as j

        def make(relation: "Relation") -> "list[Act]":
            return [j.clear_relation(*relation), j.relation_kind(*relation, None)]

        self._judge_all("Clear", make, "Took back what was said of whether", goes_on=False)

    def reverse(self) -> None:
        """Turn the selected relations round, then go on: the parent goes below its child.

        One whose reverse is proposed to be of a kind is said to be of it.
        """
        from insight_app.project import judgements as j

        self._write_editors()
        relations = self.current
        if not relations or self._curation.refuses():
            return
        kinds = [self.kind_of(relation) for relation in relations]
        shown, _kind, reverse_kind = self._shown or ((), "", "")
        if relations == (shown,):
            kinds = [kinds[0] or reverse_kind]
        if why := next(filter(None, map(self._no_way_round, relations)), ""):
            self._messages.say(why)
            return
        ways = zip(relations, kinds, strict=True)
        acts = [act for relation, kind in ways for act in j.reverse(*relation, kind or None)]
        turned = [(parent, child) for child, parent in relations]
        goes_on = len(relations) == 1 and self._settings.get("auto_advance")
        following = self._lists.following_relation(relations[0]) if goes_on else None
        self._curation.judge(acts, self._said("Reversed, so that", turned, kinds[0]))
        self._selection.select_relations(turned if following is None else (following,))

    def add_parent(self, child: "ConceptId", parent: "ConceptId") -> None:
        """Put a concept under one more parent."""
        from insight_app.project import judgements as j

        state = self._present()
        rows = state.rows_of((child, parent))
        if state.catalogue is None or len(rows) != 2:
            return
        if refusal := state.catalogue.refusal(*rows, state.name_told_apart):
            self._messages.say(refusal)
            return
        text = f"{self._name(child)} is now also under {self._name(parent)}"
        self._curation.judge([j.add_parent(child, parent)], text)

    def remove_parent(self, child: "ConceptId", parent: "ConceptId") -> None:
        """Take a concept away from under a parent."""
        from insight_app.project import judgements as j

        text = f"{self._name(child)} is no longer under {self._name(parent)}"
        self._curation.judge([j.remove_parent(child, parent)], text)

    # ---- how

    def _judge_all(
        self,
        verb: str,
        make: "Callable[[Relation], Sequence[Act]]",
        word: str,
        kind: str | None = None,
        goes_on: bool = True,
    ) -> None:
        """Judge what is selected; kind: what it is said to be now, None = as it is."""
        self._write_editors()
        relations = self.current
        if not relations:
            return
        acts = [act for relation in relations for act in make(relation)]
        goes_on = goes_on and len(relations) == 1 and self._settings.get("auto_advance")
        following = self._lists.following_relation(relations[0]) if goes_on else None
        done = self._said(word, relations, kind)

        def do() -> None:
            self._curation.judge(acts, done, f"Already {done[:1].lower()}{done[1:]}")
            if following is not None and not self._present().read_only:
                self._selection.select_relations((following,))

        self._curation.ask_if_many(Question(verb, len(relations), "relation", do))

    def _acceptance(self, relation: "Relation") -> "list[Act]":
        """Return what says that a relation is right: one that the machine has not is added."""
        from insight_app.project import judgements as j

        found = find_relation(self._present(), relation)
        is_machines = found is not None and found.measured is not None
        return [j.accept_relation(*relation) if is_machines else j.add_parent(*relation)]

    def kind_of(self, relation: "Relation") -> str:
        """Return of which kind a person said that a relation is, '' if nobody did."""
        found = find_relation(self._present(), relation)
        return "" if found is None else found.kind

    def _no_way_round(self, relation: "Relation") -> str:
        """Return why a relation cannot be reversed, '' if it can."""
        state = self._present()
        child, parent = state.rows_of(relation)
        assert state.catalogue is not None
        refusal = state.catalogue.reverse_refusal(child, parent, state.name_told_apart)
        return f"Not reversed: {refusal}" if refusal else ""

    def _said(self, word: str, relations: "Sequence[Relation]", kind: str | None = None) -> str:
        """Return what was done in a line; kind: what a relation is said to be now."""
        if len(relations) > 1:
            return f"{MANY.get(word, word.split(',')[0])} {counted(len(relations), 'relation')}"
        found = find_relation(self._present(), relations[0])
        return f"{word} {'' if found is None else found.sentence(kind)}"

    def _name(self, concept: "ConceptId") -> str:
        row = self._present().row_of(concept)
        return str(concept) if row is None else self._present().name_told_apart(row)
