"""Evaluates a checkpoint, exports it, and ships it where it beats what is shipped: ONNX, background set, manifest, card."""

import json
import time

import numpy as np
import torch

import card
import data
import evaluate
import export
from edits import EDITS
from network import Descriptor, Shape, imagenet_backbone
from openvino_run import compiled, compiled_mixed, embed_with
from regions import WHOLE, grid

REGION_SETS = {
    "whole": (WHOLE,),
    "1+4": (WHOLE, *grid(2, 2, 2 / 3, 2 / 3)),
    "1+9": (WHOLE, *grid(3, 3, 1 / 2, 1 / 2)),
    "1+4+9": (WHOLE, *grid(2, 2, 2 / 3, 2 / 3), *grid(3, 3, 1 / 2, 1 / 2)),
    "1+9+16": (WHOLE, *grid(3, 3, 1 / 2, 1 / 2), *grid(4, 4, 1 / 3, 1 / 3)),
}
# The same checkpoint with other sizes of input, on the edits that are hardest: what the shipped choice is chosen from.
SIZES = ((96, 160), (128, 224), (160, 256))
HARD_EDITS = ("crop 15 %", "emojis", "inner 40 %", "inner 25 %", "screenshot", "three at once")
NAME = "staydown-embedding"
SCORES = 2  # raised where evaluate.scores changes: figures of another meaning are not compared
BACKGROUND = 2048   # pictures whose descriptors ship for score normalisation
LEAST_COSINE = 0.999  # to f32 of a cheaper precision, or the manifest does not ask for it
MAX_BYTES = 16_000_000


def network_of(checkpoint, which="average"):
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    shape = Shape(**{**state["shape"], "regions": tuple(map(tuple, state["shape"]["regions"]))})
    model = Descriptor(shape, imagenet_backbone()).eval()
    model.load_state_dict(state[which])
    return model, state


def milliseconds(network, height, width, batch=8, rounds=40):
    """Processor time per frame, the least of the rounds: what a core has to give where nothing else takes its caches."""
    pixels = np.random.default_rng(0).integers(0, 256, (batch, height, width, 3), np.uint8)
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        network({"frames": pixels})
        times.append(time.process_time() - begin)
    return round(min(times) * 1000 / batch, 2)


def subset(regions, everything):
    """Rows of `everything` that `regions` are."""
    return [int(np.abs(np.asarray(everything) - box).sum(1).argmin()) for box in regions]


def measured(model, size, photos, validation, keep, cache, precision="bf16", edits=tuple(EDITS)):
    """The table of a network at a size, as OpenVINO runs it, by region set."""
    everything = tuple(dict.fromkeys(box for regions in REGION_SETS.values() for box in regions))
    network = compiled(export.build(model, *size, everything).SerializeToString(), precision, threads=2)
    sets = {name: subset(regions, everything) for name, regions in REGION_SETS.items()}
    return evaluate.table(embed_with(network), *size, photos, validation, keep, cache, sets, edits)


def choices(model, sizes, known, photos, validation, keep, cache):
    """[{size, ms_bf16, ms_f32, mean by region set}] of one checkpoint; `known` are the tables of sizes measured before."""
    rows = []
    for size in sizes:
        content = export.build(model, *size, REGION_SETS["1+9"]).SerializeToString()
        table = known[size] if size in known else measured(model, size, photos, validation, keep, cache, edits=HARD_EDITS)
        table = {edit: table[edit] for edit in HARD_EDITS}
        rows.append({"size": list(size), "mean": evaluate.means(table),
                     **{f"ms_{precision}": milliseconds(compiled(content, precision), *size) for precision in ("bf16", "f32")}})
        print(rows[-1], flush=True)
    return rows


def parity(onnx_bytes, model, height, width, regions, photos, indices):
    """Least cosines of the shipped file: f32 to the checkpoint in PyTorch, bf16 and mixed precision to f32."""
    pixels = evaluate.scaled([photos.pixels[i] for i in indices], height, width)
    model.set_size(height, width)
    with torch.no_grad():
        torch_out = model(torch.from_numpy(pixels)).numpy()[:, subset(regions, model.shape.regions)]
    f32 = embed_with(compiled(onnx_bytes, "f32"))(pixels)
    bf16 = embed_with(compiled(onnx_bytes, "bf16"))(pixels)
    mixed = embed_with(compiled_mixed(onnx_bytes, export.F32_UNTIL))(pixels)
    least = lambda a, b: round(float((a * b).sum(2).min()), 5)
    mean = lambda a, b: round(float((a * b).sum(2).mean()), 5)
    return {"f32_to_training": least(f32, torch_out), "bf16_to_f32": least(bf16, f32), "bf16_to_f32_mean": mean(bf16, f32),
            "mixed_to_f32": least(mixed, f32), "mixed_to_f32_mean": mean(mixed, f32)}


def cheapest(agreement):
    """The precision to run it in."""
    return next((precision for precision in ("bf16", "mixed") if agreement[f"{precision}_to_f32"] >= LEAST_COSINE), "f32")


def test_picture(height=270, width=480):
    """A picture that a few integers make, so that a program in another language has the very same."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((x * (3 + 2 * c) + y * (7 - 2 * c) + 61 * ((x // 40 + y // 30) % 4) + x * y // 64 % 23 * c) % 256).astype(np.uint8)


def write_parity(path, model, size, regions):
    """What the training's own network says of that picture: models/<name>-parity.json, which programs that run the model are held to."""
    pixels = evaluate.scaled([test_picture()], *size)
    model.set_size(*size)
    with torch.no_grad():
        vectors = model(torch.from_numpy(pixels))[0, subset(regions, model.shape.regions)].numpy()
    export.write_atomically(path, (json.dumps({"first_row": pixels[0, 0].ravel().tolist(),
                                               "vectors": [[round(float(v), 5) for v in row] for row in vectors]}) + "\n").encode())


def background_pictures(photos, training, validation):
    """Indices: the held-out pictures, one a scene, and as many of training as are missing, one a scene too."""
    _, firsts = np.unique(photos.groups[training], return_index=True)
    missing = max(0, BACKGROUND - len(validation))
    return np.concatenate([validation[:BACKGROUND], training[np.sort(np.random.default_rng(0).permutation(firsts)[:missing])]])


def write_background(path, content, precision, size, photos, training, validation):
    """The whole frames' vectors, in f16; what the manifest says of them."""
    chosen = background_pictures(photos, training, validation)
    network = compiled_mixed(content, export.F32_UNTIL, threads=2) if precision == "mixed" else compiled(content, precision, threads=2)
    embed = embed_with(network)
    vectors = evaluate.describe(embed, [photos.pixels[i] for i in chosen], *size)[:, 0]
    export.write_atomically(path, vectors.astype("<f2").tobytes())
    return {"file": path.name, "sha256": export.sha256(path), "count": len(chosen), "held_out": min(len(validation), BACKGROUND),
            "type": "f16le", "region": 0, "precision": precision}


def ship(model, state, options, photos, training, validation, facts):
    """Writes every file of the release into `options.out`: `facts` become the card's, what is measured here added."""
    out, (height, width), regions = options.out, options.export_size, REGION_SETS[options.export_regions]
    out.mkdir(parents=True, exist_ok=True)
    content = export.build(model, height, width, regions).SerializeToString()
    if len(content) > MAX_BYTES:
        raise SystemExit(f"release: the model has {len(content)} bytes; at most {MAX_BYTES} are allowed")
    export.write_atomically(out / f"{NAME}.onnx", content)
    agreement = parity(content, model, height, width, regions, photos, validation[:64])
    precision = cheapest(agreement)
    background = write_background(out / f"{NAME}-background.f16", content, precision, (height, width), photos, training, validation)
    facts = {
        "version": options.version, "bytes": len(content), "scores": SCORES, "step": state["step"], "hours": round(state["seconds"] / 3600, 2),
        "options": state["options"], "size": [height, width], "region_set": options.export_regions, "regions": len(regions),
        "ms_bf16": milliseconds(compiled(content, "bf16"), height, width),
        "ms_mixed": milliseconds(compiled_mixed(content, export.F32_UNTIL), height, width), "ms_f32": milliseconds(compiled(content, "f32"), height, width),
        "precision": precision, "parity": agreement, "background": background["count"], "background_held_out": background["held_out"],
        "photos": len(photos), "training": len(training), "validation": len(validation), "note": options.note, **facts,
    }
    write_parity(out / f"{NAME}-parity.json", model, (height, width), regions)
    export.manifest(out, NAME, options.version, f"{NAME}.onnx", height, width, model.shape.dims, regions, precision, background)
    export.write_atomically(out / f"{NAME}.json", (json.dumps(facts, indent=1) + "\n").encode())
    write_card(out)
    return facts


def write_card(out):
    """From the files beside it."""
    ablation = out / f"{NAME}-ablation.json"
    card.write(out, json.loads((out / f"{NAME}.json").read_text()), json.loads(ablation.read_text()) if ablation.exists() else None)


def better(rows, table, region_set):
    """Whether figures sum to more than those of another table, over the edits of both."""
    shared = [edit for edit in rows if edit in table]
    total = lambda each: sum(sum(each[edit][region_set]) for edit in shared)
    return total(rows) > total(table)


def worth_shipping(rows, base, region_set, shipped):
    """Whether a checkpoint beats what is shipped, and the untrained network wherever it is not that itself."""
    if rows is not base and not better(rows, base, region_set):
        return False
    comparable = shipped is not None and shipped.get("scores") == SCORES and region_set in next(iter(shipped["table"].values()))
    return not comparable or better(rows, shipped["table"], region_set)


def counted(options, photos, validation):
    """Rows of the held-out photographs that are looked up: no near duplicates."""
    return evaluate.distinct(data.thumbnails(photos)[validation])[:options.evaluate_on]


def release(options, photos, training, validation, start, checkpoint, log):
    """Measures the untrained network and the checkpoint; ships the checkpoint if it beats what is shipped."""
    cache, keep = options.work / "validation", counted(options, photos, validation)
    base_path, facts_path = options.work / "baseline-{}x{}-{}.json".format(*options.export_size, len(keep)), options.out / f"{NAME}.json"
    model, state = network_of(start)
    if not base_path.exists():
        base_path.write_text(json.dumps(measured(model, options.export_size, photos, validation, keep, cache)))
    rows = base = json.loads(base_path.read_text())
    print("baseline", evaluate.means(base), flush=True)
    if options.hours > 0:
        model, state = network_of(checkpoint)
        rows = measured(model, options.export_size, photos, validation, keep, cache)
        print("checkpoint", evaluate.means(rows), flush=True)
    shipped = json.loads(facts_path.read_text()) if facts_path.exists() else None
    if not worth_shipping(rows, base, options.export_regions, shipped):
        print("not better than the baseline and what is shipped: nothing written")
        return
    facts = {"table": rows, "baseline": base, "gallery": len(keep), "curve": card.checks(log),
             "choices": choices(model, options.compare_sizes, {options.export_size: rows}, photos, validation, keep, cache)}
    facts = ship(model, state, options, photos, training, validation, facts)
    print({key: facts[key] for key in ("bytes", "ms_bf16", "ms_f32", "parity", "step", "hours")}, flush=True)
