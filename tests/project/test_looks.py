"""Photos looked at in windows: the tokens of any other look, and the paper's rules on a CLIP."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from insight_app.concepts import hsae
from insight_app.concepts.encoders.clip import dinoiser
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.encoder import ClipEncoder
from insight_app.concepts.explain import class_words, segmentation
from insight_app.concepts.explain.class_words import ClassWords
from insight_app.concepts.hsae.model import HSAE
from insight_app.errors import KnownError
from insight_app.project.analysis.coding.batches import Batches
from insight_app.project.analysis.coding.single_image import code_image
from insight_app.project.explaining import looks
from insight_app.project.explaining.looks import PhotoLooks, Sliding
from insight_app.project.explaining.segmentation import Segmenter
from insight_app.project.photos.decoding import NEWEST_RULE
from tests import tiny
from tests.concepts import plain_clip
from tests.concepts.plain_clip import Toy

TOY = Toy(layers=3, width=24, heads=2)
CELL = 16
CLASSES = [ClassWords("dog"), ClassWords("tabby cat", ("cat",)), ClassWords("sky")]


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "wide.png"
    pixels = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ClipEncoder:
    folder = tmp_path_factory.mktemp("windows")
    plain_clip.save_clip(TOY, folder / "toy.pt")
    torch.save(plain_clip.random_heads(TOY.width), folder / "last.pt")
    clip, image = clip_file.load_described("toy", folder / "toy.pt", TOY.described)
    heads = dinoiser.load(folder / "last.pt", TOY.width, TOY.patch)
    return ClipEncoder("clip-dinoiser", clip, image, {}, device="cpu", heads=heads)


@pytest.fixture(scope="module")
def dictionary() -> HSAE:
    generator = torch.Generator().manual_seed(1)
    decoder = torch.nn.functional.normalize(
        torch.randn(40, TOY.token_dim, generator=generator), dim=1
    )
    return HSAE(
        W_enc=decoder.T.contiguous(), b_enc=torch.zeros(40), W_dec=decoder,
        b_dec=torch.full((TOY.token_dim,), 0.05), k=4, threshold=0.2, group_sizes=(10, 30),
    )  # fmt: skip


@pytest.fixture(scope="module")
def seen(photo: Path, encoder: ClipEncoder, dictionary: HSAE) -> PhotoLooks:
    return looks.look(photo, Batches(encoder), dictionary, NEWEST_RULE, Sliding(96, 64, 32))


def test_one_window_sees_what_a_finer_look_sees(photo: Path, tmp_path: Path) -> None:
    encoder = tiny.TinyEncoder()
    dictionary = hsae.load(tiny.write_dictionary(tmp_path / "tiny"))
    finer = code_image(photo, encoder, dictionary, NEWEST_RULE, finer=True)
    side = 2 * tiny.SIDE
    found = looks.look(photo, Batches(encoder), dictionary, NEWEST_RULE, Sliding(side, 840, 840))
    assert found.geometry == finer.geometry
    for one in ("indptr", "indices", "values"):
        assert np.array_equal(getattr(found.codes, one), getattr(finer.codes, one))
    # Windows of a plain encoder do not change what a cell is: all its looks are alike.
    small = looks.look(photo, Batches(encoder), dictionary, NEWEST_RULE, Sliding(side, 28, 12))
    assert len(small.tokens) > len(found.tokens)
    np.testing.assert_allclose(small.tokens, found.tokens[small.windows.cell], atol=1e-6)


def test_the_papers_background_rule_patch_by_patch(
    encoder: ClipEncoder, dictionary: HSAE, seen: PhotoLooks
) -> None:
    """Averaged over windows: probabilities, after the rule; the background is the last class."""
    segmenter = Segmenter(encoder, dictionary, CLASSES, background=True)
    assert segmenter.names == ("dog", "tabby cat", "sky", "background")
    vectors = torch.from_numpy(segmenter.vectors)
    rows, cols = seen.geometry.rows, seen.geometry.cols
    for source, made in (("raw", seen.tokens), ("concepts", seen.decoded)):
        total, count = torch.zeros(rows * cols, 4), torch.zeros(rows * cols)
        for look, cell in enumerate(seen.windows.cell.tolist()):
            token = torch.from_numpy(made[look])
            patch = (100 * (vectors @ token / token.norm())).softmax(0)
            if patch.max() < 0.99 and seen.foreground[look] <= 0.5:  # type: ignore[index]
                patch[3] = 1.0
            total[cell] += patch
            count[cell] += 1
        expected = total / count[:, None]
        found = getattr(segmenter.cells(seen), source).probabilities
        np.testing.assert_allclose(found, expected, atol=1e-4)
    plain = Segmenter(encoder, dictionary, CLASSES).cells(seen)
    assert plain.names == ("dog", "tabby cat", "sky") and not plain.has_own_background


def test_windows_are_encoded_each_by_itself(
    photo: Path, encoder: ClipEncoder, dictionary: HSAE, seen: PhotoLooks
) -> None:
    """A window's tokens know of nothing outside of it: encoding it alone gives the same."""
    over = seen.windows
    assert (over.rows, over.cols, len(over.corners)) == (6, 9, 2 * 4)
    one = looks.look(photo, Batches(encoder), dictionary, NEWEST_RULE, Sliding(96, 2048, 2048))
    assert len(one.tokens) == 54
    first = seen.tokens[: over.high * over.wide].reshape(over.high, over.wide, -1)
    whole = one.tokens.reshape(6, 9, -1)[: over.high, : over.wide]
    assert np.abs(first - whole).max() > 1e-3


def test_contributions_of_a_clip_sum_to_its_cosines(
    encoder: ClipEncoder, dictionary: HSAE, seen: PhotoLooks
) -> None:
    found = Segmenter(encoder, dictionary, CLASSES).cells(seen)
    region = np.arange(54) % 5 == 0
    parts = segmentation.region_parts(found.made_of, region)
    decoded = torch.from_numpy(seen.decoded).double()
    cosines = (
        torch.nn.functional.normalize(decoded, dim=1)
        @ torch.from_numpy(class_words.vectors(encoder, CLASSES)).double().T
    )
    shares = torch.from_numpy(found.made_of.shares(region))
    expected = (shares[:, None] * cosines).sum(0).numpy()
    np.testing.assert_allclose(parts.scores, expected, atol=1e-6)


def test_a_class_is_the_mean_of_its_words_and_a_word_of_its_prompts(encoder: ClipEncoder) -> None:
    templates = class_words.templates_of(encoder)
    assert len(templates) == 80 and templates[0]("dog") == "a bad photo of a dog."
    assert [one("dog") for one in class_words.templates_of(tiny.TinyEncoder())] == ["dog"]

    def of_word(word: str) -> torch.Tensor:
        mean = encoder.encode_text([one(word) for one in templates]).mean(0)
        return mean / mean.norm()

    known: dict[str, np.ndarray] = {}
    found = class_words.vectors(encoder, CLASSES, known)
    both = of_word("tabby cat") + of_word("cat")
    np.testing.assert_allclose(found[1], both / both.norm(), atol=1e-5)
    assert set(known) == {"dog", "tabby cat", "cat", "sky"}
    known["dog"] = known["sky"]
    again = class_words.vectors(encoder, CLASSES, known)
    np.testing.assert_allclose(again[0], again[2])  # it is not read again


@pytest.mark.parametrize(
    ("sliding", "why"),
    [
        (Sliding(96, 60, 32), "multiples of 16"),
        (Sliding(96, 64, 0), "multiples of 16"),
        (Sliding(96, 64, 80), "leave gaps"),
        (Sliding(8, 64, 64), "8 pixels"),
        (Sliding(4096, 64, 64), "4,096 pixels"),
    ],
)
def test_windows_that_do_not_go_with_the_encoder_are_refused(
    encoder: ClipEncoder, sliding: Sliding, why: str
) -> None:
    with pytest.raises(KnownError, match=why):
        looks.checked(sliding, encoder)
    assert looks.usual(encoder) == Sliding(448, 448, 224)
