"""A way to import transformers and open_clip where torchvision's compiled part does not load.

A torchvision built against CUDA beside a torch for the CPU cannot load its library, and its import
then fails on two operators that nobody registered. Declaring their signatures is enough: nothing
here ever calls them. Where the operators exist, nothing is touched.
"""

from importlib import import_module
from typing import Any

import torch

_SIGNATURES = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_declared: list[Any] = []
"""Keeps the declarations alive: they vanish with their library object."""


def declare_missing() -> None:
    """Declare the operators; call it before the first import that imports torchvision."""
    if _declared or _imports():
        return
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name, signature in _SIGNATURES.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(signature)
    _declared.append(library)


def _imports() -> bool:
    """Return whether torchvision imports as it is, or is not there at all."""
    try:
        import_module("torchvision")
    except ImportError:
        return True
    except RuntimeError:
        return False
    return True
