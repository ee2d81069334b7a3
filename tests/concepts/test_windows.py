"""Segmenting in windows: where they lie and what their probabilities come to."""

from itertools import pairwise

import pytest
import torch
from PIL import Image
from torch import Tensor

from insight_app.concepts.encoders import pictures
from insight_app.concepts.encoders.clip import dinoiser, windows
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.encoder import ClipEncoder
from insight_app.errors import KnownError
from tests.concepts import plain_clip
from tests.concepts.plain_clip import Toy

TOY = Toy(layers=3, width=24, heads=2)
WINDOW, STRIDE = 96, 48


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ClipEncoder:
    folder = tmp_path_factory.mktemp("windows")
    plain_clip.save_clip(TOY, folder / "toy.pt")
    torch.save(plain_clip.random_heads(TOY.width), folder / "last.pt")
    clip, image = clip_file.load_described("toy", folder / "toy.pt", TOY.described)
    heads = dinoiser.load(folder / "last.pt", TOY.width, TOY.patch)
    return ClipEncoder("clip-dinoiser", clip, image, {}, device="cpu", heads=heads)


@pytest.fixture(scope="module")
def classes() -> Tensor:
    """Alike enough that some patches are sure and some are not."""
    generator = torch.Generator().manual_seed(2)
    raw = 1 + 0.4 * torch.randn(4, TOY.token_dim, generator=generator)
    return raw / raw.norm(dim=1, keepdim=True)


@pytest.mark.parametrize("length", [1, 447, 448, 449, 672, 673, 1024, 2048])
def test_windows_cover_a_side_and_end_with_it(length: int) -> None:
    found = windows.starts(length)
    assert found[0] == 0 and found[-1] == max(length - 448, 0)
    steps = [after - before for before, after in pairwise(found)]
    assert all(step == 224 for step in steps[:-1]) and all(0 < step <= 224 for step in steps)


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("size", [(96, 96), (110, 150), (50, 110), (30, 40)])
def test_probabilities_of_windows_are_averaged_pixel_by_pixel(
    encoder: ClipEncoder, classes: Tensor, size: tuple[int, int], background: bool
) -> None:
    height, width = size
    pixels = plain_clip.pictures(1, height, width)[0]
    total = [[torch.zeros(4) for _ in range(width)] for _ in range(height)]
    count = torch.zeros(height, width)
    for top in range_to_end(height):
        for left in range_to_end(width):
            view = pixels[:, top : top + WINDOW, left : left + WINDOW]
            found = straightforward(encoder, view, classes, background)
            for y in range(view.shape[1]):
                for x in range(view.shape[2]):
                    total[top + y][left + x] += found[:, y, x]
                    count[top + y, left + x] += 1
    expected = torch.stack([torch.stack(row) for row in total]).permute(2, 0, 1) / count
    found = windows.segment(
        encoder, pixels, classes, background=background, window=WINDOW, stride=STRIDE
    )
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    if not background:
        torch.testing.assert_close(found.sum(0), torch.ones(size))


def range_to_end(length: int) -> list[int]:
    last = max(0, length - WINDOW)
    return sorted({min(start, last) for start in range(0, length, STRIDE)})


def straightforward(
    encoder: ClipEncoder, view: Tensor, classes: Tensor, background: bool
) -> Tensor:
    """(3, h, w) -> (C, h, w), patch by patch."""
    tokens, foreground = (part[0] for part in encoder.encode_with_foreground(view[None]))
    rows, cols = tokens.shape[:2]
    scores = torch.zeros(len(classes), rows, cols)
    for row in range(rows):
        for col in range(cols):
            cosines = classes @ tokens[row, col] / tokens[row, col].norm()
            patch = (100 * cosines).softmax(0)
            if background and patch.max() < 0.99 and foreground[row, col] <= 0.5:
                patch[0] = 1.0
            scores[:, row, col] = patch
    spread = torch.nn.functional.interpolate(scores[None], scale_factor=16, mode="bilinear")[0]
    return spread[:, : view.shape[1], : view.shape[2]]


def test_the_background_rule_is_seen_at_work(encoder: ClipEncoder, classes: Tensor) -> None:
    pixels = plain_clip.pictures(1, 96, 96)[0]
    without = windows.segment(encoder, pixels, classes)
    with_it = windows.segment(encoder, pixels, classes, background=True)
    assert with_it[1:].equal(without[1:])
    raised = with_it[0] > without[0] + 1e-3
    assert 0.02 < raised.float().mean() < 0.98


def test_encoders_without_the_head_know_no_background(classes: Tensor) -> None:
    class Other:
        name = "other"

    with pytest.raises(KnownError, match="other does not tell foreground"):
        windows.segment(Other(), torch.zeros(3, 32, 32), classes, background=True)  # type: ignore[arg-type]


def test_a_class_is_the_mean_of_its_prompts(encoder: ClipEncoder) -> None:
    templates = windows.imagenet_templates()
    assert len(templates) == 80 and templates[0]("dog") == "a bad photo of a dog."
    found = windows.class_vectors(encoder, ["dog", "tabby cat"], templates[:3])
    for name, row in zip(["dog", "tabby cat"], found, strict=True):
        mean = encoder.encode_text([t(name) for t in templates[:3]]).mean(0)
        torch.testing.assert_close(row, mean / mean.norm())


@pytest.mark.parametrize(
    "size, expected",
    [((500, 375), (448, 597)), ((375, 500), (597, 448)), ((4000, 500), (256, 2048))],
)
def test_a_whole_photo_is_as_large_as_asked_but_not_longer(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    pixels = pictures.whole(Image.new("RGB", size, (255, 0, 0)), 448)
    assert pixels.shape == (3, *expected)
    assert pixels[0].min() == 1 and pixels[1:].max() == 0
