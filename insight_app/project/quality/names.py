"""The figures of the machine's names: how sure, how different, how special, and what they foretell.

With labels of photos - folders named by WordNet's ids or words, or a person's list - names are also
judged right or wrong. The measures are those of `concepts.quality` (`names`, `forward`, `labels`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming import hypernyms, vocabulary
from insight_app.concepts.naming.doubt import DOUBTFUL, are_doubtful
from insight_app.concepts.naming.specialness import specialness
from insight_app.concepts.progress import Progress
from insight_app.concepts.quality import forward, intervals, labels
from insight_app.concepts.quality import names as judging
from insight_app.concepts.quality.names import Classes
from insight_app.concepts.quality.taxonomy import Taxonomy
from insight_app.concepts.statistics import Exemplars
from insight_app.project.quality import beside
from insight_app.project.quality.beside import SHUFFLED
from insight_app.project.quality.report import NAMES, Control, Figure, SelfTest
from insight_app.project.quality.sample import Sample

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.results.snapshot import Results

READING, PREDICTING = "Reading names", "Predicting from names"
MOST_LABELLED = 2000
"""At most so many photos with labels are looked at: the strongest cells are chosen from these."""
FEWEST_LABELLED, FEWEST_CLASSES = 10, 5
"""Folders that are called "photos" or "flowers" are no labels: those are of most photos, and of
several classes."""
EXEMPLARS = 30
SHUFFLED_TITLE = "names shuffled among the concepts"
NO_LABELS = (
    "The photos have no labels: their folders are not named by a WordNet id (n02084071_dog) or a "
    "word that WordNet knows, and no list was given (--labels FILE.csv)."
)
NO_PROBABILITY = (
    "No probability is known of these names: name the concepts again, or analyze again."
)
SEED = 0
Judge = Callable[[NDArray[np.int64], Classes, Sequence[str], Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class MachineNames:
    """The machine's names of the F concepts that fire: words and synsets, "" for none.

    is_named (F,) bool; special (F,) float64: 1 - log terms below / log vocabulary, nan if unknown.
    """

    names: list[str]
    synsets: list[str]
    is_named: NDArray[np.bool_]
    special: NDArray[np.float64]


def named(results: Results) -> MachineNames:
    """Return the names of concepts that fire in the project."""
    terms, _, _, synsets = vocabulary.shipped_terms()
    special = _specialness()
    row_of: dict[str, int] = {}
    for row, term in enumerate(terms):
        row_of.setdefault(term, row)
    is_live = np.asarray(results.images) > 0
    names = [
        name if live else "" for name, live in zip(results.machine_names, is_live, strict=True)
    ]
    rows = [row_of.get(name, -1) for name in names]
    return MachineNames(
        names,
        [synsets[row] if row >= 0 else "" for row in rows],
        np.array([bool(name) for name in names]),
        np.array([special[row] if row >= 0 else np.nan for row in rows]),
    )


@cache
def _specialness() -> NDArray[np.float64]:
    """Return (V,) how special each shipped term is; takes a second, the first time."""
    _, _, _, synsets = vocabulary.shipped_terms()
    return specialness(hypernyms.shipped().ancestors(synsets))


def figures(
    sample: Sample,
    encoder: DenseEncoder,
    results: Results,
    given: Mapping[str, str],
    progress: Progress,
) -> list[Figure]:
    """Measure the machine's names; given: labels by photo, as `labels.read_csv` returns them."""
    found = named(results)
    figure = partial(Figure, group=NAMES, count_of="concepts that fire and have a name")
    return [
        _doubtful(found, results, figure),
        *_different(found, figure),
        _foretold(sample, encoder, results, found, progress),
        *_judged(results, found, given, figure, progress),
    ]


def _doubtful(found: MachineNames, results: Results, figure: partial[Figure]) -> Figure:
    probability = np.asarray(results.name_probability, np.float64)[found.is_named]
    known = probability[np.isfinite(probability)]
    doubtful = int(np.count_nonzero(are_doubtful(known)))
    low, high = intervals.wilson(doubtful, known.size)
    return figure(
        id="doubtful_names",
        title="Doubtful names",
        formula=f"share of names whose calibrated probability of being right is under {DOUBTFUL}",
        value=doubtful / known.size if known.size else None,
        low=low,
        high=high,
        count=known.size,
        unit="share",
        note="" if known.size else NO_PROBABILITY,
    )


def _different(found: MachineNames, figure: partial[Figure]) -> list[Figure]:
    names = [name for name in found.names if name]
    special = found.special[found.is_named]
    shared = judging.sharing(names)
    low, high = intervals.wilson(shared * len(names), len(names))
    return [
        figure(
            id="different_names",
            title="Different names",
            formula="number of different names / number of names",
            value=len(set(names)) / len(names) if names else None,
            count=len(names),
            unit="share",
            note="" if names else "No concept that fires has a name.",
        ),
        figure(
            id="shared_names",
            title="Names shared with another concept",
            formula="share of names that another concept has too, before numbers are added",
            value=shared if names else None,
            low=low,
            high=high,
            count=len(names),
            unit="share",
        ),
        figure(
            id="specialness",
            title="Specialness of names",
            formula="1 - log(terms below) / log(terms of the vocabulary); mean over names. 0 is a "
            "word above all, 1 one with none below",
            value=beside.mean(special),
            count=beside.known(special),
            note="Right names can be bought with general words: read it beside the share of right "
            "ones.",
        ),
    ]


def _foretold(
    sample: Sample, encoder: DenseEncoder, results: Results, found: MachineNames, progress: Progress
) -> Figure:
    """Return how well names alone tell where concepts fire, on photos they do not rest on."""
    progress(0, 0, PREDICTING)
    vectors = _vectors(found, encoder)
    keep = _held_back(sample, results)
    dealt = np.flatnonzero(found.is_named)
    shuffled = np.zeros_like(vectors)
    shuffled[dealt] = vectors[np.random.default_rng(SEED).permutation(dealt)]
    tokens = [x.numpy() for x in sample.tokens]
    own = forward.predictions(tokens, sample.codes, vectors)
    progress(0, 0, PREDICTING)
    other = forward.predictions(tokens, sample.codes, shuffled)
    values = own.correlations(keep)
    low, high = beside.drawn(lambda w: own.correlations(keep * w[:, None]), sample.size)
    count = beside.known(values)
    return Figure(
        id="forward_simulation",
        group=NAMES,
        title="Forward simulation",
        formula="correlation, over cells of photos that the name does not rest on, of the cosine of"
        " name and token with the concept's activation; mean over concepts",
        value=beside.mean(values) if count else None,
        low=low,
        high=high,
        count=count,
        count_of=f"concepts that fire in such {sample.words}",
        unit="correlation",
        controls={SHUFFLED: beside.control(SHUFFLED_TITLE, other.correlations(keep))}
        if count
        else {},
        is_higher_better=True,
        note=""
        if count
        else "Every photo in which a named concept fires is among those that its name rests on.",
        standouts=beside.standouts(values),
    )


def self_test(sample: Sample, dictionary: HSAE) -> SelfTest:
    """Try forward simulation with each concept's own direction, and with another's.

    The own one must foretell it, and another's at most half as well.
    """
    tokens = [x.numpy() for x in sample.tokens]
    rows = dictionary.W_dec.cpu().numpy()
    dealt = rows[np.random.default_rng(SEED).permutation(len(rows))]
    every = np.ones((sample.size, 1))
    own, other = (
        beside.mean(forward.predictions(tokens, sample.codes, one).correlations(every))
        for one in (rows, dealt)
    )
    return SelfTest(
        "shuffled_names",
        "Directions dealt out at random foretell nothing",
        other,
        f"at most half of {own:.3f}, what each concept's own direction foretells",
        bool(other <= own / 2),
    )


def _held_back(sample: Sample, results: Results) -> NDArray[np.float64]:
    """Return (N, F) 0 for a concept's strongest photos, if names rest on photos; 1 for others."""
    keep = np.ones((sample.size, results.F))
    if not results.names_photos:
        return keep
    row_of = {int(image): row for row, image in enumerate(sample.images)}
    for concept in np.flatnonzero(np.asarray(results.images) > 0).tolist():
        ids, _ = results.strongest_images(concept, EXEMPLARS)
        keep[[row_of[image] for image in ids.tolist() if image in row_of], concept] = 0
    return keep


def _vectors(found: MachineNames, encoder: DenseEncoder) -> NDArray[np.float32]:
    """Return (F, D) the embedding of each name, zeros without one."""
    different = sorted({name for name in found.names if name})
    rows: dict[str, NDArray[np.float32]] = {}
    if encoder.fingerprint.partition(":")[0] == "builtin":
        shipped = vocabulary.default(encoder.fingerprint)
        wanted = set(different)
        for term, row in zip(shipped.terms, shipped.embeddings, strict=True):
            if term in wanted:
                rows.setdefault(term, row)
    missing = [name for name in different if name not in rows]
    if missing:
        texts = [f"a photo of a {name}" for name in missing]
        rows |= zip(missing, encoder.encode_text(texts).float().cpu().numpy(), strict=True)
    vectors = np.zeros((len(found.names), encoder.token_dim), np.float32)
    for concept, name in enumerate(found.names):
        if name:
            vectors[concept] = rows[name]
    return vectors


def _judged(
    results: Results,
    found: MachineNames,
    given: Mapping[str, str],
    figure: partial[Figure],
    progress: Progress,
) -> list[Figure]:
    """Return whether names are right, by labels; why not, where photos have none."""
    right = figure(
        id="right_names",
        title="Right names",
        formula="share of names that are the class, or a hypernym of it, of more than half of the "
        f"concept's {EXEMPLARS} strongest cells; hypernyms by the shipped part of WordNet",
        unit="share",
        is_higher_better=True,
        note=NO_LABELS,
    )
    taxonomy = labels.shipped()
    images, synsets = _labelled(results, given, taxonomy)
    if len(images) < FEWEST_LABELLED or len(set(synsets)) < FEWEST_CLASSES:
        return [right]
    exemplars = Exemplars(results.F, EXEMPLARS)
    for done, image in enumerate(images):
        progress(done, len(images), READING)
        codes = results.codes(image)
        exemplars.add(codes, np.full(codes.cells, done), np.arange(codes.cells))
    classes = sorted(set(synsets))
    class_of = np.array([classes.index(one) for one in synsets])
    cells = exemplars.cells()
    known = Classes(taxonomy, classes)

    def counts(of: NDArray[np.int64]) -> NDArray[np.int64]:
        image = cells.image.astype(np.int64)
        return judging.class_counts(cells.concept, image, of, results.F, len(classes))

    rng = np.random.default_rng(SEED)
    own = counts(class_of)
    is_right = judging.right(own, known, found.names, found.synsets)
    is_top = labels.top(own, known, found.names, found.synsets)
    dealt = rng.permutation(np.flatnonzero(found.is_named))
    order = np.arange(results.F)
    order[np.flatnonzero(found.is_named)] = dealt
    names = [found.names[one] for one in order]
    synsets_dealt = [found.synsets[one] for one in order]
    labels_dealt = counts(rng.permutation(class_of))
    count_of = f"names; {len(images):,} photos of {len(classes):,} classes"
    note = "The names are the project's own, also where they were found from these very photos."

    def shares(values: NDArray[np.float64]) -> tuple[float, float | None, float | None]:
        share = beside.mean(values)
        return share, *intervals.wilson(share * beside.known(values), beside.known(values))

    def controls(judge: Judge) -> dict[str, Control]:
        return {
            SHUFFLED: Control(SHUFFLED_TITLE, *shares(judge(own, known, names, synsets_dealt))),
            "labels": Control(
                "labels shuffled among the photos",
                *shares(judge(labels_dealt, known, found.names, found.synsets)),
            ),
        }

    value, low, high = shares(is_right)
    top, top_low, top_high = shares(is_top)
    return [
        replace(
            right,
            value=value,
            low=low,
            high=high,
            count=beside.known(is_right),
            count_of=count_of,
            controls=controls(judging.right),
            note=note,
        ),
        replace(
            right,
            id="top_names",
            title="Names that are the top class",
            formula="share of names that are the class of most of the concept's "
            f"{EXEMPLARS} strongest cells, or a hypernym of it",
            value=top,
            low=top_low,
            high=top_high,
            count=beside.known(is_top),
            count_of=count_of,
            controls=controls(labels.top),
            note=note,
        ),
        _calibration(results, is_right, figure, count_of),
    ]


def _calibration(
    results: Results, is_right: NDArray[np.float64], figure: partial[Figure], count_of: str
) -> Figure:
    probability = np.asarray(results.name_probability, np.float64)
    found = judging.calibration(probability, is_right)
    known = np.isfinite(probability) & np.isfinite(is_right)
    count = int(np.count_nonzero(known))
    constant = np.where(known, 0.5, np.nan)
    return figure(
        id="calibration_error",
        title="Calibration error of the names' probability",
        formula="ten bins of equal count by probability; mean of |mean probability - share right|",
        value=found.error if count else None,
        count=count,
        count_of=count_of,
        controls={
            "one_half": Control(
                "the same probability, one half, for all",
                judging.calibration(constant, is_right).error,
            )
        }
        if count
        else {},
        is_higher_better=False,
        note="" if count else NO_PROBABILITY,
    )


def _labelled(
    results: Results, given: Mapping[str, str], taxonomy: Taxonomy
) -> tuple[list[int], list[str]]:
    """Return the ids of photos with a label, at most MOST_LABELLED, and their classes' synsets."""
    ids = np.asarray(results.image_ids(status="coded"), np.int64)
    order = np.random.default_rng(SEED).permutation(ids.size)
    images, synsets = [], []
    known: dict[str, str] = {}
    looked_at = np.sort(ids[order[:MOST_LABELLED]]).tolist()
    for image in looked_at:
        path = results.image(image).path
        label = _given(path, given) if given else path.parent.name
        if label not in known:
            known[label] = labels.synset_of(label, taxonomy) if label else ""
        if known[label]:
            images.append(image)
            synsets.append(known[label])
    if not given and len(images) * 2 < len(looked_at):
        return [], []
    return images, synsets


def _given(path: Path, given: Mapping[str, str]) -> str:
    """Return the label of a photo in a person's list, by the longest end of its path there."""
    parts = path.parts
    for start in range(len(parts)):
        if label := given.get("/".join(parts[start:])):
            return label
    return ""
