#!/usr/bin/env python3
"""Streams per core: the whole pipeline, the sum of its steps, and vPDQ, in turns on the same clip.

Needs build/release (cmake --build --preset release --target bench_pipeline). See bench/README.md.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "detection"))

import corpus  # noqa: E402
import environment  # noqa: E402


@dataclass(frozen=True)
class Rung:
    name: str
    width: int
    height: int
    kbps: int
    laps: int  # of the clip per measurement, so that each takes about a second


RUNGS = (Rung("1080p", 1920, 1080, 6000, 1), Rung("720p", 1280, 720, 3000, 2),
         Rung("480p", 854, 480, 1200, 4), Rung("360p", 640, 360, 800, 6))
FPS = 30
GOP_S = 2
CLIPS = 12  # the largest pictures make the measured clip, the others fill the bank
SHOWN_S = 5
GOAL_OF_SUM, GOAL_MB = 0.85, 4
GOAL_OF_PEER, GOAL_OF_PEER_LEARNED = 14, 12  # by hashes alone, with a learned descriptor beside them
CROWD = (1000, 3)  # streams, segments of each

PEER = """
import resource, sys, vpdq
vpdq.computeHash(sys.argv[1], seconds_per_hash=1, thread_count=1)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime)
"""


def arguments() -> argparse.Namespace:
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=pathlib.Path, required=True, help="folder of clips")
    parser.add_argument("--work", type=pathlib.Path, default=cache / "staydown-bench",
                        help="where the footage is kept (default: %(default)s)")
    parser.add_argument("--program", type=pathlib.Path,
                        default=ROOT / "build/release/bench/pipeline/bench_pipeline")
    parser.add_argument("--peer-python", type=pathlib.Path,
                        help="a Python that has the package vpdq; without it the peer is left out")
    parser.add_argument("--model", default="shipped", metavar="MANIFEST",
                        help="learned descriptor beside hashes: a manifest, shipped or none (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=1_000_000, help="in the index (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--crowd", choices=[rung.name for rung in RUNGS], default="1080p",
                        help="rung of the streams that take turns (default: %(default)s)")
    parser.add_argument("--out", type=pathlib.Path, help="writes OUT.json and OUT.md")
    return parser.parse_args()


def encoder(kbps: int) -> list[str]:
    gop = str(FPS * GOP_S)
    return ["-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-pix_fmt", "yuv420p",
            "-b:v", f"{kbps}k", "-maxrate", f"{kbps}k", "-bufsize", f"{2 * kbps}k", "-g", gop,
            "-keyint_min", gop, "-sc_threshold", "0", "-c:a", "aac", "-b:a", "128k", "-shortest"]


def make_segments(clips: list[corpus.Clip], rung: Rung, folder: pathlib.Path) -> None:
    """SHOWN_S of each clip in a row with a tone, as clip.mp4 and as 2 s MPEG-TS segments."""
    inputs, parts = [], []
    for number, clip in enumerate(clips):
        inputs += ["-threads", "1", "-t", str(SHOWN_S), "-i", str(clip.path)]
        parts.append(f"[{number}:v]fps={FPS},scale={rung.width}:{rung.height}:"
                     "force_original_aspect_ratio=increase:flags=lanczos:out_range=tv,"
                     f"crop={rung.width}:{rung.height},setsar=1,format=yuv420p,"
                     f"tpad=stop_mode=clone:stop_duration={SHOWN_S},"
                     f"trim=end_frame={FPS * SHOWN_S},setpts=PTS-STARTPTS[v{number}]")
    joined = "".join(f"[v{number}]" for number in range(len(clips)))
    graph = ";".join([*parts, f"{joined}concat=n={len(clips)}[out]"])
    call = ["ffmpeg", "-v", "error", "-nostdin", "-y", *inputs, "-f", "lavfi", "-i", "sine=300",
            "-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[out]",
            "-map", f"{len(clips)}:a", *encoder(rung.kbps), str(folder / "clip.mp4")]
    subprocess.run(call, check=True)
    (folder / "segments").mkdir()
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(folder / "clip.mp4"),
                    "-c", "copy", "-f", "segment", "-segment_time", str(GOP_S),
                    "-segment_format", "mpegts", str(folder / "segments" / "%04d.ts")], check=True)


def footage(clips: list[corpus.Clip], rungs: tuple[Rung, ...], work: pathlib.Path) -> pathlib.Path:
    """A folder with a folder per rung; made once per set of clips."""
    recipe = json.dumps([[clip.digest for clip in clips], [vars(rung) for rung in rungs],
                         encoder(0), SHOWN_S])
    target = work / f"footage-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"
    if target.exists():
        return target
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        unfinished = pathlib.Path(folder) / "footage"
        for rung in rungs:
            print(f"making the {rung.name} clip of {len(clips)} x {SHOWN_S} s", file=sys.stderr)
            (unfinished / rung.name).mkdir(parents=True)
            make_segments(clips, rung, unfinished / rung.name)
        shutil.move(unfinished, target)
    return target


class Program:
    """bench_pipeline, one measurement per question."""

    def __init__(self, call: list[str]):
        self.process = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
        self.built = self._answer()

    def ask(self, question: str) -> dict:
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"bench_pipeline ended with {self.process.wait()}")
        return json.loads(line)


def peer_cost(python: pathlib.Path, clip: pathlib.Path, media_s: float) -> float:
    """CPU seconds of vPDQ per second of media, at one hash a second with one hashing thread."""
    nothing, whole = (subprocess.run([str(python), "-c", program, str(clip)], check=True,
                                     capture_output=True, text=True).stdout
                      for program in (PEER.replace("vpdq.computeHash", "len([]) #"), PEER))
    return (float(whole) - float(nothing)) / media_s


def median(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float]) -> str:
    return f"{median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def figures(rounds: list[dict]) -> dict:
    """Of one rung: medians, and ratios of what was measured in the same round."""
    result = {
        "streams_per_core": [1 / one["pipeline"] for one in rounds],
        "sum_streams_per_core": [1 / one["sum"] for one in rounds],
        "share_of_sum": [one["sum"] / one["pipeline"] for one in rounds],
        "step_ms": {step: median([1000 * one["steps"][step] for one in rounds])
                    for step in rounds[0]["steps"]},
    }
    if "peer" in rounds[0]:
        result["peer_streams_per_core"] = [1 / one["peer"] for one in rounds]
        result["times_peer"] = [one["peer"] / one["pipeline"] for one in rounds]
    return result


def page(result: dict) -> str:
    lines = [
        "# Streams per core", "", f"`{result['command']}`", "",
        f"{result['machine']}; {result['ffmpeg']}; described by {result['built']['model']} "
        f"({result['built']['precision']}), {result['frames']:,} frames in the index; "
        f"{result['rounds']} rounds, medians (lowest-highest).", "",
        "| rung | streams per core | from the sum of the steps | share of the sum | vPDQ | "
        "times vPDQ |", "|---|---|---|---|---|---|"]
    for name, of in result["rungs"].items():
        peer = (spread(of["peer_streams_per_core"]), spread(of["times_peer"])) if (
            "times_peer" in of) else ("-", "-")
        lines.append(f"| {name} | {spread(of['streams_per_core'])} | "
                     f"{spread(of['sum_streams_per_core'])} | "
                     f"{100 * median(of['share_of_sum']):.0f} % | {peer[0]} | {peer[1]} |")
    steps = list(next(iter(result["rungs"].values()))["step_ms"])
    lines += ["", "CPU milliseconds per second of media, each step alone:", "",
              "| rung | " + " | ".join(steps) + " |", "|---" * (len(steps) + 1) + "|"]
    for name, of in result["rungs"].items():
        lines.append(f"| {name} | " + " | ".join(
            f"{of['step_ms'][step]:.3f}" for step in steps) + " |")
    crowd = result["crowd"]
    lines += ["", f"{CROWD[0]} streams at {crowd['rung']} taking turns in one detector: "
              f"{crowd['bytes_per_stream'] / 1e6:.2f} MB a stream, "
              f"{1 / crowd['cost']:.1f} streams per core.", "", "## Goals", ""]
    for name, of in result["rungs"].items():
        share = median(of["share_of_sum"])
        lines.append(f"- {name}: {100 * share:.0f} % of the sum of the steps, goal at least "
                     f"{100 * GOAL_OF_SUM:.0f} %: {verdict(share >= GOAL_OF_SUM)}")
    if "times_peer" in result["rungs"]["1080p"]:
        times = median(result["rungs"]["1080p"]["times_peer"])
        goal = GOAL_OF_PEER if result["model"] == "none" else GOAL_OF_PEER_LEARNED
        lines.append(f"- 1080p: {times:.1f} times vPDQ, goal at least {goal}: "
                     f"{verdict(times >= goal)}")
    lines.append(f"- {crowd['bytes_per_stream'] / 1e6:.2f} MB a stream, goal below {GOAL_MB} MB: "
                 f"{verdict(crowd['bytes_per_stream'] < GOAL_MB * 1e6)}")
    return "\n".join(lines) + "\n"


def verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def main() -> None:
    options = arguments()
    clips = sorted(corpus.load(options.videos), key=lambda clip: (-clip.height * clip.width, clip.id))
    measured = footage(clips[:CLIPS], RUNGS, options.work)
    bank = footage(clips[CLIPS:], RUNGS[-1:], options.work)
    media_s = CLIPS * SHOWN_S
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        view = pathlib.Path(folder)
        for rung in RUNGS:
            (view / rung.name).symlink_to(measured / rung.name / "segments")
        program = Program([str(options.program), str(view),
                           str(bank / RUNGS[-1].name / "segments"), str(options.frames),
                           options.model])
        rounds = {rung.name: [] for rung in RUNGS}
        for number in range(options.rounds):
            for rung in RUNGS:
                one = program.ask(f"round {rung.name} {rung.laps}")
                if options.peer_python:
                    clip = measured / rung.name / "clip.mp4"
                    one["peer"] = peer_cost(options.peer_python, clip, media_s)
                rounds[rung.name].append(one)
                print(f"round {number + 1}/{options.rounds} {rung.name}: "
                      f"{1 / one['pipeline']:.1f} streams per core", file=sys.stderr)
        crowd = program.ask(f"crowd {options.crowd} {CROWD[0]} {CROWD[1]}")
        program.close()
    result = {"command": f"bench/pipeline/run.py --videos DIR --rounds {options.rounds} "
                         f"--model {options.model}" + " --peer-python PYTHON" * bool(options.peer_python),
              "model": options.model, "frames": options.frames,
              "machine": environment.machine(),
              "ffmpeg": environment.ffmpeg(),
              "built": program.built, "rounds": options.rounds,
              "rungs": {name: figures(of) for name, of in rounds.items()},
              "crowd": crowd | {"rung": options.crowd}}
    print(page(result))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.with_name(options.out.name + ".json").write_text(json.dumps(result, indent=1) + "\n")
        options.out.with_name(options.out.name + ".md").write_text(page(result))


if __name__ == "__main__":
    try:
        main()
    except (ValueError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench/pipeline: {error}")
