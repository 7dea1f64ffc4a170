import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import data
import loop
import run
from network import Descriptor, Shape
from regions import WHOLE, grid
from views import Editor


def trainer(photos):
    torch.manual_seed(0)
    options = run.arguments("--photos none --height 64 --width 96 --finish 96x96 --finish-from .2 --dims 16 --batch 4 --rate 1e-3 --ema .9 "
                            "--steps 9 --hours 9 --bf16 0 --overlays 4 --device cpu".split())
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
            editor = Editor(rng.integers(0, 256, (4, 32, 48, 4), np.uint8), rng.integers(0, 256, (4, 32, 48, 3), np.uint8), "cpu")
            unbroken, checkpoint = trainer(photos), Path(folder) / "run.pt"
            step = lambda trainer: trainer.train_step(trainer.prepare(editor, trainer.step))
            step(unbroken)
            unbroken.save(checkpoint)
            wanted = step(unbroken)
            resumed = trainer(photos)
            resumed.restore(checkpoint)
            got = step(resumed)
            self.assertEqual(resumed.step, 2)
            self.assertTrue(np.isfinite(got["loss"]))
            self.assertAlmostEqual(got["loss"], wanted["loss"], places=4)


if __name__ == "__main__":
    unittest.main()
