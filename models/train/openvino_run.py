"""ONNX models run by OpenVINO, as the product runs them."""

import numpy as np
import onnx
import openvino


def read(onnx_bytes):
    return openvino.Core().read_model(model=onnx_bytes)


def compiled(onnx_bytes, precision, threads=1):
    return compiled_model(read(onnx_bytes), precision, threads)


def compiled_model(model, precision, threads=1):
    """`model`: what `read` gave, changed or not."""
    return openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads,
                                                        "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"})


def compiled_mixed(onnx_bytes, f32_until, threads=1):
    """In f32 up to the tensor of that name, in bf16 from there on."""
    extractor = onnx.utils.Extractor(onnx.shape_inference.infer_shapes(onnx.load_from_string(onnx_bytes)))
    first, second = (compiled(extractor.extract_model([begin], [end]).SerializeToString(), precision, threads)
                     for begin, end, precision in (("frames", f32_until, "f32"), (f32_until, "embeddings", "bf16")))
    return lambda inputs: second({f32_until: first(inputs)[f32_until]})


def embed_with(network):
    return lambda pixels: network({"frames": pixels})["embeddings"].astype(np.float32)
