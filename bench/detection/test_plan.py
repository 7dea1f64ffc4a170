"""A plan says which streams a run consists of."""

import pathlib
import tempfile
import unittest

import corpus
import edits
import hard
import support
from cache import StreamCache
from plan import plan


def clip(name, seconds=40.0):
    return corpus.Clip(pathlib.Path(f"/{name}.mp4"), name, "", seconds, 640, 360)


ROLES = corpus.Roles([clip(f"clip-{at}") for at in range(40)])
CROP = edits.variations(edits.by_names(["crop"]))


class Plans(unittest.TestCase):
    def test_a_smaller_run_is_a_part_of_a_larger_one(self):
        small, large = (plan(ROLES, CROP, copied, 1, hard_clips, False, 1)
                        for copied, hard_clips in ((2, 1), (5, 3)))
        self.assertEqual((len(small.copies), len(large.copies)), (6, 15))
        self.assertLess(set(small.copies), set(large.copies))
        self.assertLess({one.stream for one in small.negatives},
                        {one.stream for one in large.negatives})

    def test_all_references_and_kinds_take_part(self):
        whole = plan(ROLES, CROP, None, 2, None, True, 1)
        self.assertEqual(len(whole.copies), 3 * 2 * len(ROLES.references))
        self.assertEqual({stream.truth.reference for stream in whole.copies},
                         {one.id for one in ROLES.references})
        self.assertEqual(len({stream.id for stream in whole.streams}), len(whole.streams))
        self.assertEqual(len(whole.hard_references), len(hard.KINDS) * 40)

    def test_a_reference_without_copies_is_held_against_the_others_only(self):
        left_out = [one for one in plan(ROLES, CROP, 1, 1, 1, True, 1).negatives
                    if one.group == "left out"]
        self.assertEqual([one.without for one in left_out], [one.id for one in ROLES.references])
        self.assertEqual({one.calibrates for one in left_out}, {True, False})


class HardNegatives(unittest.TestCase):
    def test_the_halves_of_a_clip_do_not_meet(self):
        for seconds in (18, 40, 200):
            (first, first_s), (second, second_s) = (hard._half(clip("a", seconds), of)
                                                    for of in (False, True))
            self.assertGreaterEqual(first, 0)
            self.assertAlmostEqual(second - (first + first_s), hard.GAP_S)
            self.assertLessEqual(second + second_s, seconds)

    def test_short_clips_are_left_out(self):
        self.assertEqual(hard.pairs([clip("a", 17), clip("b", 8)], None, 1), [])

    def test_every_kind_can_be_made_and_is_no_copy(self):
        with support.small(), tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            clips = [support.synthesise(folder / f"{source}.mp4", source, "160x90", 18)
                     for source in ("mandelbrot", "testsrc2")]
            cache = StreamCache(folder / "streams", {})
            for pair in hard.pairs(clips, 1, 1):
                with self.subTest(pair.kind.name):
                    for stream in (pair.reference, pair.stream):
                        cache.make(stream)
                        frames = support.thumbnails(cache.path(stream))
                        self.assertAlmostEqual(len(frames), 25 * stream.duration_s, delta=15)
                    self.assertIsNone(pair.stream.truth)
                    self.assertEqual(pair.stream.kind, f"hard.{pair.kind.name}")


if __name__ == "__main__":
    unittest.main()
