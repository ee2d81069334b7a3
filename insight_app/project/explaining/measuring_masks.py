"""Segmenting all photos that have a mask, and counting what fits: in the worker or a terminal.

Raw tokens and concepts come of the very same windows. Owns the order of the work, what is left out
and told, and going on where a run was stopped. The science is `concepts.explain`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain import overlap
from insight_app.concepts.explain import segmentation as science
from insight_app.concepts.explain.class_words import ClassWords
from insight_app.concepts.explain.upsampling import map_size
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError, Refusal
from insight_app.figures import agreeing, counted
from insight_app.project.analysis.coding.batches import Batches
from insight_app.project.explaining import looks, mask_classes, mask_store
from insight_app.project.explaining.looks import Sliding
from insight_app.project.explaining.mask_classes import MaskClasses
from insight_app.project.explaining.mask_scores import WAYS, MaskScores, SegmentationBasis
from insight_app.project.explaining.segmentation import Segmenter, label_map
from insight_app.project.quality import grounding
from insight_app.project.quality import masks as label_masks
from insight_app.project.quality.masks import MaskFolder
from insight_app.project.results import reading_rule
from insight_app.project.results.records import ImageRecord
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.analysis.encoder import Load

SEGMENTING = "Segmenting photos"
BELOW = 0.3
"""The usual bar of the background: less probable than this, and a pixel belongs to no class."""
NAMED = 5
"""Masks or labels of one kind that a note names."""
KEEP_SECONDS = 20.0
"""So often what was counted is kept, so that a stopped run goes on from there."""


def measure(
    project: Path,
    masks: Path,
    table: Path | None,
    *,
    classes: Sequence[ClassWords] | None = None,
    background: bool = False,
    below: float = BELOW,
    sliding: Callable[[DenseEncoder], Sliding] = looks.usual,
    device: str = "auto",
    load: Load | None = None,
    known: Callable[[DenseEncoder], MutableMapping[str, NDArray[np.float32]]] | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> MaskScores:
    """Return how well a project's photos fit masks, not yet kept.

    masks, table: as `quality.masks.read` takes them; classes: other than the table's. background: a
    pixel may belong to no class, by the encoder's own rule or where its best class is less probable
    than `below`. sliding: the windows for an encoder; known: the words read before with it, see
    `class_words.vectors`. between: called now and then.
    Raises KnownError where there is nothing to measure, Cancelled when cancelled.
    """
    token, began = cancel or CancelToken(), time.monotonic()

    def told(done: int, total: int, message: str) -> None:
        token.check()
        between()
        progress(done, total, message)

    results = Results.open(project)
    if results is None:
        raise Refusal(
            "There is nothing to segment yet: no photo of this project has been analyzed.",
            where=str(project),
            do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
        )
    with results:
        given = label_masks.read(masks, table)
        records = grounding.with_masks(results, given, told, None)
        judged = mask_classes.of_table(given.table, classes, background=background)
        encoder, dictionary = _models(project, device, load)
        segmenter = Segmenter(
            encoder,
            dictionary,
            judged.words,
            background=background,
            known=known and known(encoder),
            progress=told,
        )
        how = looks.checked(sliding(encoder), encoder)
        bar = below if background and not segmenter.has_own_background else None
        rule = "own" if segmenter.has_own_background else "" if bar is None else f"{bar:g}"
        basis = SegmentationBasis(
            photos=results.coded_images,
            encoder=encoder.fingerprint,
            dictionary=dictionary.fingerprint,
            reading_rule=results.reading_rule,
            masks=given.digest,
            classes=_digest(judged),
            background=rule,
            short_side=how.short_side,
            window=how.window,
            stride=how.stride,
            rules=mask_store.RULES,
        )
        run = _Run(results, given, judged, segmenter, Batches(encoder), dictionary, how, bar)
        found, left_out = run.all(records, mask_store.Unfinished(project, basis), told)
        background_words = [(mask_classes.BACKGROUND_NAME,)] if judged.has_background else []
        return MaskScores(
            judged.names,
            (*(one.words for one in judged.words), *background_words),
            np.array([*found], np.int64),
            np.stack([*found.values()], axis=1),
            str(masks),
            tuple(_notes(given, results, records, judged, left_out)),
            datetime.now(UTC).isoformat(timespec="seconds"),
            round(time.monotonic() - began, 1),
            basis,
        )


class _Run:
    """All that is needed to count one photo."""

    def __init__(
        self,
        results: Results,
        given: MaskFolder,
        judged: MaskClasses,
        segmenter: Segmenter,
        batches: Batches,
        dictionary: HSAE,
        sliding: Sliding,
        below: float | None,
    ) -> None:
        self._given, self._judged, self._segmenter = given, judged, segmenter
        self._below = below
        rule = reading_rule.must_be_known(results.reading_rule, results.project)
        self._look = partial(
            looks.look,
            batches=batches,
            dictionary=dictionary,
            rule=rule,
            sliding=sliding,
            part=results.part,
        )

    def all(
        self, records: dict[int, ImageRecord], unfinished: mask_store.Unfinished, told: Progress
    ) -> tuple[dict[int, NDArray[np.int64]], list[KnownError]]:
        """Return (4, C, 3) counts by image, and why others are left out; KnownError if all are."""
        before = unfinished.read(len(self._judged.names))
        found = {image: before[image] for image in records if image in before}
        errors: list[KnownError] = []
        last = time.monotonic()
        try:
            for done, (image, record) in enumerate(records.items()):
                told(done, len(records), SEGMENTING)
                if image in found:
                    continue
                try:
                    found[image] = self._counts(record)
                except KnownError as error:
                    errors.append(error)
                if time.monotonic() - last > KEEP_SECONDS:
                    unfinished.write(found)
                    last = time.monotonic()
            told(len(records), len(records), SEGMENTING)
        except BaseException:
            unfinished.write(found)
            raise
        if not found:
            raise errors[0]
        unfinished.remove()
        return {image: found[image] for image in records if image in found}, errors

    def _counts(self, record: ImageRecord) -> NDArray[np.int64]:
        mask = self._given.ids(record)
        seen = self._look(record.path)
        g = seen.geometry
        if (g.width, g.height) != (record.width, record.height):
            raise Refusal(
                "This photo changed since it was analyzed: it has another size now.",
                where=str(record.path),
                do="Analyze the folder again.",
            )
        truth = self._judged.truth(mask, *map_size(g.width, g.height))
        photo = self._segmenter.cells(seen)
        classes = len(self._judged.names)
        own = len(photo.names) - 1 if photo.has_own_background else None
        counts = []
        for source, edges in WAYS:
            drawn = label_map(photo, seen.guide, source, edges)
            labels = science.labels(drawn.best, drawn.probability, self._below, own)
            if self._judged.has_background:
                labels[labels == science.BACKGROUND] = classes - 1
            counts.append(overlap.counted_pixels(labels, truth, classes))
        return np.stack(counts)


def _models(project: Path, device: str, load: Load | None) -> tuple[DenseEncoder, HSAE]:
    from insight_app.concepts import encoders, hsae
    from insight_app.concepts.hsae.model import device_beside
    from insight_app.project.analysis import encoder as encoder_of

    by_name = partial(load or encoders.load, device=device)
    encoder = encoder_of.load(project, encoder_of.of_project(project), by_name)
    dictionary = hsae.load(
        project / "dictionary",
        device_beside(str(encoder.device)),
        token_dim=encoder.token_dim,
        encoder_fingerprint=encoder.fingerprint,
    )
    return encoder, dictionary


def _digest(judged: MaskClasses) -> str:
    told = hashlib.sha256(repr(judged.words).encode("utf-8", "surrogatepass"))
    told.update(judged.ids.tobytes() + judged.rows.tobytes())
    return told.hexdigest()[:16]


def _notes(
    given: MaskFolder,
    results: Results,
    records: dict[int, ImageRecord],
    judged: MaskClasses,
    left_out: Sequence[KnownError],
) -> list[str]:
    """Return what was left out, a sentence each."""
    notes = [f"Left out: {error.where or given.folder}: {error.what}" for error in left_out]
    more = len(notes) - NAMED
    if more > 0:
        notes = [*notes[:NAMED], f"Left out: {counted(more, 'mask')} more."]
    used = {record.path.stem for record in records.values()}
    alone = sorted(stem for stem in given.masks if stem not in used)
    if alone:
        have = agreeing(len(alone), "has", "have")
        notes.append(f"{counted(len(alone), 'mask')} {have} no analyzed photo: {_some(alone)}.")
    without = results.coded_images - len(records)
    if without > 0:
        have = agreeing(without, "has", "have")
        notes.append(f"{counted(without, 'analyzed photo')} {have} no mask.")
    if judged.without:
        notes.append(f"Labels that no class stands for are left out: {_some(judged.without)}.")
    return notes


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
