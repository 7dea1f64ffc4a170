import io
import tarfile
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import data


def picture(seed, size=(90, 60)):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


class Data(unittest.TestCase):
    def test_tars_and_plain_folders_give_the_same_photographs(self):
        names = ["frames/a/00.png", "frames/a/01.png", "cats/1.png"]
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            for place in ("tars", "plain"):
                (folder / place).mkdir()
            with tarfile.open(folder / "tars/all.tar", "w") as tar:
                for i, name in enumerate(sorted(names)):
                    content = picture(i)
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
                    (folder / "plain" / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / "plain" / name).write_bytes(content)
            tars, plain = (data.load(folder / place, folder / ("cache-" + place)) for place in ("tars", "plain"))
            self.assertEqual(tars.names, plain.names)
            np.testing.assert_array_equal(tars.pixels, plain.pixels)
            self.assertEqual(tars.names, ["cats/1.png", "frames/a/00.png", "frames/a/01.png"])
            self.assertEqual(tars.groups.tolist(), [0, 1, 1])

    def test_a_group_lies_on_one_side_and_gives_one_validation_picture(self):
        names = [f"frames/{clip}/{i:02}.png" for clip in range(200) for i in range(5)]
        photos = data.Photos(None, names, None)
        training, validation = data.split(photos, held_out=.3)
        groups = lambda rows: {data.group_of(names[i]) for i in rows}
        self.assertFalse(groups(training) & groups(validation))
        self.assertEqual(len(validation), len(groups(validation)))
        self.assertEqual(len(groups(training)) + len(groups(validation)), 200)
        self.assertTrue(30 < len(validation) < 90)


if __name__ == "__main__":
    unittest.main()
