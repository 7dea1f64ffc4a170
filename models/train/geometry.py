"""Where the pixels of a view come from: the four corners of a window on the source picture, and a box of the view in
which it is shown. Everything geometric (crop, zoom, mirror, rotation, perspective, stretch, bars, inner picture) is a
choice of the two, so that one sampling pass makes it."""

import numpy as np
import torch

CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
WHOLE = np.array([0, 0, 1, 1], float)
ASPECT = 1.5  # of the cached pictures, width by height


def window(rng, area=1.0, stretch=1.0, centre=None):
    """Corners of a crop that keeps `area` of the picture, `stretch` wider than the picture's own aspect."""
    size = np.sqrt(area) * np.array([np.sqrt(stretch), 1 / np.sqrt(stretch)])
    size = np.minimum(size, np.maximum(1.0, np.sqrt(area)))
    low = rng.uniform(0, 1, 2) * (1 - size) if centre is None else centre - size / 2
    return low + CORNERS * size


def rotated(corners, degrees):
    """Turned about the middle, as seen on the picture with its own aspect."""
    scale = np.array([ASPECT, 1.0])
    middle = corners.mean(0)
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return ((corners - middle) * scale @ turn.T) / scale + middle


def perspective(rng, corners, amount):
    """Every corner moves by up to `amount` of the window's size."""
    size = corners.max(0) - corners.min(0)
    return corners + rng.uniform(-amount, amount, (4, 2)) * size


def mirrored(corners):
    return corners[[1, 0, 3, 2]]


def quarter_turned(corners, turns):
    return np.roll(corners, turns, axis=0)


def homographies(corners):
    """[B, 4, 2] corners to [B, 3, 3] maps from the unit square."""
    count = len(corners)
    system, right = np.zeros((count, 8, 8)), np.zeros((count, 8))
    for i, (u, v) in enumerate(CORNERS):
        x, y = corners[:, i, 0], corners[:, i, 1]
        system[:, 2 * i, :3] = system[:, 2 * i + 1, 3:6] = (u, v, 1)
        system[:, 2 * i, 6], system[:, 2 * i, 7] = -u * x, -v * x
        system[:, 2 * i + 1, 6], system[:, 2 * i + 1, 7] = -u * y, -v * y
        right[:, 2 * i], right[:, 2 * i + 1] = x, y
    solved = np.linalg.solve(system, right[..., None])[..., 0]
    return np.concatenate([solved, np.ones((count, 1))], 1).reshape(count, 3, 3)


def sampling_grid(corners, boxes, height, width):
    """For every pixel of the view: where it lies in the source (-1..1 for grid_sample), and whether it shows it.

    corners [B, 4, 2], boxes [B, 4]: numpy. Returns torch grid [B, H, W, 2] and mask [B, 1, H, W].
    """
    maps = torch.tensor(homographies(np.asarray(corners)), dtype=torch.float32)
    boxes = torch.tensor(np.asarray(boxes), dtype=torch.float32)
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    u = (x[None] - boxes[:, :1]) / (boxes[:, 2:3] - boxes[:, :1])
    v = (y[None] - boxes[:, 1:2]) / (boxes[:, 3:] - boxes[:, 1:2])
    in_box = ((u >= 0) & (u <= 1))[:, None, :] & ((v >= 0) & (v <= 1))[:, :, None]
    square = torch.stack([u[:, None, :].expand(-1, height, -1), v[:, :, None].expand(-1, -1, width), torch.ones_like(in_box, dtype=torch.float32)], -1)
    source = torch.einsum("bij,bhwj->bhwi", maps, square)
    ahead = source[..., 2] > 1e-3
    source = source[..., :2] / source[..., 2:].clamp(min=1e-3)
    inside = ((source >= 0) & (source <= 1)).all(-1) & in_box & ahead
    return source * 2 - 1, inside[:, None].float()


def shown_box(mask):
    """[B, 1, H, W] masks to [B, 4] bounding boxes in fractions; the whole frame where nothing is shown."""
    def bounds(line):
        size = line.shape[1]
        low = line.float().argmax(1)
        high = size - line.flip(1).float().argmax(1)
        return low / size, high / size
    rows, columns = mask[:, 0].amax(2) > 0, mask[:, 0].amax(1) > 0
    y0, y1 = bounds(rows)
    x0, x1 = bounds(columns)
    boxes = torch.stack([x0, y0, x1, y1], 1).numpy()
    boxes[~rows.any(1).numpy()] = WHOLE
    return boxes


def seen_box(corners):
    """[B, 4, 2] corners to [B, 4]: which part of the source a view shows."""
    corners = np.clip(corners, 0, 1)
    return np.concatenate([corners.min(1), corners.max(1)], 1)
