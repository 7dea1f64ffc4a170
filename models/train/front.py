"""The frozen blocks, which learn nothing and so need no gradients: on a CPU by OpenVINO in bf16, at a fifth of PyTorch's time."""

import torch

import export
from openvino_run import compiled


class Front:
    """uint8 NHWC pixels of any size to the features that the trained blocks start from (NCHW, channels last)."""

    def __init__(self, network, device):
        self.network, self.device, self.compiled = network, device, {}

    def __call__(self, pixels):
        if self.device.type != "cpu" or self.network.backbone.frozen_blocks == 0:
            return self.network.front(pixels.to(self.device))
        size = tuple(pixels.shape[1:3])
        if size not in self.compiled:
            self.compiled[size] = compiled(export.front(self.network.backbone, *size).SerializeToString(), "bf16")
        return torch.from_numpy(self.compiled[size]({"frames": pixels.numpy()})["features"].copy()).permute(0, 3, 1, 2)
