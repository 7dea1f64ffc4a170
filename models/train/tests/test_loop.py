import argparse
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import data
import loop
from network import Descriptor, Shape
from regions import WHOLE, grid
from views import Editor


def trainer(photos):
    torch.manual_seed(0)
    options = argparse.Namespace(device="cpu", frozen_blocks=5, freeze_depthwise=1, rate=1e-3, batch=4, seed=1, steps=9, hours=9.0,
                                 height=64, width=96, koleo=.5, ema=.9, bf16=0)
    model = Descriptor(Shape(64, 96, 16, (WHOLE, *grid(2, 2, .5, .5)), True))
    for parameter in model.backbone.parameters():
        if parameter.dim() > 1:
            torch.nn.init.kaiming_normal_(parameter)
    return loop.Trainer(model, photos, np.arange(12), options)


class Loop(unittest.TestCase):
    def test_a_resumed_run_repeats_what_an_unbroken_one_does(self):
        rng = np.random.default_rng(0)
        with tempfile.TemporaryDirectory() as folder:
            pixels = np.memmap(Path(folder) / "photos.u8", np.uint8, "w+", shape=(12, data.HEIGHT, data.WIDTH, 3))
            pixels[:] = rng.integers(0, 256, pixels.shape, np.uint8)
            photos = data.Photos(pixels, [str(i) for i in range(12)], np.arange(12))
            editor = Editor(rng.integers(0, 256, (4, 32, 48, 4), np.uint8), rng.integers(0, 256, (4, 32, 48, 3), np.uint8), 64, 96, "cpu")
            unbroken, checkpoint = trainer(photos), Path(folder) / "run.pt"
            unbroken.train_step(editor)
            unbroken.save(checkpoint)
            wanted = unbroken.train_step(editor)
            resumed = trainer(photos)
            resumed.restore(checkpoint)
            got = resumed.train_step(editor)
            self.assertEqual(resumed.step, 2)
            self.assertTrue(np.isfinite(got["loss"]))
            self.assertAlmostEqual(got["loss"], wanted["loss"], places=4)


if __name__ == "__main__":
    unittest.main()
