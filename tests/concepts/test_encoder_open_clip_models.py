"""What is said of open_clip's models is what open_clip builds."""

import subprocess
import sys

import pytest
import torch

from insight_app.concepts import encoders
from insight_app.concepts.encoders.models import open_clip_models
from insight_app.concepts.encoders.torchvision_operators import declare_missing
from insight_app.errors import KnownError

declare_missing()
from open_clip.model import _build_vision_tower  # noqa: E402
from open_clip.transformer import VisionTransformer  # noqa: E402

PLAIN = [
    model
    for model in open_clip_models.models()
    if not isinstance(open_clip_models.description(model.name)["vision_cfg"].get("layers"), list)
    and "timm_model_name" not in open_clip_models.description(model.name)["vision_cfg"]
]


def test_a_model_is_accepted_exactly_when_its_tower_is_read_out_through_a_class_token() -> None:
    for model in PLAIN:
        described = open_clip_models.description(model.name)
        with torch.device("meta"):
            one_layer = dict(described["vision_cfg"], layers=1)
            tower = _build_vision_tower(described["embed_dim"], one_layer)
        assert isinstance(tower, VisionTransformer)
        side = model.image_size // model.patch
        is_plain = (
            tower.attn_pool is None
            and tower.pool_type == "tok"
            and tower.positional_embedding.shape[0] == side**2 + 1
            and 224 % model.patch == 0
        )
        assert is_plain == (not model.refusal), model
        assert tower.proj.shape[1] == model.token_dim


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ViT-B-16-SigLIP", "no class token"),
        ("ViT-SO400M-14-SigLIP2", "no class token"),
        ("RN50", "ResNet"),
        ("coca_ViT-L-14", "attention pool"),
        ("ViT-L-14-CLIPA", "mean of all cells"),
        ("EVA02-B-16", "timm"),
        ("convnext_base", "timm"),
        ("coca_base", "18 pixels"),
    ],
)
def test_other_towers_are_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(KnownError, match=reason) as refused:
        open_clip_models.usable(name)
    assert name in refused.value.what and "ViT-B-16" in refused.value.do


def test_towers_whose_words_need_another_download_say_so() -> None:
    for name in ("roberta-ViT-B-32", "ViT-H-14-worldwide"):
        model = open_clip_models.usable(name)
        assert "does not come with open_clip" in model.text_refusal
    assert open_clip_models.usable("ViT-B-16").text_refusal == ""


@pytest.mark.parametrize("name", ["vit-b16", "ViT-B-61", "ViT-B/16"])
def test_a_misspelled_name_brings_the_nearest_ones(name: str) -> None:
    with pytest.raises(KnownError) as unknown:
        open_clip_models.named(name)
    assert "ViT-B-16" in unknown.value.do


def test_the_list_needs_neither_torch_nor_open_clip() -> None:
    program = (
        "import sys; from insight_app.concepts import encoders;"
        "from insight_app.concepts.encoders.models import open_clip_models as m;"
        "assert len(m.models()) > 40;"
        "sys.exit(bool({'torch', 'open_clip', 'timm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert encoders.token_dim("builtin") == 384
