#!/usr/bin/env python3
"""Live copy detection: recall by edit and severity, time to takedown, precision, false alarms.

Makes live streams that carry edited copies of some clips of a folder, and streams that only look like
it (all cached, from a seed), scans them under one or more configurations, and holds what is said
against the truth. See docs/detection.md.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
from dataclasses import asdict

import corpus
import edits as edit_list
import environment
import evaluate
import measures
import peer
import plots
import streams as stream_plans
import tables
import vsc
from cache import Progress, StreamCache, each
from detector import Staydown, of_clips
from plan import Negative, Plan, plan
from replay import Replay

QUICK = {"copied": 1, "hard_clips": 1}
ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=pathlib.Path, required=True, help="folder of clips")
    parser.add_argument("--work", type=pathlib.Path, default=cache / "staydown-bench",
                        help="where streams, banks and scans are kept (default: %(default)s)")
    build = ROOT / "build" / "release"
    parser.add_argument("--staydown", type=pathlib.Path, default=build / "src" / "staydown")
    parser.add_argument("--replay", type=pathlib.Path, metavar="BENCH_REPLAY",
                        default=build / "bench" / "detection" / "replay" / "bench_replay",
                        help="scans under all variants at once")
    parser.add_argument("--model", default=str(ROOT / "models" / "manifest.json"), metavar="MANIFEST",
                        help="learned descriptor that banks hold beside hashes, or none; what variants use of it "
                             "their configurations say (default: the shipped one)")
    parser.add_argument("--variant", action="append", metavar="NAME[=CONFIG]",
                        help="the pipeline under this configuration (`staydown config show`), else the "
                             "built-in one; may be repeated (default: both)")
    parser.add_argument("--edits", help="comma-separated names of edits or families (default: all)")
    parser.add_argument("--copied", type=int, metavar="N",
                        help="references that each edit and severity is made of (default: all)")
    parser.add_argument("--copies", type=int, default=1,
                        help="streams per reference, edit and severity (default: 1)")
    parser.add_argument("--hard-clips", type=int, metavar="N",
                        help="clips that each kind of hard negative is made of (default: all)")
    parser.add_argument("--quick", action="store_true",
                        help=f"--copied {QUICK['copied']} --hard-clips {QUICK['hard_clips']}, only the "
                             "middle severity, and no references' own clips as background")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="streams scanned at a time (default: 2)")
    parser.add_argument("--encode-jobs", type=int, default=1,
                        help="streams made at a time, one thread each (default: 1)")
    parser.add_argument("--encode-only", action="store_true", help="make the streams and stop")
    parser.add_argument("--peer-python", type=pathlib.Path,
                        help="a Python that has the package vpdq; without it the peer is left out")
    parser.add_argument("--plots", action="store_true", help="OUT-*.png; needs Matplotlib")
    parser.add_argument("--out", type=pathlib.Path,
                        help="writes OUT.json, OUT.md, and OUT-vsc/VARIANT in VSC2022's form")
    options = parser.parse_args()
    if options.plots and not options.out:
        parser.error("--plots needs --out")
    options.command = command_of(options)
    if options.quick:
        options.copied = options.copied or QUICK["copied"]
        options.hard_clips = options.hard_clips or QUICK["hard_clips"]
    return options


def command_of(options: argparse.Namespace) -> str:
    flags = "".join(f" --{name.replace('_', '-')} {value}" for name, value in (
        ("edits", options.edits), ("copied", options.copied),
        ("copies", options.copies if options.copies > 1 else None),
        ("hard_clips", options.hard_clips),
        ("peer_python", options.peer_python and "PYTHON")) if value)
    variants = "".join(f" --variant {text.partition('=')[0]}{'=CONFIG' * ('=' in text)}"
                       for text in options.variant or ())
    return ("bench/detection/run.py --videos DIR" + " --quick" * options.quick + variants + flags
            + " --plots" * options.plots)


def wrong_of(outcome: evaluate.Outcome) -> str:
    reasons = [f"misplaced at {case.query[0]:.1f}-{case.query[1]:.1f} s, of the reference "
               f"{case.interval[0]:.1f}-{case.interval[1]:.1f} s, score {case.score:.1f}"
               for case in outcome.misplaced]
    for name, cases in (("takedown", outcome.false_takedowns), ("review", outcome.false_reviews)):
        reasons += [f"false {name} of {case.reference}, score {case.score:.1f}" for case in cases]
    return "; ".join(reasons)


class Run:
    """Streams, banks and scans of one plan."""

    def __init__(self, options: argparse.Namespace, roles: corpus.Roles, planned: Plan):
        self.options, self.roles, self.planned = options, roles, planned
        self.cache = StreamCache(options.work / "streams",
                                 {str(clip.path): clip.digest for clip in roles.clips})

    def encode(self) -> None:
        wanted = [*self.planned.hard_references, *self.planned.streams]
        once = {stream.id: stream for stream in wanted}.values()
        each("streams made", self.cache.missing(list(once)), self.cache.make,
             self.options.encode_jobs)

    def open_banks(self) -> None:
        self.staydown = Staydown(self.options.staydown, self.options.work / "banks", self.options.model)
        derived = {one.id: (one.id, self.cache.path(one), self.cache.path(one).stem)
                   for one in self.planned.hard_references}
        progress = Progress("references added", len(self.roles.references) + len(derived))
        self.bank = self.staydown.bank(of_clips(self.roles.references), progress.step)
        self.hard_bank = self.staydown.bank(list(derived.values()), progress.step)

    def measure(self, texts: list[str]) -> tuple[dict[str, list[measures.Copy]],
                                                 dict[str, list[measures.Quiet]]]:
        """Copies and others by variant, each at its own thresholds and at the lowest."""
        variants = [self.staydown.variant(text) for text in texts]
        both = [one for variant in variants for one in (variant, variant.low())]
        frames = {bank: self.staydown.entries(bank) for bank in (self.bank, self.hard_bank)}

        def bank_of(negative: Negative) -> pathlib.Path:
            return self.hard_bank if negative.group.startswith("hard.") else self.bank

        with Replay(self.options.replay, self.options.work / "scans", both,
                    self.staydown.manifest) as replay:
            copies = each("copies scanned", self.planned.copies, lambda stream: replay.scan(
                self.cache.path(stream), self.bank), self.options.jobs)
            others = each("others scanned", self.planned.negatives, lambda one: replay.scan(
                self.cache.path(one.stream), bank_of(one), one.without), self.options.jobs)
        return (
            {variant.name: [measures.Copy(stream, *scans[2 * at:2 * at + 2], evaluate.judge(
                list(scans[2 * at].cases), stream.truth))
                for stream, scans in zip(self.planned.copies, copies)]
             for at, variant in enumerate(variants)},
            {variant.name: [measures.Quiet(one, *scans[2 * at:2 * at + 2], frames[bank_of(one)])
                            for one, scans in zip(self.planned.negatives, others)]
             for at, variant in enumerate(variants)})

    def peer(self, found: dict[str, list[measures.Copy]]) -> dict:
        """The peer's figures, and ours on the same copies."""
        def hashed(video: pathlib.Path, key: str) -> list[peer.Frame]:
            return peer.frames_of(video, self.options.work / "peer" / f"{key}.json",
                                  self.options.peer_python)

        chosen = [stream for stream in self.planned.copies if peer.in_tenth(stream)]
        if not chosen:
            raise ValueError("none of the copies is in the peer's tenth; make more copies")
        quiet = [one.stream for one in self.planned.negatives if one.group == "background"]
        references = self.roles.references
        of_references = each("peer: references hashed", references,
                             lambda clip: hashed(clip.path, clip.digest[:16]), self.options.jobs)
        hashes = each("peer: streams hashed", [*chosen, *quiet],
                      lambda one: hashed(self.cache.path(one), self.cache.path(one).stem),
                      self.options.jobs)
        figures = peer.figures(list(zip(chosen, hashes)), hashes[len(chosen):],
                               {clip.id: frames for clip, frames in zip(references, of_references)})
        ids = {stream.id for stream in chosen}
        return figures | {"ours": {
            name: sum(copy.outcome.hit is not None for copy in copies if copy.stream.id in ids)
            / len(ids) for name, copies in found.items()}}


def records(run: Run, found: dict[str, list], silent: dict[str, list]) -> list[dict]:
    """What every stream held and what each variant said about it."""
    listed = []
    for streams in (found, silent):
        for row in zip(*streams.values()):
            stream = row[0].stream if hasattr(row[0], "stream") else row[0].negative.stream
            listed.append({
                "id": stream.id, "kind": stream.kind, "file": run.cache.path(stream).name,
                "truth": asdict(stream.truth) if stream.truth else None,
                "cases": {name: [asdict(case) for case in one.scan.cases]
                          for name, one in zip(streams, row)},
                "wrong": {name: wrong_of(one.outcome) for name, one in zip(streams, row)}})
    return listed


def main() -> None:
    options = arguments()
    if options.plots:
        plots.pyplot()  # so that a missing library is told of now and not in the end
    edits = edit_list.by_names(options.edits.split(",")) if options.edits else edit_list.EDITS
    roles = corpus.Roles(corpus.load(options.videos))
    variations = edit_list.middle(edits) if options.quick else edit_list.variations(edits)
    run = Run(options, roles, plan(roles, variations, options.copied, options.copies,
                                   options.hard_clips, not options.quick, options.seed))
    run.encode()
    if options.encode_only:
        return
    run.open_banks()
    found, silent = run.measure(options.variant or ["both"])

    result = {
        "command": options.command,
        "machine": environment.machine(),
        "ffmpeg": environment.ffmpeg(),
        "staydown": run.staydown.version(),
        "seed": options.seed,
        "shown": " or ".join(f"{s:.0f}" for s in stream_plans.COPIED_S)
                 + " s at a random place (or what there is)",
        "references": len(roles.references),
        "variants": {name: measures.figures(copies, silent[name]) for name, copies in found.items()},
        "peer": run.peer(found) if options.peer_python else None,
        "streams": records(run, found, silent),
    }
    page = tables.page(result)
    print(page)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.with_name(options.out.name + ".json").write_text(
            json.dumps(result, indent=1) + "\n")
        options.out.with_name(options.out.name + ".md").write_text(page)
        for name, copies in found.items():
            vsc.write(options.out.with_name(options.out.name + "-vsc") / name,
                      measures.truths_of(copies), measures.predictions_of(copies, silent[name]))
        if options.plots:
            plots.draw(result, options.out)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench/detection: {error}")
