"""Recall on held-out photographs, edit by edit: the picture must come first among all of them, and beat every wrong pair."""

import cv2
import numpy as np

import edits


def views_of(photos, indices, cache, names=tuple(edits.EDITS)):
    """(edit, [N, 180, 320, 3]) of the held-out pictures, H.264 coded; made once."""
    cache.mkdir(parents=True, exist_ok=True)
    pictures = None
    for name in names:
        path = cache / (name.replace(" ", "-").replace("%", "pc") + ".npy")
        if not path.exists():
            if pictures is None:
                pictures = [np.asarray(photos.pixels[i]) for i in indices]
            np.save(path.with_suffix(".tmp.npy"), edits.through_h264(edits.edited(pictures, name)))
            path.with_suffix(".tmp.npy").rename(path)
        yield name, np.load(path, mmap_mode="r")


def scaled(pictures, height, width):
    """As the pipeline's scaler does: area averaging, the aspect not kept."""
    return np.stack([cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in pictures])


def describe(embed, pictures, height, width, batch=64):
    """[N, R, D] float32. `embed` takes uint8 [n, H, W, 3]."""
    return np.concatenate([embed(scaled(pictures[i:i + batch], height, width)) for i in range(0, len(pictures), batch)])


def distinct(gallery, limit=0.93):
    """Indices of pictures that are not near duplicates of an earlier one, by their thumbnails (data.py)."""
    similarity = np.tril(gallery @ gallery.T, -1)
    return np.flatnonzero(similarity.max(1) < limit)


def scores(queries, gallery, around=None):
    """Of queries [N, R, D] against gallery [N, D]: the share that come first; that lie above the best wrong picture of 99 % of the queries; and
    above every wrong pair.

    A query that shows another picture behind (`around` [N]) may find that one.
    """
    similarity = np.einsum("nrd,md->nrm", queries, gallery, optimize=True).max(1)
    own = similarity[np.arange(len(queries)), np.arange(len(queries))].copy()
    np.fill_diagonal(similarity, -1)
    if around is not None:
        similarity[np.arange(len(queries)), around] = -1
    wrong = similarity.max(1)
    return tuple(float((own > bound).mean()) for bound in (wrong, np.quantile(wrong, .99), wrong.max()))


SHOWS_ANOTHER = ("inner", "split", "three")


def table(embed, height, width, photos, indices, keep, cache, region_sets, names):
    """{edit: {region set: scores}}; `keep` are rows of `indices` that count."""
    gallery = describe(embed, [photos.pixels[i] for i in indices[keep]], height, width)[:, 0]
    rows = {}
    position = np.full(len(indices), -1)
    position[keep] = np.arange(len(keep))
    for name, views in views_of(photos, indices, cache, names):
        queries = describe(embed, views[keep], height, width)
        around = None
        if name.startswith(SHOWS_ANOTHER):
            around = position[[edits.behind(i, len(indices)) for i in keep]]
            around = np.where(around < 0, np.arange(len(keep)), around)
        rows[name] = {label: scores(queries[:, regions], gallery, around) for label, regions in region_sets.items()}
        print(name, {label: tuple(round(x, 3) for x in each) for label, each in rows[name].items()}, flush=True)
    return rows


def means(rows):
    labels = next(iter(rows.values())).keys()
    return {label: tuple(round(float(np.mean([row[label][k] for row in rows.values()])), 4) for k in range(3)) for label in labels}
