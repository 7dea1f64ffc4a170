"""Bounds on false alarms hold for scores whose tail is known."""

import math
import random
import unittest

import alarms


class Bounds(unittest.TestCase):
    def test_poisson_is_as_in_tables(self):
        for seen, upper in ((0, 2.9957), (1, 4.7439), (10, 16.9622)):
            self.assertAlmostEqual(alarms.poisson_upper(seen), upper, places=3)

    def test_no_alarm_in_some_hours(self):
        # Two hours against 500,000 frames, none seen: at most 3 / 2 an hour, twice that at twice the size.
        self.assertAlmostEqual(alarms.from_count(0, 2 * 500_000, 1_000_000), 2.9957, places=3)


class Tails(unittest.TestCase):
    def test_of_an_exponential_is_found_and_bounded(self):
        rng = random.Random(7)
        scores = [rng.expovariate(0.8) for _ in range(4000)]
        tail = alarms.fit(scores, frame_hours=1000)
        self.assertEqual(tail.number, 200)
        self.assertAlmostEqual(tail.slope, 0.8, delta=0.15)
        self.assertLess(tail.slope_lower, 0.8)
        for threshold in (8, 20):
            rate = 4000 / 1000 * 50 * math.exp(-0.8 * threshold)
            self.assertGreater(tail.rate_upper(threshold, 50), rate)
        self.assertLess(tail.rate_upper(8, 50), 20 * 4000 / 1000 * 50 * math.exp(-0.8 * 8))

    def test_too_few_or_equal_scores_give_none(self):
        self.assertIsNone(alarms.fit([1.0 * at for at in range(alarms.FEWEST)], 1))
        self.assertIsNotNone(alarms.fit([1.0 * at for at in range(alarms.FEWEST + 1)], 1))
        self.assertIsNone(alarms.fit([2.0] * 100, 1))
        self.assertIsNone(alarms.fit([], 1))


if __name__ == "__main__":
    unittest.main()
