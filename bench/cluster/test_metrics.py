"""Run by ctest as bench.cluster."""

import unittest

import metrics

PAGE = """# HELP x y
# TYPE t_seconds histogram
staydown_ready 1
t_seconds_bucket{le="1"} %d
t_seconds_bucket{le="2"} %d
t_seconds_bucket{le="+Inf"} %d
"""


def histogram(after, before=None):
    return metrics.Histogram("t_seconds", metrics.Look(PAGE % after), before and metrics.Look(PAGE % before))


class Metrics(unittest.TestCase):
    def test_reads_values(self):
        self.assertEqual(metrics.Look(PAGE % (1, 2, 3))["staydown_ready"], 1)

    def test_quantiles_lie_within_their_bucket(self):
        self.assertEqual(histogram((0, 0, 0)).quantile(0.5), None)
        self.assertEqual(histogram((10, 10, 10)).quantile(0.5), 0.5)
        self.assertEqual(histogram((50, 100, 100)).quantile(0.75), 1.5)
        self.assertEqual(histogram((50, 90, 100)).quantile(0.99), 2)  # no more is known

    def test_counts_what_came_between_two_looks(self):
        later = histogram((10, 20, 20), (10, 10, 10))
        self.assertEqual((later.count, later.quantile(1)), (10, 2))
        self.assertEqual((later + later).count, 20)


if __name__ == "__main__":
    unittest.main()
