"""The built-in encoder: tokens, their place on the photo, what it refuses and what it imports."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from insight_app import resources
from insight_app.concepts import encoders, hsae
from insight_app.concepts.encoders import builtin, builtin_table, text_tower
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from insight_app.concepts.encoders.files import package_folder, verified
from insight_app.concepts.encoders.lite2 import DenseLite2
from insight_app.concepts.encoders.readout import FLOOR, SPREAD, Readout
from insight_app.concepts.geometry import centre_square
from insight_app.concepts.hsae import description
from insight_app.errors import KnownError


@pytest.fixture(scope="module")
def encoder() -> BuiltinEncoder:
    loaded = encoders.load("builtin", device="cpu")
    assert isinstance(loaded, BuiltinEncoder)
    return loaded


def shipped_photo(name: str) -> Image.Image:
    with Image.open(resources.path(f"photos/{name}")) as image:
        return image.convert("RGB")


def noise(count: int, side: int = 448) -> Tensor:
    coarse = torch.rand(
        count, 3, side // 16, side // 16, generator=torch.Generator().manual_seed(0)
    )
    return torch.nn.functional.interpolate(coarse, scale_factor=16, mode="bilinear")


def test_tokens_have_the_promised_shape(encoder: BuiltinEncoder) -> None:
    pixels = encoder.preprocess(shipped_photo("animals/dog.jpg"))
    assert pixels.shape == (3, encoder.input_size, encoder.input_size)
    assert pixels.min() >= 0 and pixels.max() <= 1
    tokens = encoder.encode(pixels[None])
    assert tokens.shape == (1, *encoder.grid, encoder.token_dim)
    assert tokens.dtype == torch.float32 and tokens.isfinite().all()
    assert (tokens.norm(dim=-1) > 0).all(), "every cell speaks"
    assert encoder.encode(noise(1, 448)[:, :, :256]).shape == (1, 8, 14, 384)


def test_other_shapes_than_pictures_are_bugs(encoder: BuiltinEncoder) -> None:
    with pytest.raises(ValueError, match="expected"):
        encoder.encode(torch.zeros(3, 448, 448))
    with pytest.raises(ValueError, match="expected"):
        encoder.encode(torch.zeros(1, 3, 450, 448))


def test_tokens_do_not_depend_on_the_batch(encoder: BuiltinEncoder) -> None:
    pixels = noise(3, 224)
    together = encoder.encode(pixels)
    alone = torch.cat([encoder.encode(pixels[i : i + 1]) for i in range(3)])
    assert torch.equal(together, encoder.encode(pixels))
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_what_else_is_seen_comes_from_the_same_pass(encoder: BuiltinEncoder) -> None:
    pixels = torch.stack([encoder.preprocess(shipped_photo("animals/dog.jpg")), *noise(1)])
    given: list[Tensor] = []
    hook = encoder._network.classifier.register_forward_hook(lambda _, x, __: given.append(x[0]))
    seen = encoder.see(pixels)
    hook.remove()
    assert len(given) == 1, "the network runs once"
    assert torch.equal(seen.tokens, encoder.encode(pixels))
    assert torch.equal(seen.features, given[0])
    assert seen.logits is not None
    torch.testing.assert_close(seen.logits, encoder.logits(pixels).reshape(2, 196, -1).mean(1))


def published_weights() -> dict[str, Tensor]:
    path = package_folder(builtin.WEIGHTS_PACKAGE) / builtin.WEIGHTS
    weights: dict[str, Tensor] = torch.load(path, weights_only=True)
    return weights


def test_folding_batch_norm_changes_nothing() -> None:
    """Against the published network where both pad alike: each stride sees an odd size."""
    from efficientnet_lite_pytorch import EfficientNet

    weights = published_weights()
    published = EfficientNet.from_name("efficientnet-lite2", image_size=None)
    published.load_state_dict(weights)
    published.eval()
    ours = DenseLite2(weights)
    last = next(b for b in reversed(ours.blocks) if b.depthwise[-1].stride == (2, 2))
    last.depthwise[0] = torch.nn.ZeroPad2d(2)
    pixels = noise(1, 272)[:, :, :257, :257]
    with torch.inference_mode():
        features = published.extract_features(pixels * (255 / 128) - 127 / 128)
        expected = published._fc(features.permute(0, 2, 3, 1))
        torch.testing.assert_close(ours(pixels), expected, rtol=1e-4, atol=1e-4)


def test_the_network_samples_at_the_centre_of_each_cell() -> None:
    """With averaging kernels in place of learned ones, a cell's view is centred on the cell."""
    weights = {}
    for name, value in published_weights().items():
        if value.ndim == 4:
            weights[name] = torch.full_like(value, 0.5 / value[0].numel())
        elif name.endswith(("running_var", "bn0.weight", "bn1.weight", "bn2.weight")):
            weights[name] = torch.ones_like(value)
        else:
            weights[name] = torch.zeros_like(value)
    weights["_fc.weight"] = torch.ones_like(weights["_fc.weight"])
    pixels = torch.full((1, 3, 448, 448), 0.75, requires_grad=True)
    DenseLite2(weights)(pixels)[0, 6, 8, 0].backward()
    assert pixels.grad is not None
    view = pixels.grad[0].sum(0).double()
    view /= view.sum()
    middles = torch.arange(448, dtype=torch.float64) + 0.5
    assert float((view.sum(1) * middles).sum()) == pytest.approx(6.5 * 32, abs=1)
    assert float((view.sum(0) * middles).sum()) == pytest.approx(8.5 * 32, abs=1)


@pytest.mark.parametrize("cell", [(3, 10), (10, 4)])
def test_a_coloured_square_lights_its_cell(encoder: BuiltinEncoder, cell: tuple[int, int]) -> None:
    """Learned kernels lean a little, so the neighbour may be changed most, never a further one."""
    plain = encoder.preprocess(shipped_photo("animals/dog.jpg"))[None]
    marked = plain.clone()
    row, col = cell
    square = marked[0, :, row * 32 : row * 32 + 32, col * 32 : col * 32 + 32]
    square[:] = torch.tensor([0.9, 0.1, 0.1])[:, None, None]
    change = (encoder.logits(marked) - encoder.logits(plain))[0].square().sum(-1)
    strongest = divmod(int(change.argmax()), 14)
    assert max(abs(strongest[0] - row), abs(strongest[1] - col)) <= 1


@pytest.mark.parametrize("size", [(900, 600), (500, 1111), (2000, 301), (40, 30)])
def test_the_model_sees_exactly_what_the_geometry_says(
    encoder: BuiltinEncoder, size: tuple[int, int]
) -> None:
    """A photo red outside its crop is nowhere red to the model; one cell painted is that cell."""
    geometry = centre_square(*size, *encoder.grid)
    x, y, w, h = geometry.crop
    photo = Image.new("RGB", size, (255, 0, 0))
    photo.paste((0, 0, 255), (x, y, x + w, y + h))
    pixels = encoder.preprocess(photo)
    assert pixels[0].max() == 0 and pixels[2].min() == 1
    left, top, cell_w, cell_h = geometry.cell_rect(5 * 14 + 8)
    if cell_w < 8:
        return
    inside = [round(left + 1), round(top + 1), round(left + cell_w - 1), round(top + cell_h - 1)]
    photo.paste((0, 255, 0), (inside[0], inside[1], inside[2], inside[3]))
    green = torch.nn.functional.avg_pool2d(encoder.preprocess(photo)[1][None], 32)[0]
    assert divmod(int(green.argmax()), 14) == (5, 8)
    assert green[5, 8] > 0.5 and green.sum() - green[5, 8] < 0.1


def test_readout_is_what_its_docstring_says() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(5, 40, generator=generator) * 3
    vectors = torch.nn.functional.normalize(torch.randn(40, 12, generator=generator), dim=1)
    readout = Readout()
    gram = (vectors.T @ vectors).double().numpy()
    values, basis = np.linalg.eigh(gram)
    white = basis @ np.diag((values / values.mean() + FLOOR) ** -readout.whitening) @ basis.T
    tokens = readout.tokens(logits, readout.table(vectors))
    for row, token in zip(logits.double().numpy(), tokens.double().numpy(), strict=True):
        expected = np.zeros(12)
        for z, k in zip((row - row.mean()) / SPREAD, vectors.double().numpy(), strict=True):
            expected += max(z - readout.threshold, 0) ** readout.power * (white @ k)
        expected /= np.linalg.norm(expected) ** readout.compression
        np.testing.assert_allclose(token, expected, rtol=1e-4, atol=1e-5)


def test_readout_of_a_silent_cell_is_zero() -> None:
    readout = Readout()
    vectors = torch.eye(4)
    assert torch.equal(readout.tokens(torch.ones(1, 4), readout.table(vectors)), torch.zeros(1, 4))


@pytest.mark.parametrize("name", ["dog", "elephant", "fox"])
def test_a_photo_is_nearest_to_what_it_shows(encoder: BuiltinEncoder, name: str) -> None:
    names = ["dog", "elephant", "fox", "bird", "flower", "fruit", "car", "mountain", "building"]
    tokens = encoder.encode(encoder.preprocess(shipped_photo(f"animals/{name}.jpg"))[None])
    products = encoder.encode_text(names) @ tokens.mean((0, 1, 2))
    assert names[int(products.argmax())] == name


def test_class_table_agrees_with_the_text_tower(encoder: BuiltinEncoder) -> None:
    table = builtin_table.load()
    raw = text_tower.embed(table.names).numpy()
    np.testing.assert_allclose(raw.mean(0), table.mean, atol=1e-5)
    np.testing.assert_allclose(table.centred(raw), table.vectors, atol=1e-4)
    words = encoder.encode_text(table.names[:5])
    assert words.dtype == torch.float32
    torch.testing.assert_close(words, encoder.class_vectors[:5], rtol=0, atol=1e-4)
    assert encoder.encode_text([]).shape == (0, 384)


def test_left_out_classes_leave_no_trace(encoder: BuiltinEncoder) -> None:
    gone = list(encoder.class_synsets[::7])
    partial = encoders.load("builtin", device="cpu", leave_out=gone)
    assert isinstance(partial, BuiltinEncoder)
    assert not set(partial.class_synsets) & set(gone)
    assert partial.fingerprint != encoder.fingerprint
    assert partial.fingerprint == builtin.load("cpu", leave_out=gone[::-1]).fingerprint
    pixels = noise(1, 224)
    kept = [i for i, synset in enumerate(encoder.class_synsets) if synset not in gone]
    logits = encoder.logits(pixels)[..., kept]
    torch.testing.assert_close(partial.logits(pixels), logits, rtol=1e-4, atol=1e-4)
    readout = Readout()
    expected = readout.tokens(logits, readout.table(encoder.class_vectors[kept]))
    torch.testing.assert_close(partial.encode(pixels), expected, rtol=1e-3, atol=1e-3)


def test_unknown_choices_are_said_in_plain_words() -> None:
    with pytest.raises(KnownError, match="no encoder named"):
        encoders.load("nothing")
    with pytest.raises(KnownError, match="no device named"):
        encoders.load("builtin", device="abacus")
    with pytest.raises(KnownError, match="no class"):
        encoders.load("builtin", device="cpu", leave_out=["n00000000"])
    if not torch.cuda.is_available():
        with pytest.raises(KnownError, match="no cuda"):
            encoders.load("builtin", device="cuda")


def test_the_fingerprint_follows_everything_tokens_depend_on(encoder: BuiltinEncoder) -> None:
    others = [
        builtin.load("cpu", input_size=384).fingerprint,
        builtin.load("cpu", readout_constants=Readout(power=1)).fingerprint,
        builtin.load("cpu", leave_out=encoder.class_synsets[:1]).fingerprint,
    ]
    assert len({encoder.fingerprint, *others}) == 4
    assert builtin.load("cpu").fingerprint == encoder.fingerprint


def test_a_damaged_file_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    original = package_folder(builtin.WEIGHTS_PACKAGE) / builtin.WEIGHTS
    content = bytearray(original.read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path_factory.mktemp("weights") / "weights.pth"
    damaged.write_bytes(content)
    assert verified(original, builtin.WEIGHTS_SHA256) == original
    with pytest.raises(KnownError, match="SHA-256") as refusal:
        verified(damaged, builtin.WEIGHTS_SHA256)
    assert str(damaged) in str(refusal.value)
    with pytest.raises(KnownError, match="cannot be read"):
        verified(damaged.with_name("gone.pth"), builtin.WEIGHTS_SHA256)
    with pytest.raises(KnownError, match="pip install no-such-package"):
        package_folder("no_such_package")


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_asking_what_there_is_imports_no_torch() -> None:
    loaded = modules_after(
        "from insight_app.concepts import encoders\n"
        "from insight_app.concepts.naming import vocabulary\n"
        "assert [info.name for info in encoders.available()][0] == 'builtin'\n"
        "assert len(vocabulary.default()) > 20_000"
    )
    assert not loaded & {"torch", "transformers", "sentence_transformers", "scipy", "PIL"}


def test_analyzing_needs_no_text_tower() -> None:
    loaded = modules_after(
        "import torch\nfrom insight_app.concepts import encoders\n"
        "encoders.load('builtin', device='cpu').encode(torch.zeros(1, 3, 64, 64))"
    )
    assert "torch" in loaded
    assert not loaded & {"transformers", "sentence_transformers", "torchvision", "timm"}


def test_five_views_are_the_whole_and_its_quarters_averaged_on_one_grid(
    encoder: BuiltinEncoder,
) -> None:
    five = encoders.load("builtin-views", device="cpu")
    assert (five.grid, five.input_size) == (encoder.grid, 2 * encoder.input_size)
    picture = shipped_photo("animals/dog.jpg")
    pixels = five.preprocess(picture)[None]
    assert pixels.shape == (1, 3, 896, 896)
    tokens = five.encode(pixels)
    whole = encoder.encode(torch.nn.functional.avg_pool2d(pixels, 2))
    corners = [(0, 0), (0, 448), (448, 0), (448, 448)]
    quarters = [encoder.encode(pixels[:, :, y : y + 448, x : x + 448]) for y, x in corners]
    upper, lower = torch.cat(quarters[:2], 2), torch.cat(quarters[2:], 2)
    fine = torch.cat([upper, lower], 1)  # (1, 28, 28, 384)
    for row, col in ((0, 0), (3, 9), (13, 13)):
        cells = fine[0, 2 * row : 2 * row + 2, 2 * col : 2 * col + 2]
        expected = (whole[0, row, col] + cells.mean((0, 1))) / 2
        torch.testing.assert_close(tokens[0, row, col], expected, rtol=1e-3, atol=1e-3)
    assert isinstance(five, encoders.SeesMore)
    seen = five.see(pixels)
    assert torch.equal(seen.tokens, tokens)
    assert seen.features.shape == (1, *five.grid, 1280)
    assert seen.logits is not None and seen.logits.shape == (1, 1000)
    # A finer look, at another size, is the built-in encoder's own.
    wide = torch.nn.functional.interpolate(pixels, (128, 192))
    halved = torch.nn.functional.avg_pool2d(wide, 2)
    assert torch.equal(five.encode(wide), encoder.encode(halved))


def test_dictionaries_fit_both_and_projects_tell_the_two_apart(encoder: BuiltinEncoder) -> None:
    five = encoders.load("builtin-views", device="cpu")
    assert five.fingerprint != encoder.fingerprint
    shipped = resources.path("dictionaries/builtin")
    described = hsae.info(shipped)
    for one in (encoder, five):
        description.check_fits(described, shipped, one.token_dim, one.fingerprint)
    other = dataclasses.replace(described, encoder_fingerprint="builtin:0123456789abcdef")
    with pytest.raises(KnownError, match="another encoder"):
        description.check_fits(other, shipped, 384, five.fingerprint)
    of_five = dataclasses.replace(described, encoder_fingerprint=five.fingerprint)
    description.check_fits(of_five, shipped, 384, encoder.fingerprint)
