"""Trains the recipe for a few hundred steps, each time with one part of it changed, and the shipped model in int8: what each
part brings. Writes it beside the shipped model and into its card. The same command goes on where it was stopped.

    python models/train/ablate.py --photos DIR [--steps 200] [--out models]

Other options of run.py (`--batch`, `--threads`, ...) are taken too, for all arms.
"""

import argparse
import json
import time

import numpy as np

import evaluate
import export
import int8
import release
import run
from openvino_run import compiled, embed_with

# What each arm changes of run.py's defaults.
ARMS = {
    "the recipe": {},
    "no entropy term": {"koleo": 0},
    "views half as hard": {"hardest": .5},
    "blocks 0-1 frozen, not 0-4": {"frozen_blocks": 2},
    "blocks 0-9 frozen": {"frozen_blocks": 10},
    "last block pooled alone": {"middle": 0},
    "network cut after block 10": {"last": 0, "dims": 112},  # all that it has
    "224x128 from the start": {"height": 128, "width": 224},
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200, help="of every arm (default: %(default)s)")
    parser.add_argument("--arms", type=lambda text: text.split(","), default=list(ARMS), help="only these, comma-separated")
    mine, others = parser.parse_known_args()
    unknown = set(mine.arms) - set(ARMS)
    if unknown:
        parser.error(f"no such arm: {', '.join(sorted(unknown))}; there are: {', '.join(ARMS)}")
    # Ends by steps, and is looked at once, at the end.
    return mine, run.arguments([*others, "--steps", str(mine.steps), "--hours", "1000", "--check-minutes", "1e9"])


class Ablation:
    def __init__(self, mine, options):
        self.mine, self.options = mine, options
        self.photos, self.training, self.validation = run.begin(options)
        self.cache = options.work / "validation"
        self.keep = release.counted(options, self.photos, self.validation)

    def scores(self, network):
        """Means over the hard edits (evaluate.scores), all regions of the export looked at."""
        sets = {"all": range(len(release.REGION_SETS[self.options.export_regions]))}
        rows = evaluate.table(embed_with(network), *self.options.export_size, self.photos, self.validation, self.keep, self.cache, sets, release.HARD_EDITS)
        return evaluate.means(rows)["all"]

    def measured(self, checkpoint):
        model, state = release.network_of(checkpoint)
        content = export.build(model, *self.options.export_size, release.REGION_SETS[self.options.export_regions]).SerializeToString()
        return {"steps": state["step"], "bytes": len(content),
                "ms_bf16": release.milliseconds(compiled(content, "bf16"), *self.options.export_size),
                "scores": self.scores(compiled(content, "bf16", threads=2))}

    def arm(self, name):
        """Trains and measures one arm."""
        options = argparse.Namespace(**{**vars(self.options), **ARMS[name], "name": "ablation-" + "".join(c if c.isalnum() else "-" for c in name)})
        checkpoint, log = run.files(options)
        run.train(options, self.photos, self.training, self.validation, run.started(options, self.photos, self.training), checkpoint, log)
        return self.measured(checkpoint)

    def untrained(self):
        return self.measured(run.started(self.options, self.photos, self.training))

    def int8(self, shipped):
        """The shipped model, quantised on training photographs."""
        pixels = evaluate.scaled([self.photos.pixels[i] for i in self.training[:int8.SAMPLE]], *self.options.export_size)
        network, f32 = int8.quantised(shipped, pixels), compiled(shipped, "f32", threads=2)
        held_out = evaluate.scaled([self.photos.pixels[i] for i in self.validation[:64]], *self.options.export_size)
        ours, theirs = embed_with(network)(held_out), embed_with(f32)(held_out)
        # In int8 the last division is one too, so that vectors are not of length 1.
        cosines = (ours * theirs).sum(-1) / np.linalg.norm(ours, axis=-1)
        return {"ms": release.milliseconds(network, *self.options.export_size), "ms_bf16": release.milliseconds(compiled(shipped, "bf16"), *self.options.export_size),
                "cosine_least": round(float(cosines.min()), 5), "cosine_mean": round(float(cosines.mean()), 5),
                "scores": self.scores(network), "scores_f32": self.scores(f32)}


def main():
    mine, options = arguments()
    ablation = Ablation(mine, options)
    path = options.out / f"{release.NAME}-ablation.json"
    done = json.loads(path.read_text()) if path.exists() else {}
    if done.get("steps") != mine.steps:
        done = {"steps": mine.steps, "batch": options.batch, "gallery": len(ablation.keep), "arms": {}}

    def keep():
        export.write_atomically(path, (json.dumps(done, indent=1) + "\n").encode())

    for name in mine.arms:
        if name in done["arms"]:
            continue
        begin = time.time()
        done["arms"][name] = ablation.arm(name)
        keep()
        left = sum(other not in done["arms"] for other in mine.arms)
        print(f"{name}: {done['arms'][name]}; {left} arms left, about {left * (time.time() - begin) / 60:.0f} minutes", flush=True)
    if "untrained" not in done:
        done["untrained"] = ablation.untrained()
        keep()
    shipped = (options.out / f"{release.NAME}.onnx").read_bytes()
    version = json.loads((options.out / f"{release.NAME}.json").read_text())["version"]
    if done.get("int8", {}).get("version") != version:
        done["int8"] = {"version": version, **ablation.int8(shipped)}
        keep()
    print(json.dumps(done["int8"]))
    release.write_card(options.out)


if __name__ == "__main__":
    main()
