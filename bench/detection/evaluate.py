"""Events against the truth: what was found, how soon, how exactly, and what was wrong. Pure."""

import statistics
from dataclasses import dataclass, field

from streams import Truth

WITHIN_S = (6, 14)  # recall is stated for so many seconds after the first copied frame
OVERLAP = 0.5  # share of the true interval that a reported one must cover, on both lines


@dataclass
class Case:
    """One showing as reported: the latest intervals and when each verdict came; seconds."""
    reference: str
    query: tuple[float, float]
    interval: tuple[float, float]
    speed: float
    score: float
    takedown_at: float | None = None  # end of the segment that fired
    review_at: float | None = None

    @classmethod
    def of(cls, record: dict) -> "Case":
        """From what `asdict` made of it, by way of JSON."""
        return cls(**record | {name: tuple(record[name]) for name in ("query", "interval")})


@dataclass
class Outcome:
    """What the events of one stream were worth."""
    hit: Case | None = None  # right reference and both intervals, takedown
    review_hit: Case | None = None  # the same, but review was all there was
    misplaced: list[Case] = field(default_factory=list)  # on the copy, but not where it says
    false_takedowns: list[Case] = field(default_factory=list)
    false_reviews: list[Case] = field(default_factory=list)


def cases_of(events: list[dict]) -> list[Case]:
    """The cases that `staydown.takedown.v1` events of one stream tell of, in order of number."""
    cases: dict[int, Case] = {}
    for event in events:
        data = event["data"]
        query, interval = (
            (data[name]["begin"] / 1e6, data[name]["end"] / 1e6)
            for name in ("query_interval", "reference_interval"))
        case = cases.setdefault(data["case"], Case(data["reference"]["id"], query, interval,
                                                   data["speed"], data["score"]))
        case.query, case.interval = query, interval
        case.speed, case.score = data["speed"], data["score"]
        if data["step"] == "closed":
            continue
        decided_at = data["decided_at"] / 1e6
        if data["verdict"] == "takedown" and case.takedown_at is None:
            case.takedown_at = decided_at
        if data["verdict"] in ("takedown", "review") and case.review_at is None:
            case.review_at = decided_at
    return [cases[number] for number in sorted(cases)]


def common(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def overlap(reported: tuple[float, float], true: list[tuple[float, float]]) -> float:
    """Share of the true intervals (which do not overlap) that the reported one covers, 0-1."""
    return sum(common(reported, one) for one in true) / sum(end - begin for begin, end in true)


def overlaps(case: Case, truth: Truth) -> tuple[float, float]:
    """On the stream's line and on the reference's."""
    return (overlap(case.query, [piece.query for piece in truth.pieces]),
            overlap(case.interval, [piece.interval for piece in truth.pieces]))


def judge(cases: list[Case], truth: Truth | None) -> Outcome:
    outcome = Outcome()
    for case in cases:
        on_copy = (truth is not None and case.reference == truth.reference
                   and common(case.query, truth.query) > 0)
        if not on_copy:
            wrong = outcome.false_reviews if case.takedown_at is None else outcome.false_takedowns
            wrong.append(case)
        elif min(overlaps(case, truth)) < OVERLAP:
            outcome.misplaced.append(case)
        elif case.takedown_at is None:
            outcome.review_hit = outcome.review_hit or case
        elif outcome.hit is None or case.takedown_at < outcome.hit.takedown_at:
            outcome.hit = case
    return outcome


def percentile(values: list[float], share: float) -> float | None:
    """Nearest rank: the smallest value that at least `share` of all do not exceed."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * round(share * 100) // 100) - 1)]


def _spread(values: list[float]) -> dict:
    return {"median": statistics.median(values) if values else None,
            "p90": percentile(values, 0.9)}


def never_padded(found: list[float], count: int) -> dict:
    """Median and p90 over `count` copies of which only some were found: a miss is never (None)."""
    values = found + [float("inf")] * (count - len(found))
    ranks = (percentile(values, 0.5), percentile(values, 0.9))
    median, p90 = (None if rank in (None, float("inf")) else rank for rank in ranks)
    return {"median": median, "p90": p90}


def seconds_to_takedown(truth: Truth, outcome: Outcome) -> float | None:
    """From the first copied frame to the end of the segment that fired; None: never."""
    return outcome.hit.takedown_at - truth.query[0] if outcome.hit else None


def _share(found: int, count: int) -> float | None:
    return found / count if count else None


def summary(outcomes: list[tuple[Truth, Outcome]]) -> dict:
    """Figures of some copies, as of one edit or family."""
    hits = [(truth, outcome.hit) for truth, outcome in outcomes if outcome.hit]
    count = len(outcomes)
    reviewed = len(hits) + sum(
        outcome.hit is None and outcome.review_hit is not None for _, outcome in outcomes)
    after = sorted(seconds_to_takedown(truth, outcome) for truth, outcome in outcomes if outcome.hit)
    longest = [outcome for truth, outcome in outcomes if truth.longest]
    return {
        "copies": count,
        "hits": len(hits),
        "recall": _share(len(hits), count),
        "recall_with_review": _share(reviewed, count),
        "recall_within": {str(limit): _share(sum(one <= limit for one in after), count)
                          for limit in WITHIN_S},
        "longest_copies": len(longest),
        "recall_of_longest": _share(sum(one.hit is not None for one in longest), len(longest)),
        "misplaced": sum(bool(outcome.misplaced) and not outcome.hit for _, outcome in outcomes),
        "seconds_to_takedown": never_padded(after, count),
        "times_to_takedown": [round(one, 3) for one in after],
        "error_s": {
            line: {end: _spread([abs(getattr(hit, line)[at] - getattr(truth, line)[at])
                                 for truth, hit in hits])
                   for at, end in enumerate(("begin", "end"))}
            for line in ("query", "interval")},
        "error_speed": _spread([abs(hit.speed - truth.speed) for truth, hit in hits if truth.speed]),
        "false_takedowns": sum(len(outcome.false_takedowns) for _, outcome in outcomes),
        "false_reviews": sum(len(outcome.false_reviews) for _, outcome in outcomes),
    }
