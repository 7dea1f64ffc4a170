"""How many streams a worker takes in real time, beside the broker and ingest on the same machine, and its events' latency at
80 % of it.

It keeps up with a number of streams if 99 % of their segments are done within two seconds, before the stream's next is whole.
"""

import statistics
import time

from footage import GOP_S
from metrics import Histogram
from processes import cpu_of, machine_cpu, resident_mb, until

SETTLE_S = 8  # streams start and decoders wake up
INGESTS = 3  # processes: one has a producer for each stream
PROBES = 7
STEP = 1.3


class OnAir:
    """So many streams at the pace of real time, from a few processes of ingest that start one after the other."""

    def __init__(self, cluster, config, files, streams, number):
        inputs = [files[n % len(files)] for n in range(streams)]
        self._ingests = [cluster.ingest(f"on-air-{number}-{part}", config, inputs[part::INGESTS], "--realtime")
                         for part in range(min(INGESTS, streams))]
        for ingest in self._ingests:
            until(lambda: ingest.saw("event=ingest_started"), "ingest to start", every_s=0.02)

    def cpu(self):
        return sum(ingest.cpu() for ingest in self._ingests)

    def over(self):
        return any(ingest.saw("event=ingest_done") for ingest in self._ingests)

    def wait(self):
        for ingest in self._ingests:
            ingest.wait()

    def stop(self):
        for ingest in self._ingests:
            ingest.stop()


class Watch:
    """CPU seconds of everybody, and the lag, from one moment to another."""

    def __init__(self, cluster, worker, air):
        self._pids = {"worker": worker.pid, "broker": cluster.broker_pid}
        self._worker, self._air = worker, air
        self._before, self._begin, self._look = self._cpu(), time.monotonic(), worker.look()
        self.lags = []

    def _cpu(self):
        return {**{name: cpu_of(pid) for name, pid in self._pids.items()}, "ingest": self._air.cpu(), "all": machine_cpu()}

    def sample(self):
        self._air.cpu()
        self.lags.append(self._worker.look()["staydown_consumer_lag_records"])

    def end(self):
        seconds = time.monotonic() - self._begin
        cores = {name: (used - self._before[name]) / seconds for name, used in self._cpu().items()}
        others = cores.pop("all") - sum(cores.values())
        after = self._worker.look()
        self.ages = Histogram("staydown_segment_age_seconds", after, self._look)
        self.events = Histogram("staydown_ingest_to_event_seconds", after, self._look)
        return {"cores": {name: round(used, 3) for name, used in cores.items()},
                "share_of_the_broker": round(cores["broker"] / sum(cores.values()), 3),
                "cores_of_others": round(max(0, others), 2),
                "resident_mb": {name: round(resident_mb(pid)) for name, pid in self._pids.items()},
                "lag_records": {"median": statistics.median(self.lags), "max": max(self.lags)}}


def _run(cluster, config, worker, files, streams, number):
    """Until the first stream ends."""
    air = OnAir(cluster, config, files, streams, number)
    time.sleep(SETTLE_S)
    watch = Watch(cluster, worker, air)
    while True:
        time.sleep(1)
        watch.sample()
        if air.over() or watch.lags[-1] > 10 * streams:
            break
    figures = {"streams": streams, **watch.end()}
    air.stop()
    until(lambda: worker.look()["staydown_consumer_lag_records"] == 0, "the worker to catch up")
    return figures, watch


def _keeps_up(cluster, config, worker, files, streams, number):
    figures, watch = _run(cluster, config, worker, files, streams, number)
    age = watch.ages.quantile(0.99)
    done = age is not None and age <= GOP_S
    print(f"{streams} streams: 99 % of segments done within {age:.2f} s, median lag {figures['lag_records']['median']:.0f}, "
          f"others take {figures['cores_of_others']} cores: {'kept up with' if done else 'too many'}", flush=True)
    return done


def _search(cluster, config, worker, files, guess):
    """The largest number that it kept up with, to about a tenth."""
    most, least, tried = None, None, guess
    for number in range(PROBES):
        if _keeps_up(cluster, config, worker, files, tried, number):
            most = tried
            tried = round(tried * STEP) if least is None else (most + least) // 2
        else:
            least = tried
            tried = round(tried / STEP) if most is None else (most + least) // 2
        if most and least and least - most <= max(1, most // 10):
            break
    if most is None:
        raise SystemExit("the worker keeps up with none of the loads that were tried; give --streams")
    return most


def measure(cluster, config, files, args):
    worker = cluster.worker("load", config, args.threads).await_ready()
    # What is there already, from the comparison.
    until(lambda: worker.look()["staydown_consumer_lag_records"] == 0, "the worker to catch up")
    most = args.streams or _search(cluster, config, worker, files, args.first or (60 if args.size == "360p" else 20))
    streams = max(1, round(0.8 * most))
    runs, events, ages = [], None, None
    while events is None or events.count < args.events:
        figures, watch = _run(cluster, config, worker, files, streams, f"steady-{len(runs)}")
        runs.append(figures)
        events, ages = (watch.events, watch.ages) if events is None else (events + watch.events, ages + watch.ages)
        if len(runs) > 5 and events.count == 0:
            raise SystemExit("no events: are the copies found at all?")
    worker.stop()

    def mean(of):
        return round(statistics.mean(of(run) for run in runs), 3)

    cores = {name: mean(lambda run: run["cores"][name]) for name in ("worker", "broker", "ingest")}
    return {"maximal_streams": most, "searched": args.streams is None, "streams": streams, "threads": args.threads,
            "runs": len(runs), "events": events.count, "segments": ages.count,
            "ingest_to_event_s": {"p50": round(events.quantile(0.5), 3), "p99": round(events.quantile(0.99), 3)},
            "segment_age_s": {"p50": round(ages.quantile(0.5), 3), "p99": round(ages.quantile(0.99), 3)},
            "cores": cores, "share_of_the_broker": mean(lambda run: run["share_of_the_broker"]),
            "cores_of_others": mean(lambda run: run["cores_of_others"]),
            "streams_per_core": round(streams / cores["worker"]),
            "streams_per_core_in_all": round(streams / sum(cores.values())),
            "resident_mb": runs[-1]["resident_mb"],
            "lag_records": {"median": mean(lambda run: run["lag_records"]["median"]),
                            "max": max(run["lag_records"]["max"] for run in runs)}}
