"""The numbers of composites in a catalogue: what a project keeps of them, and what postings tell.

For the window, exports and the command line alike.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.project.composites import basis, edge_strengths, keeping
from insight_app.project.composites.counted import ConceptNumbers
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.composites.store import CountedStore
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue


def count(
    catalogue: "Catalogue",
    results: Results,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> CountedStore:
    """Put the numbers of all composites into a catalogue, after counting what was not counted yet.

    Return what knows more of them.
    """
    store = CountedStore(results.project, basis.of(results))
    readers = {
        row: ConceptReader(results, composition=catalogue.composition(row), store=store)
        for row in catalogue.composites()
    }
    composed = [one.composition for one in readers.values() if one.composition is not None]
    if composed:
        kept = keeping.in_results(results, composed, progress, cancel)
        store.put(kept.unkept)
    for row, numbers in read(readers.items()):
        catalogue.set_numbers(row, numbers)
    _put_strengths(catalogue, results, store)
    return store


def put_known(catalogue: "Catalogue", results: Results, store: CountedStore) -> None:
    """Put the numbers of those composites into a catalogue that were counted already."""
    for row in catalogue.composites():
        composition = catalogue.composition(row)
        counted = composition and store.get(composition)
        if counted:
            catalogue.set_numbers(row, counted.numbers)
    _put_strengths(catalogue, results, store)


def read(readers: Iterable[tuple[int, ConceptReader]]) -> list[tuple[int, ConceptNumbers]]:
    """Return the numbers of some rows, without those of parts that nobody counted yet."""
    return [(row, reader.numbers()) for row, reader in readers if reader.is_readable]


def _put_strengths(catalogue: "Catalogue", results: Results, store: CountedStore) -> None:
    """Put the strengths of the relations of merged concepts into a catalogue."""

    def reader_of(row: int) -> ConceptReader:
        concept = row if row < results.F else -1
        return ConceptReader(results, concept, catalogue.composition(row), store)

    found = edge_strengths.read(catalogue.pairs_to_count(), reader_of)
    catalogue.set_strengths(found)
