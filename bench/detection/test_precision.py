"""Average precision by hand-made cases, and the files for the public scorer."""

import csv
import math
import pathlib
import tempfile
import unittest

import precision
import vsc
from precision import Match, Point


def match(query_id, ref_id, query, interval, score=1.0):
    return Match(query_id, ref_id, query, interval, score)


TRUTH = [match("s1", "a", (10, 20), (0, 10)), match("s2", "b", (0, 30), (10, 40))]


class Pairs(unittest.TestCase):
    def test_a_pair_counts_once_by_its_best_score(self):
        curve = precision.pair_curve(TRUTH, [
            match("s1", "a", (0, 1), (0, 1), 9), match("s1", "a", (5, 6), (0, 1), 4),
            match("s1", "b", (0, 1), (0, 1), 7), match("s2", "b", (0, 1), (0, 1), 5)])
        self.assertEqual(curve, [Point(9, 1, 0.5), Point(7, 0.5, 0.5), Point(5, 2 / 3, 1)])
        self.assertAlmostEqual(precision.average_precision(curve), 0.5 + 0.5 * 2 / 3)

    def test_nothing_said_is_nothing_found(self):
        self.assertEqual(precision.average_precision(precision.pair_curve(TRUTH, [])), 0)


class Segments(unittest.TestCase):
    def test_the_truth_itself_is_perfect(self):
        self.assertAlmostEqual(
            precision.average_precision(precision.segment_curve(TRUTH, TRUTH)), 1)

    def test_time_that_is_missed_or_too_much_costs_on_its_line(self):
        # 5 of 10 s on the stream and 8 of 10 in the reference are right, of 10 and 8 that are said;
        # the truth is 40 s on both lines.
        curve = precision.segment_curve(TRUTH, [match("s1", "a", (5, 15), (2, 10))])
        self.assertEqual(curve, [Point(1, math.sqrt(5 / 10 * 8 / 8), math.sqrt(5 / 40 * 8 / 40))])

    def test_a_wrong_pair_and_a_wrong_place_cost_precision_only(self):
        right, pair, place = (match("s1", "a", (10, 20), (0, 10), 3),
                              match("s1", "b", (10, 20), (10, 20), 2),
                              match("s2", "b", (0, 10), (50, 60), 1))
        curve = precision.segment_curve(TRUTH, [place, pair, right])
        self.assertEqual([(point.score, point.precision, point.recall) for point in curve],
                         [(3, 1, 0.25), (2, 0.5, 0.25), (1, 1 / 3, 0.25)])

    def test_overlapping_predictions_count_their_union_once(self):
        twice = [match("s1", "a", (10, 16), (0, 6), 2), match("s1", "a", (14, 20), (4, 10), 1)]
        self.assertEqual(precision.segment_curve(TRUTH, twice)[-1], Point(1, 1, 0.25))

    def test_equal_scores_come_together(self):
        equal = [match("s1", "a", (10, 20), (0, 10)), match("s1", "b", (0, 10), (0, 10))]
        self.assertEqual(precision.segment_curve(TRUTH, equal), [Point(1, 0.5, 0.25)])


class Files(unittest.TestCase):
    def test_have_the_columns_and_ids_of_the_public_scorer(self):
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder) / "new"
            vsc.write(at, TRUTH, [match("s2", "a", (1, 2.5), (3, 4), 12.25)])
            self.assertEqual((at / "ground_truth.csv").read_text(), """\
query_id,ref_id,query_start,query_end,ref_start,ref_end,score
Q000001,R000001,10.000,20.000,0.000,10.000,1.000000
Q000002,R000002,0.000,30.000,10.000,40.000,1.000000
""")
            self.assertEqual((at / "predictions.csv").read_text(), """\
query_id,ref_id,query_start,query_end,ref_start,ref_end,score
Q000002,R000001,1.000,2.500,3.000,4.000,12.250000
""")
            with (at / "ids.csv").open() as file:
                self.assertEqual(list(csv.reader(file)), [
                    ["id", "name"], ["Q000001", "s1"], ["Q000002", "s2"], ["R000001", "a"],
                    ["R000002", "b"]])


if __name__ == "__main__":
    unittest.main()
