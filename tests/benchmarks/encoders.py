"""How exact and how fast dense CLIP and CLIP-DINOiser are.

    python -m tests.benchmarks.encoders [--device cuda] [--batch 4] [--rounds 7] [--model ViT-B-16]

One run on random weights of full size prints

- the largest error per stage and input size, as a share of the largest number there, against the
  published procedure in float64 (tests/concepts/plain_clip.py), for 3 pictures. Affinities within
  1e-6 of gamma are decided as the encoder decided, and counted;
- pictures a second of both encoders and of open_clip's own forward pass, which gives one vector a
  picture: same pictures, same threads, rounds interleaved, medians; likewise texts a second;
- how long loading takes. Off the processor, also the precision that was chosen.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from insight_app.concepts import encoders
from insight_app.concepts.encoders.clip import dinoiser, precision
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.dense_vit import DenseViT
from insight_app.concepts.encoders.models import open_clip_models
from tests.benchmarks.report import note
from tests.concepts import plain_clip

SIZES = [(224, 224), (448, 448), (250, 330)]
NEAR = 1e-6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--model", default="ViT-B-16")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--skip-errors", action="store_true")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    print(f"torch {torch.__version__}, {device}, {torch.get_num_threads()} threads", flush=True)

    described = open_clip_models.description(arguments.model)
    weights = plain_clip.random_weights(described)
    heads = plain_clip.random_heads(described["vision_cfg"]["width"])
    with tempfile.TemporaryDirectory() as folder:
        clip_path, heads_path = Path(folder, "clip.pt"), Path(folder, "last.pt")
        torch.save(weights, clip_path)
        torch.save({"epoch": 0, "model_state_dict": heads}, heads_path)
        if not arguments.skip_errors:
            show_errors(arguments.model, clip_path, heads_path, weights, heads, device)
        show_speed(arguments, clip_path, heads_path, device)


@torch.inference_mode()
def show_errors(
    model: str,
    clip_path: Path,
    heads_path: Path,
    weights: dict[str, Tensor],
    head_weights: dict[str, Tensor],
    device: torch.device,
) -> None:
    clip, image = clip_file.load(model, clip_path)
    attention_heads = image.transformer.resblocks[0].attn.num_heads
    tower = DenseViT(image).to(device)
    heads = dinoiser.load(heads_path, tower.width, tower.patch).to(device)
    rows: dict[str, list[str]] = {}
    for height, width in SIZES:
        pixels = plain_clip.pictures(3, height, width)
        expected = plain_clip.dense(weights, pixels, attention_heads, clip.quick_gelu)
        with precision.exact_convolutions():
            found = stages(tower, heads, pixels.to(device))
        exact = plain_clip.affinities(head_weights, expected["features"])
        own = found["affinities"].cpu().double()
        near = (exact - dinoiser.GAMMA).abs() < NEAR
        decided = torch.where(near, own, exact)
        expected["affinities"] = torch.where(decided < dinoiser.GAMMA, 0.0, decided)
        expected["refined tokens"] = plain_clip.refined(decided, expected["tokens"])
        for stage, value in found.items():
            error = plain_clip.error(value.cpu(), expected[stage])
            rows.setdefault(stage, []).append(f"{error:12.1e}")
        rows.setdefault("pairs at gamma", []).append(f"{int(near.sum()):12}")
    print(f"\n{'largest relative error':24}" + "".join(f"{f'{h}x{w}':>12}" for h, w in SIZES))
    for stage, cells in rows.items():
        print(f"{stage:24}" + "".join(cells), flush=True)


def stages(tower: DenseViT, heads: dinoiser.Heads, pixels: Tensor) -> dict[str, Tensor]:
    """Float32, under the names that the published procedure gives them."""
    normalised = tower.normalise(pixels)
    embedded = tower.embed(normalised)
    x = tower.penultimate(embedded)
    tokens, _, features = tower.dense_with_features(pixels, dinoiser.BLOCK)
    z = heads.affinity_features(features)
    return {
        "pixels": normalised,
        "embeddings": embedded,
        "last block but one": x,
        "value path": tower.last_block(x),
        "tokens": tokens,
        "features": features,
        "affinities": heads.affinities(z, z),
        "refined tokens": heads.refine(tokens, features),
    }


def show_speed(
    arguments: argparse.Namespace, clip_path: Path, heads_path: Path, device: torch.device
) -> None:
    model = arguments.model
    start = time.perf_counter()
    plain = encoders.load("maskclip", device=str(device), model=model, weights=clip_path)
    print(f"\nloaded in {time.perf_counter() - start:.1f} s (maskclip)")
    files = {"clip_weights": clip_path, "dinoiser_weights": heads_path}
    refined = encoders.load("clip-dinoiser", device=str(device), model=model, **files)
    bare = clip_file.load(model, clip_path)[1].to(device)
    pixels = plain_clip.pictures(arguments.batch, 224, 224)
    normalised = DenseViT(clip_file.load(model, clip_path)[1]).normalise(pixels)
    runs: dict[str, Callable[[], Tensor]] = {
        "open_clip": lambda: bare(normalised.to(device)).cpu(),
        "maskclip": lambda: plain.encode(pixels),
        "clip-dinoiser": lambda: refined.encode(pixels),
    }
    if device.type != "cpu":
        half = clip_file.load(model, clip_path)[1].to(device).half()
        runs["open_clip, half"] = lambda: half(normalised.to(device).half()).cpu()
        print(f"precision: {plain._tower.proj.dtype}, {refined._tower.proj.dtype}")
    show_rates("pictures/s", arguments.batch, arguments.rounds, runs)

    texts = [f"a photo of a {word}" for word in ("dog", "garden gnome", "sea", "old tram") * 16]
    clip = clip_file.load(model, clip_path)[0]
    tower, tokenizer = clip.text_tower().to(device), clip.tokenizer()
    show_rates(
        "texts/s",
        len(texts),
        3,
        {
            "open_clip": lambda: tower(tokenizer(texts).to(device)).cpu(),
            "encode_text": lambda: plain.encode_text(texts),
        },
    )


@torch.inference_mode()
def show_rates(unit: str, count: int, rounds: int, runs: dict[str, Callable[[], Tensor]]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    baseline, first = next(iter(medians.items()))
    print(f"\n{'':16}{unit:>12}{'ratio':>8}   {count} at once, {rounds} rounds")
    for name, median in medians.items():
        print(f"{name:16}{count / median:12.2f}{first / median:8.2f}", flush=True)
        rates = {f"{name}_a_second": count / median, f"{baseline}_a_second": count / first}
        if name != baseline:
            note(f"{name.replace('-', '_')}_ratio", first / median, unit=unit, **rates)


if __name__ == "__main__":
    main()
