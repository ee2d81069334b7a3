"""Whether concepts lie where a person's masks have things: the figures of places, with controls.

Owns which photos are taken and which controls stand beside each figure; the definitions are those
of `concepts.quality.grounding` (METRICS.md), the masks those of `masks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import Progress
from insight_app.concepts.quality import concept_maps, grounding, intervals, review_yield
from insight_app.concepts.quality.average_precision import GROUNDED, drawn
from insight_app.concepts.quality.concept_maps import LabelledMaps
from insight_app.concepts.quality.grounding import PlacedConcepts
from insight_app.errors import Refusal
from insight_app.figures import counted, figure
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.project import Project
from insight_app.project.quality import masks as label_masks
from insight_app.project.quality import sample as sampling
from insight_app.project.quality.masks import Kind, LabelTable, MaskFolder
from insight_app.project.quality.report import MOST, PLACES, Control, Figure
from insight_app.project.quality.sample import Sample
from insight_app.project.results.records import ImageRecord
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.codes import Codes
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE

MEASURING = "Measuring places"
FINDING = "Finding the photos of masks"
READING = "Reading masks"
BUDGETS = (50, 100)
"""So many concepts are reviewed in a short and in a long sitting."""
DRAWN = 3
"""Random maps and rolled maps are drawn so often, and the mean is shown."""
LEAST_CERTAIN = 3
"""Labels that are named as the worst placed, and as the best."""
RANDOM, ROLLED, ANOTHER, UNTRAINED, CLASSES, FILTERED, K_MEANS = (
    "random_maps",
    "rolled_maps",
    "another_photo",
    "untrained",
    "class_vectors",
    "filtered_table",
    "k_means",
)
TITLES = {
    RANDOM: "random maps",
    ROLLED: "the same maps, rolled",
    ANOTHER: "another photo's maps",
    UNTRAINED: "untrained dictionary",
    CLASSES: "pursuit with class vectors",
    FILTERED: "pursuit with the filtered class table",
    K_MEANS: "k-means of these cells",
}
CEILINGS = (FILTERED, K_MEANS)
"""These know more than a dictionary may: what tokens are made of, and the judged cells."""
NOTES = (
    "Each cell of the grid has the label that covers most of it. Controls choose their best "
    "concept for each label as the dictionary does; rolled maps move each concept's map by a step "
    "of its own. k-means was fitted to these very cells, tokens are made of the filtered table: "
    "ceilings, no opponents."
)


@dataclass(frozen=True)
class MeasuredMaps:
    """What one set of maps says of places; answered: `grounding.answered` (draws, L)."""

    found: PlacedConcepts
    answered: NDArray[np.float64]


@dataclass(frozen=True)
class _Kind:
    """A figure for each choice of labels. value: (draws,) of maps, labels (L,), weights."""

    id: str
    title: str
    formula: str
    value: Callable[[MeasuredMaps, NDArray[np.bool_], NDArray[np.float64]], NDArray[np.float64]]
    by_kind: bool = True
    is_higher_better: bool = True
    unit: str = "share"


KINDS = (
    _Kind(
        "locality",
        "Locality",
        "for a photo and a label the best IoU of any concept's support (cells in falling order "
        "until 90 % of its mass, ties kept); mean over photos with the label, then over labels",
        lambda m, kept, weights: grounding.locality(m.found, kept, weights),
        unit="IoU",
    ),
    _Kind(
        "consistency",
        "Consistency",
        "IoU of one concept's support with a label, mean over photos where the concept or the "
        "label occurs; the best concept of each label; mean over labels",
        lambda m, kept, weights: grounding.consistency(m.found, kept, weights),
        unit="IoU",
    ),
    _Kind(
        "impurity",
        "Impurity",
        "entropy (natural log) of a concept's retained mass over the labels with the background; "
        "mean over its photos, then over concepts active in 5 photos or more",
        lambda m, kept, weights: grounding.impurity(m.found, kept, weights),
        by_kind=False,
        is_higher_better=False,
        unit="nats",
    ),
    _Kind(
        "pointing_game",
        "Pointing game",
        "share of photos with a label in which the strongest cell of the concept that answers it "
        "(highest average precision) lies in it, silence being a miss; mean over labels",
        lambda m, kept, weights: grounding.pointing(m.found, kept, weights),
    ),
    _Kind(
        "energy_in_mask",
        "Energy in mask",
        "share of that concept's activation that lies in the label, mean over photos with the "
        "label (0 where it is silent), then over labels",
        lambda m, kept, weights: grounding.energy(m.found, kept, weights),
    ),
    _Kind(
        "iou_at_best_threshold",
        "IoU at the best threshold",
        "of that concept's cells above one threshold for all photos, the best there is; mean over "
        "labels",
        lambda m, kept, weights: np.array([grounding.best_overlap(m.found, kept)]),
        unit="IoU",
    ),
    _Kind(
        "mean_average_precision",
        "Mean average precision",
        "average precision of the best concept's map over all cells of all photos; mean over "
        "labels",
        lambda m, kept, weights: grounding.mean_average_precision(m.answered, kept),
        unit="AP",
    ),
    _Kind(
        "coverage",
        "Labels with a concept",
        f"share of labels for which a concept has an average precision of {GROUNDED} or more",
        lambda m, kept, weights: grounding.coverage(m.answered, kept),
    ),
)


@dataclass(frozen=True, eq=False)
class LabelledPhotos:
    """The analyzed photos that have a mask, and what their cells are labelled with.

    labels: by image, the labels in it, (n,) rows of the table, and their cells (n, cells).
    """

    table: LabelTable
    records: Mapping[int, ImageRecord]
    labels: Mapping[int, tuple[NDArray[np.int64], NDArray[np.bool_]]]


def labelled_photos(results: Results, given: MaskFolder, progress: Progress) -> LabelledPhotos:
    """Read the masks of analyzed photos: of at most report.MOST, at random, the same each time.

    KnownError where masks and photos do not fit; progress may raise Cancelled.
    """
    records = with_masks(results, given, progress)
    labels = {}
    for done, (image, record) in enumerate(records.items()):
        progress(done, len(records), READING)
        labels[image] = label_masks.read_labels(given, record)
    return LabelledPhotos(given.table, records, labels)


def figures(
    results: Results,
    encoder: DenseEncoder,
    dictionary: HSAE,
    given: LabelledPhotos,
    progress: Progress,
) -> list[Figure]:
    """Measure places on photos with labels; progress may raise Cancelled."""
    table = given.table
    sample = sampling.read(results, encoder, dictionary, np.array([*given.records]), progress)
    labels = [given.labels[image] for image in sample.images.tolist()]
    grids = [given.records[image] for image in sample.images.tolist()]

    def beside(codes: Sequence[Codes]) -> list[LabelledMaps]:
        return [
            label_masks.with_maps(here, concept_maps.maps_of(one), record)
            for here, one, record in zip(labels, codes, grids, strict=True)
        ]

    own = beside(sample.codes)
    L, every = len(table.ids), intervals.weights(sample.size)
    progress(0, 0, MEASURING)
    shown = _measured(own, dictionary.F, L, every)
    whole = _measured(own, dictionary.F, L, intervals.ones(sample.size))
    controls: dict[str, list[MeasuredMaps]] = {}
    for name, count, images in _controls(sample, dictionary, encoder, own, beside):
        progress(0, 0, MEASURING)
        one = _measured(images, count, L, intervals.ones(sample.size))
        controls.setdefault(name, []).append(one)
    by_label = _figures(table, sample, whole, shown, every, controls)
    return [*by_label, *_yields(results, whole, every, sample)]


def with_masks(
    results: Results, given: MaskFolder, progress: Progress, most: int | None = MOST
) -> dict[int, ImageRecord]:
    """Return the analyzed photos that have a mask: at most `most`, at random, always the same.

    KnownError where there are none, or two have the name of one mask.
    """
    masks = given.masks
    coded = results.image_ids(status="coded").tolist()
    found: dict[str, ImageRecord] = {}
    for done, image in enumerate(coded):
        if done % 100 == 0:
            progress(done, len(coded), FINDING)
        record = results.image(image)
        stem = record.path.stem
        if stem not in masks:
            continue
        if stem in found:
            raise Refusal(
                f"Two photos have the name of this mask: {found[stem].path} and {record.path}.",
                where=str(masks[stem]),
                do="Give the photos names of their own, or take the mask out of the folder.",
            )
        found[stem] = record
    if not found:
        raise Refusal(
            "None of the masks has the name of an analyzed photo.",
            where=str(given.folder),
            do="A mask is called as its photo, up to the suffix: beach.jpg and beach.png.",
        )
    order = np.random.default_rng(sampling.SEED).permutation(len(found))[:most]
    chosen = [list(found.values())[place] for place in sorted(order.tolist())]
    return {record.id: record for record in chosen}


def _measured(
    images: Sequence[LabelledMaps], concepts: int, labels: int, weights: NDArray[np.float64]
) -> MeasuredMaps:
    found = grounding.placed(images, concepts, labels)
    return MeasuredMaps(found, grounding.answered(found, weights))


Beside = Callable[[Sequence["Codes"]], list[LabelledMaps]]


def _controls(
    sample: Sample, dictionary: HSAE, encoder: DenseEncoder, own: list[LabelledMaps], beside: Beside
) -> Iterator[tuple[str, int, list[LabelledMaps]]]:
    """Yield name, number of concepts and labelled maps of every control."""
    from insight_app.concepts.quality.untrained import untrained

    for seed in range(DRAWN):
        yield RANDOM, dictionary.F, concept_maps.shuffled(own, seed)
        yield ROLLED, dictionary.F, concept_maps.rolled(own, seed)
    if len(own) > 1 and len({(one.rows, one.cols) for one in own}) == 1:
        yield ANOTHER, dictionary.F, concept_maps.of_another_image(own)
    active = sum(codes.indices.size for codes in sample.codes) / sample.cells
    bare = untrained(dictionary, sample.tokens, active)
    yield UNTRAINED, bare.F, beside([bare.encode(x).half() for x in sample.tokens])
    for name, count, codes in _from_tokens(sample, dictionary, encoder, max(1, round(active))):
        yield name, count, beside(codes)


def _from_tokens(
    sample: Sample, dictionary: HSAE, encoder: DenseEncoder, parts: int
) -> Iterator[tuple[str, int, list[Codes]]]:
    """Yield the controls that code the same tokens with `parts` parts in each cell."""
    import torch

    from insight_app.concepts.quality import control_maps
    from insight_app.concepts.quality.pursuit import Pursuit

    tokens, offset = sample.tokens, dictionary.b_dec.cpu()
    for name, attribute in ((CLASSES, "class_vectors"), (FILTERED, "token_table")):
        rows: Tensor | None = getattr(encoder, attribute, None)
        if rows is not None:
            pursuit = Pursuit.over(rows.cpu(), offset)
            count = len(pursuit.atoms)
            yield name, count, [control_maps.by_pursuit(pursuit, x, parts) for x in tokens]
    every = torch.cat(tokens)
    mean, centroids = every.mean(0), control_maps.k_means(every, dictionary.F)
    found = [control_maps.by_nearest(centroids, mean, x, parts) for x in tokens]
    yield K_MEANS, len(centroids), found


def _figures(
    table: LabelTable,
    sample: Sample,
    whole: MeasuredMaps,
    shown: MeasuredMaps,
    every: NDArray[np.float64],
    controls: Mapping[str, list[MeasuredMaps]],
) -> Iterator[Figure]:
    one, notes = intervals.ones(sample.size), _note(table, whole)
    for kind in KINDS:
        for which, kept in (
            _choices(table) if kind.by_kind else [("", np.ones(len(table.ids), bool))]
        ):
            asked = kept & whole.found.occurs
            if not asked.any():
                continue
            drawn_values = kind.value(shown, kept, every)
            is_drawn = drawn_values.size > 1 and sample.size >= intervals.FEWEST_IMAGES
            low, high = intervals.between(drawn_values) if is_drawn else intervals.NONE
            of = f"{which} labels" if which else "labels"
            yield Figure(
                id=f"{kind.id}_{which}" if which else kind.id,
                group=PLACES,
                title=f"{kind.title} ({which})" if which else kind.title,
                formula=kind.formula,
                value=float(kind.value(whole, kept, one)[0]),
                low=low,
                high=high,
                count=int(asked.sum()),
                count_of=f"{of} in {counted(sample.size, 'photo')} with masks",
                unit=kind.unit,
                controls={
                    name: Control(
                        TITLES[name],
                        float(np.mean([kind.value(each, kept, one)[0] for each in drawn_out])),
                        is_ceiling=name in CEILINGS,
                    )
                    for name, drawn_out in controls.items()
                },
                is_higher_better=kind.is_higher_better,
                note=notes if kind is KINDS[0] and not which else "",
            )


def _choices(table: LabelTable) -> list[tuple[Kind, NDArray[np.bool_]]]:
    """Return all labels (''), then those of each kind if there are several."""
    kinds: list[Kind] = [kind for kind in label_masks.KINDS if kind and kind in table.kinds]
    some = [(kind, table.of_kind(kind)) for kind in kinds] if len(set(table.kinds)) > 1 else []
    return [("", np.ones(len(table.ids), bool)), *some]


def _note(table: LabelTable, whole: MeasuredMaps) -> str:
    """Return what belongs to all figures, and which labels have the best and the worst concept."""
    labels = np.flatnonzero(whole.found.occurs)
    order = labels[np.argsort(whole.answered[0, labels], kind="stable")]
    worst, best = order[:LEAST_CERTAIN], order[::-1][:LEAST_CERTAIN]

    def told(rows: NDArray[np.int64]) -> str:
        return ", ".join(f"{table.names[i]} {figure(whole.answered[0, i])}" for i in rows.tolist())

    return f"{NOTES} Average precision, best: {told(best)}; worst: {told(worst)}."


def _yields(
    results: Results, whole: MeasuredMaps, every: NDArray[np.float64], sample: Sample
) -> Iterator[Figure]:
    """Yield how many of the first concepts of the queue are grounded."""
    live = np.flatnonzero(results.total > 0)
    order = live[np.lexsort((live, -results.total[live]))]
    accepted = _accepted(results)
    found = whole.found
    grounded = (found.best_precision >= GROUNDED) | accepted
    for budget in BUDGETS:
        first = order[:budget]
        chance = review_yield.by_chance(grounded, order, budget)
        best = np.where(np.isnan(found.precision[first]), -1.0, found.precision[first]).argmax(1)
        each = np.stack(
            [
                (drawn(found.entries, int(concept), int(label), every) >= GROUNDED)
                | accepted[concept]
                for concept, label in zip(first, best, strict=True)
            ]
        )
        is_drawn = sample.size >= intervals.FEWEST_IMAGES
        low, high = intervals.between(each.mean(0)) if is_drawn else intervals.NONE
        yield Figure(
            id=f"yield_at_{budget}",
            group=PLACES,
            title=f"Yield of the first {budget} concepts of the queue",
            formula=f"share of the {budget} concepts with the most activation that are grounded: "
            f"an average precision of {GROUNDED} for a label, or accepted by a person",
            value=review_yield.at_budget(grounded, order, budget),
            low=low,
            high=high,
            count=len(first),
            count_of=f"concepts of {len(order):,} that are active",
            unit="share",
            controls={
                "random_order": Control(
                    "the same concepts in random order", chance.mean, chance.low, chance.high
                )
            },
            is_higher_better=True,
            note=f"{figure(chance.as_good)} of random orders are as good (permutation test). Only "
            "what the masks name can be grounded: a concept of something else counts as none.",
        )


def _accepted(results: Results) -> NDArray[np.bool_]:
    """Return (F,) which concepts a person accepted, or what stands for them."""
    with Project.open(results.project, read_only=True) as project:
        catalogue = project.catalogue()
        if catalogue is None or catalogue.size < results.F:
            return np.zeros(results.F, bool)
        stands = [catalogue.holder(row) for row in range(results.F)]
        accepted: NDArray[np.bool_] = catalogue.status[stands] == ReviewStatus.ACCEPTED
        return accepted
