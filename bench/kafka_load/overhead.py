"""A worker's CPU time over that of `staydown scan`, for the same segments.

Each round has a topic for states, a group and a worker of its own, all of the one topic of segments, which lie there before
the worker starts. Start-up does not count: the worker's clock runs from when it is ready, and scan's is less that of a scan
of one segment.
"""

import resource
import statistics
import subprocess

from processes import cpu_of, until


def _children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _scan(cluster, bank, inputs):
    before = _children()
    done = subprocess.run([cluster.program, "scan", *inputs, "--bank", bank, "--config", cluster.config("scan")],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 3, 4):
        raise SystemExit(done.stderr[-2000:])
    return _children() - before


def _one_segment(cluster, stream):
    out = cluster.folder / "one-segment.ts"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", stream, "-t", "1.5", "-c", "copy", out], check=True)
    return out


def _worker(cluster, number, segments):
    config = cluster.config(f"round-{number}", own=("state", "takedowns"))
    cluster.create_topics(config, partitions=16)
    worker = cluster.worker(f"round-{number}", config).await_ready()
    before = cpu_of(worker.pid)
    # Each look costs a millisecond or two.
    until(lambda: worker.look()['staydown_segments_total{outcome="detected"}'] >= segments, "the segments to be worked on",
          every_s=1)
    used = cpu_of(worker.pid) - before
    look = worker.look()
    worker.stop()
    state = look["staydown_state_bytes_total"] / max(1, look["staydown_state_writes_total"])
    return used, round(state)


def measure(cluster, bank, inputs, rounds):
    sent = cluster.ingest("flat-out", cluster.config("load"), inputs)
    sent.wait()
    segments = int(sent.saw(r"event=ingest_done .*segments=(\d+)").group(1))
    start_up = statistics.median(_scan(cluster, bank, [_one_segment(cluster, inputs[0])]) for _ in range(3))
    each = []
    for number in range(rounds):
        worker, state_bytes = _worker(cluster, number, segments)
        scan = _scan(cluster, bank, inputs) - start_up
        print(f"round {number + 1}: worker {worker:.2f} s of CPU, scan {scan:.2f} s", flush=True)
        each.append({"worker_cpu_s": round(worker, 2), "scan_cpu_s": round(scan, 2), "overhead": round(worker / scan - 1, 3)})
    return {"segments": segments, "state_bytes": state_bytes, "scan_start_up_cpu_s": round(start_up, 2), "rounds": each,
            "overhead": round(statistics.median(one["overhead"] for one in each), 3)}
