"""Acts in words turned into acts of the log, one after the other, before anything is written.

Every act is checked against what holds once those before it are done, so that a list of acts is
written whole or not at all. Knows neither files nor how the list came to be.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields

from insight_app.cli.judging import finding
from insight_app.cli.judging.words import OF_RELATION, WORDS, Subject, usage
from insight_app.errors import Refusal
from insight_app.plain_text import shortened, visible
from insight_app.project import judgements as j
from insight_app.project.judgements import Act, ConceptId, CurationState
from insight_app.project.judgements.acts import ADDED, REMOVED, Value
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.changes import before, changes
from insight_app.project.judgements.targets import PROJECT, split_relation

LETTERS = 60
"""Letters of a text that are repeated where it is said what was done."""


@dataclass(frozen=True)
class Said:
    """One act in words, and the acts of the log that it is; made: the id of a new concept."""

    text: str
    acts: tuple[Act, ...]
    made: ConceptId | None = None


class Draft:
    """Hold what would hold once all that was said is written."""

    def __init__(self, catalogue: Catalogue, state: CurationState) -> None:
        self.catalogue = catalogue
        self.state = CurationState(**{one.name: copy(getattr(state, one.name)) for one in
                                      fields(state)})  # fmt: skip
        self._made: dict[str, ConceptId] = {}

    def say(self, target: str, act: str, values: Sequence[str]) -> Said:
        """Take one act; Refusal where it cannot be done, and nothing is changed by it."""
        target, act, values = self._of_relation(target, act, values)
        word = WORDS.get(act)
        if word is None:
            known = ", ".join(WORDS)
            raise Refusal(f"There is no act {visible(act)!r}.", do=f"Acts are: {known}.")
        values = list(values)
        while len(values) > word.least and not values[-1].strip():
            values.pop()  # a spreadsheet fills up its lines
        if not word.least <= len(values) <= (len(values) if word.most is None else word.most):
            found = "nothing" if not values else " ".join(map(repr, map(visible, values)))
            raise Refusal(f"“{act}” is typed: {usage(act)}.", do=f"What follows it is {found}.")
        said = self._said(word.about, target, act, values)
        self._take_over(said.acts)
        return said

    def row(self, text: str) -> int:
        """Return the row of the concept that a person means; one made just now comes first."""
        made = self._made.get(" ".join(text.split()))
        return finding.concept(self.catalogue, made or text)

    def id(self, row: int) -> ConceptId:
        """Return a concept's id in the log."""
        return self.catalogue.id_of(row)

    def called(self, row: int) -> str:
        """Return what to call a concept."""
        return finding.called(self.catalogue, row)

    def relation(self, row: int, parent: int) -> tuple[ConceptId, ConceptId]:
        """Return (child, parent), which the machine or a person has said something of."""
        pair = self.id(row), self.id(parent)
        known = [self.catalogue.edge(row, parent), *self.catalogue.withdrawn(row)]
        known += [edge for edge in self.catalogue.implied if edge.child == row]
        if pair not in self.state.relations and all(
            edge is None or edge.parent != parent for edge in known
        ):
            raise Refusal(
                f"Nothing says that {self.called(row)} is below {self.called(parent)}.",
                do="add-parent puts it there.",
            )
        return pair

    def may_be_below(self, row: int, parent: int) -> None:
        """Raise Refusal where a concept cannot be put below another one."""
        said = self.state.relations.get((self.id(row), self.id(parent)))
        if said is not None and said.status == ADDED:
            return  # it is there because somebody said just this
        if why := self.catalogue.refusal(row, parent, self.called):
            is_there = self.catalogue.edge(row, parent) is not None
            raise Refusal(why, do="accept-relation says that it is right." if is_there else "")

    def must_be_below(self, row: int, parent: int) -> None:
        """Raise Refusal where a concept is not below another one, unless a person took it out."""
        said = self.state.relations.get((self.id(row), self.id(parent)))
        is_out = said is not None and said.status == REMOVED
        if not is_out and self.catalogue.edge(row, parent) is None:
            raise Refusal(f"{self.called(row)} is not below {self.called(parent)}.")

    def only_parent(self, row: int) -> int | None:
        """Return the parent of a concept, None if it has none; Refusal if it has several."""
        parents = [edge.parent for edge in self.catalogue.parents(row)]
        if len(parents) > 1:
            names = ", ".join(map(self.called, parents))
            raise Refusal(
                f"{self.called(row)} is below several: {names}.", do="Say which: move NEW OLD"
            )
        return parents[0] if parents else None

    def _of_relation(
        self, target: str, act: str, values: Sequence[str]
    ) -> tuple[str, str, Sequence[str]]:
        """Return CHILD, act and PARENT for "CHILD > PARENT", all else as it is."""
        child, arrow, parent = target.partition(" > ")
        act = act.strip()
        if not arrow or target.strip() in self.catalogue.names:
            return target, act, values
        named = OF_RELATION.get(act, act)
        if named in WORDS and not WORDS[named].has_parent:
            known = ", ".join(OF_RELATION)
            raise Refusal(f"“{act}” is not said of a relation.", do=f"Of relations: {known}.")
        return child, named, (parent, *values)

    def _said(self, about: Subject, target: str, act: str, values: Sequence[str]) -> Said:
        if about is Subject.PROJECT:
            if target.strip() != PROJECT:
                raise Refusal(f"“{act}” is said of the project.", do=f"Type: {usage(act)}.")
            return _language(values[0])
        if about is Subject.NEW:
            made = j.own_concept()
            name = " ".join(target.split())
            self._made[name] = made
            return Said(f"Made {_quoted(name)}", (j.create(made, name),), made)
        return _SAID[act](self, self.row(target), values)

    def _take_over(self, acts: Iterable[Act]) -> None:
        acts = tuple(acts)
        was = before(self.state, [act.target for act in acts])
        for act in acts:
            self.state.set(act.target, {**_standing(self.state, act.target), **act.after})
        self.catalogue.apply(self.state, changes(was, self.state, ""))


def _standing(state: CurationState, target: str) -> dict[str, Value]:
    """Return the fields of a target that has several as they are."""
    pair = split_relation(target)
    found = state.relations.get(pair) if pair else state.concepts.get(ConceptId(target))
    return {} if found is None else {one.name: getattr(found, one.name) for one in fields(found)}


def _quoted(text: str) -> str:
    return shortened(visible(text), LETTERS)


def _language(code: str) -> Said:
    act = j.language(code)
    text = f"Names and notes are in the language {code.strip()}" if code.strip() else (
        "No language is named")  # fmt: skip
    return Said(text, (act,))


# ---- a concept


def _accept(draft: Draft, row: int, values: Sequence[str]) -> Said:
    name = " ".join(values[0].split()) if values else draft.catalogue.names[row]
    if not name:
        raise Refusal(f"{draft.called(row)} has no name to accept.", do="Type: accept NAME")
    what = f"{_quoted(name)} for {draft.called(row)}" if values else draft.called(row)
    return Said(f"Accepted {what}", (j.accept(draft.id(row), name),))


def _unsure(draft: Draft, row: int, values: Sequence[str]) -> Said:
    name = draft.catalogue.names[row]
    return Said(f"Unsure about {draft.called(row)}", (j.unsure(draft.id(row), name),))


def _reject(draft: Draft, row: int, values: Sequence[str]) -> Said:
    name = draft.catalogue.names[row]
    return Said(f"Rejected {draft.called(row)}", (j.reject(draft.id(row), name),))


def _clear(draft: Draft, row: int, values: Sequence[str]) -> Said:
    return Said(f"Took back the status of {draft.called(row)}", (j.clear_status(draft.id(row)),))


def _rename(draft: Draft, row: int, values: Sequence[str]) -> Said:
    act = j.rename(draft.id(row), values[0])
    name = act.after["name"]
    new = _quoted(name) if isinstance(name, str) else "the machine's name"
    return Said(f"Renamed {draft.called(row)} to {new}", (act,))


def _hide(draft: Draft, row: int, values: Sequence[str]) -> Said:
    return Said(f"Hidden: {draft.called(row)}", (j.hide(draft.id(row)),))


def _unhide(draft: Draft, row: int, values: Sequence[str]) -> Said:
    return Said(f"Shown again: {draft.called(row)}", (j.unhide(draft.id(row)),))


def _note(draft: Draft, row: int, values: Sequence[str]) -> Said:
    act = j.note(draft.id(row), values[0])
    text = f"Noted on {draft.called(row)}" if act.after["note"] else (
        f"Took the note off {draft.called(row)}")  # fmt: skip
    return Said(text, (act,))


# ---- where it stands


def _add_parent(draft: Draft, row: int, values: Sequence[str]) -> Said:
    parent = draft.row(values[0])
    draft.may_be_below(row, parent)
    text = f"{draft.called(row)} is now also under {draft.called(parent)}"
    return Said(text, (j.add_parent(draft.id(row), draft.id(parent)),))


def _remove_parent(draft: Draft, row: int, values: Sequence[str]) -> Said:
    parent = draft.row(values[0])
    draft.must_be_below(row, parent)
    text = f"{draft.called(row)} is no longer under {draft.called(parent)}"
    return Said(text, (j.remove_parent(draft.id(row), draft.id(parent)),))


def _move(draft: Draft, row: int, values: Sequence[str]) -> Said:
    new = None if values[0].strip() == "-" else draft.row(values[0])
    old = draft.row(values[1]) if len(values) > 1 else draft.only_parent(row)
    if old is not None:
        draft.must_be_below(row, old)
    if new is not None:
        draft.may_be_below(row, new)
    acts = j.move(
        draft.id(row),
        None if old is None else draft.id(old),
        None if new is None else draft.id(new),
    )
    if not acts:
        raise Refusal(f"{draft.called(row)} is below nothing already.")
    where = "is under nothing now" if new is None else f"is now under {draft.called(new)}"
    instead = "" if old is None else f", no longer under {draft.called(old)}"
    return Said(f"{draft.called(row)} {where}{instead}", tuple(acts))


def _of_a_relation(make: Callable[[ConceptId, ConceptId], Act], word: str) -> "Say":
    def say(draft: Draft, row: int, values: Sequence[str]) -> Said:
        parent = draft.row(values[0])
        pair = draft.relation(row, parent)
        return Said(f"{word} {draft.called(row)} under {draft.called(parent)}", (make(*pair),))

    return say


Say = Callable[[Draft, int, Sequence[str]], Said]
_SAID: Mapping[str, Say] = {
    "accept": _accept,
    "unsure": _unsure,
    "reject": _reject,
    "clear": _clear,
    "rename": _rename,
    "hide": _hide,
    "unhide": _unhide,
    "note": _note,
    "add-parent": _add_parent,
    "remove-parent": _remove_parent,
    "move": _move,
    "accept-relation": _of_a_relation(j.accept_relation, "Accepted"),
    "unsure-relation": _of_a_relation(j.unsure_relation, "Unsure about"),
    "reject-relation": _of_a_relation(j.reject_relation, "Rejected"),
    "clear-relation": _of_a_relation(j.clear_relation, "Took back what was said of"),
}
