"""Training a project's own dictionary from a stream of its photos' tokens, which are never stored.

Owns which photos are learned from, which are held back to measure with, and in which order and how
many views they are looked at. Knows nothing of how a dictionary learns.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from insight_app.concepts import hsae
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.hsae import TrainingSettings
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.errors import KnownError, Refusal
from insight_app.figures import counted, percent
from insight_app.project.analysis.coding import views
from insight_app.project.analysis.coding.batches import Batches
from insight_app.project.analysis.coding.pending_images import Locations
from insight_app.project.analysis.coding.pipeline import Photo, batches, readers_beside
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import IS_IN, Folder, Image, Status

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.hsae.held_back import Look
    from insight_app.concepts.hsae.model import HSAE

MOST_PHOTOS = 20_000
"""A bigger set is trained on that many of its photos, chosen at random."""
HELD_BACK, FEWEST_HELD_BACK, MOST_HELD_BACK = 0.1, 10, 100
"""The share of the photos that is only measured on; at least and at most so many."""


@dataclass(frozen=True, eq=False)
class TaughtAndHeld:
    """Ids of photos: taught (n,) int64 are learned from, held_back (m,) int64 only measured on."""

    taught: NDArray[np.int64]
    held_back: NDArray[np.int64]


def split(ids: NDArray[np.int64], seed: int) -> TaughtAndHeld:
    """Return which photos of ids (n,) int64 are learned from, and which are held back.

    Of few photos at most a third is.
    """
    ids = np.random.default_rng(seed).permutation(ids)[:MOST_PHOTOS]
    wanted = min(max(round(HELD_BACK * ids.size), FEWEST_HELD_BACK), MOST_HELD_BACK)
    held = min(wanted, ids.size // 3)
    return TaughtAndHeld(np.sort(ids[held:]), np.sort(ids[:held]))


def train(
    project: Path,
    engine: Engine,
    encoding: Batches,
    rule: int,
    settings: TrainingSettings,
    start: HSAE | None,
    *,
    progress: Progress,
    looked: Callable[[Sequence[Look]], None],
    notice: Callable[[str], None],
    cancel: CancelToken,
) -> HSAE:
    """Train on the project's photos, read by its rule; go on where a cancelled training stopped.

    start: a dictionary of the same encoder to begin with.
    """
    from insight_app.concepts.hsae.checkpoints import OtherRun  # brings torch

    locations = Locations(project, engine)
    photos = split(_readable(engine, locations), settings.seed)
    if not photos.taught.size:
        raise Refusal(
            "There are no photos to learn from.",
            where=str(project),
            do="Add folders with photos, or use the built-in dictionary.",
        )
    encoder = encoding.encoder
    rows, cols = encoder.grid
    seen = hsae.views_for(int(photos.taught.size), rows * cols)

    def tokens_of(ids: NDArray[np.int64], seed: int, count: int) -> Iterator[Tensor]:
        """Yield tokens photo by photo; a photo that cannot be read counts, with none."""
        import torch

        chosen = (_photo(engine, locations, int(image)) for image in ids)
        read = partial(_read, encoder=encoder, rule=rule, seed=seed, count=count)
        for some in batches(chosen, read, readers_beside(encoder), encoding.size):
            cancel.check()
            grids = iter(encoding.tokens([one for photo in some for one in photo]))
            for photo in some:
                parts = [next(grids).reshape(-1, encoder.token_dim) for _ in photo]
                yield torch.cat(parts) if parts else torch.zeros(0, encoder.token_dim)

    def stream(epoch: int, first: int) -> Iterator[Tensor]:
        order = np.random.default_rng((settings.seed, epoch)).permutation(photos.taught)
        return tokens_of(order[first:], settings.seed, seen)

    def held_back() -> Iterator[Tensor]:
        for number, tokens in enumerate(tokens_of(photos.held_back, settings.seed, 1)):
            progress(number, photos.held_back.size, "Looking at photos held back")
            yield tokens

    def learned() -> HSAE:
        return hsae.train(
            stream,
            settings,
            tokens=int(photos.taught.size) * seen * rows * cols,
            measure_on=held_back if photos.held_back.size else None,
            start=start,
            checkpoint_dir=checkpoints(project),
            progress=progress,
            looked=looked,
            cancel=cancel,
            device=str(encoder.device),
        )

    try:
        trained = learned()
    except OtherRun:
        notice("There are other photos than when this training was stopped: it begins anew.")
        shutil.rmtree(checkpoints(project))
        trained = learned()
    seen_of = {
        "photos": int(photos.taught.size),
        "photos_held_back": int(photos.held_back.size),
        "views_per_photo": seen,
    }
    return replace(trained, provenance=dict(trained.provenance) | seen_of)


def told(trained: HSAE) -> str:
    """Return in a sentence how a training went."""
    how = trained.provenance
    said = f"Learned {trained.F:,} concepts from {counted(how['photos'], 'photo')}"
    if "curve" not in how:
        return f"{said}."
    held, explained = counted(how["photos_held_back"], "photo"), how["explained_on_held_back"]
    steps, planned = how["schedule"]["steps"], how["planned_steps"]
    early = f" after {steps:,} of {planned:,} steps, since nothing rose any more" * (
        steps < planned
    )
    beside = ""
    if "explained_by_start" in how:
        shipped = percent(how["explained_by_start"])
        beside = f", {shipped} by the dictionary that comes with Insight"
    return (
        f"{said}{early}. {held} held back: {percent(explained)} of the variance is explained"
        f"{beside} with {trained.k} active in a cell."
    )


def checkpoints(project: Path) -> Path:
    """Return where a training that was stopped goes on from, until its dictionary is saved."""
    return project / "dictionary" / "training"


def count(project: Path, engine: Engine) -> int:
    """Return how many photos there are to learn from and to measure on."""
    return int(_readable(engine, Locations(project, engine)).size)


def _readable(engine: Engine, locations: Locations) -> NDArray[np.int64]:
    """Return the ids of the project's photos, the same each time while none are added."""
    is_readable = Image.status.in_([int(Status.NEW), int(Status.CODED)]), locations.are_readable
    query = select(Image.id).join(Folder).where(*is_readable, IS_IN)
    with reading(engine) as connection:
        return np.fromiter(connection.execute(query.order_by(Image.id)).scalars(), np.int64)


def _read(photo: Photo, encoder: DenseEncoder, rule: int, seed: int, count: int) -> list[Tensor]:
    """Return the views of a photo; none if it cannot be read."""
    try:
        data = read_bytes(photo.path)
        return views.read_views(
            data, photo.path, encoder, rule, (seed, photo.image), count, part=photo.part
        )
    except KnownError:
        return []


def _photo(engine: Engine, locations: Locations, image: int) -> Photo:
    query = select(Image.id, Image.folder_id, Image.name).where(Image.id == image)
    with reading(engine) as connection:
        row = connection.execute(query).one()
    place = locations.of(row.folder_id) / row.name
    return Photo(row.id, row.folder_id, place, locations.part)
