"""ONNX models run by OpenVINO, as the product runs them."""

import numpy as np
import openvino


def compiled(onnx_bytes, precision, threads=1):
    core = openvino.Core()
    return core.compile_model(core.read_model(model=onnx_bytes),
                              "CPU", {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads,
                                      "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"})


def embed_with(network):
    return lambda pixels: network({"frames": pixels})["embeddings"].astype(np.float32)
