"""The dictionary that ships: fits the encoder that ships, is small, and brings its names."""

import numpy as np
import pytest
import torch

from insight_app import resources
from insight_app.concepts import encoders, hsae
from insight_app.concepts.hsae import summary
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.photos.photo_file import read_bytes

FOLDER = resources.path("dictionaries/builtin")


@pytest.fixture(scope="module")
def encoder():
    return encoders.load("builtin", device="cpu")


def test_fits_the_shipped_encoder_and_is_small(encoder):
    hsae.load(FOLDER, token_dim=encoder.token_dim, encoder_fingerprint=encoder.fingerprint)
    assert hsae.info(FOLDER).concepts >= 512
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 10_000_000


def test_brings_names_counts_and_relations_of_its_own():
    described = hsae.info(FOLDER)
    brought = summary.read(FOLDER, described.concepts)
    assert brought is not None
    alive = brought.counts.cells > 0
    assert alive.mean() >= 0.95
    assert np.array_equal(alive, np.array([name != "" for name in brought.names]))
    assert brought.cooccurrence.pairs.key.size > 10 * described.concepts


def test_says_something_of_most_cells_of_a_photo_with_few_concepts(encoder):
    dictionary = hsae.load(FOLDER)
    photos = sorted(resources.path("photos").rglob("*.jpg"))[::20]
    read = (read_pixels(read_bytes(photo), photo, encoder, NEWEST_RULE) for photo in photos)
    pixels = torch.stack([photo.pixels for photo in read])
    codes = dictionary.encode(encoder.encode(pixels).flatten(0, 2))
    counts = np.diff(codes.indptr)
    assert (counts > 0).mean() >= 0.6
    assert 1 < counts.mean() <= 12
