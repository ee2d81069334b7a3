"""Who said what stands: of every field of every target, the judgement in force.

Knows the log, and no catalogue.
"""

from collections.abc import Iterable, Mapping

from insight_app.exchange.content import SaidBy, clean
from insight_app.project.judgements import Judgement
from insight_app.project.judgements.projection import Fields, fold


class Sayings:
    """Look up who said something that stands."""

    def __init__(self, entries: Iterable[Judgement]) -> None:
        log = list(entries)
        self._entries = {entry.uuid: entry for entry in log}
        self._targets: Mapping[str, Fields] = fold(log).targets

    def of(self, target: str, field: str) -> SaidBy | None:
        """Return who said what a field of a target is, None if nobody did."""
        found = self._targets.get(target, {}).get(field)
        if found is None or not found.entries or found.value is None:
            return None
        entry = self._entries[found.entries[0]]
        return SaidBy(clean(entry.person.name), entry.utc.isoformat())

    def all_of(self, target: str, fields: Mapping[str, str]) -> dict[str, SaidBy]:
        """Return who said what stands of a target, under other names of its fields."""
        found = {name: self.of(target, field) for field, name in fields.items()}
        return {name: said for name, said in found.items() if said is not None}
