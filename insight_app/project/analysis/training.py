"""Training a project's own dictionary from a stream of its photos' tokens, which are never stored.

Owns which photos are looked at, in which order. Knows nothing of how a dictionary learns.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from insight_app.concepts import hsae
from insight_app.concepts.hsae import TrainingSettings
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.errors import Refusal
from insight_app.project.analysis.coding.batches import Batches
from insight_app.project.analysis.coding.pending_images import Locations
from insight_app.project.analysis.coding.pipeline import Photo, Read, batches
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import IS_IN, Folder, Image, Status

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.hsae.model import HSAE

MOST_PHOTOS = 20_000
"""A bigger set is trained on that many of its photos, chosen at random."""


def train(
    project: Path,
    engine: Engine,
    encoding: Batches,
    rule: int,
    settings: TrainingSettings,
    *,
    progress: Progress,
    cancel: CancelToken,
) -> "HSAE":
    """Train on the project's photos, read by its rule; go on where a cancelled training stopped."""
    locations = Locations(project, engine)
    ids = _chosen(engine, locations, settings.seed)
    if not ids.size:
        raise Refusal(
            "There are no photos to learn from.",
            where=str(project),
            do="Add folders with photos, or use the built-in dictionary.",
        )
    encoder = encoding.encoder

    def stream(epoch: int, start: int) -> "Iterator[Tensor]":
        """Tokens photo by photo; a photo that cannot be read counts, with none."""
        import torch

        order = np.random.default_rng((settings.seed, epoch)).permutation(ids)[start:]
        photos = (_photo(engine, locations, int(image)) for image in order)
        for read in batches(photos, encoder, rule, encoding.size, lambda ids: None):
            cancel.check()
            good = [item for item in read if isinstance(item, Read)]
            tokens = iter(encoding.tokens([r.pixels for r in good]))
            for item in read:
                if isinstance(item, Read):
                    yield next(tokens).reshape(-1, encoder.token_dim)
                else:
                    yield torch.zeros(0, encoder.token_dim)

    rows, cols = encoder.grid
    return hsae.train(
        stream,
        settings,
        tokens=int(ids.size) * rows * cols,
        checkpoint_dir=checkpoints(project),
        progress=progress,
        cancel=cancel,
        device=str(encoder.device),
    )


def checkpoints(project: Path) -> Path:
    """Return where a training that was stopped goes on from, until its dictionary is saved."""
    return project / "dictionary" / "training"


def _chosen(engine: Engine, locations: Locations, seed: int) -> NDArray[np.int64]:
    """Return the ids of the photos to learn from, the same each time while no photos are added."""
    is_readable = Image.status.in_([int(Status.NEW), int(Status.CODED)]), locations.are_readable
    query = select(Image.id).join(Folder).where(*is_readable, IS_IN)
    with reading(engine) as connection:
        ids = np.fromiter(connection.execute(query.order_by(Image.id)).scalars(), np.int64)
    if ids.size > MOST_PHOTOS:
        ids = np.sort(np.random.default_rng(seed).choice(ids, MOST_PHOTOS, replace=False))
    return ids


def _photo(engine: Engine, locations: Locations, image: int) -> Photo:
    query = select(Image.id, Image.folder_id, Image.name).where(Image.id == image)
    with reading(engine) as connection:
        row = connection.execute(query).one()
    place = locations.of(row.folder_id) / row.name
    return Photo(row.id, row.folder_id, place, locations.part)
