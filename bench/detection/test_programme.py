"""What is on air when, and that FFmpeg's filters show just that."""

import pathlib
import subprocess
import tempfile
import unittest

import support
from edits import programme
from edits.programme import Piece, hold, other, show, skip


class Pieces(unittest.TestCase):
    def test_without_a_programme_the_picture_goes_on_at_its_speed(self):
        self.assertEqual(programme.pieces((), 1.25, 8), (Piece((0, 8), (0, 10)),))

    def test_cuts_pass_over_the_reference(self):
        self.assertEqual(programme.pieces((show(5), skip(2)), 1, 12), (
            Piece((0, 5), (0, 5)), Piece((5, 10), (7, 12)), Piece((10, 12), (14, 16))))

    def test_while_it_stands_still_or_is_elsewhere_nothing_passes(self):
        for pause in (hold(2), other(2)):
            self.assertEqual(programme.pieces((show(3), pause), 1, 7), (
                Piece((0, 3), (0, 3)), Piece((5, 7), (3, 5))))

    def test_slow_motion_takes_longer(self):
        self.assertEqual(programme.pieces((show(4), show(4, 0.5)), 1, 10), (
            Piece((0, 4), (0, 4)), Piece((4, 8), (4, 6)), Piece((8, 10), (6, 8))))

    def test_how_much_can_be_shown_of_what_there_is(self):
        for parts, speed, available, shown in (
                ((), 1.25, 10, 8), ((show(5), skip(2)), 1, 16, 12), ((show(3), hold(2)), 1, 5, 7),
                ((show(4), show(4, 0.5)), 1, 8, 10), ((show(5), skip(2)), 2, 32, 12)):
            self.assertAlmostEqual(programme.shown_of(parts, speed, available), shown)
            self.assertAlmostEqual(programme.source_s(parts, speed, shown), available)


class Filters(unittest.TestCase):
    def test_frames_are_those_that_the_pieces_name(self):
        """Every frame of the source is as bright as its number, so that it can be recognised."""
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "numbered.mkv"
            subprocess.run(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                 "color=s=32x18:r=25:d=9,format=gray,geq=lum=N", "-c:v", "ffv1", str(source)], check=True)
            for parts in ((), (show(1), skip(0.4)), (show(1), hold(0.4)), (show(1), show(1, 0.5)),
                          (show(0.8), other(0.4))):
                with self.subTest(parts):
                    shown = pathlib.Path(folder) / "shown.mkv"
                    subprocess.run(
                        ["ffmpeg", "-v", "error", "-y", "-i", str(source), "-vf",
                         programme.filters(parts, 1.0, 25), "-c:v", "ffv1", str(shown)], check=True)
                    numbers = [frame[0] for frame in support.thumbnails(shown)]
                    for piece in programme.pieces(parts, 1.0, 5):
                        rate = (piece.interval[1] - piece.interval[0]) / (
                            piece.query[1] - piece.query[0])
                        for at in range(round(25 * piece.query[0]), round(25 * piece.query[1])):
                            place = 25 * piece.interval[0] + rate * (at - 25 * piece.query[0])
                            self.assertAlmostEqual(numbers[at], place, delta=1.01)


if __name__ == "__main__":
    unittest.main()
