import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnxruntime
import torch

import export
from network import Conv, Descriptor, Shape
from regions import WHOLE, grid


class Export(unittest.TestCase):
    def test_the_onnx_file_says_what_the_network_says(self):
        for maps in ({"middle": True}, {"middle": False}, {"middle": True, "last": False}):
            with self.subTest(**maps):
                self.says_the_same(Shape(64, 96, 32, (WHOLE, *grid(2, 2, .5, .5)), **maps))

    def says_the_same(self, shape):
        torch.manual_seed(0)
        model = Descriptor(shape).eval()
        for parameter in model.backbone.parameters():
            if parameter.dim() > 1:
                torch.nn.init.kaiming_normal_(parameter)
        kept = shape.regions[:3]
        session = onnxruntime.InferenceSession(export.build(model, 64, 96, kept).SerializeToString(), providers=["CPUExecutionProvider"])
        pixels = np.random.default_rng(1).integers(0, 256, (3, 64, 96, 3), np.uint8)
        got = session.run(None, {"frames": pixels})[0]
        with torch.no_grad():
            want = model(torch.from_numpy(pixels)).numpy()[:, :3]
        self.assertEqual(got.shape, (3, 3, 32))
        self.assertGreater((got * want).sum(2).min(), 0.999)

    def test_a_model_that_was_exported_is_trained_on_from_what_it_said(self):
        torch.manual_seed(0)
        shape = Shape(64, 96, 32, (WHOLE, *grid(2, 2, .5, .5)), True)
        model, again = (Descriptor(shape).eval() for _ in range(2))
        for parameter in model.backbone.parameters():
            if parameter.dim() > 1:
                torch.nn.init.kaiming_normal_(parameter)
        for conv in (module for module in again.modules() if isinstance(module, Conv)):
            conv.variance.uniform_(.1, 2)  # a batch norm of its own, which the file does not hold
            conv.mean.uniform_(-1, 1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            path.write_bytes(export.build(model, 64, 96, shape.regions).SerializeToString())
            export.read(path, again)
        pixels = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (3, 64, 96, 3), np.uint8))
        with torch.no_grad():
            self.assertGreater((model(pixels) * again(pixels)).sum(2).min(), 0.9999)


if __name__ == "__main__":
    unittest.main()
