"""The small check during training: hard views of held-out photographs, by the training's own edits."""

import numpy as np
import torch

SIZE = (128, 224)


def quick_check(photos, indices, editor, count=384, seed=5):
    """A function of the trainer: share of views whose own picture comes first, by whole frame and by best region."""
    indices = indices[:count]
    rows = np.stack([photos.pixels[i] for i in indices])
    pictures = torch.from_numpy(rows).to(editor.device).permute(0, 3, 1, 2).float() / 255
    views = editor.edit(pictures, [seed], 1.0, SIZE)
    plain = editor.unedited(pictures, SIZE)

    def check(trainer):
        embed = trainer.embedder()
        trainer.average.set_size(*SIZE)
        similarity = np.einsum("nrd,md->nrm", embed(views.pixels), embed(plain)[:, 0], optimize=True)
        # a view that shows two pictures may find the other one
        own = np.arange(len(indices))
        beside = np.flatnonzero(views.behind >= 0)
        similarity[beside, :, views.behind[beside]] = -1
        first = lambda s: round(float((s.argmax(1) == own).mean()), 4)
        whole, regions = first(similarity[:, 0]), first(similarity.max(1))
        return {"check": round((whole + regions) / 2, 4), "check_whole": whole, "check_regions": regions}

    return check
