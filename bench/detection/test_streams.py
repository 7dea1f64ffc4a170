"""Streams are what they say they are: made by the real FFmpeg from synthesised clips."""

import json
import pathlib
import subprocess
import tempfile
import unittest
from dataclasses import replace

import corpus
import damage
import edits
import streams
import support
from cache import StreamCache
from edits import Canvas
from edits.programme import Piece


def described(path: pathlib.Path) -> dict:
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_entries",
         "stream=codec_name,width,height,nb_read_packets", "-of", "json", str(path)],
        check=True, capture_output=True, text=True)
    stream = json.loads(answer.stdout)["streams"][0]
    stream.pop("side_data_list", None)  # MPEG-2's has no entry that was asked for
    return stream


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(support.small())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.wide = support.synthesise(cls.folder / "Wide One.mp4", "testsrc2", "160x90", 5)
        cls.tall = support.synthesise(cls.folder / "tall.mp4", "testsrc", "90x160", 5)
        cls.background = [support.synthesise(cls.folder / "waves.mp4", "rgbtestsrc", "120x90", 3),
                          support.synthesise(cls.folder / "bars.mp4", "smptebars", "160x90", 4)]

    def plan(self, name, reference=None, seed=1):
        return streams.copy_stream(reference or self.wide, self.background, self.background,
                                   edits.variation(name), 0, seed)

    def test_encodings_and_sizes_are_those_of_the_edit(self):
        cache = StreamCache(self.folder / "streams", {})
        for name, reference, codec, size in (
                ("letterbox.2", self.wide, "h264", (120, 90)),
                ("letterbox.2", self.tall, "h264", (90, 214)),
                ("pillarbox.2", self.tall, "h264", (90, 120)),
                ("turned.2", self.wide, "h264", (90, 160)),
                ("vertical.1", self.wide, "h264", (90, 160)),
                ("rung.1", self.wide, "h264", (106, 60)),
                ("codec.1", self.wide, "hevc", (160, 90)),
                ("codec.2", self.wide, "mpeg2video", (160, 90))):
            with self.subTest(name):
                stream = self.plan(name, reference)
                cache.make(stream)
                self.assertEqual(cache.missing([stream]), [])
                self.assertEqual(described(cache.path(stream)), {
                    "codec_name": codec, "width": size[0], "height": size[1],
                    "nb_read_packets": str(round(stream.duration_s * streams.FPS))})

    def test_a_stream_depends_on_nothing_but_its_recipe(self):
        one, two = (StreamCache(self.folder / name, {}) for name in ("one", "two"))
        for name in ("mirror.1", "packet_loss.3"):
            stream = self.plan(name)
            for cache in (one, two):
                cache.make(stream)
            self.assertEqual(one.path(stream).read_bytes(), two.path(stream).read_bytes())
            self.assertEqual(stream, self.plan(name))
            self.assertNotEqual(stream, self.plan(name, seed=2))

    def test_the_key_ignores_where_the_clips_lie(self):
        stream = self.plan("grey.1")
        key = stream.key({str(self.wide.path): self.wide.digest})
        self.assertNotEqual(key, stream.key({}))
        moved = replace(stream, command=tuple(
            "/elsewhere.mp4" if word == str(self.wide.path) else word for word in stream.command))
        self.assertEqual(key, moved.key({"/elsewhere.mp4": self.wide.digest}))

    def test_the_truth_follows_the_speed(self):
        truth = self.plan("faster.1").truth
        shown = truth.query[1] - truth.query[0]
        self.assertAlmostEqual(truth.interval[1] - truth.interval[0], 1.1 * shown, places=6)
        self.assertLessEqual(truth.interval[1], self.wide.duration_s)
        self.assertEqual(truth.speed, 1.1)

    def test_all_severities_show_the_same_interval(self):
        one, two, three = (self.plan(f"crop.{severity}").truth for severity in (1, 2, 3))
        self.assertEqual(one, two)
        self.assertEqual(two, three)

    def test_truth_survives_json(self):
        truth = streams.Truth("a", (Piece((1, 2), (3, 4)), Piece((5, 6), (7, 9))), True)
        text = json.dumps(streams.asdict(truth))
        self.assertEqual(streams.Truth.of(json.loads(text)), truth)
        self.assertEqual((truth.query, truth.interval, truth.speed), ((1, 6), (3, 9), None))


class Sizes(unittest.TestCase):
    def test_the_picture_is_as_large_as_fits(self):
        clip = corpus.Clip(pathlib.Path(), "a", "", 1, 640, 360)
        for canvas, whole, picture in (
                (Canvas(), (640, 360), (640, 360)), (Canvas(0.75), (480, 360), (480, 270)),
                (Canvas(1.5), (960, 360), (640, 360)), (Canvas(fixed=9 / 16), (360, 640), (360, 202)),
                (Canvas(turned=True), (360, 640), (640, 360))):
            self.assertEqual(streams.sizes_of(clip, canvas, 360), (whole, picture))


class Damage(unittest.TestCase):
    def test_loses_the_share_that_was_asked_for_in_bursts(self):
        sent = b"".join(at.to_bytes(4, "big") * (damage.DATAGRAM // 4) for at in range(20_000))
        arrived = damage.without_lost(sent, 0.05, streams.random_of("loss"))
        self.assertEqual(arrived[:damage.DATAGRAM], sent[:damage.DATAGRAM])
        numbers = [int.from_bytes(arrived[at:at + 4], "big")
                   for at in range(0, len(arrived), damage.DATAGRAM)]
        gaps = [b - a - 1 for a, b in zip(numbers, numbers[1:]) if b > a + 1]
        self.assertAlmostEqual(sum(gaps) / 20_000, 0.05, delta=0.01)
        self.assertAlmostEqual(sum(gaps) / len(gaps), damage.BURST, delta=0.4)


class Corpus(unittest.TestCase):
    def test_size_is_as_displayed(self):
        anamorphic = {"width": 720, "height": 576, "sample_aspect_ratio": "16:15"}
        rotated = {"width": 640, "height": 360, "side_data_list": [{"rotation": -90}]}
        unknown = {"width": 640, "height": 360, "sample_aspect_ratio": "0:1"}
        self.assertEqual([corpus.displayed_size(one) for one in (anamorphic, rotated, unknown)],
                         [(768, 576), (360, 640), (640, 360)])

    def test_id_comes_from_the_name(self):
        self.assertEqual(corpus.id_of("Zulko__moviepy__big_buck.webm"), "zulko-moviepy-big-buck")

    def test_roles_come_from_the_name_and_too_few_are_refused(self):
        def clip(name, seconds=20.0):
            return corpus.Clip(pathlib.Path(name), name, "", seconds, 640, 360)

        clips = [clip(f"clip-{at}") for at in range(200)]
        roles = corpus.Roles(clips)
        shares = [len(some) / 200 for some in (roles.references, roles.background, roles.donors)]
        for share, expected in zip(shares, (0.70, 0.20, 0.10)):
            self.assertAlmostEqual(share, expected, delta=0.07)
        self.assertEqual(sum(shares), 1)
        self.assertEqual(corpus.Roles(clips[:150]).references,
                         [one for one in roles.references if one in clips[:150]])
        short = clip(roles.references[0].id, 7.0)
        self.assertEqual((short.role, short.calibrates), ("calibration", True))
        with self.assertRaisesRegex(ValueError, "0 clips are donor, 1 are needed"):
            corpus.Roles([one for one in clips if one.role != "donor"])


if __name__ == "__main__":
    unittest.main()
