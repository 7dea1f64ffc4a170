#!/usr/bin/env python3
"""Distance between our hashes and those of the public implementation, vPDQ.

    bench/parity/vpdq.py build/release/bench/parity/pdq_video HASHES... [--videos DIR]

HASHES are vPDQ text files (`frame,quality,hash,timestamp`) of every frame of the video of the same
name, which is beside the file or in DIR (there also with a prefix).
"""
import argparse
import pathlib
import statistics
import subprocess

GOOD = 50  # quality from which a frame says enough to be matched


def read(lines):
    fields = [line.split(",") for line in lines.split()]
    return [(int(f[1]), int(f[2], 16)) for f in fields]


def video_of(hashes, folder):
    for place, pattern in ((hashes.parent, hashes.stem), (folder, "*" + hashes.stem)):
        found = [p for p in sorted(place.glob(pattern + ".*")) if p.suffix != ".txt"] if place else []
        if found:
            return found[0]
    raise SystemExit(f"{hashes}: no video of that name; give --videos DIR")


def report(name, pairs):
    good = sorted(d for q, d in pairs if q >= GOOD)
    if good:
        print(f"{name:34}{len(pairs):7}{len(good):7}{statistics.median(good):8.0f}"
              f"{sum(d <= 10 for d in good) / len(good):9.3f}{good[-1]:5}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("hashes", type=pathlib.Path, nargs="+")
    parser.add_argument("--videos", type=pathlib.Path)
    options = parser.parse_args()
    print(f"{'clip':34}{'frames':>7}{'good':>7}{'median':>8}{'<= 10':>9}{'max':>5}   (of the good ones)")
    everything = []
    for path in options.hashes:
        ours = read(subprocess.check_output([options.program, str(video_of(path, options.videos))], text=True))
        public = read(path.read_text())
        if len(ours) != len(public):
            print(f"{path.name}: {len(ours)} frames, {len(public)} hashes")
        pairs = [(q, (a ^ b).bit_count()) for (_, a), (q, b) in zip(ours, public)]
        report(path.stem, pairs)
        everything += pairs
    report("all", everything)


if __name__ == "__main__":
    main()
