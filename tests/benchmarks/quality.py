"""Measure how well dictionaries explain photos they never saw, beside both baselines.

    python tests/benchmarks/quality.py PHOTO_FOLDER [--also FOLDER_ONLY_LEARNED_FROM ...]

Five random splits: a dictionary is trained as the shipped one is (packaging/train_dictionary.py) on
four fifths of the photos and measured on the others, as analysis sees them.
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
    reports = reconstruction.held_back(plain, train, encoder.class_vectors, splits=options.splits)
    print(f"{len(photos)} photos, {len(reports)} splits, {reports[0].tokens} held-back cells each")
    for name, (mean, spread) in reconstruction.mean_and_spread(reports).items():
        print(f"{name:34} {mean:8.3f} +- {spread:.3f}")
    most = round(sum(report.active for report in reports) / len(reports))
    explained = by_what_tokens_are_made_of(plain, encoder.token_table, most)
    print(f"{f'filtered class table, {most} atoms':34} {explained:8.3f}   (tokens are sums of it)")


def by_what_tokens_are_made_of(plain: torch.Tensor, table: torch.Tensor, most: int) -> float:
    """Explained variance of every tenth photo by pursuit with the encoder's own, filtered table.

    Not a fair opponent, since tokens are sums of its rows, but the ceiling that an honest reader
    asks for: the plain class vectors are what this table was before it was filtered.
    """
    tokens = plain[::10].reshape(-1, plain.shape[-1])
    mean = tokens.mean(0)
    found = reconstruction.Pursuit.over(table, mean).reconstructions(tokens, most)[-1]
    return 1 - float((tokens - found).square().sum() / (tokens - mean).square().sum())


if __name__ == "__main__":
    main()
