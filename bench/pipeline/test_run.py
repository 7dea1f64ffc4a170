"""Figures and page from given measurements."""

import unittest

import run

STEPS = {"decode": 0.006, "scale": 0.001, "describe": 0.001, "search": 0.001, "match": 0.0}


def measured(pipeline: float, peer: float) -> dict:
    return {"pipeline": pipeline, "sum": sum(STEPS.values()), "steps": STEPS, "peer": peer}


class Figures(unittest.TestCase):
    def test_ratios_are_of_the_same_round(self):
        # The second round ran on a machine half as fast; the third is an outlier of the peer.
        figures = run.figures([measured(0.010, 0.20), measured(0.020, 0.40), measured(0.010, 0.30)])
        self.assertEqual([round(x, 6) for x in figures["times_peer"]], [20, 20, 30])
        self.assertEqual([round(x, 6) for x in figures["streams_per_core"]], [100, 50, 100])
        self.assertEqual([round(x, 6) for x in figures["share_of_sum"]], [0.9, 0.45, 0.9])
        self.assertEqual(figures["step_ms"]["decode"], 6)

    def test_the_page_says_which_goals_are_met(self):
        result = {"command": "run.py", "machine": "a CPU", "ffmpeg": "ffmpeg", "rounds": 1,
                  "built": {"model": "pdq-1", "precision": "exact"}, "model": "none",
                  "frames": 1000, "rungs": {
                      "1080p": run.figures([measured(0.010, 0.13)])},
                  "crowd": {"rung": "1080p", "bytes_per_stream": 2e6, "cost": 0.0125}}
        goals = run.page(result).split("## Goals\n\n")[1]
        self.assertEqual(goals, "- 1080p: 90 % of the sum of the steps, goal at least 85 %: met\n"
                                "- 1080p: 13.0 times vPDQ, goal at least 14: **missed**\n"
                                "- 2.00 MB a stream, goal below 4 MB: met\n")
        goals = run.page(result | {"model": "shipped"}).split("## Goals\n\n")[1]
        self.assertIn("- 1080p: 13.0 times vPDQ, goal at least 12: met\n", goals)


if __name__ == "__main__":
    unittest.main()
