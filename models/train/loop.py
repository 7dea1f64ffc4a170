"""The training loop. Its state is one checkpoint file, written atomically; the same command goes on from it."""

import copy
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

import data
import loss
import overlays
from front import Front
from regions import overlap
from views import Editor

# What a checkpoint says of how it was trained.
KEPT_OPTIONS = ("height", "width", "finish", "finish_from", "dims", "batch", "rate", "ema", "koleo", "frozen_blocks", "freeze_depthwise",
                "middle", "last", "hardest", "whiten_on", "bf16", "seed", "hours", "steps")
LOOKALIKE = 0.93        # correlation of thumbnails: such pairs are never negatives (one scene, duplicates)
PART_AREA = 0.45        # a query that shows less of its reference than this must match that part too


@dataclass
class Prepared:
    """What a step learns from: edited views and then their pictures, through the frozen blocks."""
    batch: np.ndarray       # indices of photographs
    size: tuple             # of the pixels
    features: torch.Tensor  # of the views, then of the pictures
    box: np.ndarray         # as views.Views has them
    seen: np.ndarray
    behind: np.ndarray


class Trainer:
    """Network, its moving average, optimiser, step; everything that a checkpoint holds."""

    def __init__(self, network, photos, indices, options):
        self.options, self.photos, self.indices = options, photos, indices
        self.device = torch.device(options.device)
        self.network = network.to(self.device).train()
        self.network.backbone.freeze(options.frozen_blocks)
        self.front = Front(network, self.device)
        for module in network.backbone.modules():  # a depthwise kernel's gradient costs more than the rest together
            if options.freeze_depthwise and getattr(module, "groups", 1) > 1:
                module.weight.requires_grad_(False)
                module.gamma.requires_grad_(False)
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        head = list(network.project.parameters())
        body = [p for p in network.backbone.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW([{"params": body, "scale": 1.0}, {"params": head, "scale": 3.0}],
                                           lr=options.rate, weight_decay=0.01)
        self.step, self.seconds, self.best = 0, 0.0, 0.0
        self.thumbnails = data.thumbnails(photos)

    def size(self):
        """(height, width) of the network's input now: the last part of a run sees larger pictures."""
        options = self.options
        return options.finish if self.progress() >= options.finish_from else (options.height, options.width)

    def editor(self):
        return Editor(*overlays.render(self.options.overlays, 288, 192), self.device)

    def batch(self, step):
        """Indices of a batch: every photograph once an epoch."""
        size, count = self.options.batch, len(self.indices)
        per_epoch = count // size
        order = np.random.default_rng([self.options.seed, step // per_epoch]).permutation(self.indices)
        return order[step % per_epoch * size:][:size]

    def pictures(self, indices):
        rows = np.stack([self.photos.pixels[i] for i in indices])
        return torch.from_numpy(rows).to(self.device).permute(0, 3, 1, 2).float() / 255

    def progress(self):
        """0..1 of the steps or of the hours that were ordered, whichever ends first."""
        if self.options.hours <= 0:
            return 1.0
        return min(1.0, max(self.step / self.options.steps, self.seconds / 3600 / self.options.hours))

    def learning_rate(self):
        """Warms up over 50 steps, then falls along a cosine to a twentieth."""
        warm = min(1.0, (self.step + 1) / 50)
        return float(self.options.rate * warm * (.05 + .95 * .5 * (1 + np.cos(np.pi * self.progress()))))

    def allowed(self, batch, behind):
        """[B, B] which references may be a query's negatives."""
        groups = self.photos.groups
        mask = groups[batch][:, None] != groups[batch][None]
        like = self.thumbnails[batch] @ self.thumbnails[batch].T
        mask &= like < LOOKALIKE
        shows = np.flatnonzero(behind >= 0)
        around = batch[behind[shows]]
        mask[shows] &= groups[around][:, None] != groups[batch][None]
        return torch.from_numpy(mask).to(self.device)

    def prepare(self, editor, step):
        """The batch of a step. Touches nothing that a step changes, so that it may run while the step before it does."""
        options = self.options
        level = options.hardest * (.4 + .6 * self.progress())
        batch = self.batch(step)
        pictures, size = self.pictures(batch), self.size()
        views = editor.edit(pictures, [options.seed, step, 0], level, size)
        plain = editor.plain(pictures, [options.seed, step, 1], size)
        return Prepared(batch, size, self.front(torch.cat([views.pixels, plain])), views.box, views.seen, views.behind)

    def train_step(self, prepared):
        options, batch, views = self.options, prepared.batch, prepared
        self.network.set_size(*prepared.size)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=bool(options.bf16)):
            out = self.network.describe(prepared.features)
        query, reference = out[:len(batch)], out[len(batch):]
        regions = self.network.shape.regions
        region = np.array([overlap(box, regions).argmax() for box in views.box])
        part = np.array([overlap(box, regions).argmax() for box in views.seen])
        area = np.prod(views.seen[:, 2:] - views.seen[:, :2], axis=1)
        to = lambda values: torch.as_tensor(values, device=self.device)
        terms = loss.contrastive(query, reference, self.allowed(batch, views.behind), to(region), to(part),
                                 to((area < PART_AREA) & (part > 0)))
        weights = {"known": 1.0, "back": .3, "any": .7, "part": 1.0, "koleo": options.koleo * min(1.0, 2 * self.progress())}
        total = sum(weights[name] * term for name, term in terms.items())
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate() * group["scale"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_([p for g in self.optimiser.param_groups for p in g["params"]], 5.0)
        self.optimiser.step()
        self.follow()
        self.step += 1
        return {"loss": float(total.detach()), **{name: round(float(term.detach()), 4) for name, term in terms.items()}}

    def follow(self):
        """The moving average, over about 300 steps (fewer in the beginning)."""
        keep = min(self.options.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.network.parameters()):
                if now.requires_grad:
                    mean.lerp_(now, 1 - keep)

    def embedder(self):
        """uint8 NHWC pixels to the vectors of the moving average, in batches."""
        def embed(pixels, batch=64):
            with torch.no_grad(), torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=bool(self.options.bf16)):
                return np.concatenate([self.average.describe(self.front(part)).float().cpu().numpy() for part in pixels.split(batch)])
        return embed

    def state(self):
        return {"shape": self.network.shape.__dict__, "network": self.network.state_dict(), "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(), "step": self.step, "seconds": self.seconds, "best": self.best,
                "options": {k: getattr(self.options, k) for k in KEPT_OPTIONS}}

    def save(self, path):
        torch.save(self.state(), path.with_suffix(".tmp"))
        os.replace(path.with_suffix(".tmp"), path)

    def restore(self, path):
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]


def best_of(checkpoint):
    """Where the checkpoint with the best check so far is kept."""
    return checkpoint.with_name(checkpoint.stem + "-best.pt")


def train(trainer, checkpoint, log, check):
    """Trains to the end of the order. Saves every four minutes and at the end, and the best by the check beside it."""
    editor, best = trainer.editor(), best_of(checkpoint)
    saved, checked, recent = time.time(), trainer.seconds, []

    def write(entry):
        with open(log, "a") as out:
            out.write(json.dumps({"step": trainer.step, "hours": round(trainer.seconds / 3600, 4), **entry}) + "\n")

    def look():
        found = check(trainer)
        write(found)
        if found["check"] > trainer.best:
            trainer.best = found["check"]
            trainer.save(best)

    with ThreadPoolExecutor(1) as ahead:  # one core edits the next batch while another learns from this one
        coming = ahead.submit(trainer.prepare, editor, trainer.step)
        while trainer.progress() < 1:
            begin = time.time()
            prepared = coming.result()
            coming = ahead.submit(trainer.prepare, editor, trainer.step + 1)
            recent.append(trainer.train_step(prepared))
            trainer.seconds += time.time() - begin
            if trainer.step % 20 == 0:
                means = {k: round(float(np.mean([r[k] for r in recent if k in r])), 4) for k in recent[-1]}
                write({"rate": round(trainer.learning_rate(), 7), "size": list(trainer.size()), **means})
                recent = []
            if trainer.seconds - checked > trainer.options.check_minutes * 60:
                look()
                checked = trainer.seconds
            if time.time() - saved > 240:
                trainer.save(checkpoint)
                saved = time.time()
    look()
    trainer.save(checkpoint)
