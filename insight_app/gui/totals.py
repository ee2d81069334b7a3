"""How many concepts there are, by the four ways of counting them, each with its own word.

*known*: in the dictionary, and those that persons made.  *fire*: somewhere on these photos.
*listed*: where they are shown.  *judged*: by a person.  Knows no widget.
"""

from dataclasses import dataclass

from insight_app.figures import agreeing, counted
from insight_app.gui.state.project_state import ProjectState


@dataclass(frozen=True)
class Totals:
    """Concepts of one state: in its dictionary, persons' own, that fire, hidden, merged, judged."""

    dictionary: int
    own: int
    fire: int
    hidden: int
    merged: int
    judged: int
    awaits_photos: bool

    @property
    def known(self) -> int:
        """The dictionary's and persons' own."""
        return self.dictionary + self.own

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
        if not self.awaits_photos:
            lines.append(f"{self.fire:,} of them fire on at least one cell of these photos.")
        if self.own:
            lines.append(f"{counted(self.own, 'concept')} made by a person.")
        if self.merged:
            verb = agreeing(self.merged, "is", "are")
            lines.append(f"{self.merged:,} of all {verb} merged into others.")
        if self.hidden:
            lines.append(f"{self.hidden:,} hidden from lists.")
        return "\n".join(lines)


def totals(state: ProjectState) -> Totals | None:
    """Count the concepts of a state, None where there are none yet."""
    catalogue, results = state.catalogue, state.results
    if catalogue is None or results is None:
        return None
    own = catalogue.is_listed[results.F :] & ~catalogue.is_gone[results.F :]
    return Totals(
        dictionary=results.F,
        own=int(own.sum()),
        fire=int((results.cells > 0).sum()),
        hidden=int(catalogue.hidden[: results.F].sum()),
        merged=int(catalogue.is_merged.sum()),
        judged=int(((catalogue.status > 0) & ~catalogue.is_merged).sum()),
        awaits_photos=state.awaits_photos,
    )
