"""Streams are what they say they are: made by the real FFmpeg from synthesised clips."""

import json
import pathlib
import subprocess
import tempfile
import unittest
from unittest import mock

import corpus
import edits
import streams
from cache import StreamCache


def synthesise(path: pathlib.Path, source: str, size: str, seconds: int) -> corpus.Clip:
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                    f"{source}=size={size}:rate=10:duration={seconds}", "-c:v", "libx264",
                    "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)], check=True)
    return corpus.probe(path)


def described(path: pathlib.Path) -> dict:
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_entries",
         "stream=width,height,nb_read_packets", "-of", "json", str(path)],
        check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)["streams"][0]


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Small and short, so that making all of them takes seconds.
        cls.enterClassContext(mock.patch.multiple(
            streams, HEIGHT=90, SHOWN_S=(1.0, 2.0), LEAD_S=(0.4, 0.8)))
        cls.folder = tempfile.TemporaryDirectory()
        at = pathlib.Path(cls.folder.name)
        cls.wide = synthesise(at / "Wide One.mp4", "testsrc2", "160x90", 5)
        cls.tall = synthesise(at / "tall.mp4", "testsrc", "90x160", 5)
        cls.background = [synthesise(at / "waves.mp4", "rgbtestsrc", "120x90", 3),
                          synthesise(at / "bars.mp4", "smptebars", "160x90", 4)]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def plan(self, edit, reference=None, seed=1):
        return streams.copy_stream(reference or self.wide, self.background, edit, 0, seed)

    def test_every_edit_makes_the_stream_that_was_planned(self):
        cache = StreamCache(pathlib.Path(self.folder.name) / "streams", {})
        for edit in edits.EDITS:
            with self.subTest(edit.name):
                stream = self.plan(edit)
                cache.make(stream)
                self.assertEqual(cache.missing([stream]), [])
                width, height = streams.canvas_of(self.wide, edit)
                self.assertEqual(described(cache.path(stream)), {
                    "width": width, "height": height,
                    "nb_read_packets": str(round(stream.duration_s * streams.FPS))})

    def test_a_stream_depends_on_nothing_but_its_recipe(self):
        folder = pathlib.Path(self.folder.name)
        one, two = (StreamCache(folder / name, {}) for name in ("one", "two"))
        stream = self.plan(edits.MIRROR)
        for cache in (one, two):
            cache.make(stream)
        self.assertEqual(one.path(stream).read_bytes(), two.path(stream).read_bytes())
        self.assertEqual(stream, self.plan(edits.MIRROR))
        self.assertNotEqual(stream, self.plan(edits.MIRROR, seed=2))

    def test_the_key_ignores_where_the_clips_lie(self):
        stream = self.plan(edits.GREY)
        key = stream.key({str(self.wide.path): self.wide.digest})
        self.assertNotEqual(key, stream.key({}))
        moved = streams.Stream(**{**vars(stream), "command": tuple(
            "/elsewhere.mp4" if word == str(self.wide.path) else word for word in stream.command)})
        self.assertEqual(key, moved.key({"/elsewhere.mp4": self.wide.digest}))

    def test_the_truth_follows_the_speed(self):
        truth = self.plan(edits.FASTER).truth
        shown = truth.query[1] - truth.query[0]
        self.assertAlmostEqual(truth.interval[1] - truth.interval[0], 1.1 * shown, places=6)
        self.assertLessEqual(truth.interval[1], self.wide.duration_s)

    def test_bars_come_from_the_canvas_not_from_squeezing(self):
        sizes = {edit.name: streams.canvas_of(clip, edit) for edit, clip in (
            (edits.REENCODE, self.wide), (edits.LETTERBOX, self.wide),
            (edits.PILLARBOX, self.tall))}
        self.assertEqual(sizes, {"reencode": (160, 90), "letterbox": (120, 90),
                                 "pillarbox": (90, 120)})


class Edits(unittest.TestCase):
    def test_a_combination_multiplies_what_its_parts_change(self):
        both = edits.combine("both", edits.PILLARBOX, edits.LETTERBOX, edits.SLOWER)
        self.assertEqual((both.canvas, both.speed, both.goal), ((4 / 3, 4 / 3), 0.9, False))

    def test_names_are_unique_and_unknown_ones_are_refused(self):
        names = [edit.name for edit in edits.EDITS]
        self.assertEqual(len(names), len(set(names)))
        with self.assertRaisesRegex(ValueError, "unknown edit sepia; known are: reencode,"):
            edits.by_names(["mirror", "sepia"])


class Corpus(unittest.TestCase):
    def test_size_is_as_displayed(self):
        anamorphic = {"width": 720, "height": 576, "sample_aspect_ratio": "16:15"}
        rotated = {"width": 640, "height": 360, "side_data_list": [{"rotation": -90}]}
        unknown = {"width": 640, "height": 360, "sample_aspect_ratio": "0:1"}
        self.assertEqual([corpus.displayed_size(one) for one in (anamorphic, rotated, unknown)],
                         [(768, 576), (360, 640), (640, 360)])

    def test_id_comes_from_the_name(self):
        self.assertEqual(corpus.id_of("Zulko__moviepy__big_buck.webm"), "zulko-moviepy-big-buck")


if __name__ == "__main__":
    unittest.main()
