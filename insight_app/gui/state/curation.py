"""What a person can do to concepts and relations, as the session's methods.

Turns rows into the acts of the judgement log and one line of text. Decides which concept comes
next before anything changes, so that no filter moves it away.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


class Verbs:
    """Mixed into the session; uses its catalogue, selection, judge() and follow_list."""

    catalogue: Any
    selection: Any
    settings: Any
    follow_list: list[int]

    judge: Any
    select: Any
    neighbour: Any
    name: Any

    # ---- status

    def accept(self, row: int | None = None) -> None:
        """Accept a concept's present name, or every selected one's, then go on."""
        self._status(row, "accept", "Accepted")

    def unsure(self, row: int | None = None) -> None:
        self._status(row, "unsure", "Unsure about")

    def reject(self, row: int | None = None) -> None:
        """Say that the name is wrong (hide() says that the concept is)."""
        self._status(row, "reject", "Rejected")

    def clear_status(self, row: int) -> None:
        from insight_app.project import judgements as j

        self._judge_rows([j.clear_status(self._id(row))], "Not reviewed again:", (row,))

    # ---- names, notes

    def rename(self, row: int, name: str) -> None:
        from insight_app.project import judgements as j

        name = " ".join(name.split())
        if name:
            old = self.name(row)[0]
            self.judge(
                [j.rename(self._id(row), name)], f"Renamed {old} to {name}", frozenset({row})
            )

    def note(self, row: int, text: str) -> None:
        from insight_app.project import judgements as j

        self._judge_rows([j.note(self._id(row), text)], "Noted on", (row,))

    def hide(self, rows: Sequence[int]) -> None:
        """Take concepts out of lists: junk. Those that are all hidden come back."""
        from insight_app.project import judgements as j

        rows = tuple(rows)
        if rows and all(self.catalogue.hidden[row] for row in rows):
            acts = [j.unhide(self._id(row)) for row in rows]
            self._judge_rows(acts, "Shown again:", rows)
        elif rows:
            self._judge_rows([j.hide(self._id(row)) for row in rows], "Hidden:", rows)

    # ---- relations

    def add_parent(self, row: int, parent: int) -> None:
        from insight_app.project import judgements as j

        if self._allowed(row, parent):
            text = f"{self.name(row)[0]} is now also under {self.name(parent)[0]}"
            act = j.add_parent(self._id(row), self._id(parent))
            self.judge([act], text, frozenset({row, parent}))

    def remove_parent(self, row: int, parent: int) -> None:
        from insight_app.project import judgements as j

        text = f"{self.name(row)[0]} is no longer under {self.name(parent)[0]}"
        act = j.remove_parent(self._id(row), self._id(parent))
        self.judge([act], text, frozenset({row, parent}))

    def move(self, row: int, old: int | None, new: int | None) -> None:
        """Remove exactly the parent `old`, add exactly `new`; None = the top of the hierarchy."""
        from insight_app.project import judgements as j

        if new is not None and not self._allowed(row, new):
            return
        where = f"under {self.name(new)[0]}" if new is not None else "to the top"
        acts = j.move(
            self._id(row),
            None if old is None else self._id(old),
            None if new is None else self._id(new),
        )
        rows = frozenset(r for r in (row, old, new) if r is not None)
        self.judge(acts, f"Moved {self.name(row)[0]} {where}", rows)

    def judge_relation(self, verb: str) -> None:
        """accept, unsure or reject the selected relation."""
        from insight_app.project import judgements as j

        child, parent = self.selection.relation
        act = getattr(j, f"{verb}_relation")(self._id(child), self._id(parent))
        word = {"accept": "Accepted", "unsure": "Unsure about", "reject": "Rejected"}[verb]
        text = f"{word} {self.name(child)[0]} under {self.name(parent)[0]}"
        self.judge([act], text, frozenset({child, parent}))

    # ---- how

    def _status(self, row: int | None, verb: str, word: str) -> None:
        from insight_app.project import judgements as j

        if row is None and self.selection.relation is not None:
            self.judge_relation(verb)
            return
        rows = self.selection.concepts if row is None else (row,)
        if not rows or self.catalogue is None:
            return
        following = None
        if len(rows) == 1 and rows[0] == self.selection.primary:
            following = self.neighbour(self.follow_list, rows[0], 1)
        make = getattr(j, verb)
        self._judge_rows([make(self._id(r), self.catalogue.names[r]) for r in rows], word, rows)
        if following is not None and self.settings.get("auto_advance"):
            self.select(concepts=(following,))

    def _judge_rows(self, acts: Sequence[Any], word: str, rows: Sequence[int]) -> None:
        what = self.name(rows[0])[0] if len(rows) == 1 else f"{len(rows)} concepts"
        self.judge(acts, f"{word} {what}", frozenset(rows))

    def _id(self, row: int) -> "ConceptId":
        concept: ConceptId = self.catalogue.id_of(row)
        return concept

    def _allowed(self, row: int, parent: int) -> bool:
        refusal = self.catalogue.refusal(row, parent)
        if refusal:
            self.said.emit(refusal, False)  # type: ignore[attr-defined]
        return not refusal
