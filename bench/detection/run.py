#!/usr/bin/env python3
"""Detection by kind of edit: recall, time to detection, interval error, false takedowns.

Makes live streams that carry edited copies of some clips of a folder (cached, from a seed), scans
them with `staydown`, and holds its events against the truth. See bench/README.md.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import asdict

import corpus
import edits as edit_list
import environment
import evaluate
import streams as stream_plans
import tables
from cache import Progress, StreamCache, each
from detector import Staydown

QUICK_REFERENCES = 6
ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=pathlib.Path, required=True, help="folder of clips")
    parser.add_argument("--more-references", type=pathlib.Path,
                        help="folder of videos that are references too and are never copied")
    parser.add_argument("--work", type=pathlib.Path, default=cache / "staydown-bench",
                        help="where streams and banks are kept (default: %(default)s)")
    parser.add_argument("--staydown", type=pathlib.Path,
                        default=ROOT / "build" / "release" / "src" / "staydown")
    parser.add_argument("--edits", help="comma-separated names (default: all)")
    parser.add_argument("--copies", type=int, default=1, help="streams per reference and edit")
    parser.add_argument("--copied", type=int, help="copy only the first N references (default: all)")
    parser.add_argument("--quick", action="store_true",
                        help=f"only edits with a goal, and --copied {QUICK_REFERENCES}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="scans at a time (default: 2)")
    parser.add_argument("--encode-jobs", type=int, default=1,
                        help="streams made at a time, one thread each (default: 1)")
    parser.add_argument("--encode-only", action="store_true", help="make the streams and stop")
    parser.add_argument("--out", type=pathlib.Path, help="writes OUT.json and OUT.md")
    return parser.parse_args()


def why_not_hit(outcome: evaluate.Outcome, copied: bool) -> str:
    reasons = []
    if copied and not outcome.hit:
        reasons.append("review only" if outcome.review_hit else
                       "misplaced" if outcome.misplaced else "missed")
    for case in outcome.false_takedowns:
        reasons.append(f"false takedown of {case.reference}, score {case.score:.1f}")
    for case in outcome.false_reviews:
        reasons.append(f"false review of {case.reference}, score {case.score:.1f}")
    return "; ".join(reasons)


def record(stream: stream_plans.Stream, file: pathlib.Path, cases: list[evaluate.Case],
           outcome: evaluate.Outcome) -> dict:
    return {"id": stream.id, "edit": stream.edit, "file": file.name,
            "truth": asdict(stream.truth) if stream.truth else None,
            "cases": [asdict(case) for case in cases],
            "why": why_not_hit(outcome, stream.truth is not None)}


def background_figures(clips: list[corpus.Clip], outcomes: list[evaluate.Outcome]) -> dict:
    return {"clips": len(clips),
            "distinct_hours": sum(clip.duration_s for clip in clips) / 3600,
            "false_takedowns": sum(len(outcome.false_takedowns) for outcome in outcomes),
            "false_reviews": sum(len(outcome.false_reviews) for outcome in outcomes)}


def main() -> None:
    options = arguments()
    edits = [edit for edit in edit_list.EDITS if edit.goal] if options.quick else edit_list.EDITS
    if options.edits:
        edits = edit_list.by_names(options.edits.split(","))
    clips = corpus.load(options.videos)
    references = [clip for clip in clips if clip.is_reference]
    background = [clip for clip in clips if not clip.is_reference]
    copied = references[:QUICK_REFERENCES if options.quick else options.copied]
    more = corpus.load(options.more_references) if options.more_references else []

    # Reference by reference, edits with a goal first: a part of them is of use already.
    copies = [stream_plans.copy_stream(clip, background, edit, number, options.seed)
              for goal in (True, False) for clip in copied
              for edit in edits if edit.goal == goal for number in range(options.copies)]
    plain = [stream_plans.background_stream(clip) for clip in background]
    left_out = [stream_plans.background_stream(clip) for clip in copied]
    cache = StreamCache(options.work / "streams", {str(clip.path): clip.digest for clip in clips})
    each("streams made", cache.missing([*plain, *left_out, *copies]), cache.make,
         options.encode_jobs)
    if options.encode_only:
        return

    staydown = Staydown(options.staydown, options.work / "banks")
    bank = staydown.bank([*references, *more],
                         Progress("references added", len(references) + len(more)).step)

    def judged(stream: stream_plans.Stream, its_bank: pathlib.Path):
        file = cache.path(stream)
        cases = evaluate.cases_of(staydown.scan(file, stream.id, its_bank))
        outcome = evaluate.judge(cases, stream.truth)
        return outcome, record(stream, file, cases, outcome)

    def judged_without(stream: stream_plans.Stream):
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            reference = stream.id.removeprefix("background.")
            return judged(stream, staydown.without(bank, reference,
                                                   pathlib.Path(folder) / "bank.db"))

    of_copies = each("copies scanned", copies, lambda one: judged(one, bank), options.jobs)
    of_plain = each("background scanned", plain, lambda one: judged(one, bank), options.jobs)
    of_left_out = each("left-out references scanned", left_out, judged_without, options.jobs)

    result = {
        "command": "bench/detection/run.py --videos DIR" + "".join(
            f" {flag}" for flag, given in (
                ("--quick", options.quick), (f"--edits {options.edits}", options.edits),
                ("--more-references DIR", options.more_references),
                (f"--copied {options.copied}", options.copied),
                (f"--copies {options.copies}", options.copies > 1)) if given),
        "machine": environment.machine(),
        "ffmpeg": environment.ffmpeg(),
        "staydown": staydown.version(),
        "seed": options.seed,
        "shown": " or ".join(f"{s:.0f}" for s in stream_plans.SHOWN_S)
                 + " s at a random place, or what the reference allows",
        "references": len(references) + len(more),
        "background_clips": len(background),
        "edits": {edit.name: evaluate.summary(
            [(stream.truth, outcome) for stream, (outcome, _) in zip(copies, of_copies)
             if stream.edit == edit.name]) for edit in edits},
        "background": {
            "all references": background_figures(background, [one for one, _ in of_plain]),
            "leave one out": background_figures(copied, [one for one, _ in of_left_out])},
        "streams": [one for _, one in (*of_copies, *of_plain, *of_left_out)],
    }
    page = tables.page(result, list(edits))
    print(page)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.with_name(options.out.name + ".json").write_text(json.dumps(result, indent=1) + "\n")
        options.out.with_name(options.out.name + ".md").write_text(page)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench/detection: {error}")
