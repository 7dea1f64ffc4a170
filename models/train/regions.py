"""The regions that one pass describes: boxes in fractions of the frame, and how much of each box a feature cell fills."""

import numpy as np

WHOLE = (0.0, 0.0, 1.0, 1.0)


def grid(columns, rows, width, height):
    """columns x rows boxes of the given size, evenly spread, touching the frame's edges."""
    def starts(count, size):
        return [i * (1 - size) / (count - 1) for i in range(count)] if count > 1 else [(1 - size) / 2]
    return tuple((x, y, x + width, y + height) for y in starts(rows, height) for x in starts(columns, width))


def overlap(box, others):
    """Intersection over union of one box with each of others."""
    box, others = np.asarray(box, float), np.asarray(others, float).reshape(-1, 4)
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return common / np.maximum(area(box) + area(others) - common, 1e-9)


def pooling_matrix(regions, rows, columns):
    """[R, rows * columns] weights: each region's mean over cells, a cell counting by how much of it lies inside."""
    def shares(begin, end, cells):
        edges = np.arange(cells + 1) / cells
        return np.clip(np.minimum(end, edges[1:]) - np.maximum(begin, edges[:-1]), 0, None)
    weights = [np.outer(shares(y0, y1, rows), shares(x0, x1, columns)).ravel() for x0, y0, x1, y1 in regions]
    return np.stack([w / w.sum() for w in weights]).astype(np.float32)
