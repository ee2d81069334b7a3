"""EfficientNet-Lite2 made dense: a grid of class logits instead of one row of them.

Owns the network: which padding, batch norm folded into the convolutions, the memory layout. Knows
nothing of text, of the readout, nor where the weights come from.

Every stride-2 convolution may sample its input at one of two phases, which shift the grid by plus
or minus half an input pixel. TensorFlow's 'SAME' padding takes the same sign five times on an even
input and puts each cell 15.5 pixels, half a cell, too far right and down. Here the first four take
one sign and the last one the other, so that a cell looks at where it lies (0.5 pixels off).
"""

from collections.abc import Mapping
from typing import Any

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_weights

STRIDE = 32


class _Block(nn.Module):
    """One inverted bottleneck with batch norm folded in: (B, C, h, w) -> (B, C', h', w')."""

    def __init__(self, block: Any, late_phase: bool) -> None:
        super().__init__()
        widens = hasattr(block, "_expand_conv")
        self.expand = _fold_batch_norm(block._expand_conv, block._bn0) if widens else None
        self.depthwise = _fold_batch_norm(block._depthwise_conv, block._bn1, late_phase)
        self.project = _fold_batch_norm(block._project_conv, block._bn2)
        same_shape = self.depthwise[-1].stride == (1, 1) and (
            block._block_args.input_filters == block._block_args.output_filters
        )
        self.adds_input = bool(block.id_skip and same_shape)

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        y = F.relu6(self.depthwise(y), inplace=True)
        y = self.project(y)
        result: Tensor = y.add_(x) if self.adds_input else y
        return result


class DenseLite2(nn.Module):
    """(B, 3, h, w) in [0, 1], h and w multiples of 32 -> logits (B, h / 32, w / 32, C)."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        network: Any = EfficientNet.from_name("efficientnet-lite2")
        network.load_state_dict(weights)
        network.eval()
        self.stem = _fold_batch_norm(network._conv_stem, network._bn0)
        blocks = list(network._blocks)
        last = max(i for i, block in enumerate(blocks) if _stride(block._depthwise_conv) == 2)
        self.blocks = nn.Sequential(
            *(_Block(block, late_phase=i == last) for i, block in enumerate(blocks))
        )
        self.head = _fold_batch_norm(network._conv_head, network._bn1)
        self.classifier = network._fc
        self.requires_grad_(False)
        self.eval()
        for convolution in self.modules():
            if isinstance(convolution, nn.Conv2d):
                weight = convolution.weight.contiguous(memory_format=torch.channels_last)
                convolution.weight = nn.Parameter(weight, requires_grad=False)

    def keep_classes(self, kept: Tensor) -> None:
        """Drop all classes but those at `kept`: (K,) int64."""
        classifier = nn.Linear(self.classifier.in_features, len(kept))
        classifier.weight = nn.Parameter(self.classifier.weight[kept], requires_grad=False)
        classifier.bias = nn.Parameter(self.classifier.bias[kept], requires_grad=False)
        self.classifier = classifier

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits (B, h / 32, w / 32, C) of pixels (B, 3, h, w) in [0, 1]."""
        return self.classify(self.features(pixels))

    def features(self, pixels: Tensor) -> Tensor:
        """Return what the classifier is given, (B, h / 32, w / 32, 1280), of pixels as above."""
        # The published network saw (byte - 127) / 128.
        x = (pixels * (255 / 128) - 127 / 128).contiguous(memory_format=torch.channels_last)
        x = F.relu6(self.stem(x), inplace=True)
        x = F.relu6(self.head(self.blocks(x)), inplace=True)
        return x.permute(0, 2, 3, 1)

    def classify(self, features: Tensor) -> Tensor:
        """Return logits (..., C) of features (..., 1280)."""
        logits: Tensor = self.classifier(features)
        return logits


def _fold_batch_norm(convolution: Any, norm: Any, late_phase: bool = False) -> nn.Sequential:
    """Fold the batch norm into the convolution, preceded by padding where it is uneven."""
    kernel = convolution.kernel_size[0]
    stride = _stride(convolution)
    weight, bias = fuse_conv_bn_weights(
        convolution.weight,
        convolution.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )
    even = kernel // 2
    plain = nn.Conv2d(
        convolution.in_channels,
        convolution.out_channels,
        kernel,
        stride,
        0 if late_phase and stride == 2 else even,
        groups=convolution.groups,
    )
    plain.weight, plain.bias = nn.Parameter(weight.detach()), nn.Parameter(bias.detach())
    if late_phase and stride == 2:
        return nn.Sequential(nn.ZeroPad2d((even - 1, even, even - 1, even)), plain)
    return nn.Sequential(plain)


def _stride(convolution: Any) -> int:
    stride = convolution.stride
    return int(stride if isinstance(stride, int) else stride[0])
