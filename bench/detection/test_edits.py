"""Every edit at every severity does what its entry says, made by the real FFmpeg."""

import concurrent.futures
import pathlib
import tempfile
import unittest

import edits
import streams
import support
from cache import StreamCache
from edits import Canvas, Step, combined
from edits.programme import show, skip


class EveryEdit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(support.small())
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        reference = support.synthesise(folder / "moving.mp4", "mandelbrot=start_scale=1", "160x90", 12,
                                       rate=25)
        others = [support.synthesise(folder / f"{source}.mp4", source, "160x90", 3)
                  for source in ("rgbtestsrc", "smptebars", "testsrc")]
        # By names, since what is lost of a stream depends on its key, and the folder is another each time.
        cache = StreamCache(folder / "streams", {str(clip.path): clip.path.name for clip in (reference, *others)})
        cls.source = support.thumbnails(reference.path)
        cls.made = {one.name: streams.copy_stream(reference, others[:2], others[2:], one, 0, 1)
                    for one in edits.variations()}

        def frames(stream: streams.Stream) -> list[bytes]:
            cache.make(stream)
            return support.thumbnails(cache.path(stream))

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            cls.frames = dict(zip(cls.made, pool.map(frames, cls.made.values())))

    def distance(self, name: str) -> float:
        """Mean difference between the copy's frames and those of the reference that the truth names."""
        found = []
        for piece in self.made[name].truth.pieces:
            first, last = (round(second * streams.FPS) for second in piece.query)
            rate = (piece.interval[1] - piece.interval[0]) / (piece.query[1] - piece.query[0])
            for at in range(first + 2, last - 2, 5):
                place = piece.interval[0] + rate * (at / streams.FPS - piece.query[0])
                source = self.source[min(len(self.source) - 1, round(place * streams.FPS))]
                found.append(support.difference(self.frames[name][at], source))
        return sum(found) / len(found)

    def test_gives_a_video_of_the_planned_length(self):
        for name, stream in self.made.items():
            with self.subTest(name):
                planned = round(stream.duration_s * streams.FPS)
                # Lost datagrams hold some tenths of a second of so small a stream, the end maybe.
                slack = planned // 2 if stream.loss else 1
                self.assertAlmostEqual(len(self.frames[name]), planned, delta=slack)

    def test_changes_the_picture_or_its_shape(self):
        plain = self.distance("gop.1")
        for one in edits.variations():
            if one.step.chain != "null":
                with self.subTest(one.name):
                    self.assertTrue(self.distance(one.name) > plain or one.step.canvas != Canvas())

    def test_goes_further_from_the_original_with_each_severity(self):
        for edit in edits.EDITS:
            if edit.ordered:
                with self.subTest(edit.name):
                    distances = [self.distance(f"{edit.name}.{severity}")
                                 for severity in range(1, len(edit.steps) + 1)]
                    self.assertEqual(distances, sorted(distances))
                    self.assertGreater(distances[-1], distances[0])


class Catalogue(unittest.TestCase):
    def test_holds_what_the_benchmark_promises(self):
        self.assertEqual(edits.FAMILIES, (
            "transcode", "geometry", "bars", "overlay", "inner", "colour", "degradation", "screen",
            "time", "combination"))
        self.assertGreaterEqual(len(edits.EDITS), 40)
        self.assertEqual({len(edit.steps) for edit in edits.EDITS}, {2, 3})
        names = [edit.name for edit in edits.EDITS]
        self.assertEqual(len(names), len(set(names)))

    def test_is_chosen_from_by_name_or_family(self):
        chosen = edits.by_names(["mirror", "bars"])
        self.assertEqual([edit.name for edit in chosen],
                         ["mirror", "letterbox", "pillarbox", "border", "blurred_bars", "moving_bars"])
        with self.assertRaisesRegex(ValueError, "unknown edit soup; known are the families transcode,"):
            edits.by_names(["mirror", "soup"])

    def test_the_middle_severity_is_the_milder_of_two(self):
        chosen = edits.middle(edits.by_names(["crop", "lens"]))
        self.assertEqual([one.name for one in chosen], ["crop.2", "lens.1"])

    def test_a_variation_is_found_by_its_name(self):
        self.assertEqual(edits.variation("crop.3").step.what,
                         "50 % of the area removed, random place")


class Combining(unittest.TestCase):
    def test_takes_what_each_part_changes(self):
        whole = combined(
            Step("a", "hflip[x{n}]", Canvas(0.5), speed=0.9, live=edits.Live(kbps=300)),
            Step("b", "null", Canvas(fixed=2.0), programme=(show(5), skip(1)),
                 live=edits.Live(loss=0.01, height=240)))
        self.assertEqual(whole, Step(
            "a + b", "hflip[x{n}0],null", Canvas(0.5, fixed=2.0), 0.9, (show(5), skip(1)),
            edits.Live(kbps=300, height=240, loss=0.01)))

    def test_two_programmes_are_refused(self):
        with self.assertRaises(ValueError):
            combined(Step("a", programme=(show(1),)), Step("b", programme=(show(2),)))


if __name__ == "__main__":
    unittest.main()
