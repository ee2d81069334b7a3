"""What a project's judgements must add up to, foretold from what was done: the model of a log.

One person judges, so there is one stack of acts; each field has a pile of sayings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.long_day.ledger import Entry, Fields

Said = tuple[str, dict[str, object]]
"""(target, the fields that are set)."""


@dataclass
class Judged:
    """judge(), undo() and redo() as the window is told them, in this order."""

    piles: dict[tuple[str, str], list[object]] = field(default_factory=dict)
    done: list[list[Said]] = field(default_factory=list)
    undone: list[list[Said]] = field(default_factory=list)

    def judge(self, said: Iterable[Said]) -> None:
        """What is said already is not said again; where nothing is left, nothing was done."""
        group = []
        for target, fields in said:
            if all(self._top(target, name) == value for name, value in fields.items()):
                continue
            group.append((target, fields))
            self._put(target, fields)
        if group:
            self.done.append(group)
            self.undone.clear()

    def undo(self) -> None:
        if self.done:
            group = self.done.pop()
            for target, fields in reversed(group):
                for name in fields:
                    self.piles[target, name].pop()
            self.undone.append(group)

    def redo(self) -> None:
        if self.undone:
            group = self.undone.pop()
            for target, fields in group:
                self._put(target, fields)
            self.done.append(group)

    @property
    def fields(self) -> Fields:
        found: Fields = {}
        for (target, name), pile in self.piles.items():
            if pile and pile[-1] is not None:
                found.setdefault(target, {})[name] = pile[-1]
        return found

    def _top(self, target: str, name: str) -> object:
        pile = self.piles.get((target, name))
        return pile[-1] if pile else None

    def _put(self, target: str, fields: dict[str, object]) -> None:
        for name, value in fields.items():
            self.piles.setdefault((target, name), []).append(value)


def from_log(log: Iterable[Entry]) -> Judged:
    """The model of a log that is there: after judgements were given up."""
    model, groups = Judged(), dict[str, list[Entry]]()
    for entry in log:
        groups.setdefault(entry.group, []).append(entry)
    for group in groups.values():
        if group[0].kind == "undo":
            model.undo()
        elif group[0].kind == "redo":
            model.redo()
        else:
            model.judge((entry.target, dict(entry.after)) for entry in group)
    return model
