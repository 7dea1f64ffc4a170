"""Which streams a run consists of. A smaller run's copies are among a larger one's."""

from dataclasses import dataclass

import hard
from corpus import Roles
from edits import Variation
from streams import Stream, background_stream, copy_stream, random_of


@dataclass(frozen=True)
class Negative:
    """A stream without a copy."""
    stream: Stream
    group: str  # "background", "left out" or "hard." and its kind
    calibrates: bool  # thresholds may be set on it; else they are judged on it
    without: str = ""  # the reference that is the stream's own clip


@dataclass(frozen=True)
class Plan:
    copies: list[Stream]
    negatives: list[Negative]
    hard_references: list[Stream]  # footage that goes into the bank of the hard negatives

    @property
    def streams(self) -> list[Stream]:
        """All that are scanned."""
        return [*self.copies, *(negative.stream for negative in self.negatives)]


def plan(roles: Roles, variations: tuple[Variation, ...], copied: int | None, copies: int,
         hard_clips: int | None, left_out: bool, seed: int) -> Plan:
    """`copies` of each of `copied` references (all: None) under each variation, of each kind of hard
    negative `hard_clips`, and if `left_out` the references' own clips against the others."""
    def chosen(variation: Variation):
        ranked = sorted(roles.references,
                        key=lambda clip: random_of(seed, variation.edit.name, clip.id).random())
        return ranked[:copied]

    made = [copy_stream(clip, roles.background, roles.donors, variation, number, seed)
            for variation in variations for clip in chosen(variation) for number in range(copies)]
    pairs = hard.pairs(roles.clips, hard_clips, seed)
    negatives = [
        *(Negative(background_stream(clip), "background", clip.calibrates)
          for clip in roles.background),
        *(Negative(background_stream(clip), "left out", clip.calibrates, clip.id)
          for clip in roles.references if left_out),
        *(Negative(pair.stream, pair.stream.kind, False) for pair in pairs)]
    return Plan(made, negatives, [pair.reference for pair in pairs])
