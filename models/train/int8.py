"""A model in int8 by post-training quantisation (NNCF), to say what that would cost; nothing ships in it."""

import nncf
import openvino

SAMPLE = 300  # pictures whose activations give the ranges


def quantised(onnx_bytes, pixels, threads=1):
    """The model compiled in int8; `pixels` are uint8 NHWC pictures like those it will see."""
    core = openvino.Core()
    model = core.read_model(model=onnx_bytes)
    sample = nncf.Dataset([{"frames": picture[None]} for picture in pixels])
    model = nncf.quantize(model, sample, preset=nncf.QuantizationPreset.MIXED, subset_size=len(pixels))
    return core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": threads,
                                             "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"})
