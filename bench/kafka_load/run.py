#!/usr/bin/env python3
"""A worker under load on a real broker: what it costs beside a scan of the same segments, and how late its events are.

Makes one footage with copies of a reference, puts it on the broker as many streams, first flat out (cost), then at the
pace of real time (latency). See bench/README.md.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = {"1080p": (1920, 1080, "6M"), "720p": (1280, 720, "3M"), "360p": (640, 360, "800k")}
GROUP_TIMEOUT_S = 600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/src/staydown")
    parser.add_argument("--size", choices=SIZES, default="360p")
    parser.add_argument("--streams", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=60, help="length of each stream (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="of the worker (default: %(default)s)")
    parser.add_argument("--video", type=pathlib.Path, help="take this instead of FFmpeg's test pictures")
    parser.add_argument("--out", type=pathlib.Path, help="write the figures here as JSON")
    return parser.parse_args()


def make_footage(folder, args):
    """A reference of 20 s, and a stream that shows it from its middle on."""
    width, height, rate = SIZES[args.size]
    encode = ["-vf", f"scale={width}:{height}", "-an", "-c:v", "libx264", "-preset", "veryfast", "-b:v", rate, "-r",
              "30", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-threads", "1"]
    half = args.seconds // 2
    source = (["-stream_loop", "-1", "-i", str(args.video)] if args.video else
              ["-f", "lavfi", "-i", f"mandelbrot=size={width}x{height}:rate=30"])
    background = ["-f", "lavfi", "-i", f"life=size=160x90:rate=30:mold=10:ratio=0.3:seed=7,scale={width}:{height}"]
    reference, first = folder / "reference.ts", folder / "background.ts"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, "-t", "20", *encode, reference], check=True)
    subprocess.run(["ffmpeg", "-v", "error", "-y", *background, "-t", str(half), *encode, first], check=True)
    stream = folder / "stream.ts"
    joined = f"concat:{first}|{reference}"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", joined, "-c", "copy", stream], check=True)
    return reference, stream


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


class Worker:
    """`staydown worker` with its metrics."""

    def __init__(self, args, brokers, bank, config):
        self.process = subprocess.Popen(
            [args.program, "worker", "--brokers", brokers, "--bank", bank, "--config", config, "--instance", "bench",
             "--threads", str(args.threads), "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"event=worker_started .*port=(\d+)", line):
                self.url = f"http://127.0.0.1:{found.group(1)}"
                break
        else:
            sys.exit("the worker did not start")
        self.await_that(lambda: self.value("staydown_ready") == 1)

    def value(self, series):
        with urllib.request.urlopen(self.url + "/metrics") as page:
            for line in page.read().decode().splitlines():
                if line.startswith(series + " "):
                    return float(line.split()[-1])
        sys.exit(f"no series {series}")

    def quantile(self, histogram, share):
        """Upper bound of the bucket in which the quantile lies."""
        buckets = []
        with urllib.request.urlopen(self.url + "/metrics") as page:
            for line in page.read().decode().splitlines():
                if found := re.match(rf'{histogram}_bucket{{le="([^"]+)"}} (\d+)', line):
                    buckets.append((float(found.group(1)), int(found.group(2))))
        total = buckets[-1][1]
        return next((bound for bound, count in buckets if count >= share * total), None) if total else None

    def await_that(self, holds):
        deadline = time.monotonic() + GROUP_TIMEOUT_S
        while not holds():
            if time.monotonic() > deadline:
                sys.exit("the worker does not get there")
            time.sleep(0.2)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stderr.read()
        self.process.wait()


def ingest(args, brokers, config, stream, *more):
    return subprocess.Popen([args.program, "ingest", *[stream] * args.streams, "--brokers", brokers, "--config", config,
                             *more], stderr=subprocess.DEVNULL)


def detected(worker):
    return worker.value('staydown_segments_total{outcome="detected"}')


def scan_cpu(args, bank, stream):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([args.program, "scan", *[stream] * args.streams, "--bank", bank], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    args = arguments()
    figures = {"size": args.size, "streams": args.streams, "threads": args.threads}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        reference, stream = make_footage(folder, args)
        bank, config = folder / "bank.db", folder / "staydown.yaml"
        # The breaker and the thinning would change the work.
        config.write_text("policy: {breaker: {max_streams: 0}}\nworker: {overload_seconds: 86400}\n")
        subprocess.run([args.program, "reference", "add", reference, "--bank", bank, "--id", "attack"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        broker = folder / "broker"
        brokers = subprocess.run([ROOT / "scripts/kafka.sh", "start", broker], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout.strip()
        try:
            subprocess.run([args.program, "topics", "create", "--brokers", brokers, "--partitions", "16"], check=True,
                           stdout=subprocess.DEVNULL)
            ingest(args, brokers, config, stream).wait()  # flat out, before the worker is there
            worker = Worker(args, brokers, bank, config)
            pid = worker.process.pid
            worker.await_that(lambda: worker.value("staydown_consumer_lag_records") == 0 and detected(worker) > 0)
            figures["worker_cpu_s"] = round(cpu_seconds(pid), 2)
            figures["segments"] = int(detected(worker))
            figures["state_bytes"] = round(worker.value("staydown_state_bytes_total") /
                                           worker.value("staydown_state_writes_total"))
            worker.stop()
            figures["scan_cpu_s"] = round(scan_cpu(args, bank, stream), 2)
            figures["overhead"] = round(figures["worker_cpu_s"] / figures["scan_cpu_s"] - 1, 3)

            worker = Worker(args, brokers, bank, config)
            pid, begin, used = worker.process.pid, time.monotonic(), cpu_seconds(worker.process.pid)
            ingest(args, brokers, config, stream, "--realtime").wait()
            worker.await_that(lambda: worker.value("staydown_consumer_lag_records") == 0)
            figures["load"] = round((cpu_seconds(pid) - used) / (time.monotonic() - begin) / args.threads, 3)
            figures["resident_mb"] = round(resident_mb(pid))
            figures["ingest_to_event_s"] = {"p50": worker.quantile("staydown_ingest_to_event_seconds", 0.5),
                                            "p99": worker.quantile("staydown_ingest_to_event_seconds", 0.99)}
            figures["segment_age_s"] = {"p50": worker.quantile("staydown_segment_age_seconds", 0.5),
                                        "p99": worker.quantile("staydown_segment_age_seconds", 0.99)}
            worker.stop()
        finally:
            subprocess.run([ROOT / "scripts/kafka.sh", "stop", broker], check=True)
    print(json.dumps(figures, indent=2))
    if args.out:
        args.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
