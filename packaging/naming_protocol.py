"""Name concepts after some photos and judge the names on others: what fitting and measuring share.

Photos are encoded once and kept in the build folder, dictionaries too. Which photos a dictionary
learned from, which names are found from and which they are judged on are three lists, and the last
never meets the others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from train_dictionary import SETTINGS, encoded, learned, photos_in, seen

from insight_app.concepts import hsae, photo_measures
from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.naming import hypernyms, vocabulary
from insight_app.concepts.naming.evidence import Evidence, exemplar_codes
from insight_app.concepts.naming.photo_classes import PhotoClasses, columns_of, measures
from insight_app.concepts.naming.shown import Shown, shown
from insight_app.concepts.naming.specialness import specialness, usable_terms
from insight_app.concepts.quality.names import Classes, class_counts
from insight_app.concepts.quality.taxonomy import Taxonomy
from insight_app.concepts.relations import relations
from insight_app.concepts.statistics import CoOccurrence, Exemplars

CLASS = re.compile(r"n\d{8}(?=_)")


@dataclass(frozen=True, eq=False)
class PhotoSet:
    """N photos; synset: each one's class by its file's or folder's name, "" where it has none.

    tokens: (N, views, cells, D) float16; classes, logits (N, 20), measures (N, 4): as
    `photo_measures` has them, of the plain view.
    """

    title: str
    synset: list[str]
    tokens: NDArray[np.float16]
    classes: NDArray[np.uint16]
    logits: NDArray[np.float16]
    measures: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.synset)

    @cached_property
    def turn(self) -> NDArray[np.int64]:
        """(N,) the how manieth photo of its class each one is."""
        seen: dict[str, int] = {}
        turns = []
        for synset in self.synset:
            turns.append(seen.get(synset, 0))
            seen[synset] = turns[-1] + 1
        return np.array(turns, np.int64)


Part = tuple[PhotoSet, NDArray[np.int64]]
"""Some photos of a set: their places in it."""


def load(encoder: BuiltinEncoder, folder: Path, build: Path) -> PhotoSet:
    """Encode all photos of a folder, once."""
    photos = photos_in([folder])
    tokens = encoded(encoder, photos, build)
    logits, features = seen(encoder, photos, build)
    classes, strongest = photo_measures.strongest_classes(logits)
    measured = photo_measures.measured(features, logits)
    synsets = [
        found.group()
        if (found := CLASS.match(photo.name) or CLASS.match(photo.parent.name))
        else ""
        for photo in photos
    ]
    return PhotoSet(folder.name, synsets, tokens, classes, strongest, measured)


def all_of(photos: PhotoSet) -> Part:
    return photos, np.arange(len(photos))


def trained(parts: Sequence[Part], build: Path, settings: dict[str, float] | None = None) -> HSAE:
    """Train a dictionary as the shipped one is, or take the one that was trained so before."""
    chosen = {**SETTINGS, **(settings or {})}
    digest = hashlib.sha256(repr(sorted(chosen.items())).encode())
    for photos, ids in parts:
        digest.update(photos.title.encode() + ids.tobytes())
    folder = build / "dictionaries" / digest.hexdigest()[:12]
    if not folder.exists():
        tokens = np.concatenate([photos.tokens[ids] for photos, ids in parts])
        found = learned(tokens, hsae.TrainingSettings(**chosen))  # type: ignore[arg-type]
        hsae.save(found, folder, title="for measuring")
    return hsae.load(folder)


class Naming:
    """The shipped words and their hypernyms, for one encoder."""

    def __init__(self, encoder: BuiltinEncoder) -> None:
        self.words = vocabulary.default(encoder.fingerprint)
        self.hypernyms = hypernyms.shipped()
        self.class_terms = columns_of(encoder.class_synsets, self.words)
        self.synset_of = dict(zip(self.words.terms, self.words.synsets, strict=True))
        self.ancestors = self.hypernyms.ancestors(self.words.synsets)
        self.special = specialness(self.ancestors)
        self.usable = usable_terms(self.words, self.hypernyms, self.special)

    def synsets(self, names: Sequence[str]) -> list[str]:
        return [self.synset_of.get(name, "") for name in names]

    def shown(self, coded: Coded, reference: NDArray[np.floating] | None = None) -> Shown:
        return shown(
            coded.evidence.exemplars,
            coded.evidence.decoder,
            self.words,
            coded.photos,
            self.class_terms,
            reference,
        )


class Coded:
    """Some photos as a dictionary codes them, and what is counted over them."""

    def __init__(self, dictionary: HSAE, parts: Sequence[Part]) -> None:
        codes: list[Codes] = []
        for photos, ids in parts:
            for n in ids.tolist():
                tokens = torch.from_numpy(np.array(photos.tokens[n, 0])).float()
                codes.append(dictionary.encode(tokens).half())
        self.codes, self.dictionary = codes, dictionary
        self.exemplars, self.pairs = Exemplars(dictionary.F), CoOccurrence(dictionary.F)
        for start in range(0, len(codes), 64):
            some = codes[start : start + 64]
            joined = concatenate(some)
            image = np.repeat(np.arange(start, start + len(some)), [one.cells for one in some])
            self.pairs.add(joined, image)
            cells = np.concatenate([np.arange(one.cells) for one in some])
            self.exemplars.add(joined, image, cells)
        self.synsets = [photos.synset[n] for photos, ids in parts for n in ids.tolist()]
        columns = ("classes", "logits", "measures")
        classes, logits, spread = (
            np.concatenate([getattr(photos, name)[ids] for photos, ids in parts])
            for name in columns
        )
        self.photos = PhotoClasses(
            np.arange(len(codes)),
            classes.astype(np.int64),
            logits.astype(np.float32),
            measures(spread.astype(np.float64)),
        )

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(
            self.dictionary.W_dec.numpy(),
            self.dictionary.b_dec.numpy(),
            exemplar_codes(self.exemplars, lambda image: self.codes[image]),
            self.pairs,
            relations(self.pairs),
        )

    def counts(self, taxonomy: Taxonomy) -> tuple[NDArray[np.int64], Classes]:
        """Return (F, C) the classes of each concept's strongest cells, and the classes."""
        synsets = sorted(set(self.synsets))
        place = {synset: n for n, synset in enumerate(synsets)}
        cells = self.exemplars.cells()
        class_of = np.array([place[synset] for synset in self.synsets])
        counts = class_counts(cells.concept, cells.image, class_of, self.dictionary.F, len(synsets))
        return counts, Classes(taxonomy, synsets)
