"""From scans to figures to a page: three copies, of which one is found, and some footage without."""

import unittest

import alarms
import measures
import tables
from detector import Variant
from edits.programme import Piece
from evaluate import Case, judge
from measures import Copy, Quiet
from plan import Negative
from replay import Scan
from streams import Stream, Truth

TRUTH = Truth("ref-a", (Piece((5, 15), (20, 30)),), True)


def case(reference="ref-a", score=40.0, takedown_at=9.0, query=(5, 15), interval=(20, 30)):
    return Case(reference, query, interval, 1.0, score, takedown_at, takedown_at)


def copy(kind, number, cases=(), low=()):
    stream = Stream(f"{kind}.{number}.ref-a", kind, TRUTH, 20.0, ())
    scan = Scan(tuple(cases), 31.0 if cases else None, 0.25, 1.0)
    return Copy(stream, scan, Scan((*cases, *low), None, 0.5, 1.0), judge(list(cases), TRUTH))


def quiet(name, group, calibrates, hours, cases=(), low=()):
    stream = Stream(name, group, None, hours * 3600, ())
    return Quiet(Negative(stream, group, calibrates), Scan(tuple(cases), None, 0.25, 1.0),
                 Scan((*cases, *low), None, 0.5, 1.0), 500_000)


COPIES = [copy("crop.1", 0, [case()]), copy("crop.1", 1, low=[case(score=12.0, takedown_at=None)]),
          copy("grey.2", 0, low=[case("ref-b", 15.0, None)])]
QUIET = [quiet("q1", "background", False, 1.0, low=[case("ref-b", 11.0, None)]),
         quiet("q2", "background", True, 2.0),
         quiet("q3", "hard.place", False, 0.5, [case(score=35.0)])]


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = measures.figures(COPIES, QUIET)

    def test_recall_is_by_edit_and_family(self):
        self.assertEqual(self.figures["all"]["recall"], 1 / 3)
        self.assertEqual({name: of["recall"] for name, of in self.figures["edits"].items()},
                         {"crop.1": 0.5, "grey.2": 0})
        self.assertEqual({name: of["recall"] for name, of in self.figures["families"].items()},
                         {"geometry": 0.5, "colour": 0})

    def test_footage_without_copies_is_by_group_and_half(self):
        self.assertEqual(self.figures["negatives"], {
            "background, test": {"streams": 1, "hours": 1, "false_takedowns": 0, "false_reviews": 0,
                                 "highest_score": 11},
            "background, calibration": {"streams": 1, "hours": 2, "false_takedowns": 0,
                                        "false_reviews": 0, "highest_score": None},
            "hard.place": {"streams": 1, "hours": 0.5, "false_takedowns": 1, "false_reviews": 0,
                           "highest_score": 35}})

    def test_alarms_are_bounded_on_the_test_half_without_hard_negatives(self):
        found = self.figures["alarms"]
        self.assertEqual((found["false_takedowns"], found["test_hours"], found["takedown_score"],
                          found["tail"], found["upper_from_tail"]), (0, 1, 31, None, None))
        self.assertAlmostEqual(found["upper_from_count"], 2 * 2.9957, places=3)

    def test_precision_counts_everything_that_was_said(self):
        # By score: right 40, wrong 35, wrong 15, right 12, wrong 11; of three pairs.
        self.assertAlmostEqual(self.figures["uap"]["pairs"], (1 + 2 / 4) / 3)
        self.assertEqual(self.figures["curves"]["operating"], [
            {"score": 40, "recall": 1 / 3, "false": 0}, {"score": 35, "recall": 1 / 3, "false": 1},
            {"score": 15, "recall": 1 / 3, "false": 2}, {"score": 12, "recall": 2 / 3, "false": 2},
            {"score": 11, "recall": 2 / 3, "false": 3}])

    def test_a_tail_bounds_where_there_are_scores_enough(self):
        calibration = [quiet(f"c{at}", "background", True, 0.01, low=[
            case("ref-b", 10 + at % 7 + at / 100, None)]) for at in range(60)]
        found = measures.alarm_figures(calibration, 31.0)
        tail = alarms.fit([10 + at % 7 + at / 100 for at in range(60)], 60 * 0.01 * 500_000)
        self.assertEqual(found["scores_of_pairs"], 60)
        self.assertAlmostEqual(found["upper_from_tail"], tail.rate_upper(31.0, 1_000_000))
        self.assertIsNone(measures.alarm_figures(calibration, 9.0)["upper_from_tail"])

    def test_processor_time_is_per_second_of_stream(self):
        self.assertAlmostEqual(self.figures["cpu"]["ms_per_stream_s"], 1000 * 1.5 / 12660)
        self.assertAlmostEqual(self.figures["cpu"]["shared_ms_per_stream_s"], 1000 * 6 / 12660)

    def test_the_page_holds_the_figures(self):
        page = tables.page({
            "command": "run.py", "machine": "m", "ffmpeg": "f", "staydown": "s", "seed": 1,
            "references": 2, "shown": "10 s", "variants": {"pdq": self.figures}, "peer": None,
            "streams": [{"id": "q3", "wrong": {"pdq": "false takedown of ref-a, score 35.0"}}]})
        for line in (
                "| pdq | 3 | 33.3 % | 33.3 % (missed) | 33.3 % (missed) | 33.3 % (missed) of 3 | "
                "never / never | 0.500 (missed) |",
                "| colour | grey | 2 | no colour | 1 | 0.0 % |",
                "| hard.place | 1 | 0.500 | 1 | 0 | 35.0 |",
                "- q3, pdq: false takedown of ref-a, score 35.0"):
            self.assertIn(line, page)


class Variants(unittest.TestCase):
    def test_the_low_one_reports_whatever_it_can(self):
        config = ("search:\n  pdq_radius: 48\n  embedding_radius: 0.8\nmatching:\n  takedown_per_million_hours: 100\n"
                  "  review_per_million_hours: 10000\n  bank_frames: 1000000  # at least\n")
        self.assertEqual(Variant("pdq", config).low().config, (
            "search:\n  pdq_radius: 64\n  embedding_radius: 0.9\nmatching:\n  takedown_per_million_hours: 100\n"
            "  review_per_million_hours: 1000000000\n  bank_frames: 1  # at least\n"))

    def test_a_configuration_without_the_keys_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "configuration of x: 0 lines review_per"):
            Variant("x", "matching:\n").low()


if __name__ == "__main__":
    unittest.main()
