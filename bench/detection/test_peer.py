"""The peer's rule on hashes that are made up."""

import unittest

import peer
from peer import Frame
from streams import Piece, Stream, Truth

A = [Frame(float(at), (at + 1) << 200 | (1 << 40 * (at % 6)) - 1) for at in range(30)]


def far(at: int) -> int:
    """More than 31 bits from every other and from A."""
    return ((1 << 90) - 1) << (4 * at % 150) ^ (at * 0x9E3779B97F4A7C15) << 64


NOISE = [Frame(float(at), far(at)) for at in range(60)]


class Rule(unittest.TestCase):
    def test_four_fifths_of_the_different_hashes_of_the_query_must_be_near(self):
        near = [Frame(frame.time_s, frame.hash ^ (1 << 31) - 1) for frame in A]  # 31 bits
        self.assertEqual(peer.matched_percent(near[:8], A[:8]), 100)
        beyond = [Frame(0.0, 0)]
        self.assertEqual(peer.matched_percent(beyond, [Frame(0.0, (1 << 32) - 1)]), 0)
        query = [Frame(0.0, 0), Frame(1.0, 0), Frame(2.0, ((1 << 60) - 1) << 100)]
        self.assertEqual(peer.matched_percent(query, beyond), 50)
        self.assertEqual(peer.matched_percent([], A), 0)

    def test_a_window_matches_once_it_is_full_of_the_copy(self):
        stream = [*NOISE[:5], *(Frame(5.0 + frame.time_s, frame.hash) for frame in A)]
        self.assertFalse(peer.matches_whole(NOISE[:20], A))
        found = peer.first_match(stream, A)
        self.assertIsNotNone(found)
        self.assertTrue(9 <= found <= 14, found)
        self.assertIsNone(peer.first_match(NOISE, A))

    def test_figures_count_right_and_wrong_references(self):
        shown = [*NOISE[:5], *(Frame(5.0 + frame.time_s, frame.hash) for frame in A[:20])]
        stream = Stream("s", "crop.1", Truth("a", (Piece((5, 25), (0, 20)),)), 25.0, ())
        figures = peer.figures([(stream, shown), (stream, NOISE)], [NOISE], {"a": A, "b": NOISE[30:]})
        self.assertEqual((figures["copies"], figures["recall_windows"], figures["quiet_streams"]),
                         (2, 0.5, 1))
        self.assertEqual(figures["times"], [peer.first_match(shown, A) - 5])


if __name__ == "__main__":
    unittest.main()
