"""A captioner in ClipCap's layout with small random weights, beside the reference networks.

Random weights write nothing sensible: what is tested is that files are read, that the numbers are
those of the published networks, and that evidence is what switching off does.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from insight_app.concepts.encoders.torchvision_operators import declare_missing
from insight_app.concepts.explain.captioning import captioner
from insight_app.concepts.explain.captioning.captioner import Captioner
from insight_app.concepts.explain.captioning.gpt2 import Gpt2
from insight_app.concepts.explain.captioning.prefix import TransformerPrefix
from insight_app.errors import KnownError, Refusal

D, WIDTH, P, PLACES = 10, 128, 3, 24
WORDS = ["a", "Ġdog", "Ġon", "Ġthe", "Ġgrass", "Ġbrown", "y", ".", "<|endoftext|>", "Ċ", "Ã©"]


def gpt2_weights(layers: int = 2) -> dict[str, torch.Tensor]:
    """Those of transformers' own GPT-2, drawn at random: two heads of 64."""
    declare_missing()
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=len(WORDS), n_positions=PLACES, n_embd=WIDTH, n_layer=layers, n_head=2
    )
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for one in model.parameters():
            one.add_(0.1 * torch.randn_like(one))
    return dict(model.state_dict())


def mlp_weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(2)
    hidden = WIDTH * P // 2
    network = nn.Sequential(nn.Linear(D, hidden), nn.Tanh(), nn.Linear(hidden, WIDTH * P))
    return {f"model.{name}": 3 * value for name, value in network.state_dict().items()}


def write(folder: Path, before: dict[str, torch.Tensor], **changes: Any) -> Path:
    """Write a captioner as its authors' training does: all weights in one file."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {f"gpt.{name}": value for name, value in gpt2_weights().items()}
    state |= {f"clip_project.{name}": value for name, value in before.items()}
    torch.save(state | changes.get("more", {}), folder / "coco_prefix-009.pt")
    words = changes.get("words", {word: n for n, word in enumerate(WORDS)})
    (folder / "vocab.json").write_text(json.dumps(words), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("captioner"), mlp_weights())


@pytest.fixture(scope="module")
def opened(folder: Path) -> Captioner:
    return captioner.read(folder, D)


def vector(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=D)


def test_the_network_is_gpt2() -> None:
    weights = gpt2_weights()
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=len(WORDS), n_positions=PLACES, n_embd=WIDTH, n_layer=2, n_head=2
    )
    reference = GPT2LMHeadModel(config).eval()
    reference.load_state_dict(weights)
    vectors = torch.randn(3, 7, WIDTH)
    with torch.no_grad():
        expected = reference(inputs_embeds=vectors).logits.log_softmax(-1)
    ours = Gpt2({name.removeprefix("transformer."): one for name, one in weights.items()})
    assert torch.allclose(ours.log_probabilities(vectors), expected, atol=1e-4)


def test_the_transformer_is_its_authors(tmp_path: Path) -> None:
    """Attention head by head and place by place."""
    torch.manual_seed(3)
    weights = {
        "linear.weight": torch.randn(2 * WIDTH, D),
        "linear.bias": torch.randn(2 * WIDTH),
        "prefix_const": torch.randn(P, WIDTH),
    }
    shapes = {
        "norm1.weight": (WIDTH,), "norm1.bias": (WIDTH,),
        "norm2.weight": (WIDTH,), "norm2.bias": (WIDTH,),
        "attn.to_queries.weight": (WIDTH, WIDTH), "attn.to_keys_values.weight": (2 * WIDTH, WIDTH),
        "attn.project.weight": (WIDTH, WIDTH), "attn.project.bias": (WIDTH,),
        "mlp.fc1.weight": (2 * WIDTH, WIDTH), "mlp.fc1.bias": (2 * WIDTH,),
        "mlp.fc2.weight": (WIDTH, 2 * WIDTH), "mlp.fc2.bias": (WIDTH,),
    }  # fmt: skip
    for number in range(2):
        for name, shape in shapes.items():
            weights[f"transformer.layers.{number}.{name}"] = 0.2 * torch.randn(shape)
    x = torch.from_numpy(vector()).float()
    y = (weights["linear.weight"] @ (x / x.norm()) + weights["linear.bias"]).view(2, WIDTH)
    y = torch.cat([y, weights["prefix_const"]])
    for number in range(2):
        w = {name: weights[f"transformer.layers.{number}.{name}"] for name in shapes}
        n = nn.functional.layer_norm(y, (WIDTH,), w["norm1.weight"], w["norm1.bias"])
        q = (n @ w["attn.to_queries.weight"].T).view(-1, 8, WIDTH // 8)
        kv = (n @ w["attn.to_keys_values.weight"].T).view(-1, 2, 8, WIDTH // 8)
        mixed = torch.zeros_like(q)
        for head in range(8):
            near = (q[:, head] @ kv[:, 0, head].T * (WIDTH // 8) ** -0.5).softmax(1)
            mixed[:, head] = near @ kv[:, 1, head]
        y = y + mixed.reshape(-1, WIDTH) @ w["attn.project.weight"].T + w["attn.project.bias"]
        n = nn.functional.layer_norm(y, (WIDTH,), w["norm2.weight"], w["norm2.bias"])
        h = (n @ w["mlp.fc1.weight"].T + w["mlp.fc1.bias"]).relu()
        y = y + h @ w["mlp.fc2.weight"].T + w["mlp.fc2.bias"]
    found = TransformerPrefix(weights, WIDTH).of(x[None])[0]
    assert torch.allclose(found, y[2:], atol=1e-4)
    read = captioner.read(write(tmp_path / "t", weights), D)
    assert isinstance(read._before, TransformerPrefix) and read.write(vector()).tokens


def test_a_caption_is_the_likeliest_token_each_time(opened: Captioner) -> None:
    for seed in range(4):
        caption = opened.write(vector(seed))
        given = opened._before.of(torch.from_numpy(vector(seed)).float()[None])
        for n, token in enumerate(caption.tokens):
            known = opened._network.table[list(caption.tokens[:n])][None]
            following = opened._network.log_probabilities(torch.cat([given, known], 1))
            assert int(following[0, -1].argmax()) == token
        assert [one.first for one in caption.phrases] == [
            0, *(one.last for one in caption.phrases[:-1]),
        ]  # fmt: skip
        assert caption.phrases[-1].last == len(caption.tokens) <= PLACES - P


def test_words_and_phrases_are_spelled_as_gpt2_spells_them(opened: Captioner) -> None:
    tokens = [
        WORDS.index(one) for one in ("a", "Ġbrown", "Ġdog", "Ġon", "Ġthe", "Ġgrass", "y", ".")
    ]
    assert opened._text(tokens) == "a brown dog on the grassy."
    assert [one.text for one in opened._phrases(tokens)] == ["a brown dog", "on the grassy."]
    assert opened._text([WORDS.index("Ã©")]) == "é"
    assert opened._phrases([]) == ()


def test_support_is_how_much_less_likely_a_phrase_gets_without(opened: Captioner) -> None:
    tokens = tuple(WORDS.index(one) for one in ("a", "Ġdog", "Ġon", "Ġthe", "Ġgrass", "."))
    caption = captioner.WrittenCaption("", tokens, opened._phrases(tokens))
    without = np.stack([vector(n) for n in range(1, 20)])
    found = opened.support(caption, vector(), without)
    assert found.shape == (19, 2)

    def slowly(x: np.ndarray) -> list[float]:
        given = opened._before.of(torch.from_numpy(x).float()[None])
        each = []
        for n, token in enumerate(tokens):
            known = opened._network.table[list(tokens[:n])][None]
            last = opened._network.log_probabilities(torch.cat([given, known], 1))[0, -1]
            each.append(float(last[token]))
        return [sum(each[one.first : one.last]) for one in caption.phrases]

    whole = slowly(vector())
    for row, other in zip(found, without, strict=True):
        assert row == pytest.approx(np.subtract(whole, slowly(other)), abs=1e-3)
    same = opened.support(caption, vector(), vector()[None])
    assert np.abs(same).max() < 1e-5 < np.abs(found).max()


def test_the_language_model_may_lie_in_a_file_of_its_own(tmp_path: Path, folder: Path) -> None:
    before = {f"clip_project.{name}": one for name, one in mlp_weights().items()}
    torch.save(before, tmp_path / "prefix.pt")
    torch.save(gpt2_weights(), tmp_path / "pytorch_model.bin")
    (tmp_path / "vocab.json").write_bytes((folder / "vocab.json").read_bytes())
    one, other = captioner.read(tmp_path, D), captioner.read(folder, D)
    assert one.write(vector()).tokens == other.write(vector()).tokens


def test_what_is_no_captioner_of_this_encoder_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(Refusal, match="vectors of 10 numbers"):
        captioner.read(folder, D + 1)
    with pytest.raises(KnownError, match="vocabulary"):
        captioner.read(tmp_path, D)
    words = {word: 2 * n for n, word in enumerate(WORDS)}
    with pytest.raises(Refusal, match="0, 1, 2"):
        captioner.read(write(tmp_path / "words", mlp_weights(), words=words), D)
    many = {str(n): n for n in range(len(WORDS) + 1)}
    with pytest.raises(Refusal, match="12 words"):
        captioner.read(write(tmp_path / "many", mlp_weights(), words=many), D)
    (tmp_path / "words" / "coco_prefix-009.pt").unlink()
    (tmp_path / "words" / "vocab.json").write_bytes((folder / "vocab.json").read_bytes())
    with pytest.raises(Refusal, match="no weights"):
        captioner.read(tmp_path / "words", D)
    cut = {"gpt.transformer.h.1.mlp.c_fc.weight": torch.zeros(3, 3)}
    with pytest.raises(Refusal, match=r"h\.1\.mlp"):
        captioner.read(write(tmp_path / "cut", mlp_weights(), more=cut), D)
