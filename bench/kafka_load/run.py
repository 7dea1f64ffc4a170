#!/usr/bin/env python3
"""A worker under load on a real broker: what it costs beside a scan of the same segments, how many streams it takes in real
time, and how late its events are at 80 % of that.

Makes live streams with copies of references from any folder of videos. See bench/README.md.
"""

import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("cluster", "detection"):
    sys.path.insert(0, str(ROOT / "bench" / folder))

import footage  # noqa: E402
import load  # noqa: E402
import options  # noqa: E402
import overhead  # noqa: E402
import report  # noqa: E402
from processes import Cluster  # noqa: E402


def arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--size", choices=footage.SIZES, default="360p")
    # The same stream several times is in step with itself: all show their copy at once.
    parser.add_argument("--files", type=int, default=24, help="different streams to make (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=40, help="length of each (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=1_000_000, help="in the index beside the references (default: %(default)s)")
    options.add_model(parser)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the worker under load (default: all CPUs)")
    parser.add_argument("--rounds", type=int, default=5, help="of the comparison with scan (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=2, help="each file so often in it (default: %(default)s)")
    parser.add_argument("--events", type=int, default=500, help="at least so many for the latency (default: %(default)s)")
    parser.add_argument("--streams", type=int, help="do not search for the maximal load, take this")
    parser.add_argument("--first", type=int, help="the load that the search tries first (default: 60 at 360p, else 20)")
    parser.add_argument("--quick", action="store_true", help="2 rounds, 10,000 frames, 40 events: a few minutes, to try it out")
    args = parser.parse_args()
    if args.quick:
        args.rounds, args.repeat, args.files, args.frames, args.events = 2, 2, 6, 10_000, 40
    return args


def main():
    args = arguments()
    made = footage.make(args.videos, args.work, args.size, args.seconds, args.files, args.seed)
    with tempfile.TemporaryDirectory() as name, Cluster(args.staydown, pathlib.Path(name), args.model) as cluster:
        config = cluster.config("load")
        cluster.create_topics(config, partitions=16)
        bank = cluster.put_in_force(made.references, footage.filler(cluster.folder, args.frames, args.seed))
        figures = {"size": args.size, "index_frames": args.frames, "rung": footage.SIZES[args.size],
                   "overhead": overhead.measure(cluster, bank, made.streams * args.repeat, args.rounds)}
        figures["load"] = load.measure(cluster, config, made.streams, args)
    report.finish(args, figures, report.kafka_load)


if __name__ == "__main__":
    main()
