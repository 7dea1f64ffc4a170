"""Evaluates a checkpoint, exports it, and ships it where it beats what is shipped: ONNX, background set, manifest, card."""

import json
import time

import numpy as np
import torch

import card
import data
import evaluate
import export
from network import Descriptor, Shape, imagenet_backbone
from openvino_run import compiled, embed_with
from regions import WHOLE, grid

REGION_SETS = {
    "whole": (WHOLE,),
    "1+4": (WHOLE, *grid(2, 2, 2 / 3, 2 / 3)),
    "1+9": (WHOLE, *grid(3, 3, 1 / 2, 1 / 2)),
    "1+4+9": (WHOLE, *grid(2, 2, 2 / 3, 2 / 3), *grid(3, 3, 1 / 2, 1 / 2)),
    "1+9+16": (WHOLE, *grid(3, 3, 1 / 2, 1 / 2), *grid(4, 4, 1 / 3, 1 / 3)),
}
BACKGROUND = 2048   # pictures whose descriptors ship for score normalisation
LEAST_COSINE = 0.999  # of bf16 to f32, or the manifest asks for f32
MAX_BYTES = 16_000_000


def network_of(checkpoint, which="average"):
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    shape = Shape(**{**state["shape"], "regions": tuple(map(tuple, state["shape"]["regions"]))})
    model = Descriptor(shape, imagenet_backbone()).eval()
    model.load_state_dict(state[which])
    return model, state


def milliseconds(network, height, width, batch=8, rounds=15):
    """Processor time per frame, median over the rounds: what a core has to give, whatever else runs beside it."""
    pixels = np.random.default_rng(0).integers(0, 256, (batch, height, width, 3), np.uint8)
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        network({"frames": pixels})
        times.append(time.process_time() - begin)
    return round(float(np.median(times)) * 1000 / batch, 2)


def subset(regions, everything):
    """Rows of `everything` that `regions` are."""
    return [int(np.abs(np.asarray(everything) - box).sum(1).argmin()) for box in regions]


def measured(model, size, photos, validation, keep, cache, names=None):
    """The table of a network at a size, in OpenVINO's bf16, by region set."""
    names = names or REGION_SETS
    everything = tuple(dict.fromkeys(box for name in names for box in REGION_SETS[name]))
    network = compiled(export.build(model, *size, everything).SerializeToString(), "bf16", threads=2)
    sets = {name: subset(REGION_SETS[name], everything) for name in names}
    return evaluate.table(embed_with(network), *size, photos, validation, keep, cache, sets)


def parity(onnx_bytes, model, height, width, regions, photos, indices):
    """Least cosines of the shipped file: f32 to the checkpoint in PyTorch, bf16 to f32."""
    pixels = evaluate.scaled([photos.pixels[i] for i in indices], height, width)
    model.set_size(height, width)
    with torch.no_grad():
        torch_out = model(torch.from_numpy(pixels)).numpy()[:, subset(regions, model.shape.regions)]
    f32 = embed_with(compiled(onnx_bytes, "f32"))(pixels)
    bf16 = embed_with(compiled(onnx_bytes, "bf16"))(pixels)
    least = lambda a, b: round(float((a * b).sum(2).min()), 5)
    mean = lambda a, b: round(float((a * b).sum(2).mean()), 5)
    return {"f32_to_training": least(f32, torch_out), "bf16_to_f32": least(bf16, f32), "bf16_to_f32_mean": mean(bf16, f32)}


def ship(model, state, out, size, region_set, version, rows, baseline, gallery, photos, training, validation, log, note):
    """Writes every file of the release into `out`."""
    height, width = size
    regions = REGION_SETS[region_set]
    content = export.build(model, height, width, regions).SerializeToString()
    if len(content) > MAX_BYTES:
        raise SystemExit(f"release: the model has {len(content)} bytes; at most {MAX_BYTES} are allowed")
    file, background = "staydown-embedding.onnx", "staydown-embedding-background.f16"
    export.write_atomically(out / file, content)
    agreement = parity(content, model, height, width, regions, photos, validation[:64])
    precision = "bf16" if agreement["bf16_to_f32"] >= LEAST_COSINE else "f32"
    # Whole frames of training photographs, one of a group.
    _, firsts = np.unique(photos.groups[training], return_index=True)
    chosen = training[np.sort(np.random.default_rng(0).permutation(firsts)[:BACKGROUND])]
    whole = compiled(export.build(model, height, width, (WHOLE,)).SerializeToString(), precision, threads=2)
    vectors = evaluate.describe(embed_with(whole), [photos.pixels[i] for i in chosen], height, width)[:, 0]
    export.write_atomically(out / background, vectors.astype("<f2").tobytes())
    facts = {
        "version": version, "bytes": len(content), "step": state["step"], "hours": round(state["seconds"] / 3600, 2),
        "options": state["options"], "size": list(size), "region_set": region_set, "regions": len(regions),
        "ms_bf16": milliseconds(compiled(content, "bf16"), height, width), "ms_f32": milliseconds(compiled(content, "f32"), height, width),
        "parity": agreement,
        "table": rows, "mean": evaluate.means(rows), "baseline": baseline, "gallery": gallery, "note": note,
        "photos": len(photos), "training": len(training), "validation": len(validation),
    }
    export.manifest(out, "staydown-embedding", version, file, height, width, model.shape.dims, regions,
                    precision, {"precision": precision, "file": background, "sha256": export.sha256(out / background), "count": len(chosen), "type": "f16le", "region": 0},
                    "embedding-calibration.json")
    export.write_atomically(out / "staydown-embedding.json", (json.dumps(facts, indent=1) + "\n").encode())
    card.write(out, facts, log)
    return facts


def better(rows, region_set, shipped):
    """Whether a table's mean (top-1 plus above-every-wrong-pair) beats the shipped facts'."""
    total = lambda mean: sum(mean[region_set])
    return shipped is None or region_set not in shipped["mean"] or total(evaluate.means(rows)) > total(shipped["mean"])


def release(options, photos, training, validation, start, checkpoint, log):
    """Measures the untrained network once and the checkpoint now; ships the checkpoint if it beats what is shipped."""
    size = tuple(map(int, options.export_size.split("x")))
    cache = options.work / "validation"
    keep = evaluate.distinct(data.thumbnails(photos)[validation])[:options.evaluate_on]
    base_path, facts_path = options.work / f"baseline-{options.export_size}.json", options.out / "staydown-embedding.json"
    model, state = network_of(start)
    if not base_path.exists():
        rows = measured(model, size, photos, validation, keep, cache)
        base_path.write_text(json.dumps({"table": rows, "mean": evaluate.means(rows)}))
    base = json.loads(base_path.read_text())
    print("baseline", base["mean"], flush=True)
    rows = base["table"]
    if options.hours > 0:
        model, state = network_of(checkpoint)
        rows = measured(model, size, photos, validation, keep, cache)
        print("checkpoint", evaluate.means(rows), flush=True)
    shipped = json.loads(facts_path.read_text()) if facts_path.exists() else None
    if not better(rows, options.export_regions, shipped):
        print("not better than what is shipped: nothing written")
        return
    facts = ship(model, state, options.out, size, options.export_regions, options.version, rows, base["table"], len(keep),
                 photos, training, validation, log, options.note)
    print({key: facts[key] for key in ("bytes", "ms_bf16", "ms_f32", "parity", "step", "hours")}, flush=True)
