#!/usr/bin/env python3
"""How long the streams of a killed worker are not watched.

Starts a real broker, some workers and live streams, kills one worker after the other (SIGKILL) and reads what the others say until
they own its partitions and have worked off what waited; then it starts again. See bench/README.md.
"""

import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("cluster", "detection"):
    sys.path.insert(0, str(ROOT / "bench" / folder))

import footage  # noqa: E402
import options  # noqa: E402
import report  # noqa: E402
from processes import Cluster, Streams, until  # noqa: E402

OFTEN_S, SETTLED_S = 0.05, 1
SEGMENT_S = footage.GOP_S


def arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10, help="workers killed, one after the other (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=12, help="on the air at 360p (default: %(default)s)")
    options.add_model(parser)
    return parser.parse_args()


class Group:
    """Workers of which one is killed at a time."""

    def __init__(self, cluster, config, count, partitions):
        self._start = lambda name: cluster.worker(name, config)
        self.partitions = partitions
        self.workers = {f"w{number}": self._start(f"w{number}") for number in range(count)}
        for worker in self.workers.values():
            worker.await_ready()

    def all_owned(self):
        return sum(worker.look()["staydown_partitions"] for worker in self.workers.values()) == self.partitions

    def nothing_waits(self):
        return all(worker.look()["staydown_oldest_segment_age_seconds"] < SEGMENT_S for worker in self.workers.values())

    def await_worked_off(self):
        """When nothing began to wait any longer; that it stays so is seen for a second, since what was taken over comes in bits."""
        since = None
        while since is None or time.monotonic() - since < SETTLED_S:
            if not self.nothing_waits():
                since = None
            elif since is None:
                since = time.monotonic()
            time.sleep(OFTEN_S)
        return since

    def kill(self, name):
        """Seconds until others own its partitions, and until none of their segments is older than a segment is long."""
        killed = self.workers.pop(name)
        begin = time.monotonic()
        os.kill(killed.pid, signal.SIGKILL)
        until(self.all_owned, f"the partitions of {name} to be taken over", 120, OFTEN_S)
        owned = time.monotonic() - begin
        return owned, self.await_worked_off() - begin

    def bring_back(self, name):
        self.workers[name] = self._start(name).await_ready()
        until(self.all_owned, f"{name} to be back")
        self.await_worked_off()


def main():
    args = arguments()
    made = footage.make(args.videos, args.work, "360p", 40, 6, args.seed)
    with tempfile.TemporaryDirectory() as folder, Cluster(args.staydown, pathlib.Path(folder), args.model) as cluster:
        config = cluster.config("failover")
        partitions = 4 * args.workers
        cluster.create_topics(config, partitions)
        cluster.put_in_force(made.references, [])
        group = Group(cluster, config, args.workers, partitions)
        streams = Streams(cluster, config, made.streams, args.streams)
        until(group.all_owned, "the partitions to be taken")
        measured = []
        for number in range(args.rounds):
            streams.keep_on()
            name = f"w{number % args.workers}"
            measured.append(group.kill(name))
            print(f"{name}: taken over after {measured[-1][0]:.1f} s, worked off after {measured[-1][1]:.1f} s",
                  file=sys.stderr, flush=True)
            streams.keep_on()
            group.bring_back(name)
    figures = {"workers": args.workers, "streams": args.streams, "rounds": args.rounds, "model": args.model,
               **{what: {"median": round(statistics.median(times), 1), "most": round(max(times), 1)}
                  for what, times in zip(("taken_over_s", "worked_off_s"), zip(*measured))}}
    report.finish(args, figures, report.failover)


if __name__ == "__main__":
    main()
