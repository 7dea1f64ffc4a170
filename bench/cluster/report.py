"""The figures as JSON and as a page for bench/results/."""

import json
import os

import environment
from footage import GOP_S as SEGMENT_S


def _met(holds):
    return "met" if holds else "**missed**"


def _command(args, program):
    said = [f"bench/{program}/run.py"]
    for name in ("size", "threads", "streams", "rounds", "frames", "events", "workers", "changes", "model"):
        if getattr(args, name, None) is not None:
            said.append(f"--{name} {getattr(args, name)}")
    return "`" + " ".join([said[0], "--videos DIR", *said[1:]]) + "`"


def _where(load):
    return (f"{environment.machine()}; {environment.ffmpeg()}; load average {load[0]:.1f}, other programs took "
            f"{load[1]} cores meanwhile.")


def kafka_load(args, figures):
    cost, load = figures["overhead"], figures["load"]
    overheads = sorted(one["overhead"] for one in cost["rounds"])
    events, cores = load["ingest_to_event_s"], load["cores"]
    return f"""# A worker under load

{_command(args, "kafka_load")}

{_where((os.getloadavg()[2], load["cores_of_others"]))} Streams at {figures["size"]}, {figures["rung"][2]}bit/s, with a keyframe every 2 s, each at its own
phase; {args.seconds} s long, of which 8 s are a copy of a reference; {figures["index_frames"]} frames in the index beside the references. Broker and ingest run on the
same cores. Learned descriptor beside hashes: {args.model}.

| what | |
|---|---|
| worker over scan, CPU for the same {cost["segments"]} segments, state saved | {100 * cost["overhead"]:+.1f} % (median of {len(overheads)} rounds, {100 * overheads[0]:+.1f} to {100 * overheads[-1]:+.1f} %) |
| a stream's saved state | {cost["state_bytes"]} bytes |
| {"most streams that the worker kept up with (99 % of segments done within 2 s)" if load["searched"] else "streams taken as the most"} | {load["maximal_streams"]}, with {load["threads"]} threads |
| streams at 80 % of it | {load["streams"]} |
| ingest to acknowledged event there | p50 {events["p50"]} s, p99 {events["p99"]} s, of {load["events"]} events |
| ingest to the end of detection | p50 {load["segment_age_s"]["p50"]} s, p99 {load["segment_age_s"]["p99"]} s, of {load["segments"]} segments |
| cores: worker, broker, ingest | {cores["worker"]}, {cores["broker"]} ({100 * load["share_of_the_broker"]:.0f} % of the three), {cores["ingest"]} |
| streams per core of the worker; of all three | {load["streams_per_core"]}; {load["streams_per_core_in_all"]} |
| memory: worker, broker | {load["resident_mb"]["worker"]} MB, {load["resident_mb"]["broker"]} MB |
| consumer lag, records | median {load["lag_records"]["median"]}, most {load["lag_records"]["max"]:.0f} |

## Goals

- p99 from ingest to the acknowledged event at 80 % of the maximal load: {events["p99"]} s, goal below 1 s: {_met(events["p99"] < 1)}
- worker over scan: {100 * cost["overhead"]:+.1f} %, goal below 10 %: {_met(cost["overhead"] < 0.1)}
"""


def propagation(args, figures):
    times = figures["propagation_s"]
    known = figures["until_the_command_knows_s"]
    return f"""# References on their way

{_command(args, "propagation")}

{_where((os.getloadavg()[2], figures["cores_of_others"]))} {figures["workers"]} workers with one thread each on one machine, {figures["index_frames"]} frames in force before the first change,
{figures["streams"]} live streams beside it.

{figures["changes"]} references of {figures["frames"]} frames were added or removed, one after the other; {figures["observations"]} observations, as many as changes times workers.

| what | |
|---|---|
| brokers' acknowledgement to being enforced | p50 {times["p50"]} s, p90 {times["p90"]} s, p99 {times["p99"]} s, all within {times["within"]} s |
| until `staydown reference` has heard from all workers | median {known["p50"]} s, most {known["max"]} s |

## Goals

- p99 from the acknowledged write to being enforced by every worker: {times["p99"]} s, goal below 2 s: {_met(times["p99"] < 2)}
"""


def failover(args, figures):
    taken, worked_off = figures["taken_over_s"], figures["worked_off_s"]
    return f"""# Streams of a killed worker

{_command(args, "failover")}

{environment.machine()}; {environment.ffmpeg()}. {figures["workers"]} workers with one thread each and the broker on one machine, {figures["streams"]} live streams at 360p with a keyframe every {SEGMENT_S} s; one
worker after the other gets SIGKILL, {figures["rounds"]} in all, and starts again once its streams are watched. Learned descriptor beside hashes: {figures["model"]}.

| from the kill until | median | most |
|---|---|---|
| the others own its partitions, and work on its streams from where it was | {taken["median"]} s | {taken["most"]} s |
| what waited is worked off: no segment is older than {SEGMENT_S} s | {worked_off["median"]} s | {worked_off["most"]} s |

## Goals

- a killed worker's streams are watched again: after {taken["most"]} s at most, goal within 15 s: {_met(taken["most"] < 15)}
"""


def finish(args, figures, page):
    print(json.dumps(figures, indent=2))
    if args.out:
        args.out.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n")
        args.out.with_suffix(".md").write_text(page(args, figures))
