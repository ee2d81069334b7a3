"""In what the names of two concepts are alike: the same, another spelling of it, the same meaning.

Knows names and senses; nothing of where concepts are active.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from insight_app.concepts.likeness.spelling import deletions, form, is_slip, plain
from insight_app.project.similarity.listing import ConceptListing
from insight_app.project.similarity.senses import Senses

SAME_NAME, SPELLED_ALIKE, SAME_MEANING = "same name", "spelled alike", "same meaning"


@dataclass(frozen=True)
class NameForms:
    """Hold a name in the forms it is compared in; all empty for none."""

    plain: str
    form: str
    senses: tuple[int, ...]

    def alike(self, other: "NameForms") -> str:
        """Return in what two names are alike, "" if in nothing."""
        if not self.plain or not other.plain:
            return ""
        if self.plain == other.plain:
            return SAME_NAME
        if self.form == other.form:
            return SPELLED_ALIKE
        if self.senses and other.senses:
            # Two words that both exist are no slip of each other: beagle, eagle.
            return SAME_MEANING if self.senses[0] == other.senses[0] else ""
        return SPELLED_ALIKE if is_slip(self.plain, other.plain) else ""


def words_of(senses: Senses, listing: ConceptListing, row: int) -> NameForms:
    """Return the name of a row as it is compared; an empty one if it is rejected or missing."""
    name = listing.names[row] if listing.is_named(row) else ""
    return NameForms(plain(name), form(name), senses.of(row, name))


def keys(words: NameForms) -> Iterator[tuple[str, str | int]]:
    """Yield what a name has in common with all that are alike, and with few others."""
    if words.plain:
        yield "form", words.form
        if words.senses:
            yield "sense", words.senses[0]
        for shorter in deletions(words.plain):
            yield "slip", shorter
