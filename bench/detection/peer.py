"""The open peer: vPDQ's hashes at one a second, and its matcher's rule at its default thresholds.

The PyPI package `vpdq` hashes and brings no matcher. The rule is that of ThreatExchange's signal type
(python-threatexchange, extensions/vpdq: VPDQ_QUALITY_THRESHOLD and the three below): frames of low
quality and repeated hashes are left out; two videos match if 80 % of the query's hashes have one of the
other video within distance 31, in whatever order. It knows no intervals, so only the reference counts.
A live stream is no finished video: besides the whole stream as one query, the last WINDOW_S seconds
are held against all references every second, as somebody who runs vPDQ live would have to.
"""

import json
import pathlib
import subprocess
from dataclasses import dataclass

from streams import Stream, random_of

QUALITY, DISTANCE, QUERY_PERCENT = 50, 31, 80.0
WINDOW_S = 10
SHARE = 0.1  # of the copies
_HASH = ("import json, sys, vpdq\n"
         "print(json.dumps([[one.quality, one.hex, one.timestamp] for one in "
         "vpdq.computeHash(sys.argv[1], seconds_per_hash=1, thread_count=1)]))")


@dataclass(frozen=True)
class Frame:
    time_s: float
    hash: int


def in_tenth(stream: Stream) -> bool:
    """The same streams in every run."""
    return random_of("tenth", stream.id).random() < SHARE


def frames_of(video: pathlib.Path, kept: pathlib.Path, python: pathlib.Path) -> list[Frame]:
    """Of sufficient quality; hashed by `python`, which has the package, or read from `kept`."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        answer = subprocess.run([str(python), "-c", _HASH, str(video)], capture_output=True, text=True)
        if answer.returncode != 0:
            raise RuntimeError(f"vpdq, {video}: {answer.stderr.strip()[-500:]}")
        unfinished = kept.with_suffix(".part")
        unfinished.write_text(answer.stdout.splitlines()[-1])
        unfinished.rename(kept)
    return [Frame(time, int(digits, 16)) for quality, digits, time in json.loads(kept.read_text())
            if quality >= QUALITY]


def matched_percent(query: list[Frame], reference: list[Frame]) -> float:
    """Share of the query's different hashes that the reference has."""
    hashes = {frame.hash for frame in query}
    others = {frame.hash for frame in reference}
    near = sum(any((one ^ other).bit_count() <= DISTANCE for other in others) for one in hashes)
    return 100 * near / len(hashes) if hashes else 0.0


def matches_whole(query: list[Frame], reference: list[Frame]) -> bool:
    return matched_percent(query, reference) >= QUERY_PERCENT


def first_match(query: list[Frame], reference: list[Frame]) -> float | None:
    """When the window first matches, seconds on the stream's line."""
    for frame in query:
        window = [one for one in query if frame.time_s - WINDOW_S < one.time_s <= frame.time_s]
        full = frame.time_s >= WINDOW_S - 1
        if full and matches_whole(window, reference):
            return frame.time_s
    return None


def figures(copies: list[tuple[Stream, list[Frame]]], quiet: list[list[Frame]],
            references: dict[str, list[Frame]]) -> dict:
    whole, times, wrong = 0, [], 0
    for stream, frames in copies:
        own = references[stream.truth.reference]
        whole += matches_whole(frames, own)
        found = first_match(frames, own)
        begin, end = stream.truth.query
        if found is not None and begin <= found <= end + WINDOW_S:
            times.append(found - begin)
        wrong += sum(first_match(frames, other) is not None
                     for name, other in references.items() if name != stream.truth.reference)
    wrong_quiet = sum(first_match(frames, other) is not None
                      for frames in quiet for other in references.values())
    return {"copies": len(copies), "recall_whole_stream": whole / len(copies),
            "recall_windows": len(times) / len(copies), "times": sorted(times),
            "false_on_copies": wrong, "quiet_streams": len(quiet), "false_on_quiet": wrong_quiet}
