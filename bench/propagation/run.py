#!/usr/bin/env python3
"""How long a reference takes from the brokers' acknowledgement to being enforced by every worker.

Starts a real broker and some workers, with many references in force and streams on the air, adds and removes references one
after the other, and reads what each worker measured. See bench/README.md.
"""

import pathlib
import re
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("cluster", "detection"):
    sys.path.insert(0, str(ROOT / "bench" / folder))

import footage  # noqa: E402
import options  # noqa: E402
import report  # noqa: E402
from metrics import Histogram  # noqa: E402
from processes import Cluster, Failed, Streams, cpu_of, machine_cpu, until  # noqa: E402

SERIES = "staydown_reference_propagation_seconds"


def arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--changes", type=int, default=100, help="additions and removals (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=2000, help="of each reference (default: %(default)s)")
    parser.add_argument("--index-frames", type=int, default=1_000_000, help="in force before (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=40, help="on the air at 360p meanwhile (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="2 workers, 10 changes, 20,000 frames, 8 streams: about a minute")
    args = parser.parse_args()
    if args.quick:
        args.workers, args.changes, args.index_frames, args.streams = 2, 10, 20_000, 8
    return args


def changes(args, folder):
    """Commands: of every three changes the third removes what the first of them added, so that the bank grows."""
    for number in range(args.changes):
        if number % 3 == 2:
            yield ["remove", f"ref-{number - 2}"]
            continue
        [path] = footage.filler(folder, args.frames, args.seed + number + 1)
        yield ["import", path, "--id", f"ref-{number}", "--force"]


def prepare(cluster, args):
    config = cluster.config("propagation")
    cluster.create_topics(config, partitions=2 * args.workers)
    cluster.put_in_force([], footage.filler(cluster.folder, args.index_frames, args.seed))
    workers = [cluster.worker(f"w{number}", config) for number in range(args.workers)]
    for worker in workers:
        worker.await_ready()
        until(lambda: worker.look()["staydown_index_frames"] >= args.index_frames, "the references to be in force")
    return config, workers


def main():
    args = arguments()
    made = footage.make(args.videos, args.work, "360p", 40, 6, args.seed)
    until_known = []
    with tempfile.TemporaryDirectory() as name, Cluster(args.staydown, pathlib.Path(name)) as cluster:
        config, workers = prepare(cluster, args)
        streams = Streams(cluster, config, made.streams, args.streams)
        begin, used, own = time.monotonic(), machine_cpu(), [cpu_of(worker.pid) for worker in workers]
        looks = [worker.look() for worker in workers]
        for command in changes(args, cluster.folder):
            streams.keep_on()
            told = cluster.staydown("reference", *command, "--wait", 60)
            heard = re.search(r"in force on (\d+) workers after ([\d.]+) s", told)
            if not heard or int(heard.group(1)) != args.workers:
                raise Failed(f"not all workers enforce it: {told}")
            until_known.append(float(heard.group(2)))
        after = [worker.look() for worker in workers]
        seconds = time.monotonic() - begin
        of_workers = sum(cpu_of(worker.pid) - before for worker, before in zip(workers, own))
        others = (machine_cpu() - used - of_workers) / seconds
    total = sum((Histogram(SERIES, late, early) for late, early in zip(after[1:], looks[1:])),
                Histogram(SERIES, after[0], looks[0]))
    if total.count != args.changes * args.workers:
        raise Failed(f"{total.count} observations of {args.changes} changes by {args.workers} workers")
    until_known.sort()
    figures = {"workers": args.workers, "changes": args.changes, "frames": args.frames, "index_frames": args.index_frames,
               "streams": args.streams, "observations": total.count,
               "cores_of_workers": round(of_workers / seconds, 2), "cores_of_others": round(others, 2),
               "propagation_s": {**{f"p{share}": round(total.quantile(share / 100), 3) for share in (50, 90, 99)},
                                 "within": next(bound for bound, count in sorted(total.buckets.items()) if count == total.count)},
               "until_the_command_knows_s": {"p50": until_known[len(until_known) // 2], "max": until_known[-1]}}
    report.finish(args, figures, report.propagation)


if __name__ == "__main__":
    main()
