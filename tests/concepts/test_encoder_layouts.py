"""CLIP weights out of training runs: wrapped, half of them, or in the layout of transformers."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.encoder import ClipEncoder
from insight_app.concepts.encoders.models import identifying, library
from insight_app.errors import KnownError
from tests import shaped
from tests.shaped import SMALL

SMALL_VISION = {"width": 32, "layers": 2, "patch_size": 16, "image_size": 32, "head_width": 16}
SMALL_TEXT = {"width": 24, "layers": 2, "heads": 2, "context_length": 77, "vocab_size": 49408}
DESCRIBED = {
    "embed_dim": 12,
    "vision_cfg": SMALL_VISION,
    "text_cfg": SMALL_TEXT,
    "quick_gelu": True,
}


def wrapped(weights: dict[str, Tensor]) -> dict[str, Any]:
    return {
        "lightning": {"state_dict": {f"model.clip.{n}": w for n, w in weights.items()}},
        "compiled": {f"module._orig_mod.{n}": w for n, w in weights.items()},
        "averaged": {
            "ema_state_dict": weights,
            "state_dict": {n: w * 2 for n, w in weights.items()},
        },
    }


def test_a_wrapped_clip_is_found_and_it_is_said(tmp_path: Path) -> None:
    said = {
        "lightning": "Taken from state_dict; prefix model.clip. removed.",
        "compiled": "Prefix module., _orig_mod. removed.",
        "averaged": "Taken from ema_state_dict; averaged (EMA) weights used",
    }
    for name, content in wrapped(shaped.clip()).items():
        torch.save(content, tmp_path / f"{name}.pt")
        found = identifying.identify(tmp_path / f"{name}.pt")
        assert (found.kind, found.model) == ("clip", SMALL)
        assert found.notes[0].startswith(f"{name}.pt: {said[name]}")


def test_an_image_tower_alone_can_analyze_and_says_that_it_has_no_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    whole = shaped.clip()
    image = {n.removeprefix("visual."): w for n, w in whole.items() if n.startswith("visual.")}
    torch.save({"model": image}, tmp_path / "tower.pt")
    told: list[str] = []
    entry = library.import_file(tmp_path / "tower.pt", model=SMALL, notice=told.append)
    assert entry.name == f"{SMALL}/tower"
    assert told[-1] == (
        "tower.pt: Its text tower is missing. Photos can be analyzed with it, but concepts get no "
        "names by words."
    )
    clip, tower = clip_file.load(SMALL, tmp_path / "tower.pt")
    encoder = ClipEncoder("maskclip", clip, tower, {"weights": clip.path}, device="cpu")
    assert encoder.text_fingerprint == ""
    with pytest.raises(KnownError, match="cannot embed words here: its text tower is missing"):
        encoder.encode_text(["dog"])


def test_other_halves_are_refused_by_name(tmp_path: Path) -> None:
    path, whole = tmp_path / "w.pt", shaped.clip()
    text = {n: w for n, w in whole.items() if not n.startswith("visual.")}
    cases = {
        "image tower is missing: there is only a text tower": text,
        "no plain vision transformer: it has visual.trunk.x": text
        | {"visual.trunk.x": torch.zeros(2)},
        r"visual.transformer.resblocks.10.* is missing, and 23 more \(in the blocks 10, 11\)": {
            n: w for n, w in whole.items() if ".resblocks.1" not in n or ".resblocks.1." in n
        },
    }
    for words, content in cases.items():
        torch.save(content, path)
        with pytest.raises(KnownError, match=words):
            identifying.identify(path, model=SMALL)


def test_weights_of_transformers_give_the_same_vectors(tmp_path: Path) -> None:
    from transformers import CLIPConfig, CLIPModel

    config = CLIPConfig(
        projection_dim=12,
        vision_config={
            "hidden_size": 32, "intermediate_size": 128, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 32, "patch_size": 16,
        },
        text_config={
            "hidden_size": 24, "intermediate_size": 96, "num_hidden_layers": 2,
            "num_attention_heads": 2, "vocab_size": 49408, "max_position_embeddings": 77,
            "eos_token_id": 49407,
        },
    )  # fmt: skip
    torch.manual_seed(0)
    theirs = CLIPModel(config).eval()
    torch.save({"state_dict": theirs.state_dict()}, tmp_path / "pytorch_model.bin")
    clip, image = clip_file.load_described("small", tmp_path / "pytorch_model.bin", DESCRIBED)
    assert clip.note.endswith("Layout of transformers, turned into that of open_clip.")
    pixels = torch.randn(3, 3, 32, 32)
    tokens = clip.tokenizer()(["a dog", "two cats on a mat"])
    with torch.no_grad():
        seen = theirs.visual_projection(theirs.vision_model(pixels).pooler_output)
        read = theirs.text_projection(theirs.text_model(tokens).pooler_output)
        torch.testing.assert_close(image(pixels), seen, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(clip.text_tower()(tokens), read, atol=1e-5, rtol=1e-4)
