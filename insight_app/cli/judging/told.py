"""What a target of the log is called for a person.

Knows the catalogue if there is one; without it a concept is called by its id.
"""

from insight_app.cli.judging import finding
from insight_app.plain_text import visible
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.targets import About, ConceptId, parse


def concept(catalogue: Catalogue | None, identifier: ConceptId) -> str:
    """Return what a concept is called."""
    row = None if catalogue is None else catalogue.row_of(identifier)
    return str(identifier) if row is None or catalogue is None else finding.called(catalogue, row)


def target(catalogue: Catalogue | None, spelled: str) -> str:
    """Return in words what a target is about."""
    found = parse(spelled)
    if found is None:
        return visible(spelled)
    named = [concept(catalogue, one) for one in found.concepts]
    if found.about is About.CONCEPT:
        return named[0]
    if found.about is About.RELATION:
        return f"{named[0]} under {named[1]}"
    if found.about is About.ALIAS and found.alias is not None:
        language = f" ({found.alias.language})" if found.alias.language else ""
        return f"alias {visible(found.alias.text)}{language} of {named[0]}"
    if found.about is About.MEMBER:
        return f"{named[1]} as one with {named[0]}"
    if found.about is About.MARK and found.mark is not None:
        return f"cell {found.mark.cell} of photo {found.mark.image[:12]} for {named[0]}"
    if found.about is About.PAIR:
        return f"{named[0]} and {named[1]}"
    if found.about is About.TAG:
        return f"tag {visible(found.tag)} of photo {found.image[:12]}"
    if found.about is About.LABEL:
        return f"label of photo {found.image[:12]} in the set {visible(found.label_set)}"
    if found.about is About.FINDING:
        return f"finding {found.key[:8]}"
    if found.about is About.EDIT:
        return f"edit {found.key[:8]} of the model"
    if found.about is About.SIGNATURE:
        return f"report with SHA-256 {found.key[:12]}"
    return visible(spelled)
