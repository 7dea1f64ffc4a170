"""The small check during training, which picks the checkpoint: a few of the validation's edits on some held-out photographs."""

import numpy as np
import torch

import evaluate
from edits import behind

SIZE = (128, 224)
EDITS = ("crop 15 %", "overlay", "inner 40 %", "refilmed", "three at once")


def quick_check(photos, indices, cache, count=240):
    """A function of the trainer: share of views whose own picture comes first, by whole frame and by best region."""
    rows = np.arange(len(indices))[:count]
    pictures = torch.from_numpy(evaluate.scaled([photos.pixels[i] for i in indices[rows]], *SIZE))
    views = {name: torch.from_numpy(evaluate.scaled(made[rows], *SIZE)) for name, made in evaluate.views_of(photos, indices, cache, EDITS)}
    around = np.array([behind(i, len(indices)) for i in rows])
    around = np.where(around < len(rows), around, rows)

    def check(trainer):
        embed = trainer.embedder()
        trainer.average.set_size(*SIZE)
        gallery, found = embed(pictures)[:, 0], {}
        for name, made in views.items():
            other = around if name.startswith(evaluate.SHOWS_ANOTHER) else None
            queries = embed(made)
            found[name] = [round(evaluate.scores(part, gallery, other)[0], 4) for part in (queries[:, :1], queries)]
        whole, regions = (round(float(np.mean([pair[k] for pair in found.values()])), 4) for k in (0, 1))
        return {"check": round((whole + regions) / 2, 4), "check_whole": whole, "check_regions": regions, "edits": found}

    return check
