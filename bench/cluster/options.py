"""What every benchmark of a cluster can be told."""

import argparse
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def parser(description):
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--videos", type=pathlib.Path, required=True, help="folder of videos")
    options.add_argument("--work", type=pathlib.Path, default=cache / "staydown-bench",
                         help="where streams are kept (default: %(default)s)")
    options.add_argument("--staydown", type=pathlib.Path, default=ROOT / "build/release/src/staydown")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=pathlib.Path, help="writes OUT.json and OUT.md")
    return options


def add_model(options):
    options.add_argument("--model", default="none", help="beside hashes: none, shipped or a manifest (default: %(default)s)")
