"""CLIP-DINOiser against the published procedure, its file of heads, and the one way in.

An affinity within rounding of 0.2 comes or goes with the last bit of a float32, and with random
weights and hundreds of thousands of pairs some always are. So the heads are compared in float64 on
anything, and the whole encoder, in float32, on pictures of two colours, whose affinities stay clear
of 0.2 (which the test makes sure of).
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from insight_app.concepts import encoders
from insight_app.concepts.encoders.clip import dinoiser
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.encoder import ClipEncoder
from insight_app.concepts.encoders.models import open_clip_models
from insight_app.errors import KnownError
from tests.concepts import plain_clip
from tests.concepts.plain_clip import Toy, error, pictures

SIZES = [(224, 224), (448, 448), (250, 330)]
TOY = Toy()


@pytest.fixture(scope="module")
def clip_weights() -> dict[str, Tensor]:
    """With little to tell places apart by, so that patches of one colour stay alike."""
    weights = TOY.weights(seed=1)
    weights["visual.positional_embedding"] *= 0.02
    return weights


@pytest.fixture(scope="module")
def head_weights() -> dict[str, Tensor]:
    return plain_clip.random_heads(TOY.width, seed=5)


@pytest.fixture(scope="module")
def encoder(
    clip_weights: dict[str, Tensor],
    head_weights: dict[str, Tensor],
    tmp_path_factory: pytest.TempPathFactory,
) -> ClipEncoder:
    folder = tmp_path_factory.mktemp("dinoiser")
    torch.save(clip_weights, folder / "toy.pt")
    torch.save({"epoch": 3, "model_state_dict": head_weights}, folder / "last.pt")
    return opened(folder / "toy.pt", folder / "last.pt")


def opened(clip_path: Path, heads_path: Path) -> ClipEncoder:
    clip, image = clip_file.load_described("toy", clip_path, TOY.described)
    heads = dinoiser.load(heads_path, TOY.width, TOY.patch)
    files = {"clip_weights": clip_path, "dinoiser_weights": heads_path}
    return ClipEncoder("clip-dinoiser", clip, image, files, device="cpu", heads=heads)


def two_colours(height: int, width: int) -> Tensor:
    """(3, 3, height, width): another share of each picture is the opposite colour."""
    pixels = torch.zeros(3, 3, height, width)
    for picture, colour in enumerate(([1, 1, 0], [0, 1, 1], [1, 0, 1])):
        own = torch.tensor(colour)[:, None, None]
        pixels[picture] = own
        pixels[picture, :, :, 16 * (5 + picture) :] = 1 - own
    return 0.98 * pixels + 0.02 * pictures(3, height, width)


@pytest.mark.parametrize("size", SIZES)
def test_tokens_are_those_of_the_published_procedure(
    encoder: ClipEncoder,
    clip_weights: dict[str, Tensor],
    head_weights: dict[str, Tensor],
    size: tuple[int, int],
) -> None:
    pixels = two_colours(*size)
    stages = plain_clip.dense(clip_weights, pixels, TOY.heads, quick=False)
    affinity = plain_clip.affinities(head_weights, stages["features"])
    assert (affinity - 0.2).abs().min() > 1e-3, "otherwise rounding decides"
    assert 0.1 < (affinity < 0.2).double().mean() < 0.9
    expected = plain_clip.refined(affinity, stages["tokens"])
    assert error(stages["tokens"], expected) > 1e-2, "refining makes a difference"
    assert error(encoder.encode(pixels), expected) < 1e-5
    assert error(encoder.encode(pixels[2:]), expected[2:]) < 1e-5
    seen = encoder.see(pixels)
    assert seen.tokens.equal(encoder.encode(pixels))
    assert error(seen.features.flatten(1, 2), stages["last block but one"][:, 1:]) < 1e-5
    tokens, foreground = encoder.encode_with_foreground(pixels)
    assert tokens.equal(encoder.encode(pixels))
    assert error(foreground, plain_clip.foreground(head_weights, stages["features"])) < 1e-5


@pytest.mark.parametrize("rows, cols", [(14, 14), (1, 3), (40, 30)])
def test_the_heads_do_as_published_with_any_features(
    head_weights: dict[str, Tensor], tmp_path: Path, rows: int, cols: int
) -> None:
    torch.save(head_weights, tmp_path / "bare.pt")
    heads = dinoiser.load(tmp_path / "bare.pt", TOY.width, TOY.patch).double()
    generator = torch.Generator().manual_seed(rows)
    features = torch.randn(2, rows, cols, TOY.width, generator=generator, dtype=torch.float64)
    tokens = torch.randn(2, rows, cols, 5, generator=generator, dtype=torch.float64)
    affinity = plain_clip.affinities(head_weights, features)
    assert error(heads.refine(tokens, features), plain_clip.refined(affinity, tokens)) < 1e-12
    foreground = plain_clip.foreground(head_weights, features)
    assert error(heads.foreground(features), foreground) < 1e-12


def test_heads_are_read_from_every_format(
    encoder: ClipEncoder, head_weights: dict[str, Tensor], tmp_path: Path
) -> None:
    save_file(head_weights, tmp_path / "heads.safetensors")
    torch.save(head_weights, tmp_path / "bare.pt")
    for path in tmp_path.iterdir():
        other = opened(Path(encoder.options["clip_weights"]), path)
        assert other.fingerprint == encoder.fingerprint
    torch.save(plain_clip.random_heads(TOY.width, seed=1), tmp_path / "bare.pt")
    other = opened(Path(encoder.options["clip_weights"]), tmp_path / "bare.pt")
    assert other.fingerprint != encoder.fingerprint
    assert other.text_fingerprint == encoder.text_fingerprint


def test_heads_that_do_not_fit_are_refused(head_weights: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    torch.save(head_weights, path)
    with pytest.raises(KnownError, match=r"shape \(256, 36, 3, 3\), not \(256, 1024, 3, 3\)"):
        dinoiser.load(path, 1024, 16)
    with pytest.raises(KnownError, match="patches of 16 pixels, not of 32"):
        dinoiser.load(path, TOY.width, 32)
    spoilt = head_weights["obj_proj.bias"].clone()
    spoilt[7] = torch.nan
    damaged: dict[str, Mapping[str, Tensor]] = {
        "bkg_decoder.bias is missing": {n: v for n, v in head_weights.items() if "r.bias" not in n},
        "not numbers.*obj_proj.bias": head_weights | {"obj_proj.bias": spoilt},
    }
    for message, content in damaged.items():
        torch.save(content, path)
        with pytest.raises(KnownError, match=message) as refusal:
            dinoiser.load(path, TOY.width, TOY.patch)
        assert refusal.value.where == str(path)


def test_heads_are_refused_before_weights_of_a_model_they_do_not_fit_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    torch.save(plain_clip.random_heads(768, seed=5), tmp_path / "last.pt")
    for model, reason in (("ViT-L-14", "not .256, 1024, 3, 3."), ("ViT-B-32", "not of 32")):
        with pytest.raises(KnownError, match=reason):
            encoders.load("clip-dinoiser", model=model, dinoiser_weights=tmp_path / "last.pt")


def test_plain_dense_clip_does_not_tell_the_background(
    clip_weights: dict[str, Tensor], tmp_path: Path
) -> None:
    torch.save(clip_weights, tmp_path / "toy.pt")
    clip, image = clip_file.load_described("toy", tmp_path / "toy.pt", TOY.described)
    encoder = ClipEncoder("maskclip", clip, image, {"weights": clip.path}, device="cpu")
    with pytest.raises(KnownError, match="maskclip does not tell foreground"):
        encoder.encode_with_foreground(pictures(1, 32, 32))


def test_the_papers_model_comes_in_by_name_and_again_by_its_options(tmp_path: Path) -> None:
    """ViT-B-16 in full size. Its random weights are windows of one small table: small files."""
    described = open_clip_models.description("ViT-B-16")
    pool = torch.randn(1 << 22, generator=torch.Generator().manual_seed(0)) / 40
    weights = windows_of(pool, plain_clip.shapes(described))
    torch.save(weights, tmp_path / "clip.bin")
    torch.save({"model_state_dict": plain_clip.random_heads(768)}, tmp_path / "last.pt")

    files = {"clip_weights": tmp_path / "clip.bin", "dinoiser_weights": tmp_path / "last.pt"}
    encoder = encoders.load("clip-dinoiser", model="ViT-B-16", device="cpu", **files)
    assert encoder.options == {"model": "ViT-B-16"} | {n: str(p) for n, p in files.items()}
    assert (encoder.token_dim, encoder.grid, encoder.input_size) == (512, (14, 14), 224)
    assert encoder.fingerprint.startswith("clip-dinoiser:")

    options = {"model": "ViT-B-16", "weights": str(files["clip_weights"]), "input_size": "448"}
    plain = encoders.load("maskclip", device="cpu", **options)
    assert plain.options == options and plain.grid == (28, 28)
    pixels = pictures(1, 64, 100)
    expected = plain_clip.dense(weights, pixels, heads=12, quick=False)
    assert error(plain.encode(pixels), expected["tokens"]) < 1e-5


def windows_of(pool: Tensor, shapes: Mapping[str, torch.Size]) -> dict[str, Tensor]:
    """A weight of every shape, each a piece of the pool that begins elsewhere."""
    weights = {}
    for index, (name, shape) in enumerate(shapes.items()):
        count = shape.numel()
        if count > len(pool) // 2:
            weights[name] = pool[: shape[-1]].expand(shape)
        else:
            weights[name] = pool[index * 1009 :][:count].view(shape)
    return weights
