"""Writes the tests' models and their manifests: small enough that their answers are known.

mean-colour    mean colour of the frame and of its left half, as this project's own model takes and gives it
mean-of-planes mean colour alone, as most published models take and give it: planes of floats, shifted; vectors of any length

    python3 tests/embedding/write_models.py     # needs numpy and onnx
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
WHOLE = {"x0": 0, "y0": 0, "x1": 1, "y1": 1}


def weight(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def mean_of(pixels, out):
    """Mean colour of pixels as a unit vector, [N, 1, 3]."""
    return [helper.make_node("ReduceMean", [pixels], [out + "_mean"], axes=[1, 2], keepdims=0),
            helper.make_node("LpNormalization", [out + "_mean"], [out + "_unit"], axis=1, p=2),
            helper.make_node("Unsqueeze", [out + "_unit", "one"], [out])]


def write(name, nodes, frames, embeddings, weights, **manifest):
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("frames", *frames)],
                              [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, embeddings)], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="staydown", ir_version=8)
    content = model.SerializeToString()
    (HERE / f"{name}.onnx").write_bytes(content)
    (HERE / f"{name}.json").write_text(json.dumps({
        "format": 1, "name": name, "version": "1", "file": f"{name}.onnx", "sha256": hashlib.sha256(content).hexdigest(),
        **manifest, "precision": "f32"}, indent=2) + "\n")


write("mean-colour",
      [helper.make_node("Cast", ["frames"], ["pixels"], to=TensorProto.FLOAT),
       helper.make_node("Slice", ["pixels", "zero", "middle", "across"], ["left_half"]),
       *mean_of("pixels", "whole"), *mean_of("left_half", "left"),
       helper.make_node("Concat", ["whole", "left"], ["embeddings"], axis=1)],
      (TensorProto.UINT8, ["batch", 4, 6, 3]), ["batch", 2, 3],
      [weight("zero", 0), weight("one", 1), weight("middle", 3), weight("across", 2)],
      input={"name": "frames", "layout": "NHWC", "type": "u8", "colour": "RGB", "height": 4, "width": 6, "batch": "any"},
      output={"name": "embeddings", "type": "f32", "layout": "NRD", "dims": 3, "normalised": True},
      regions=[WHOLE, {**WHOLE, "x1": 0.5}])

write("mean-of-planes", [helper.make_node("ReduceMean", ["frames"], ["embeddings"], axes=[2, 3], keepdims=0)],
      (TensorProto.FLOAT, ["batch", 3, 4, 6]), ["batch", 3], [],
      input={"name": "frames", "layout": "NCHW", "type": "f32", "colour": "BGR", "height": 4, "width": 6, "batch": "any",
             "mean": [10, 20, 30], "std": [2, 4, 5]},
      output={"name": "embeddings", "type": "f32", "layout": "ND", "dims": 3, "normalised": False},
      regions=[WHOLE])
