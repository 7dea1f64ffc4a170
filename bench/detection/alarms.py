"""How often background reaches a score: what was seen, and what the tail of the scores bounds. Pure.

Method (docs/decisions/0007-matching.md): of every pair of a background clip and a reference the
highest score counts. Maxima of sums of log-likelihood ratios have an exponential tail (Iglehart 1972
for random walks; a generalised Pareto tail of shape 0, Coles, "An Introduction to Statistical
Modeling of Extreme Values", 2001, chapter 4), so the excesses over a level give its slope by maximum
likelihood. The rate above a threshold is bounded by Poisson's upper 95 % for the number above the
level and the slope's lower 95 %, per hour of stream and frame of the bank.
"""

import math
from dataclasses import dataclass

FEWEST = 20  # excesses below which no tail is fitted: the slope would be uncertain by over a third


def poisson_upper(seen: int) -> float:
    """Upper 95 % bound of a Poisson mean of which `seen` were seen: the mean that gives so few or
    fewer with a chance of 5 %."""
    def chance(mean: float) -> float:
        return sum(math.exp(at * math.log(mean) - mean - math.lgamma(at + 1))
                   for at in range(seen + 1))

    low, high = 1e-9, 2 * seen + 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > 0.05 else (low, middle)
    return high


@dataclass(frozen=True)
class Tail:
    level: float  # scores above it were fitted
    number: int
    slope: float  # per nat
    slope_lower: float  # 95 %
    frame_hours: float  # hours of stream times frames of the bank

    def rate_upper(self, threshold: float, frames: int) -> float:
        """False alarms an hour at a bank of `frames`, upper bound; `threshold` above the level."""
        return (poisson_upper(self.number) / self.frame_hours * frames
                * math.exp(-self.slope_lower * (threshold - self.level)))


def fit(scores: list[float], frame_hours: float, most: int = 200) -> Tail | None:
    """Of the `most` highest scores; None if there are too few."""
    ranked = sorted(scores, reverse=True)
    number = min(most, len(ranked) - 1)
    if number < FEWEST or ranked[0] == ranked[number]:
        return None
    level = ranked[number]
    slope = number / sum(score - level for score in ranked[:number])
    return Tail(level, number, slope, slope * (1 - 1.645 / math.sqrt(number)), frame_hours)


def from_count(seen: int, frame_hours: float, frames: int) -> float:
    """Upper 95 % bound of the rate an hour at a bank of `frames`, from the number alone."""
    return poisson_upper(seen) / frame_hours * frames
