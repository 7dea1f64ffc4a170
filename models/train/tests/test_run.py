import hashlib
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

TRAIN = Path(__file__).resolve().parent.parent
COMMON = ["--height", "64", "--width", "96", "--finish", "64x96",
           "--export-size", "64x96", "--compare-sizes", "64x96,96x96", "--dims", "16", "--batch", "4", "--whiten-on", "40", "--overlays", "6",
           "--check-minutes", "0", "--bf16", "0"]


def photographs(folder, count=220):
    """Gradients with blocks on them: enough for every picture to differ from every other."""
    rng = np.random.default_rng(4)
    for i in range(count):
        picture = np.linspace(rng.integers(0, 256, 3), rng.integers(0, 256, 3), 40)[:, None].repeat(60, 1)
        for _ in range(6):
            x, y = rng.integers(0, 45), rng.integers(0, 30)
            picture[y:y + rng.integers(4, 16), x:x + rng.integers(4, 20)] = rng.integers(0, 256, 3)
        Image.fromarray(picture.astype(np.uint8)).save(folder / f"{i:03}.png")


class Run(unittest.TestCase):
    """The one command, on a folder so small that it learns nothing: that every part runs and what it writes holds together."""

    def run_command(self, *more, program="run.py"):
        command = [sys.executable, TRAIN / program, *COMMON, "--photos", self.folder / "photos", "--work", self.folder / "work", "--out", self.folder / "out", *more]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def facts(self):
        return json.loads((self.folder / "out/staydown-embedding.json").read_text())

    def test_it_ships_the_baseline_goes_on_from_its_checkpoint_and_ships_nothing_weaker(self):
        with tempfile.TemporaryDirectory() as folder:
            self.folder, out = Path(folder), Path(folder) / "out"
            (self.folder / "photos").mkdir()
            photographs(self.folder / "photos")
            self.run_command("--hours", "0")
            self.assertEqual(self.facts()["step"], 0)
            self.assertIn("trained | no: ImageNet weights", (out / "MODEL_CARD.md").read_text())

            manifest = json.loads((out / "manifest.json").read_text())
            file, background = out / manifest["file"], manifest["background"]
            self.assertEqual(manifest["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())
            self.assertEqual(background["sha256"], hashlib.sha256((out / background["file"]).read_bytes()).hexdigest())
            vectors = np.fromfile(out / background["file"], "<f2").reshape(background["count"], manifest["output"]["dims"])
            np.testing.assert_allclose(np.linalg.norm(vectors.astype(np.float32), axis=1), 1, atol=2e-3)
            session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
            frames = np.zeros((2, manifest["input"]["height"], manifest["input"]["width"], 3), np.uint8)
            self.assertEqual(session.run(None, {"frames": frames})[0].shape, (2, len(manifest["regions"]), 16))

            self.run_command("--hours", "1", "--steps", "2")
            self.assertIn("goes on from step 2", self.run_command("--hours", "1", "--steps", "4"))
            steps = [json.loads(line)["step"] for line in (self.folder / "work/staydown.jsonl").read_text().splitlines()]
            self.assertEqual(sorted(set(steps)), [0, 1, 2, 3, 4])

            shorter = ("--steps", "2", "--arms", "the recipe,network cut after block 10", "--evaluate-on", "20")
            self.assertIn("1 arms left", self.run_command(*shorter, program="ablate.py"))
            self.assertNotIn("arms left", self.run_command(*shorter, program="ablate.py"))
            self.assertIn("| network cut after block 10 |", (out / "MODEL_CARD.md").read_text())

            # An impossible score on file: whatever was trained is weaker, and what ships stays as it is.
            perfect = self.facts()
            for rows in perfect["table"].values():
                for label in rows:
                    rows[label] = [1.0, 1.0, 1.0]
            (out / "staydown-embedding.json").write_text(json.dumps(perfect))
            before = file.read_bytes()
            self.assertIn("nothing written", self.run_command("--hours", "1", "--release-only"))
            self.assertEqual(file.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
