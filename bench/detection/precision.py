"""Micro average precision over pairs and over segments, as VSC2022 scores its matching track. Pure.

The Video Similarity Challenge 2022 (Pizzi et al., "The 2023 Video Similarity Dataset and
Challenge", 2023); over segments by the measure of VCSL (He et al., CVPR 2022) on both lines: with
predictions by falling score, precision and recall are geometric means of the shares of time that
is predicted rightly, and of true time that is found, on the line of the streams and on that of the
references. Its public scorer gives the same figures from the files that vsc.py writes.
"""

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

Span = tuple[float, float]


@dataclass(frozen=True)
class Match:
    """A true or predicted copy; truths have no score."""
    query_id: str
    ref_id: str
    query: Span
    interval: Span
    score: float = 1.0

    @property
    def pair(self) -> tuple[str, str]:
        return self.query_id, self.ref_id

    def meets(self, other: "Match") -> bool:
        """They share time on both lines."""
        return all(min(one[1], two[1]) > max(one[0], two[0])
                   for one, two in ((self.query, other.query), (self.interval, other.interval)))


@dataclass(frozen=True)
class Point:
    """Precision and recall of all predictions of this score and above."""
    score: float
    precision: float
    recall: float


def _groups(predicted: list[Match]):
    ranked = sorted(predicted, key=lambda match: -match.score)
    return itertools.groupby(ranked, key=lambda match: match.score)


def pair_curve(truth: list[Match], predicted: list[Match]) -> list[Point]:
    """A pair's score is that of its best prediction."""
    true = {match.pair for match in truth}
    best: dict[tuple[str, str], float] = {}
    for match in predicted:
        best[match.pair] = max(match.score, best.get(match.pair, -math.inf))
    points, right, all_so_far = [], 0, 0
    for pair, score in sorted(best.items(), key=lambda item: -item[1]):
        all_so_far += 1
        right += pair in true
        points.append(Point(score, right / all_so_far, right / len(true)))
    return points


def average_precision(points: list[Point]) -> float:
    """Area below the steps of the curve."""
    area = recall = 0.0
    for point in points:
        area += point.precision * (point.recall - recall)
        recall = point.recall
    return area


def length(spans: list[Span]) -> float:
    """Of their union."""
    total, reached = 0.0, -math.inf
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def shared(one: list[Span], other: list[Span]) -> float:
    """Length of what both unions cover."""
    return length(one) + length(other) - length(one + other)


def _mean(shares) -> float:
    """Geometric, of two; sums of differences may be a hair below zero."""
    return math.sqrt(max(0.0, math.prod(shares)))


def segment_curve(truth: list[Match], predicted: list[Match]) -> list[Point]:
    lines = ("query", "interval")
    true: dict[tuple, list[Match]] = defaultdict(list)
    for match in truth:
        true[match.pair].append(match)
    whole = {line: sum(length([getattr(match, line) for match in matches])
                       for matches in true.values()) for line in lines}
    so_far: dict[tuple, list[Match]] = defaultdict(list)
    right, said = defaultdict(dict), defaultdict(dict)  # by line and pair
    totals = {line: [0.0, 0.0] for line in lines}  # right and said, over all pairs
    points = []
    for score, group in _groups(predicted):
        for match in group:
            so_far[match.pair].append(match)
            seen = so_far[match.pair]
            met = [one for one in true[match.pair] if any(one.meets(other) for other in seen)]
            for line in lines:
                spans = [getattr(one, line) for one in seen]
                now = (shared(spans, [getattr(one, line) for one in met]), length(spans))
                before = (right[line].get(match.pair, 0.0), said[line].get(match.pair, 0.0))
                right[line][match.pair], said[line][match.pair] = now
                for at in range(2):
                    totals[line][at] += now[at] - before[at]
        points.append(Point(
            score,
            _mean(totals[line][0] / totals[line][1] for line in lines),
            _mean(totals[line][0] / whole[line] for line in lines)))
    return points
