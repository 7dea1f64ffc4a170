"""A model in int8 by post-training quantisation (NNCF), to say what that would cost; nothing ships in it."""

import nncf

from openvino_run import compiled_model, read

SAMPLE = 300  # pictures whose activations give the ranges


def quantised(onnx_bytes, pixels, threads=1):
    """The model compiled in int8; `pixels` are uint8 NHWC pictures like those it will see."""
    sample = nncf.Dataset([{"frames": picture[None]} for picture in pixels])
    model = nncf.quantize(read(onnx_bytes), sample, preset=nncf.QuantizationPreset.MIXED, subset_size=len(pixels))
    return compiled_model(model, "bf16", threads)
