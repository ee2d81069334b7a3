"""Acts in words turned into acts of the log, one after the other, before anything is written.

Every act is checked against what holds once those before it are done, so that a list of acts is
written whole or not at all. What the acts are is in the modules beside; this one knows what they
stand on.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import fields

from insight_app.cli.judging import finding, naming, placing, structuring, viewing
from insight_app.cli.judging.photos import Photos
from insight_app.cli.judging.said import Said, quoted
from insight_app.cli.judging.words import OF_RELATION, WORDS, Subject, Word, usage
from insight_app.errors import Refusal
from insight_app.plain_text import visible
from insight_app.project.judgements import Act, ConceptId, CurationState
from insight_app.project.judgements.acts import Value
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.changes import before, changes
from insight_app.project.judgements.targets import PROJECT, About, parse
from insight_app.project.results.snapshot import Results

BELOW = " > "
"""Stands between the two ends of a relation."""
_OF_CONCEPTS = {**naming.SAID, **placing.SAID, **structuring.SAID, **viewing.SAID}


class Draft:
    """Hold what would hold once all that was said is written.

    catalogue, state: this.  results, photos: what the machine found, and in what.
    """

    def __init__(
        self, results: Results, state: CurationState, came_with_merge: Callable[[str], bool]
    ) -> None:
        self.catalogue = Catalogue(results, state)
        self.results = results
        self.photos = Photos(results)
        self.state = state.copy()
        self._made: dict[str, ConceptId] = {}
        self._in_the_log = came_with_merge
        self._with_merges: dict[str, bool] = {}
        """Aliases that were said here: whether a merge did."""

    def say(self, target: str, act: str, values: Sequence[str]) -> Said:
        """Take one act; Refusal where it cannot be done, and nothing is changed by it."""
        named = target.strip(), act.strip().casefold()
        target, act, values = self._of_relation(*named, list(values))
        word = WORDS.get(act)
        if word is None:
            known = ", ".join(WORDS)
            raise Refusal(f"There is no act {visible(act)!r}.", do=f"Acts are: {known}.")
        values = _fitting(act, word, list(values))
        said = self._said(word.about, target, act, values)
        self._take_over(said.acts)
        self._made |= said.made
        return said

    def row(self, text: str) -> int:
        """Return the row of the concept that a person means; one made just now comes first."""
        made = self._made.get(" ".join(text.split()))
        return finding.concept(self.catalogue, made or text)

    def rows(self, texts: Sequence[str]) -> list[int]:
        """Return the rows of several concepts, each once."""
        return list(dict.fromkeys(map(self.row, texts)))

    def id(self, row: int) -> ConceptId:
        """Return a concept's id in the log."""
        return self.catalogue.id_of(row)

    def called(self, row: int) -> str:
        """Return what to call a concept."""
        return finding.called(self.catalogue, row)

    def came_with_merge(self, target: str) -> bool:
        """Return whether an alias stands because a merge made it one, and nobody else did."""
        said = self._with_merges.get(target)
        return self._in_the_log(target) if said is None else said

    def _of_relation(
        self, target: str, act: str, values: Sequence[str]
    ) -> tuple[str, str, Sequence[str]]:
        """Return CHILD, act and PARENT for "CHILD > PARENT", all else as it is."""
        if BELOW not in target or target in self.catalogue.names:
            return target, act, values
        child, parent = self._ends(target)
        named = OF_RELATION.get(act, act)
        if named in WORDS and not WORDS[named].has_parent:
            known = ", ".join(OF_RELATION)
            raise Refusal(
                f"“{quoted(act)}” is not said of a relation.", do=f"Of relations: {known}."
            )
        return child, named, (parent, *values)

    def _ends(self, target: str) -> tuple[str, str]:
        """Return CHILD and PARENT of "CHILD > PARENT"; either name may have such a sign in it."""
        parts = target.split(BELOW)
        ways = [(BELOW.join(parts[:at]), BELOW.join(parts[at:])) for at in range(1, len(parts))]
        for child, parent in ways:
            with suppress(Refusal):
                self.row(child), self.row(parent)
                return child, parent
        return ways[0]

    def _said(self, about: Subject, target: str, act: str, values: Sequence[str]) -> Said:
        if about is Subject.PROJECT:
            if target != PROJECT:
                raise Refusal(f"“{act}” is said of the project.", do=f"Type: {usage(act)}.")
            return naming.language(values[0])
        if about is Subject.PHOTO:
            return viewing.OF_PHOTOS[act](self.photos.one(target), values)
        if about is Subject.NEW:
            return structuring.OF_NEW[act](self, target, values)
        row = self.row(target)
        holder = self.catalogue.holder(row)
        if holder != row and act not in structuring.OF_MEMBERS:
            raise Refusal(
                f"{self.called(row)} is merged into {self.called(holder)}.",
                do="Judge that one, or unmerge this one first.",
            )
        return _OF_CONCEPTS[act](self, row, values)

    def _take_over(self, acts: Iterable[Act]) -> None:
        acts = tuple(acts)
        was = before(self.state, [act.target for act in acts])
        for act in acts:
            self.state.set(act.target, {**_standing(self.state, act.target), **act.after})
        self.catalogue.apply(self.state, changes(was, self.state, ""))
        is_merge = any(act.kind == "merge" for act in acts)
        for act in acts:
            if act.kind in ("alias", "remove-alias"):
                self._with_merges[act.target] = is_merge and act.kind == "alias"


def _fitting(act: str, word: Word, values: list[str]) -> list[str]:
    """Return the values of an act; Refusal where there are too few or too many."""
    while len(values) > word.least and not values[-1].strip():
        values.pop()  # a spreadsheet fills up its lines
    if len(values) < word.least or (word.most is not None and len(values) > word.most):
        found = " ".join(repr(quoted(value)) for value in values) or "nothing"
        raise Refusal(f"“{act}” is typed: {usage(act)}.", do=f"What follows it is {found}.")
    return values


def _standing(state: CurationState, target: str) -> dict[str, Value]:
    """Return the fields of a target that has several as they are."""
    found = parse(target)
    if found is None or found.about not in (About.CONCEPT, About.RELATION):
        return {}
    held = (
        state.concepts.get(found.concepts[0])
        if found.about is About.CONCEPT
        else state.relations.get((found.concepts[0], found.concepts[1]))
    )
    return {} if held is None else {one.name: getattr(held, one.name) for one in fields(held)}
