"""A whole analysis beside the bare encoder: images a second, disk use an image.

maskclip ViT-B-16 at 224 px with random weights and a random dictionary of 8,192 concepts, about 12
of them active in a cell. The bare encoder is open_clip's own forward pass over the same photos,
decoded already; the analysis reads, decodes, encodes, codes, counts and writes. Both are measured
in turns, since a machine gets slower and faster.

    python -m tests.benchmarks.analysis [--device cuda] [--images 192] [--rounds 3] [--photos DIR]

On another device than the processor the bare encoder runs in half precision with batches as large
as the analysis takes; beside its rate, the codes of the first photos are compared with those that
the processor gives: how many of the active concepts agree, and how far the strengths lie apart.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from insight_app import resources
from insight_app.concepts import encoders, hsae
from insight_app.concepts.encoders.torchvision_operators import declare_missing
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.project.analysis.coding.batches import BATCH, GPU_BATCH
from insight_app.project.analysis.coding.memory import keep_freed
from insight_app.project.analysis.run import analyze
from tests.benchmarks.report import note

MODEL, F, K = "ViT-B-16", 8192, 12
COMPARED = 16
"""Photos whose codes are compared between two devices."""
WORD = Vocabulary(["thing"], np.zeros(1, np.uint8), [""], [""], np.eye(1, 512, dtype=np.float32))
"""Naming is not measured: embedding the shipped words takes much longer than these photos."""
CC12M, TOKEN_BYTES = 10_968_539, 196 * 512 * 4


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--photos", type=Path, default=resources.path("photos"))
    asked.add_argument("--images", type=int, default=192)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--device", default="cpu")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        measure(Path(place), options.photos, options.images, options.rounds, options.device)


def measure(place: Path, photos: Path, images: int, rounds: int, device: str) -> None:
    keep_freed()  # the bare encoder shall have it too
    clip = bare_clip()
    torch.save(clip.state_dict(), place / "clip.pt")
    given = {"model": MODEL, "weights": str(place / "clip.pt")}
    encoder = encoders.load("maskclip", device=device, **given)
    batch = BATCH.get(device, GPU_BATCH)
    files = repeated(photos, place / "photos", images)
    pixels = torch.stack([encoder.preprocess(Image.open(f).convert("RGB")) for f in files])
    some = [encoder.encode(part) for part in pixels[:: max(1, images // 16)].split(batch)]
    write_dictionary(torch.cat(some).reshape(-1, encoder.token_dim), place / "dictionary")
    if device != "cpu":
        on_processor = encoders.load("maskclip", device="cpu", **given)
        compare(encoder, on_processor, place / "dictionary", pixels[:COMPARED])
        clip = clip.half().to(device)
    bare, whole = [], []
    for number in range(rounds):
        bare.append(images_a_second(clip, pixels, batch, device))
        whole.append(analysis_rate(place, number, encoder))
    stored = sum(f.stat().st_size for f in (place / "0.insight" / "codes").iterdir()) / images
    middle = rounds // 2
    note(
        "analysis_ratio",
        sorted(whole)[middle] / sorted(bare)[middle],
        analysis_images_a_second=sorted(whole)[middle],
        bare_forward_images_a_second=sorted(bare)[middle],
        rounds=rounds,
        images=images,
        device=device,
        all_analysis=str([round(rate, 2) for rate in whole]),
        all_bare=str([round(rate, 2) for rate in bare]),
    )
    note(
        "bytes_per_image",
        stored,
        cells=196,
        share_of_storing_tokens=stored / TOKEN_BYTES,
        cc12m_gigabytes=stored * CC12M / 1e9,
        cc12m_tokens_gigabytes=float(TOKEN_BYTES) * CC12M / 1e9,
    )


def bare_clip() -> Any:
    declare_missing()
    import open_clip

    torch.manual_seed(0)
    return open_clip.create_model(MODEL, pretrained=None).eval()


def repeated(photos: Path, folder: Path, images: int) -> list[Path]:
    """Links to photos, again and again under new names."""
    folder.mkdir()
    there = sorted(
        path for path in photos.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")
    )
    links = []
    for number in range(images):
        source = there[number % len(there)]
        links.append(folder / f"{number:06d}{source.suffix}")
        os.link(source, links[-1]) if same_disk(source, folder) else links[-1].write_bytes(
            source.read_bytes()
        )
    return links


def same_disk(file: Path, folder: Path) -> bool:
    return file.stat().st_dev == folder.stat().st_dev


def write_dictionary(tokens: Tensor, folder: Path) -> None:
    """Random directions with a threshold that about K of them exceed in a cell."""
    rows = torch.randn(F, tokens.shape[1], generator=torch.Generator().manual_seed(0))
    rows /= rows.norm(dim=1, keepdim=True)
    centre = tokens.mean(0)
    h = ((tokens - centre) @ rows.T).flatten()
    threshold = float(h.kthvalue(h.numel() - K * len(tokens)).values)
    sizes = hsae.group_sizes(F)
    made = HSAE(rows.T.contiguous(), torch.zeros(F), rows, centre, K, threshold, sizes)
    hsae.save(made, folder)


def compare(encoder: Any, reference: Any, dictionary: Path, pixels: Tensor) -> None:
    """Print how far the codes of the same photos lie apart on two devices."""
    model = hsae.load(dictionary)
    tokens = [each.encode(pixels).reshape(-1, each.token_dim) for each in (encoder, reference)]
    found = model.to(encoder.device).encode(tokens[0]).to_dense()
    expected = model.encode(tokens[1]).to_dense()
    both = (found > 0) & (expected > 0)
    either = (found > 0) | (expected > 0)
    note(
        "codes_agreement",
        float(both.sum() / either.sum()),
        tokens_apart=float((tokens[0] - tokens[1]).abs().max() / tokens[1].abs().max()),
        largest_difference=float(np.abs(found - expected).max() / expected.max()),
        cells=len(tokens[0]),
        device=str(encoder.device),
        precision=str(next(encoder._tower.parameters()).dtype),
    )


def images_a_second(clip: Any, pixels: Tensor, batch: int, device: str) -> float:
    """Of open_clip's own forward pass over photos in memory, normalised already."""
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    mean = torch.tensor(clip.visual.image_mean).view(3, 1, 1)
    std = torch.tensor(clip.visual.image_std).view(3, 1, 1)
    kind = next(clip.parameters()).dtype
    batches = [((part - mean) / std).to(device, kind) for part in pixels.split(batch)]
    with torch.inference_mode():
        clip.visual(batches[0])
        wait()
        began = time.perf_counter()
        for each in batches:
            clip.visual(each)
        wait()
    return len(pixels) / (time.perf_counter() - began)


def analysis_rate(place: Path, number: int, encoder: Any) -> float:
    """From the first batch that is done to the end, everything written and published."""
    moments: list[tuple[float, int]] = []

    def progress(done: int, total: int, message: str) -> None:
        if message == "Analyzing photos":
            moments.append((time.perf_counter(), done))

    analyze(
        place / f"{number}.insight",
        [place / "photos"],
        encoder=encoder,
        dictionary=place / "dictionary",
        vocabulary=WORD,
        progress=progress,
    )
    (began, before), (ended, after) = moments[0], moments[-1]
    return (after - before) / (ended - began)


if __name__ == "__main__":
    main()
