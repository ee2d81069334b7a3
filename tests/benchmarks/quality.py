"""Measure how well dictionaries explain photos they never saw, beside baselines.

    python tests/benchmarks/quality.py PHOTO_FOLDER [--also FOLDER_ONLY_LEARNED_FROM ...]

Five random splits: a dictionary is trained as the shipped one is (packaging/train_dictionary.py) on
four fifths of the photos and measured on the others, as analysis sees them. The filtered table is
no fair opponent, since tokens are sums of its rows, but the ceiling that an honest reader asks for.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
import torch

from insight_app.concepts import encoders, hsae
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.quality import reconstruction
from insight_app.concepts.quality.reconstruction import CLASSES, FILTERED

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

import train_dictionary  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="learned from only")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--build", type=Path, default=ROOT / "build/dictionary")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=NUMBER", help="e.g. k=10")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    encoder = encoders.load("builtin", device="cpu")
    photos = train_dictionary.photos_in([options.folder])
    more = train_dictionary.photos_in(options.also)
    tokens = train_dictionary.encoded(encoder, photos + more, options.build)
    chosen = hsae.TrainingSettings(**train_dictionary.SETTINGS)
    numbers = {name: float(value) for name, value in (one.split("=") for one in options.set)}
    numbers |= {name: int(numbers[name]) for name in ("concepts", "k", "batch") if name in numbers}
    chosen = dataclasses.replace(chosen, **numbers)

    def train(indices: list[int], split: int) -> HSAE:
        seen = tokens[[*indices, *range(len(photos), len(tokens))]]
        return train_dictionary.learned(seen, dataclasses.replace(chosen, seed=split))

    plain = torch.from_numpy(np.array(tokens[: len(photos), 0])).float()
    tables = {CLASSES: encoder.class_vectors, FILTERED: encoder.token_table}
    reports = reconstruction.held_back(plain, train, tables, splits=options.splits)
    print(f"{len(photos)} photos, {len(reports)} splits, {reports[0].tokens} held-back cells each")
    for name, (mean, spread) in reconstruction.mean_and_spread(reports).items():
        print(f"{name:34} {mean:8.3f} +- {spread:.3f}")


if __name__ == "__main__":
    main()
