"""Dense CLIP against the published procedure, its files, words and refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from insight_app.concepts import encoders
from insight_app.concepts.encoders.clip import precision
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.dense_vit import DenseViT
from insight_app.concepts.encoders.clip.encoder import ClipEncoder
from insight_app.concepts.geometry import centre_square
from insight_app.errors import KnownError
from tests.concepts import plain_clip
from tests.concepts.plain_clip import Toy, error, pictures

SIZES = [(224, 224), (448, 448), (250, 330)]


def opened(toy: Toy, path: Path, input_size: int = 224, device: str = "cpu") -> ClipEncoder:
    clip, image = clip_file.load_described("toy", path, toy.described)
    files = {"weights": path}
    return ClipEncoder("maskclip", clip, image, files, device=device, input_size=input_size)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clip")


@pytest.fixture(scope="module")
def toy() -> Toy:
    return Toy()


@pytest.fixture(scope="module")
def weights(toy: Toy, folder: Path) -> dict[str, Tensor]:
    return plain_clip.save_clip(toy, folder / "toy.pt")


@pytest.fixture(scope="module")
def encoder(toy: Toy, weights: dict[str, Tensor], folder: Path) -> ClipEncoder:
    return opened(toy, folder / "toy.pt")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "toy",
    [
        Toy(patch=14),
        Toy(patch=14, image_size=336, quick=True),
        Toy(patch=16),
        Toy(patch=16, quick=True),
        Toy(patch=16, scaled=True, layers=3),
        Toy(patch=32),
        Toy(patch=32, quick=True),
    ],
    ids=str,
)
def test_tokens_are_those_of_the_published_procedure(
    toy: Toy, size: tuple[int, int], tmp_path: Path
) -> None:
    weights = plain_clip.save_clip(toy, tmp_path / "toy.pt")
    encoder = opened(toy, tmp_path / "toy.pt")
    pixels = pictures(3, *size)
    stages = plain_clip.dense(weights, pixels, toy.heads, toy.quick)
    expected = stages["tokens"]
    found = encoder.encode(pixels)
    assert found.dtype == torch.float32
    assert error(found, expected) < 1e-5
    seen = encoder.see(pixels)
    assert torch.equal(seen.tokens, found) and seen.logits is None
    assert error(seen.features.flatten(1, 2), stages["last block but one"][:, 1:]) < 1e-5
    assert error(encoder.encode(pixels[1:2]), expected[1:2]) < 1e-5


def test_the_judge_notices_what_is_easily_got_wrong(
    toy: Toy, weights: dict[str, Tensor], encoder: ClipEncoder
) -> None:
    """Padding after normalising; the class token's view; a table of the wrong size."""
    pixels = pictures(1, 250, 330)
    found = encoder.encode(pixels)
    padded = torch.nn.functional.pad(pixels, (0, 6, 0, 6))
    assert error(encoder.encode(padded), found.double()) < 1e-6, "black outside is black inside"
    grey = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None].expand(1, 3, 256, 336)
    late = grey.clone()
    late[:, :, :250, :330] = pixels
    assert error(encoder.encode(late), found.double()) > 1e-2
    quick = plain_clip.dense(weights, pixels, toy.heads, quick=True)["tokens"]
    assert error(found, quick) > 1e-3


def test_tokens_do_not_depend_on_what_was_encoded_before(encoder: ClipEncoder) -> None:
    pixels = pictures(1, 224, 224)
    before = encoder.encode(pixels)
    for side in range(16, 16 * 40, 16):
        encoder.encode(torch.zeros(1, 3, 16, side))
    assert torch.equal(encoder.encode(pixels), before)
    assert pixels.equal(pictures(1, 224, 224)), "what is encoded is left as it was"


def test_one_pixel_is_a_picture_and_a_list_of_numbers_is_a_bug(encoder: ClipEncoder) -> None:
    assert encoder.encode(torch.zeros(2, 3, 1, 1)).shape == (2, 1, 1, encoder.token_dim)
    for wrong in (torch.zeros(3, 224, 224), torch.zeros(1, 1, 224, 224), torch.zeros(0, 3, 8, 8)):
        with pytest.raises(ValueError, match="expected"):
            encoder.encode(wrong)


def test_every_format_gives_the_same_encoder(
    toy: Toy, weights: dict[str, Tensor], encoder: ClipEncoder, tmp_path: Path
) -> None:
    save_file(weights, tmp_path / "toy.safetensors")
    prefixed = {f"module.{name}": value for name, value in reversed(weights.items())}
    torch.save({"epoch": 3, "state_dict": prefixed}, tmp_path / "training.bin")
    nested = {
        name if name.startswith(("visual.", "logit")) else f"text.{name}": value
        for name, value in weights.items()
    }
    torch.save(nested, tmp_path / "custom.pt")
    pixels = pictures(1, 224, 224)
    for path in tmp_path.iterdir():
        other = opened(toy, path)
        assert other.fingerprint == encoder.fingerprint
        assert other.text_fingerprint == encoder.text_fingerprint
        assert other.encode(pixels).equal(encoder.encode(pixels))
        assert other.encode_text(["a dog"]).equal(encoder.encode_text(["a dog"]))


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_openais_own_file_gets_its_activation(
    toy: Toy, weights: dict[str, Tensor], tmp_path: Path
) -> None:
    """An archive of a program, partly in half precision, with three numbers and a mask besides."""

    class Holder(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x

    numbers = {"input_resolution": 224, "context_length": 77, "vocab_size": 49408}
    besides = {name: torch.tensor(value) for name, value in numbers.items()}
    besides["transformer.resblocks.0.attn_mask"] = torch.full((77, 77), -torch.inf).triu(1)
    root = Holder()
    for name, value in (weights | besides).items():
        *parts, last = name.split(".")
        module: Any = root
        for part in parts:
            if not hasattr(module, part):
                module.add_module(part, Holder())
            module = getattr(module, part)
        module.register_buffer(last, value.half() if value.ndim > 1 else value)
    torch.jit.save(torch.jit.script(root), tmp_path / "ViT.pt")

    pixels = pictures(1, 250, 330)
    half = {name: value.half() if value.ndim > 1 else value for name, value in weights.items()}
    expected = plain_clip.dense(half, pixels, toy.heads, quick=True)["tokens"]
    archived = opened(toy, tmp_path / "ViT.pt")
    assert error(archived.encode(pixels), expected) < 1e-5
    torch.save(half, tmp_path / "half.pt")
    assert opened(toy, tmp_path / "half.pt").fingerprint != archived.fingerprint
    named = Toy(quick=True)
    assert opened(named, tmp_path / "half.pt").fingerprint == archived.fingerprint


def test_the_fingerprint_follows_everything_tokens_depend_on(
    toy: Toy, weights: dict[str, Tensor], encoder: ClipEncoder, folder: Path, tmp_path: Path
) -> None:
    plain_clip.save_clip(toy, tmp_path / "other.pt", seed=1)
    other_text = weights | {"ln_final.bias": weights["ln_final.bias"] + 1}
    torch.save(other_text, tmp_path / "text.pt")
    others = [
        opened(toy, folder / "toy.pt", input_size=448),
        opened(Toy(quick=True), folder / "toy.pt"),
        opened(Toy(heads=2), folder / "toy.pt"),
        opened(toy, tmp_path / "other.pt"),
    ]
    assert len({encoder.fingerprint, *(other.fingerprint for other in others)}) == 5
    assert encoder.fingerprint.startswith("maskclip:")
    words = opened(toy, tmp_path / "text.pt")
    assert words.fingerprint == encoder.fingerprint
    assert words.text_fingerprint != encoder.text_fingerprint
    assert not words.encode_text(["dog"]).equal(encoder.encode_text(["dog"]))


def test_words_cut_at_their_end_have_the_vectors_of_the_whole_text(
    toy: Toy, weights: dict[str, Tensor], encoder: ClipEncoder
) -> None:
    from open_clip import CLIP, tokenize

    clip = CLIP(**toy.described)
    clip.load_state_dict(weights)
    texts = ["dog", "a photo of a very large dog in the grass", "", "word " * 100, "dog"]
    with torch.no_grad():
        expected = clip.eval().encode_text(tokenize(texts), normalize=True)
    found = encoder.encode_text(texts)
    assert error(found, expected.double()) < 1e-5
    assert found[0].equal(found[4])
    torch.testing.assert_close(found.norm(dim=1), torch.ones(5))
    assert encoder.encode_text([]).shape == (0, toy.token_dim)


@pytest.mark.parametrize("size", [(900, 600), (500, 1111), (301, 300), (40, 30), (224, 224)])
def test_the_model_sees_exactly_what_the_geometry_says(
    encoder: ClipEncoder, size: tuple[int, int]
) -> None:
    x, y, w, h = centre_square(*size, *encoder.grid).crop
    photo = Image.new("RGB", size, (255, 0, 0))
    photo.paste((0, 0, 255), (x, y, x + w, y + h))
    pixels = encoder.preprocess(photo)
    assert pixels.shape == (3, 224, 224)
    assert pixels[0].max() == 0 and pixels[2].min() == 1
    assert encoder.encode(pixels[None]).shape[1:3] == encoder.grid


def test_a_square_photo_is_resized_bicubically(encoder: ClipEncoder) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (500, 500, 3), np.uint8)
    expected = Image.fromarray(noise).resize((224, 224), Image.Resampling.BICUBIC)
    found = encoder.preprocess(Image.fromarray(noise))
    assert torch.equal(found * 255, torch.from_numpy(np.array(expected)).permute(2, 0, 1).float())


def test_half_precision_is_taken_only_where_it_makes_no_difference(
    toy: Toy, weights: dict[str, Tensor], folder: Path, tmp_path: Path
) -> None:
    def lowered(path: Path) -> tuple[DenseViT, float]:
        tower = DenseViT(clip_file.load_described("toy", path, toy.described)[1])
        picture = precision.test_picture(224)
        with torch.inference_mode():
            exact, _ = tower.dense(picture)
            found = precision.half_if_close(tower, lambda network: network.dense(picture)[0])
            assert tower.proj.dtype == torch.float32, "the exact one stays as it is"
            return found, error(found.dense(picture)[0].float(), exact.double())

    tower, difference = lowered(folder / "toy.pt")
    assert tower.proj.dtype == torch.half and 0 < difference < precision.TOLERANCE
    huge = "visual.transformer.resblocks.1.mlp.c_proj.bias"
    torch.save(weights | {huge: weights[huge] * 1e6}, tmp_path / "huge.pt")
    tower, difference = lowered(tmp_path / "huge.pt")
    assert tower.proj.dtype == torch.float32 and difference == 0


def test_weights_of_another_model_are_refused_by_the_first_that_does_not_fit(
    toy: Toy, weights: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "w.pt"
    block = "visual.transformer.resblocks.4.ln_1.weight"
    first = next(name for name in weights if name.startswith("visual.transformer"))
    damaged = {
        r"visual\.proj is missing": without(weights, "visual.proj"),
        r"visual\.proj has the shape \(36, 9\), not \(36, 20\)": weights
        | {"visual.proj": torch.zeros(36, 9)},
        "resblocks.4.ln_1.weight has no place": weights | {block: torch.ones(36)},
        "ln_final.bias is missing": without(weights, "ln_final.bias"),
        rf"not numbers.*{first}": weights | {first: weights[first] * torch.nan},
    }
    for message, content in damaged.items():
        torch.save(content, path)
        with pytest.raises(KnownError, match=message) as refusal:
            opened(toy, path)
        assert refusal.value.where == str(path)


def without(weights: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {other: value for other, value in weights.items() if other != name}


def test_towers_without_the_trick_are_refused_before_any_file_is_read() -> None:
    for model in ("ViT-B-16-SigLIP", "RN50", "coca_ViT-B-32", "EVA02-B-16", "ViT-L-14-CLIPA"):
        with pytest.raises(KnownError, match=f"{model} cannot be made dense: "):
            encoders.load("maskclip", model=model)
    with pytest.raises(KnownError, match="no model named 'ViT-B-17'"):
        encoders.load("maskclip", model="ViT-B-17", weights="nowhere.pt")
    with pytest.raises(KnownError, match="no such file"):
        encoders.load("maskclip", model="ViT-B-16", weights="nowhere.pt")


def test_without_weights_a_person_hears_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(KnownError, match=r"no weights for ViT-B-32.*models fetch ViT-B-32"):
        encoders.load("maskclip", model="ViT-B-32")
    with pytest.raises(KnownError, match=r"no CLIP-DINOiser heads.*models fetch clip-dinoiser"):
        encoders.load("clip-dinoiser", model="ViT-B-32")


def test_sizes_that_the_grid_does_not_fit_are_refused(
    toy: Toy, encoder: ClipEncoder, folder: Path
) -> None:
    for size in (0, 8, 230):
        with pytest.raises(KnownError, match="multiples of 16"):
            opened(toy, folder / "toy.pt", input_size=size)


def test_what_reads_other_words_says_so(weights: dict[str, Tensor], toy: Toy, folder: Path) -> None:
    described = toy.described
    described["text_cfg"]["hf_tokenizer_name"] = "somebody/tokens"
    clip, image = clip_file.load_described("toy", folder / "toy.pt", described)
    encoder = ClipEncoder("maskclip", clip, image, {"weights": clip.path}, device="cpu")
    assert encoder.encode(pictures(1, 32, 32)).shape == (1, 2, 2, 20)
    assert encoder.text_fingerprint == ""
    with pytest.raises(KnownError, match="somebody/tokens"):
        encoder.encode_text(["dog"])


def test_the_encoder_is_offered_with_the_files_it_needs() -> None:
    offered = {info.name: info for info in encoders.available()}
    assert [f.option for f in offered["maskclip"].files] == ["weights"]
    assert [f.kind for f in offered["clip-dinoiser"].files] == ["clip", "dinoiser"]
    assert not offered["builtin"].needs_files and offered["maskclip"].needs_files
    assert offered["clip-dinoiser"].models == ("ViT-B-16", "ViT-B-16-quickgelu")
    assert encoders.token_dim("maskclip", "ViT-L-14") == 768
    assert encoders.token_dim("clip-dinoiser", "ViT-B-16") == 512
