"""What a report is taken from: an open project with its results, read once for all sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from insight_app.exchange.audit_report.blocks import NamedText
from insight_app.figures import figure
from insight_app.plain_text import shortened, visible
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.opinions import Opinions, opinions
from insight_app.project.judgements.state import CurationState, Judgement
from insight_app.project.judgements.structure.edges import ReviewStatus
from insight_app.project.judgements.targets import ConceptId, machine_concept, parse_concept
from insight_app.project.project import Project
from insight_app.project.results.contents import photos_of

if TYPE_CHECKING:
    from insight_app.project.results.records import ImageRecord
    from insight_app.project.results.snapshot import Results

LETTERS = 60
STATUS = {
    ReviewStatus.ACCEPTED: "accepted",
    ReviewStatus.UNSURE: "unsure",
    ReviewStatus.REJECTED: "name rejected",
    ReviewStatus.UNREVIEWED: "not reviewed",
}


def moment(when: str | datetime) -> str:
    """Return a time (ISO 8601) as people write it, in UTC."""
    try:
        found = datetime.fromisoformat(when) if isinstance(when, str) else when
    except ValueError:
        return str(when)
    return f"{found.astimezone(UTC):%d %b %Y, %H:%M} UTC"


@dataclass
class Audited:
    """Hold a project, its newest results (None: not analyzed) and what persons said."""

    project: Project
    results: Results | None
    pictures_left: int = 60
    doubts: list[str] = field(default_factory=list)

    @property
    def state(self) -> CurationState:
        return self.project.judgements.state

    @cached_property
    def catalogue(self) -> Catalogue | None:
        return None if self.results is None else Catalogue(self.results, self.state)

    @cached_property
    def entries(self) -> list[Judgement]:
        return self.project.judgements.entries()

    @cached_property
    def opinions(self) -> Opinions:
        return opinions(self.entries)

    def concept(self, index: int) -> NamedText:
        """Return what a dictionary's concept is called, with its number."""
        if self.results is None:
            return NamedText(f"concept #{index}")
        return self.named(machine_concept(self.results.dictionary.fingerprint, index))

    def named(self, concept: str) -> NamedText:
        """Return what a concept is called, with what tells it from others of its name."""
        known = parse_concept(concept)
        row = None if self.catalogue is None or known is None else self._row(known)
        if row is None or self.catalogue is None:
            return NamedText(visible(shortened(concept, LETTERS)))
        name = shortened(visible(self.catalogue.names[row]), LETTERS)
        reference = self.catalogue.reference(row)
        is_machine = not self.catalogue.by_person[row]
        return NamedText(f"{name} ({reference})" if name else f"unnamed ({reference})", is_machine)

    def index_of(self, concept: str) -> int | None:
        """Return the number of a concept of the present dictionary, None for another one."""
        dictionary, _colon, index = concept.rpartition(":")
        if self.results is None or dictionary != self.results.dictionary.fingerprint:
            return None
        number = int(index) if index.isdecimal() else -1
        return number if 0 <= number < self.results.F else None

    def standing(self, index: int) -> str:
        """Return whether a dictionary's concept was checked: what a finding rests on."""
        if self.catalogue is None or self.results is None:
            return "not known"
        row = self._row(machine_concept(self.results.dictionary.fingerprint, index))
        if row is None:
            return "not known"
        if self.catalogue.hidden[row]:
            return "judged junk"
        return STATUS[ReviewStatus(int(self.catalogue.status[row]))]

    def is_bad(self, index: int) -> bool:
        """Return whether a person hid the concept or rejected its name."""
        return self.standing(index) in ("judged junk", STATUS[ReviewStatus.REJECTED])

    def photo(self, content: str) -> ImageRecord | None:
        """Return a photo by the hash of its content, None if there is none any more."""
        if self.results is None or not content:
            return None
        found = photos_of(self.results, [content])[content]
        return self.results.image(found[0]) if found else None

    def called(self, content: str) -> str:
        """Return what a photo is called, by the hash of its content."""
        record = self.photo(content)
        if record is None:
            return f"a photo that is not there any more ({content[:12]})"
        return visible(f"{record.path.parent.name}/{record.path.name}")

    def reviewed_share(self) -> str:
        """Return how much of all activation was judged, in words."""
        if self.catalogue is None:
            return "not known"
        share = self.catalogue.reviewed_share()
        return f"{figure(100 * share)} %" if np.isfinite(share) else "not known"

    def _row(self, concept: ConceptId) -> int | None:
        assert self.catalogue is not None
        row = self.catalogue.row_of(concept)
        return None if row is None else self.catalogue.holder(row)
