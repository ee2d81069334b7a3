"""The figures that the built-in encoder's readout was chosen by.

    python tests/benchmarks/readout.py PHOTOS WORDNET [--scenes PHOTOS --masks MASKS]

PHOTOS: pictures whose file names begin with the synset of an ImageNet class (n01440764_tench.jpg).
WORDNET: the folder of WordNet's data.noun (Debian: wordnet-base). SCENES and MASKS: folders with
pictures and, under the same names but .png, masks of the object that the file name names.

Per readout: share of photos whose mean token is nearest to its own of 1,000 class names; nearest to
its own of 7 general names; the same without its class in the table; share of token variance that
orthogonal pursuit explains with 1, 8 and 12 class vectors; share of cells with a norm under 5 % of
the mean; share of cells that get a code when the largest 12 products a cell with the class vectors
are kept over all cells; share of scenes whose cell nearest to the name lies on the object, beside
the share of cells that do.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from insight_app.concepts import encoders
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from insight_app.concepts.encoders.readout import Readout
from insight_app.concepts.quality import pursuit, reconstruction, taxonomy

GENERAL = {
    "dog": "n02084071",
    "bird": "n01503061",
    "snake": "n01726692",
    "insect": "n02159955",
    "monkey": "n02484322",
    "fruit": "n13134947",
    "fish": "n02512053",
}
READOUTS = {
    "linear above the mean": Readout(power=1, whitening=0, compression=0),
    "relu(z - 3)": Readout(threshold=3, power=1, whitening=0, compression=0),
    "relu(z)^2.25, norm^0.4": Readout(power=2.25, whitening=0, compression=0.6),
    "relu(z)^1.75, plain": Readout(whitening=0),
    "relu(z)^1.75, white 0.5": Readout(whitening=0.5),
    "relu(z)^1.75, white 0.65 *": Readout(),
    "relu(z)^1.75, white 0.8": Readout(whitening=0.8),
    "relu(z)^1.75, white 1": Readout(whitening=1),
    "relu(z)^1.5, white 0.65": Readout(power=1.5),
    "relu(z)^2, white 0.65": Readout(power=2),
    "relu(z - 1), white 0.65": Readout(threshold=1, power=1),
    "*, norms as they are": Readout(compression=0),
    "*, unit norms": Readout(compression=1),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--scenes", type=Path)
    parser.add_argument("--masks", type=Path)
    arguments = parser.parse_args()

    encoder = encoders.load("builtin", device="cpu")
    assert isinstance(encoder, BuiltinEncoder)
    files = sorted(path for path in arguments.photos.iterdir() if path.is_file())
    synsets = [path.name.split("_")[0] for path in files]
    logits = logits_of(encoder, files)
    own = torch.tensor([encoder.class_synsets.index(synset) for synset in synsets])
    wordnet = taxonomy.read(arguments.wordnet)
    general = general_names(wordnet, synsets)
    general_vectors = encoder.encode_text(list(GENERAL))
    scenes = read_scenes(encoder, arguments.scenes, arguments.masks)

    print(f"{len(files)} photos, {int((general >= 0).sum())} with a general name, ", end="")
    print(f"{len(scenes)} scenes with a mask\n")
    print(f"{'readout':28}{'class':>7}{'general':>9}{'without':>9}", end="")
    print(f"{'table 1 / 8 / 12':>20}{'silent':>8}{'coded':>7}{'on object':>12}")
    for name, readout in READOUTS.items():
        table = readout.table(encoder.class_vectors)
        tokens = in_parts(logits, lambda part, r=readout, t=table: r.tokens(part, t))
        nearest = (tokens.mean(1) @ encoder.class_vectors.T).argmax(1)
        print(f"{name:28}{share(nearest == own):7.3f}", end="")
        print(f"{general_share(tokens, general, general_vectors):9.3f}", end="")
        print(
            f"{without_own(encoder, readout, logits, own, general, general_vectors):9.3f}", end=""
        )
        explained, silent, coded = structure(tokens, encoder.class_vectors)
        print(f"{' / '.join(f'{value:.2f}' for value in explained):>20}", end="")
        print(f"{silent:8.2f}{coded:7.2f}{on_object(scenes, readout, table):>12}", flush=True)


def logits_of(encoder: BuiltinEncoder, files: list[Path]) -> Tensor:
    """(N, 196, 1000) half precision."""
    parts = []
    for start in range(0, len(files), 4):
        pixels = [encoder.preprocess(upright(path)) for path in files[start : start + 4]]
        parts.append(encoder.logits(torch.stack(pixels)).flatten(1, 2).half())
    return torch.cat(parts)


def upright(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def in_parts(logits, change, size=50):
    return torch.cat([change(part.float()) for part in logits.split(size)])


def share(hits: Tensor) -> float:
    return float(hits.float().mean())


def general_names(wordnet: taxonomy.Taxonomy, synsets: list[str]) -> Tensor:
    """(N,) place in GENERAL of what each photo shows, -1 for none of them."""
    kinds = [wordnet.with_hypernyms(synset) for synset in synsets]
    places = [[i for i, top in enumerate(GENERAL.values()) if top in kind] for kind in kinds]
    return torch.tensor([found[0] if found else -1 for found in places])


def general_share(tokens: Tensor, general: Tensor, vectors: Tensor) -> float:
    known = general >= 0
    return share((tokens[known].mean(1) @ vectors.T).argmax(1) == general[known])


def without_own(
    encoder: BuiltinEncoder,
    readout: Readout,
    logits: Tensor,
    own: Tensor,
    general: Tensor,
    vectors: Tensor,
) -> float:
    """general_share of every second photo, with a table that has none of their classes."""
    kept = torch.ones(len(encoder.class_vectors), dtype=torch.bool)
    kept[own[::2]] = False
    table = readout.table(encoder.class_vectors[kept])
    tokens = in_parts(logits[::2], lambda part: readout.tokens(part[..., kept], table))
    return general_share(tokens, general[::2], vectors)


def structure(tokens: Tensor, class_vectors: Tensor) -> tuple[list[float], float, float]:
    """Variance explained by 1, 8, 12 class vectors; share of silent cells; share of coded cells."""
    flat = tokens.flatten(0, 1)
    norms = flat.norm(dim=1)
    sample = flat[torch.randperm(len(flat), generator=torch.Generator().manual_seed(0))[:2048]]
    steps = pursuit.Pursuit.over(class_vectors, sample.mean(0)).reconstructions(sample, 12)
    explained = []
    for atoms in (1, 8, 12):
        variance = reconstruction.Variance()
        variance.add(sample, steps[atoms])
        explained.append(variance.explained)
    products = (sample @ class_vectors.T).flatten()
    least = products.topk(12 * len(sample)).values[-1]
    coded = share((products.view(len(sample), -1) >= least).any(1))
    return explained, share(norms < 0.05 * norms.mean()), coded


def read_scenes(
    encoder: BuiltinEncoder, folder: Path | None, masks: Path | None
) -> list[tuple[Tensor, Tensor, Tensor]]:
    """(logits (196, 1000), share of each cell on the object (196,), name's vector (384,))."""
    if folder is None or masks is None:
        return []
    scenes = []
    for mask in sorted(masks.rglob("*.png")):
        path = next(iter(folder.glob(f"{mask.relative_to(masks).with_suffix('')}.*")), None)
        if path is None:
            continue
        logits = encoder.logits(encoder.preprocess(upright(path))[None])[0].flatten(0, 1)
        with Image.open(mask) as image:
            seen = encoder.preprocess(image.convert("RGB"))[:1]
        on = torch.nn.functional.avg_pool2d(seen[None], 32).flatten()
        scenes.append((logits, on, encoder.encode_text([mask.stem.replace("_", " ")])[0]))
    return scenes


def on_object(scenes, readout: Readout, table: Tensor) -> str:
    if not scenes:
        return "-"
    hits, chance = [], []
    for logits, on, vector in scenes:
        strongest = int((readout.tokens(logits, table) @ vector).argmax())
        hits.append(float(on[strongest] > 0.5))
        chance.append(float((on > 0.5).float().mean()))
    return f"{np.mean(hits):.2f} ({np.mean(chance):.2f})"


if __name__ == "__main__":
    main()
