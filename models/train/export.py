"""A checkpoint as ONNX, and the manifest that says how to use it."""

import hashlib
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from network import MEAN, MIDDLE_BLOCK, STD, STRIDE, Conv
from regions import pooling_matrix

OPSET = 17
# Mixed precision is f32 up to here: what the first depthwise convolutions make of rounded maps is too far from f32
# (docs/decisions/0010-learned-descriptor.md).
F32_UNTIL = "b1_project"


class Graph:
    """Nodes and weights in order of use. Weights are stored as f16 and cast to f32 as the file is loaded."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, value, half=True):
        value = np.ascontiguousarray(value)
        if not half or value.size < 64:
            self.weights.append(numpy_helper.from_array(value, name))
            return name
        self.weights.append(numpy_helper.from_array(value.astype(np.float16), name + "_f16"))
        return self.node("Cast", [name + "_f16"], name, to=TensorProto.FLOAT)

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


def add_conv(graph, conv: Conv, x, name, shift=None):
    """One convolution with its batch norm folded in."""
    weight, bias = (t.detach().cpu().float().numpy() for t in conv.folded())
    before, after = (conv.padding - 1, conv.padding) if conv.stride == 2 else (conv.padding, conv.padding)
    inputs = [x, graph.weight(name + "_w", weight), graph.weight(name + "_b", bias, half=False)]
    y = graph.node("Conv", inputs, name, strides=[conv.stride] * 2, group=conv.groups, pads=[before, before, after, after])
    if conv.active:
        y = graph.node("Clip", [y, "zero", "six"], name + "_relu6")
    return y


def add_pool(graph, x, matrix, name):
    """Generalised means over the regions: [N, C, H, W] to [N, R, C], each a unit vector."""
    x = graph.node("Max", [x, "floor"], name + "_floor")
    x = graph.node("Mul", [graph.node("Mul", [x, x], name + "_square"), x], name + "_cube")
    x = graph.node("Reshape", [x, graph.weight(name + "_shape", np.array([0, 0, -1], np.int64), half=False)], name + "_flat")
    x = graph.node("MatMul", [x, graph.weight(name + "_regions", matrix.T, half=False)], name + "_means")
    x = graph.node("Transpose", [x], name + "_rows", perm=[0, 2, 1])
    x = graph.node("Pow", [x, "third"], name + "_root")
    return unit(graph, x, name)


def unit(graph, x, name):
    # Written out: OpenVINO 2026.4 runs it in f32 as PyTorch does.
    square = graph.node("ReduceSum", [graph.node("Mul", [x, x], name + "_squares"), "last"], name + "_sum", keepdims=1)
    return graph.node("Div", [x, graph.node("Sqrt", [square], name + "_norm")], name + "_unit")


def add_blocks(graph, backbone, blocks):
    """Frames through the stem and the first blocks; the map that each block gives."""
    for name, value in (("zero", 0), ("six", 6), ("mean", MEAN), ("scale", 1 / STD)):
        graph.weight(name, np.array(value, np.float32))
    x = graph.node("Cast", ["frames"], "floats", to=TensorProto.FLOAT)
    x = graph.node("Transpose", [x], "planes", perm=[0, 3, 1, 2])
    x = graph.node("Mul", [graph.node("Sub", [x, "mean"], "centred"), "scale"], "pixels")
    x = add_conv(graph, backbone.stem, x, "stem")
    maps = []
    for i, block in enumerate(backbone.blocks[:blocks]):
        y = add_conv(graph, block.expand, x, f"b{i}_expand") if isinstance(block.expand, Conv) else x
        y = add_conv(graph, block.depthwise, y, f"b{i}_depthwise")
        y = add_conv(graph, block.project, y, f"b{i}_project")
        x = graph.node("Add", [x, y], f"b{i}") if block.skips else y
        maps.append(x)
    return maps


def finished(graph, output, height, width, shape):
    frames = helper.make_tensor_value_info("frames", TensorProto.UINT8, ["batch", height, width, 3])
    result = helper.make_model(
        helper.make_graph(graph.nodes, "staydown", [frames], [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)], graph.weights),
        opset_imports=[helper.make_opsetid("", OPSET)], producer_name="staydown", ir_version=8)
    onnx.checker.check_model(result)
    return result


def front(backbone, height, width):
    """The frozen blocks alone, NHWC: what a training on a CPU runs in OpenVINO."""
    graph = Graph()
    last = add_blocks(graph, backbone, backbone.frozen_blocks)[-1]
    graph.node("Transpose", [last], "features", perm=[0, 2, 3, 1])
    return finished(graph, "features", height, width, ["batch", "rows", "columns", "channels"])


def build(model, height, width, regions):
    """The ONNX model of a Descriptor for frames of height x width, with the given boxes as its regions."""
    graph = Graph()
    for name, value in (("floor", 1e-3), ("third", 1 / 3)):
        graph.weight(name, np.array(value, np.float32))
    graph.weight("last", np.array([-1], np.int64))
    shape = model.shape
    maps = add_blocks(graph, model.backbone, len(model.backbone.blocks) if shape.last else MIDDLE_BLOCK + 1)
    pooled = [add_pool(graph, maps[block], pooling_matrix(regions, height // stride, width // stride), name)
              for used, block, stride, name in ((shape.last, -1, STRIDE, "pool_last"), (shape.middle, MIDDLE_BLOCK, STRIDE // 2, "pool_middle")) if used]
    pooled = pooled[0] if len(pooled) == 1 else graph.node("Concat", pooled, "pooled", axis=2)
    graph.node("Identity", [add_projection(graph, pooled, model)], "embeddings")
    return finished(graph, "embeddings", height, width, ["batch", len(regions), shape.dims])


def add_projection(graph, pooled, model):
    weight = graph.weight("project_w", model.project.weight.detach().cpu().numpy().T)
    bias = graph.weight("project_b", model.project.bias.detach().cpu().numpy(), half=False)
    y = graph.node("Add", [graph.node("MatMul", [pooled, weight], "projected"), bias], "shifted")
    return unit(graph, y, "out")


def read(path, model):
    """Fills a Descriptor with the weights of the exported model at `path`, which were its own before they were rounded. What training
    keeps apart, a convolution's weight and its batch norm, is taken apart as the given model has it."""
    stored = {each.name.removesuffix("_f16"): numpy_helper.to_array(each).astype(np.float32) for each in onnx.load(path).graph.initializer}
    backbone = model.backbone
    convs = {"stem": backbone.stem}
    for i, block in enumerate(backbone.blocks):
        convs |= {f"b{i}_{name}": conv for name, conv in (("expand", block.expand), ("depthwise", block.depthwise), ("project", block.project))
                  if isinstance(conv, Conv)}
    with torch.no_grad():
        for name, conv in convs.items():
            scale = conv.scale()
            conv.weight.copy_(torch.from_numpy(stored[name + "_w"].copy()) / scale[:, None, None, None])
            conv.beta.copy_(torch.from_numpy(stored[name + "_b"].copy()) + conv.mean * scale)
        model.project.weight.copy_(torch.from_numpy(stored["project_w"].T.copy()))
        model.project.bias.copy_(torch.from_numpy(stored["project_b"].copy()))
    return model


def write_atomically(path, content):
    path.with_name(path.name + ".tmp").write_bytes(content)
    os.replace(path.with_name(path.name + ".tmp"), path)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(out, name, version, file, height, width, dims, regions, precision, background):
    """models/manifest.json: what a program must know to use the model."""
    write_atomically(out / "manifest.json", (json.dumps({
        "name": name, "version": version, "file": file, "sha256": sha256(out / file),
        "input": {"name": "frames", "layout": "NHWC", "type": "u8", "colour": "RGB", "height": height, "width": width, "batch": "any"},
        "preprocessing": f"the frame, whatever its aspect, is scaled to {width}x{height} by area averaging; "
                         "no padding, no cropping; the rest is in the graph",
        "output": {"name": "embeddings", "type": "f32", "layout": "NRD", "dims": dims, "normalised": True},
        "regions": [{"x0": round(b[0], 6), "y0": round(b[1], 6), "x1": round(b[2], 6), "y1": round(b[3], 6)} for b in regions],
        "precision": precision, "f32_until": F32_UNTIL, "background": background}, indent=2) + "\n").encode())
