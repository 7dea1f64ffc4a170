#!/usr/bin/env python3
"""Why a copy was missed: PDQ distances between the stream and the reference at the true place.

For each keyframe of the copy: the distance of its hash, and of its mirror image's hash, to the hash
of the reference at the time that the truth names, whole frames and pictures inside the edit's bars.
"""

import argparse
import json
import os
import pathlib
import subprocess

import corpus
import edits
import streams

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 512  # working size


def grey_frames(path: pathlib.Path, times: list[float], filters: str, size: str) -> bytes:
    """One frame at or after each time, scaled by area, as raw grey pictures in a row."""
    pictures = b""
    for time in times:
        call = ["ffmpeg", "-v", "error", "-nostdin", "-ss", f"{time:.3f}", "-i", str(path),
                "-frames:v", "1", "-vf", f"{filters}scale={size}:flags=area",
                "-pix_fmt", "gray", "-f", "rawvideo", "-"]
        pictures += subprocess.run(call, check=True, capture_output=True).stdout
    return pictures


def hashes(program: pathlib.Path, path: pathlib.Path, times: list[float], width: int, height: int,
           filters: str = "") -> list[tuple[int, int]]:
    """Quality and 256-bit hash of the frame at each time."""
    scale = min(1.0, WIDTH / max(width, height))
    w, h = round(width * scale), round(height * scale)
    answer = subprocess.run([str(program), str(w), str(h), str(width), str(height), "1"], check=True,
                            input=grey_frames(path, times, filters, f"{w}:{h}"),
                            capture_output=True)
    fields = [line.split(",") for line in answer.stdout.decode().splitlines()]
    return [(int(quality), int(digits, 16)) for _, quality, digits, _ in fields]


def place_at(truth: streams.Truth, time: float) -> float | None:
    """What of the reference is shown then; None: nothing."""
    for piece in truth.pieces:
        if piece.query[0] <= time < piece.query[1]:
            rate = (piece.interval[1] - piece.interval[0]) / (piece.query[1] - piece.query[0])
            return piece.interval[0] + rate * (time - piece.query[0])
    return None


def main() -> None:
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", type=pathlib.Path, help="JSON of run.py")
    parser.add_argument("stream", help="id of the stream, as the list of misses gives it")
    parser.add_argument("--videos", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=cache / "staydown-bench")
    parser.add_argument("--pdq-frames", type=pathlib.Path,
                        default=ROOT / "build/dev/bench/parity/pdq_frames")
    options = parser.parse_args()
    known = {one["id"]: one for one in json.loads(options.result.read_text())["streams"]}
    if options.stream not in known:
        parser.error(f"no stream {options.stream} in {options.result}")
    record = known[options.stream]
    print(json.dumps(record, indent=1))
    if not record["truth"]:
        return
    truth = streams.Truth.of(record["truth"])
    step = edits.variation(record["kind"]).step
    reference, = (clip for clip in corpus.load(options.videos) if clip.id == truth.reference)
    file = options.work / "streams" / record["file"]

    moments = [(time, place_at(truth, time))
               for time in range(0, int(truth.query[1]) + 1, round(step.live.gop_s))]
    times, places = zip(*((time, place) for time, place in moments if place is not None))
    (width, height), inside = streams.sizes_of(reference, step.canvas, step.live.height)
    full = hashes(options.pdq_frames, file, times, width, height)
    mirrored = hashes(options.pdq_frames, file, times, width, height, "hflip,")
    picture = hashes(options.pdq_frames, file, times, *inside, f"crop={inside[0]}:{inside[1]},")
    there = hashes(options.pdq_frames, reference.path, places, reference.width, reference.height)
    print("query_s reference_s quality(query,reference) distance: full mirrored inside-bars")
    for row in zip(times, places, full, there, mirrored, picture):
        time, place, one, other, *others = row
        distances = [bin(hashed ^ other[1]).count("1") for _, hashed in (one, *others)]
        print(f"{time:7.2f} {place:11.2f} {one[0]:8d} {other[0]:9d} {distances}")


if __name__ == "__main__":
    main()
