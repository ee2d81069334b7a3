"""Train the dictionary that ships with Insight, and work out its names and counts.

    python packaging/train_dictionary.py PHOTO_FOLDER... [-o resources/dictionaries/builtin]

Each photo is looked at as analysis does (its centre square) and in a few random crops, mirrored or
not: what is learned from few photos holds better on others. Tokens are kept in a file of the build
folder, because every photo is needed once an epoch. Seeds are fixed: the same photos on the same
machine give the same dictionary. `--names-only` works out names and counts anew for the dictionary
that is there.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts import encoders, hsae, photo_measures
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from insight_app.concepts.hsae import summary
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.hsae.settings import MOST_VIEWS
from insight_app.concepts.hsae.training import train
from insight_app.concepts.naming import hypernyms, likelihood, likely, vocabulary
from insight_app.concepts.naming.candidates import CANDIDATES
from insight_app.concepts.naming.evidence import exemplar_codes
from insight_app.concepts.naming.photo_classes import PhotoClasses, columns_of, measures
from insight_app.concepts.naming.prior import prior_of
from insight_app.concepts.naming.shown import shown
from insight_app.concepts.statistics import CoOccurrence, Counts, Exemplars
from insight_app.files import aside
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.analysis.coding.views import read_views
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.photos.formats import SUFFIXES
from insight_app.project.photos.photo_file import read_bytes

SETTINGS = {"concepts": 512, "k": 8, "seed": 0, "epochs": 6.0, "learning_rate": 3e-3}
VIEWS = MOST_VIEWS
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, help="folders with photos")
    shipped = ROOT / "resources/dictionaries/builtin"
    parser.add_argument("-o", "--output", type=Path, default=shipped)
    parser.add_argument("--build", type=Path, default=ROOT / "build/dictionary")
    parser.add_argument("--names-only", action="store_true", help="keep the weights that are there")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    photos = photos_in(options.folders)
    encoder = encoders.load("builtin", device="cpu")
    tokens = encoded(encoder, photos, options.build)
    if not options.names_only:
        settings = hsae.TrainingSettings(**SETTINGS, encoder_fingerprint=encoder.fingerprint)
        trained = learned(tokens, settings, options.build)
        hsae.save(
            trained,
            options.output,
            title="Built-in dictionary",
            provenance={
                "photos": [
                    {"folder": folder.name, "photos": len(photos_in([folder]))}
                    for folder in options.folders
                ],
                "views_per_photo": VIEWS,
                "script": "packaging/train_dictionary.py",
            },
        )
    dictionary = hsae.load(options.output, encoder_fingerprint=encoder.fingerprint)
    classes = classes_of(encoder, photos, options.build)
    summary.write(options.output, described(dictionary, tokens[:, 0], classes, encoder))
    size = sum(file.stat().st_size for file in options.output.iterdir())
    print(f"{options.output}: {dictionary.fingerprint}, {size / 1e6:.1f} MB")


def photos_in(folders: list[Path]) -> list[Path]:
    """Return all photos of the folders, in a fixed order."""
    return [p for f in folders for p in sorted(f.rglob("*")) if p.suffix.lower() in SUFFIXES]


def encoded(encoder: DenseEncoder, photos: list[Path], build: Path) -> np.memmap:
    """Return tokens (photos, VIEWS, cells, D) float16 in a file that is written once."""
    sizes = (f"{photo.name} {photo.stat().st_size}" for photo in photos)
    key = "\n".join([encoder.fingerprint, str(VIEWS), str(NEWEST_RULE), *sizes])
    path = build / f"tokens-{hashlib.sha256(key.encode()).hexdigest()[:12]}.npy"
    rows, cols = encoder.grid
    if not path.exists():
        build.mkdir(parents=True, exist_ok=True)
        shape = (len(photos), VIEWS, rows * cols, encoder.token_dim)
        with aside(path, sync=False) as part:
            file = np.lib.format.open_memmap(part, "w+", np.float16, shape)
            for number, photo in enumerate(photos):
                data = read_bytes(photo)
                seen = read_views(data, photo, encoder, NEWEST_RULE, number, VIEWS)
                grids = encoder.encode(torch.stack(seen))
                file[number] = grids.reshape(VIEWS, rows * cols, -1).numpy()
                show(number + 1, len(photos), "Encoding photos")
            file.flush()
    return np.load(path, mmap_mode="r")


def seen(encoder: BuiltinEncoder, photos: list[Path], build: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return logits (N, C) of the mean cell and features (N, width) of photos, once."""
    key = "\n".join([encoder.fingerprint, *(str(photo.resolve()) for photo in photos)])
    path = build / f"seen-{hashlib.sha256(key.encode()).hexdigest()[:12]}.npz"
    if not path.exists():
        logits, features = [], []
        for photo in photos:
            pixels = read_pixels(read_bytes(photo), photo, encoder, NEWEST_RULE).pixels
            one = encoder.see(pixels[None])
            assert one.logits is not None
            logits.append(one.logits.numpy())
            features.append(one.features.flatten(1, 2).mean(1).numpy())
        with aside(path, sync=False) as part, part.open("wb") as file:
            np.savez(file, logits=np.concatenate(logits), features=np.concatenate(features))
    with np.load(path, allow_pickle=False) as file:
        return file["logits"], file["features"]


def classes_of(encoder: BuiltinEncoder, photos: list[Path], build: Path) -> PhotoClasses:
    """Return what the encoder's classifier says of photos, as analysis keeps it."""
    logits, features = seen(encoder, photos, build)
    classes, strongest = photo_measures.strongest_classes(logits)
    return PhotoClasses(
        np.arange(len(photos)),
        classes.astype(np.int64),
        strongest.astype(np.float32),
        measures(photo_measures.measured(features, logits).astype(np.float64)),
    )


def learned(
    tokens: np.ndarray, settings: hsae.TrainingSettings, checkpoints: Path | None = None
) -> HSAE:
    """Train on tokens (photos, views, cells, D), in a random order of views each epoch."""
    photos, views, cells, _ = tokens.shape

    def stream(epoch: int, start: int) -> Iterator[Tensor]:
        order = np.random.default_rng((settings.seed, epoch)).permutation(photos * views)
        for place in order[start:]:
            photo, view = divmod(int(place), views)
            yield torch.from_numpy(np.array(tokens[photo, view]))

    return train(
        stream,
        settings,
        tokens=photos * views * cells,
        checkpoint_dir=checkpoints,
        progress=show,
    )


def described(
    dictionary: HSAE, tokens: np.ndarray, photos: PhotoClasses, encoder: BuiltinEncoder
) -> summary.DictionarySummary:
    """Return names, counts and co-occurrence over the photos as analysis sees them.

    tokens: (N, T, D); photos: of the same N photos.
    """
    F = dictionary.F
    counts, pairs, exemplars = Counts(F), CoOccurrence(F), Exemplars(F)
    codes = [dictionary.encode(torch.from_numpy(np.array(photo))).half() for photo in tokens]
    for image, of_photo in enumerate(codes):
        cells = np.arange(of_photo.cells)
        image_of_row = np.full(of_photo.cells, image)
        counts.add(of_photo, image_of_row)
        pairs.add(of_photo, image_of_row)
        exemplars.add(of_photo, image_of_row, cells)
    words, nouns = vocabulary.default(encoder.fingerprint), hypernyms.shipped()
    shown_codes = exemplar_codes(exemplars, lambda image: codes[image])
    class_terms = columns_of(encoder.class_synsets, words)
    came = shown(shown_codes, dictionary.W_dec.numpy(), words, photos, class_terms)
    found = likely.named(None, came, words, nouns, likelihood.shipped(), CANDIDATES)
    prior = prior_of(found, came, words)
    return summary.DictionarySummary(
        found, counts, pairs, rule="likely", votes=prior.votes, photos=prior.photos
    )


def show(done: int, total: int, message: str) -> None:
    if done == total or done % 50 == 0:
        print(f"{message}: {done} of {total}", flush=True)


if __name__ == "__main__":
    main()
