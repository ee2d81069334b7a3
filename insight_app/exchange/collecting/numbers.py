"""Numbers and strongest places of concepts that are merged, grouped or split.

They are counted from the codes where the project does not keep them yet, and kept there.
"""

from collections.abc import Mapping

from insight_app.concepts.composition import Composition
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.project.composites import keeping
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.composites.store import CountedStore
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.results.snapshot import Results


def count(
    catalogue: Catalogue, results: Results, progress: Progress, cancel: CancelToken | None
) -> CountedStore | None:
    """Let a catalogue know the numbers of what is made of several concepts; return where they are.

    None where nothing is. May raise Cancelled.
    """
    composed = compositions(catalogue)
    if not composed:
        return None
    kept = keeping.in_results(results, list(composed.values()), progress, cancel)
    store = CountedStore(results.project, kept.basis)
    for row, one in composed.items():
        counted = kept.unkept.get(one) or store.get(one)
        if counted is not None:
            catalogue.set_numbers(row, counted.numbers)
    return store


def compositions(catalogue: Catalogue) -> Mapping[int, Composition]:
    """Return what rows are made of that are not simply a concept of the dictionary."""
    found = {row: catalogue.composition(row) for row in catalogue.composites()}
    return {row: composed for row, composed in found.items() if composed is not None}


def reader(
    catalogue: Catalogue, results: Results, store: CountedStore | None, row: int
) -> ConceptReader:
    """Return what answers where a row fires."""
    concept = row if row < results.F else -1
    return ConceptReader(results, concept, catalogue.composition(row), store)
