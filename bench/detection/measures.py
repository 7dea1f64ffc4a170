"""From what was said about every stream to the figures of one variant. Pure."""

from dataclasses import dataclass

import alarms
import evaluate
import precision
from edits import EDITS, FAMILIES
from plan import Negative
from precision import Match, Point
from replay import Scan
from streams import Stream

BANK_FRAMES = 1_000_000  # the size that false alarms are stated for
FAMILY = {edit.name: edit.family for edit in EDITS}


@dataclass(frozen=True)
class Copy:
    stream: Stream
    scan: Scan  # at the shipped thresholds
    low: Scan  # everything that can be had
    outcome: evaluate.Outcome

    @property
    def family(self) -> str:
        return FAMILY[self.stream.kind.rpartition(".")[0]]


@dataclass(frozen=True)
class Quiet:
    """A stream without a copy."""
    negative: Negative
    scan: Scan
    low: Scan
    bank_frames: int  # that it was held against

    @property
    def outcome(self) -> evaluate.Outcome:
        return evaluate.judge(list(self.scan.cases), None)

    @property
    def hours(self) -> float:
        return self.negative.stream.duration_s / 3600


def recall_figures(copies: list[Copy]) -> dict:
    def of(chosen) -> dict:
        return evaluate.summary([(copy.stream.truth, copy.outcome) for copy in copies if chosen(copy)])

    kinds = dict.fromkeys(copy.stream.kind for copy in copies)
    families = [family for family in FAMILIES if any(copy.family == family for copy in copies)]
    return {"all": of(lambda copy: True),
            "families": {name: of(lambda copy: copy.family == name) for name in families},
            "edits": {kind: of(lambda copy: copy.stream.kind == kind) for kind in kinds}}


def negative_figures(quiet: list[Quiet]) -> dict:
    """By group and half, in order."""
    groups: dict[str, list[Quiet]] = {}
    for one in quiet:
        name = one.negative.group
        if not name.startswith("hard."):
            name += ", calibration" if one.negative.calibrates else ", test"
        groups.setdefault(name, []).append(one)
    return {name: {
        "streams": len(group),
        "hours": sum(one.hours for one in group),
        "false_takedowns": sum(len(one.outcome.false_takedowns) for one in group),
        "false_reviews": sum(len(one.outcome.false_reviews) for one in group),
        "highest_score": max((case.score for one in group for case in one.low.cases), default=None),
    } for name, group in groups.items()}


def alarm_figures(quiet: list[Quiet], takedown_score: float | None) -> dict:
    """Bounds of false takedowns an hour at BANK_FRAMES: from the number on the test half, and from the
    tail of the calibration half's scores."""
    def half(calibrates: bool) -> list[Quiet]:
        return [one for one in quiet if one.negative.calibrates == calibrates
                and not one.negative.group.startswith("hard.")]

    def frame_hours(some: list[Quiet]) -> float:
        return sum(one.hours * one.bank_frames for one in some)

    highest: dict[tuple[str, str], float] = {}
    for one in half(True):
        for case in one.low.cases:
            pair = one.negative.stream.id, case.reference
            highest[pair] = max(case.score, highest.get(pair, 0.0))
    tail = alarms.fit(list(highest.values()), frame_hours(half(True)))
    seen = sum(len(one.outcome.false_takedowns) for one in half(False))
    bounded = tail and takedown_score and takedown_score > tail.level
    return {
        "bank_frames": BANK_FRAMES, "takedown_score": takedown_score,
        "test_hours": sum(one.hours for one in half(False)), "false_takedowns": seen,
        "upper_from_count": alarms.from_count(seen, frame_hours(half(False)), BANK_FRAMES)
        if half(False) else None,
        "scores_of_pairs": len(highest),
        "tail": {"level": tail.level, "scores": tail.number, "slope": tail.slope,
                 "slope_lower": tail.slope_lower} if tail else None,
        "upper_from_tail": tail.rate_upper(takedown_score, BANK_FRAMES) if bounded else None,
    }


def truths_of(copies: list[Copy]) -> list[Match]:
    return [Match(copy.stream.id, copy.stream.truth.reference, piece.query, piece.interval)
            for copy in copies for piece in copy.stream.truth.pieces]


def predictions_of(copies: list[Copy], quiet: list[Quiet]) -> list[Match]:
    """All that was said at the lowest thresholds about copies and what thresholds are judged on."""
    said = [(copy.stream, copy.low) for copy in copies]
    said += [(one.negative.stream, one.low) for one in quiet if not one.negative.calibrates]
    return [Match(stream.id, case.reference, case.query, case.interval, case.score)
            for stream, scan in said for case in scan.cases]


def operating_curve(copies: list[Copy], quiet: list[Quiet]) -> list[dict]:
    """Recall and false cases by threshold, falling."""
    right, wrong = [], []
    for copy in copies:
        found = [case.score for case in copy.low.cases
                 if case.reference == copy.stream.truth.reference
                 and min(evaluate.overlaps(case, copy.stream.truth)) >= evaluate.OVERLAP]
        right += [max(found)] if found else []
        wrong += [case.score for case in copy.low.cases
                  if case.reference != copy.stream.truth.reference]
    wrong += [case.score for one in quiet if not one.negative.calibrates for case in one.low.cases]
    return [{"score": score, "recall": sum(one >= score for one in right) / len(copies),
             "false": sum(one >= score for one in wrong)}
            for score in sorted({*right, *wrong}, reverse=True)]


def _rounded(curve: list[Point]) -> list[list[float]]:
    return [[round(point.score, 3), round(point.precision, 5), round(point.recall, 5)]
            for point in curve]


def figures(copies: list[Copy], quiet: list[Quiet]) -> dict:
    truth, predicted = truths_of(copies), predictions_of(copies, quiet)
    pairs, segments = (curve(truth, predicted)
                       for curve in (precision.pair_curve, precision.segment_curve))
    scans = [(copy.stream.duration_s, copy.scan) for copy in copies]
    scans += [(one.negative.stream.duration_s, one.scan) for one in quiet]
    seconds = sum(duration for duration, _ in scans)
    threshold = max((scan.takedown_score for _, scan in scans if scan.takedown_score), default=None)
    return {
        **recall_figures(copies),
        "negatives": negative_figures(quiet),
        "alarms": alarm_figures(quiet, threshold),
        "uap": {"pairs": precision.average_precision(pairs),
                "segments": precision.average_precision(segments)},
        "curves": {"pairs": _rounded(pairs), "segments": _rounded(segments),
                   "operating": operating_curve(copies, quiet)},
        "cpu": {"stream_s": seconds,
                "ms_per_stream_s": 1000 * sum(scan.cpu_s for _, scan in scans) / seconds,
                "shared_ms_per_stream_s":
                    1000 * sum(scan.shared_cpu_s for _, scan in scans) / seconds},
    }
