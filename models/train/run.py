"""Trains the copy-detection descriptor, evaluates it, exports it and fills its card. The same command goes on where it
was stopped.

    python models/train/run.py --photos DIR [--hours 8] [--out models]

Needs what requirements.txt lists; a GPU is used where there is one.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch

import data
import evaluate
import export
import loop
import network
import release
from quick import quick_check
from regions import WHOLE, grid

# Looked at in every frame; the export keeps those that pay (export.py).
TRAINED_REGIONS = (WHOLE, *grid(2, 2, 2 / 3, 2 / 3), *grid(3, 3, 1 / 2, 1 / 2), *grid(4, 4, 1 / 3, 1 / 3))


def size(text):
    """(height, width) of HxW."""
    height, width = map(int, text.split("x"))
    if height % 32 or width % 32:
        raise argparse.ArgumentTypeError(f"{text}: give multiples of 32")
    return height, width


def sizes(text):
    return tuple(size(each) for each in text.split(","))


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", required=True, help="folder of photographs, or of tars of them; frames/<clip>/ is one scene")
    parser.add_argument("--work", type=Path, default=Path.home() / ".cache/staydown-train", help="caches, checkpoint, log")
    parser.add_argument("--hours", type=float, default=8, help="training ends after this many, over all runs; 0 ships the untrained baseline")
    parser.add_argument("--release-only", action="store_true", help="do not train; evaluate and ship the best checkpoint so far")
    parser.add_argument("--go-on-from", type=Path, metavar="MODELS",
                        help="where there is no checkpoint: train on from the model that this folder holds, at the step and hour that its card tells")
    parser.add_argument("--steps", type=int, default=100000, help="or after this many steps")
    parser.add_argument("--height", type=int, default=96, help="of the pictures trained on")
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--finish", type=size, default="128x224", help="HxW of the pictures in the last part of the run")
    parser.add_argument("--finish-from", type=float, default=.75, help="where that part begins, 0..1")
    parser.add_argument("--dims", type=int, default=256)
    parser.add_argument("--batch", type=int, default=64, help="pairs")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--ema", type=float, default=.995)
    parser.add_argument("--koleo", type=float, default=4, help="weight of the entropy term from half of the run on")
    parser.add_argument("--frozen-blocks", type=int, default=5)
    parser.add_argument("--freeze-depthwise", type=int, default=1)
    parser.add_argument("--middle", type=int, default=1, help="pool block 10")
    parser.add_argument("--last", type=int, default=1, help="pool the last block; 0: the network ends at block 10")
    parser.add_argument("--hardest", type=float, default=1, help="how hard views become, 0..1; they begin at two fifths of it")
    parser.add_argument("--whiten-on", type=int, default=3000, help="photographs")
    parser.add_argument("--bf16", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check-minutes", type=float, default=8, help="between checks on held-out photographs; the best checkpoint is kept")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch; one more edits the next batch")
    parser.add_argument("--name", default="staydown", help="of the run: its checkpoint and log")
    parser.add_argument("--export-size", type=size, default="128x224", help="HxW of the shipped model's input")
    parser.add_argument("--export-regions", default="1+9", choices=list(release.REGION_SETS))
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent, help="where the model is shipped")
    parser.add_argument("--compare-sizes", type=sizes, default=release.SIZES, help="HxW,...: sizes that the card compares")
    parser.add_argument("--evaluate-on", type=int, default=905, help="held-out photographs, duplicates left out")
    parser.add_argument("--version", default="1")
    parser.add_argument("--overlays", type=int, default=400, help="sheets and screens to draw")
    parser.add_argument("--note", default="", help="a sentence for the card")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(words)


def untrained(photos, training, options):
    """The network with ImageNet weights, whitened on a sample of the training photographs."""
    shape = network.Shape(*options.export_size, options.dims, TRAINED_REGIONS, bool(options.middle), bool(options.last))
    model = network.Descriptor(shape, network.imagenet_backbone()).to(options.device).eval()
    sample = np.sort(np.random.default_rng(0).permutation(training)[:options.whiten_on])
    model.set_size(*options.export_size)
    with torch.no_grad():
        parts = [torch.from_numpy(evaluate.scaled([photos.pixels[i] for i in sample[begin:begin + 64]], *options.export_size))
                 for begin in range(0, len(sample), 64)]
        pooled = torch.cat([model.pooled(model.front(part.to(options.device)))[:, 0] for part in parts])
    network.whiten(model.project, pooled)
    return model


def train(options, photos, training, validation, start, checkpoint, log):
    network = release.network_of(start)[0]
    if options.go_on_from and not checkpoint.exists():
        export.read(options.go_on_from / f"{release.NAME}.onnx", network)
    trainer = loop.Trainer(network, photos, training, options)
    check = quick_check(photos, validation, options.work / "validation")
    if checkpoint.exists():
        trainer.restore(checkpoint)
        print(f"goes on from step {trainer.step}", flush=True)
    else:
        before = []
        if options.go_on_from:
            card = json.loads((options.go_on_from / f"{release.NAME}.json").read_text())
            trainer.step, trainer.seconds, before = card["step"], card["hours"] * 3600, card["curve"]
        first = {"step": trainer.step, "hours": trainer.seconds / 3600, **check(trainer)}
        trainer.best = first["check"]
        print(first, flush=True)
        log.write_text("".join(json.dumps(entry) + "\n" for entry in (*before, first)))
    loop.train(trainer, checkpoint, log, check)


def begin(options):
    """Photographs, and which of them are trained on and which held out."""
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    (options.work / "pid").write_text(f"{os.getpid()} {os.getpgid(0)}\n")
    photos = data.load(options.photos, options.work / "data")
    training, validation = data.split(photos)
    print(f"{len(photos)} photographs: {len(training)} to train on, {len(validation)} held out", flush=True)
    return photos, training, validation


def files(options):
    """A run's checkpoint and log."""
    return options.work / f"{options.name}.pt", options.work / f"{options.name}.jsonl"


def started(options, photos, training):
    """The untrained network's checkpoint, made once."""
    maps = "".join(name for name in ("middle", "last") if getattr(options, name))
    start = options.work / "untrained-{}x{}-{}-{}.pt".format(*options.export_size, maps, options.dims)
    if not start.exists():
        loop.Trainer(untrained(photos, training, options), photos, training, options).save(start)
    return start


def main():
    options = arguments()
    photos, training, validation = begin(options)
    checkpoint, log = files(options)
    start = started(options, photos, training)
    if options.hours > 0 and not options.release_only:
        train(options, photos, training, validation, start, checkpoint, log)
    best = loop.best_of(checkpoint)
    release.release(options, photos, training, validation, start, best if best.exists() else checkpoint, log)


if __name__ == "__main__":
    main()
