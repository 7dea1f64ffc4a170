"""A stream shows ref-a from its 30 s on, between 12 and 32 s on air; what are the events worth?"""

import unittest

import evaluate
from edits.programme import Piece
from evaluate import Case, Outcome
from streams import Truth

TRUTH = Truth("ref-a", (Piece((12.0, 32.0), (30.0, 50.0)),))
CUT = Truth("ref-a", (Piece((12.0, 16.0), (30.0, 34.0)), Piece((16.0, 20.0), (40.0, 44.0))), True)


def event(step, verdict, query, interval, decided_at, case=1, reference="ref-a", score=20.0):
    micro = [{"begin": round(a * 1e6), "end": round(b * 1e6)} for a, b in (query, interval)]
    return {"data": {"case": case, "step": step, "verdict": verdict, "reference": {"id": reference},
                     "query_interval": micro[0], "reference_interval": micro[1], "speed": 1.0,
                     "score": score, "decided_at": round(decided_at * 1e6)}}


class CasesOfEvents(unittest.TestCase):
    def test_a_case_that_was_reviewed_then_taken_down_then_closed(self):
        cases = evaluate.cases_of([
            event("opened", "review", (14, 16), (32, 34), 18, score=8),
            event("raised", "takedown", (14, 18), (32, 36), 20, score=14),
            event("closed", "takedown", (12, 32), (30, 50), 44, score=60)])
        self.assertEqual(cases, [Case("ref-a", (12, 32), (30, 50), 1.0, 60,
                                      takedown_at=20, review_at=18)])

    def test_two_cases_are_in_order_of_number(self):
        cases = evaluate.cases_of([
            event("opened", "takedown", (40, 44), (0, 4), 46, case=2, reference="ref-b"),
            event("opened", "review", (12, 16), (30, 34), 18)])
        self.assertEqual([(case.reference, case.takedown_at, case.review_at) for case in cases],
                         [("ref-a", None, 18), ("ref-b", 46, 46)])

    def test_a_verdict_first_seen_at_the_end_is_not_a_detection(self):
        self.assertIsNone(evaluate.cases_of(
            [event("closed", "takedown", (12, 32), (30, 50), 44)])[0].takedown_at)


def case(query=(12, 32), interval=(30, 50), reference="ref-a", takedown_at=16, review_at=16):
    return Case(reference, query, interval, 1.0, 20, takedown_at, review_at)


class Judging(unittest.TestCase):
    def test_a_takedown_that_covers_half_of_both_intervals_is_a_hit(self):
        half = case(query=(22, 40), interval=(40, 58))
        self.assertEqual(evaluate.judge([half], TRUTH), Outcome(hit=half))

    def test_the_earliest_of_two_hits_counts(self):
        late, early = case(takedown_at=20), case(takedown_at=16)
        self.assertEqual(evaluate.judge([late, early], TRUTH), Outcome(hit=early))

    def test_less_than_half_of_either_interval_is_misplaced(self):
        short, elsewhere = case(query=(23, 40)), case(interval=(0, 20))
        self.assertEqual(evaluate.judge([short, elsewhere], TRUTH),
                         Outcome(misplaced=[short, elsewhere]))

    def test_what_was_cut_out_of_the_reference_need_not_be_covered(self):
        self.assertEqual(evaluate.overlaps(case((12, 18), (30, 42)), CUT), (0.75, 0.75))

    def test_review_is_counted_apart(self):
        review = case(takedown_at=None)
        self.assertEqual(evaluate.judge([review], TRUTH), Outcome(review_hit=review))

    def test_another_reference_or_another_time_is_false(self):
        other, early, doubtful = (case(reference="ref-b"), case(query=(2, 12)),
                                  case(reference="ref-b", takedown_at=None))
        self.assertEqual(evaluate.judge([other, early, doubtful], TRUTH),
                         Outcome(false_takedowns=[other, early], false_reviews=[doubtful]))

    def test_everything_is_false_on_background(self):
        self.assertEqual(evaluate.judge([case()], None), Outcome(false_takedowns=[case()]))


class Summary(unittest.TestCase):
    def test_a_miss_is_never(self):
        self.assertEqual(evaluate.never_padded([2, 4, 6], 4), {"median": 4, "p90": None})
        self.assertEqual(evaluate.never_padded([2], 4), {"median": None, "p90": None})
        self.assertEqual(evaluate.never_padded([], 0), {"median": None, "p90": None})

    def test_percentile_is_the_nearest_rank(self):
        self.assertEqual(evaluate.percentile(list(range(1, 11)), 0.9), 9)
        self.assertEqual(evaluate.percentile([5], 0.5), 5)
        self.assertIsNone(evaluate.percentile([], 0.5))

    def test_figures_of_two_hits_a_review_and_a_miss(self):
        exact, off = case(takedown_at=16), case((12.5, 31), (31, 50), takedown_at=18)
        figures = evaluate.summary([
            (TRUTH, Outcome(hit=exact)), (TRUTH, Outcome(hit=off)),
            (TRUTH, Outcome(review_hit=case(takedown_at=None))),
            (TRUTH, Outcome(misplaced=[case()], false_takedowns=[case(reference="ref-b")]))])
        self.assertEqual(figures, {
            "copies": 4, "hits": 2, "recall": 0.5, "recall_with_review": 0.75,
            "recall_within": {"6": 0.5, "14": 0.5}, "longest_copies": 0, "recall_of_longest": None,
            "misplaced": 1, "seconds_to_takedown": {"median": 6, "p90": None},
            "times_to_takedown": [4, 6],
            "error_s": {
                "query": {"begin": {"median": 0.25, "p90": 0.5}, "end": {"median": 0.5, "p90": 1}},
                "interval": {"begin": {"median": 0.5, "p90": 1}, "end": {"median": 0, "p90": 0}}},
            "error_speed": {"median": 0, "p90": 0}, "false_takedowns": 1, "false_reviews": 0})

    def test_recall_by_time_and_of_the_longest(self):
        late = case((12, 20), (30, 44), takedown_at=24)
        figures = evaluate.summary([(CUT, Outcome(hit=late)), (CUT, Outcome()), (TRUTH, Outcome())])
        self.assertEqual((figures["recall_within"], figures["longest_copies"],
                          figures["recall_of_longest"]), ({"6": 0, "14": 1 / 3}, 2, 0.5))


if __name__ == "__main__":
    unittest.main()
