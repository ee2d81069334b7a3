"""Several selected concepts: how many, what was said of them, and what a key would do to all."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from insight_app.gui.icons import STATUS_WORDS
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


def tally(state: ProjectState, concepts: "Sequence[ConceptId]") -> str:
    """Return what was said of concepts until now, in words: "3 not reviewed, 1 accepted"."""
    catalogue, rows = state.catalogue, state.rows_of(concepts)
    if catalogue is None:
        return ""
    counts = Counter(int(catalogue.status[row]) for row in rows if not catalogue.hidden[row])
    parts = [f"{counts[status]:,} {word}" for status, word in enumerate(STATUS_WORDS)]
    parts = [part for status, part in enumerate(parts) if counts[status]]
    if hidden := sum(bool(catalogue.hidden[row]) for row in rows):
        parts.append(f"{hidden:,} hidden")
    return ", ".join(parts)
