"""How many concepts there are, by the four ways of counting them, each with its own word.

*known*: in the dictionary or made by a person, a merge as one.  *fire*: somewhere on these photos.
*listed*: where they are shown.  *judged*: by a person.  Knows no widget.
"""

from dataclasses import dataclass

import numpy as np

from insight_app.figures import agreeing, counted
from insight_app.gui.state.project_state import ProjectState


@dataclass(frozen=True)
class Totals:
    """Concepts of one state: in its dictionary, persons' own, that fire, hidden, merged, judged.

    own: merged ones too.  fire: those that stand for themselves.
    """

    dictionary: int
    own: int
    fire: int
    hidden: int
    merged: int
    judged: int
    awaits_photos: bool

    @property
    def known(self) -> int:
        """The dictionary's and persons' own, but for what is merged into others."""
        return self.dictionary + self.own - self.merged

    @property
    def text(self) -> str:
        """How many fire of how many, in a few words."""
        if self.awaits_photos:
            return counted(self.known, "concept")
        return f"{self.fire:,} of {counted(self.known, 'concept')} fire"

    @property
    def explanation(self) -> str:
        """The same in full, for a tooltip."""
        lines = [f"The dictionary has {counted(self.dictionary, 'concept')}."]
        if self.own:
            lines.append(f"{counted(self.own, 'concept')} made by a person.")
        if self.merged:
            verb = agreeing(self.merged, "is", "are")
            lines.append(f"{self.merged:,} of all {verb} merged into others and not counted.")
        if not self.awaits_photos:
            verb = agreeing(self.fire, "fires", "fire")
            lines.append(f"{self.fire:,} {verb} on at least one cell of these photos.")
        if self.hidden:
            lines.append(f"{self.hidden:,} hidden from lists.")
        return "\n".join(lines)


def totals(state: ProjectState) -> Totals | None:
    """Count the concepts of a state, None where there are none yet."""
    catalogue, results = state.catalogue, state.results
    if catalogue is None or results is None:
        return None
    is_own = np.arange(catalogue.size) >= results.F
    is_there = ~is_own | (~catalogue.hidden & ~catalogue.is_gone)
    merged = is_there & catalogue.is_merged
    return Totals(
        dictionary=results.F,
        own=int((is_own & is_there).sum()),
        fire=int((is_there & catalogue.fires & ~catalogue.is_merged).sum()),
        hidden=int(catalogue.hidden[: results.F].sum()),
        merged=int(merged.sum()),
        judged=int(((catalogue.status > 0) & ~catalogue.is_merged).sum()),
        awaits_photos=state.awaits_photos,
    )
