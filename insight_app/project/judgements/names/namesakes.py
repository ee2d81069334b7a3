"""Which concepts have the same name, so that lists tell them apart."""

from collections import defaultdict
from collections.abc import Sequence


class Namesakes:
    """Hold the rows of each name, those that lists have and all; at first lists have all.

    changed: rows that have to be told apart now and had not before, or the reverse, and some more;
    to be emptied by who has looked at it.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.changed: set[int] = set()
        self._all: dict[str, set[int]] = defaultdict(set)
        self._listed: dict[str, set[int]] = defaultdict(set)
        for row, name in enumerate(names):
            if name:
                self._all[name].add(row)
                self._listed[name].add(row)

    def add(self, row: int, name: str, is_listed: bool) -> None:
        """Count a row among those of a name."""
        if name:
            self._put(self._all[name], row)
            if is_listed:
                self._put(self._listed[name], row)

    def remove(self, row: int, name: str) -> None:
        """Count a row no more among those of a name."""
        for by_name in (self._all, self._listed):
            if row in by_name.get(name, ()):
                self.changed |= by_name[name] if len(by_name[name]) <= 2 else {row}
                by_name[name].discard(row)

    def has_others(self, row: int, name: str) -> bool:
        """Return whether another row has the name; of one that lists have: another of these."""
        listed = self._listed.get(name, set())
        return not (listed if row in listed else self._all.get(name, set())) <= {row}

    def _put(self, rows: set[int], row: int) -> None:
        self.changed |= {row, *rows} if len(rows) <= 1 else {row}
        rows.add(row)
