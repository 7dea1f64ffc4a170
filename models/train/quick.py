"""The small check during training: hard views of held-out photographs, by the training's own edits."""

import numpy as np
import torch

from loop import describe


def quick_check(photos, indices, editor, count=384, seed=5):
    """A function of the trainer: share of views whose own picture comes first, by whole frame and by best region."""
    indices = indices[:count]
    rows = np.stack([photos.pixels[i] for i in indices])
    views = editor.edit(torch.from_numpy(rows).to(editor.device).permute(0, 3, 1, 2).float() / 255, [seed], 1.0)

    def check(trainer):
        size = (trainer.network.shape.height, trainer.network.shape.width)
        gallery = describe(trainer.average, photos, indices, size, trainer.device)[:, 0].astype(np.float32)
        with torch.no_grad(), torch.autocast(trainer.device.type, dtype=torch.bfloat16):
            found = np.concatenate([trainer.average(part).cpu().numpy() for part in views.pixels.split(64)])
        similarity = np.einsum("nrd,md->nrm", found, gallery)
        # a view that shows two pictures may find the other one
        own = np.arange(len(indices))
        beside = np.flatnonzero(views.behind >= 0)
        similarity[beside, :, views.behind[beside]] = -1
        first = lambda s: round(float((s.argmax(1) == own).mean()), 4)
        return {"check_whole": first(similarity[:, 0]), "check_regions": first(similarity.max(1))}

    return check
