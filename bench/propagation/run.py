#!/usr/bin/env python3
"""How long a reference takes from the brokers' acknowledgement to being enforced by every worker.

Starts a real broker and some workers, adds and removes references one after the other, and reads what each worker measured.
See bench/README.md.
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/src/staydown")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--changes", type=int, default=100, help="additions and removals (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=2000, help="of each reference (default: %(default)s)")
    parser.add_argument("--out", type=pathlib.Path, help="write the figures here as JSON")
    return parser.parse_args()


def hash_list(path, frames, seed):
    """Hashes that resemble nothing: bits of a linear congruential generator."""
    state, lines = seed * 7919 + 1, []
    for frame in range(frames):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**256
        lines.append(f"{frame},100,{state:064x},{frame * 0.25:.3f}")
    path.write_text("\n".join(lines) + "\n")


def buckets(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        text = page.read().decode()
    found = re.findall(r'staydown_reference_propagation_seconds_bucket\{le="([^"]+)"\} (\d+)', text)
    return {float(bound): int(count) for bound, count in found}


def quantile(total, share):
    """Upper bound of the bucket in which the quantile lies."""
    return next(bound for bound, count in sorted(total.items()) if count >= share * max(total.values()))


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        broker = folder / "broker"
        brokers = subprocess.run([ROOT / "scripts/kafka.sh", "start", broker], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout.strip()
        workers = []

        def staydown(*command):
            return subprocess.run([args.program, *command, "--brokers", brokers], check=True, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
        try:
            staydown("topics", "create", "--partitions", str(args.workers), "--replication", "1")
            for number in range(args.workers):
                log = (folder / f"{number}.log").open("w+")
                workers.append((subprocess.Popen(
                    [args.program, "worker", "--brokers", brokers, "--bank", folder / f"{number}.db", "--instance",
                     f"w{number}", "--threads", "1", "--listen", "127.0.0.1:0"], stderr=log), log.name))
            ports = []
            for process, log in workers:
                while "event=worker_ready" not in (text := pathlib.Path(log).read_text()):
                    if process.poll() is not None:
                        raise SystemExit(text)
                    time.sleep(0.1)
                ports.append(re.search(r"event=worker_started .*port=(\d+)", text).group(1))
            until_told = []
            for change in range(args.changes):
                identity, remove = f"ref-{change // 2}", change % 2 == 1
                listed = folder / "list.vpdq"
                if not remove:
                    hash_list(listed, args.frames, change)
                command = (["reference", "remove", identity] if remove else
                           ["reference", "import", str(listed), "--id", identity, "--force"])
                told = staydown(*command, "--wait", "60")
                until_told.append(float(re.search(r"workers after ([\d.]+) s", told).group(1)))
            total = {}
            for port in ports:
                for bound, count in buckets(port).items():
                    total[bound] = total.get(bound, 0) + count
        finally:
            for process, _ in workers:
                process.terminate()
            for process, _ in workers:
                process.wait()
            subprocess.run([ROOT / "scripts/kafka.sh", "stop", broker], check=True)
    until_told.sort()
    figures = {"workers": args.workers, "changes": args.changes, "frames": args.frames,
               "observations": max(total.values()),
               "propagation_s": {f"p{share * 100:g}": quantile(total, share) for share in (0.5, 0.9, 0.99, 1)},
               "until_the_command_knows_s": {"p50": until_told[len(until_told) // 2], "max": until_told[-1]}}
    print(json.dumps(figures, indent=2))
    if args.out:
        args.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
