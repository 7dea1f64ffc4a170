import unittest

import numpy as np
import onnxruntime
import torch

import export
from network import Descriptor, Shape
from regions import WHOLE, grid


class Export(unittest.TestCase):
    def test_the_onnx_file_says_what_the_network_says(self):
        torch.manual_seed(0)
        shape = Shape(64, 96, 32, (WHOLE, *grid(2, 2, .5, .5)), True)
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


if __name__ == "__main__":
    unittest.main()
