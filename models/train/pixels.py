"""Edits of a batch's pixels: colour, low resolution, blur, noise, screens filmed by a camera, JPEG. Pictures are float
NCHW in 0..1. Each function draws its own strengths per picture from `rng`; `chosen` [B] of bool says which pictures it
edits, in place."""

import functools

import cv2
import numpy as np
import torch
import torch.nn.functional as F

GREY = (0.299, 0.587, 0.114)


def column(values, like):
    return torch.as_tensor(np.asarray(values, np.float32), device=like.device).view(-1, 1, 1, 1)


def on_chosen(edit):
    """Makes an edit of pictures one of the chosen ones of a batch."""
    @functools.wraps(edit)
    def wrapped(x, rng, chosen, *more):
        part = np.flatnonzero(chosen)
        if len(part):
            x[part] = edit(x[part], rng, *more)
        return x
    return wrapped


@on_chosen
def colours(x, rng, level):
    """Brightness, contrast, gamma, saturation down to grey, tints, negatives, swapped channels."""
    n = len(x)
    gamma = np.exp(rng.uniform(-.9, .9, n) * level)
    x = x.clamp(1e-4, 1).pow(column(gamma, x))
    mixing = np.empty((n, 3, 3))
    for i in range(n):
        saturation = rng.choice([0.0, rng.uniform(.2, 2.2), 1.0], p=[.2, .5, .3])
        mixing[i] = saturation * np.eye(3) + (1 - saturation) * np.tile(GREY, (3, 1))
        if rng.random() < .25 * level:
            mixing[i] = mixing[i] @ np.eye(3)[rng.permutation(3)]
        if rng.random() < .5:
            mixing[i] *= np.exp(rng.uniform(-.4, .4, (3, 1)) * level)
    matrix = torch.as_tensor(mixing, dtype=x.dtype, device=x.device)
    x = torch.bmm(matrix, x.flatten(2)).view_as(x)
    contrast = np.exp(rng.uniform(-.8, .6, n) * level)
    shift = rng.uniform(-.25, .25, n) * level
    x = (x - .5) * column(contrast, x) + .5 + column(shift, x)
    negative = column(rng.random(n) < .06 * level, x)
    return (x + negative * (1 - 2 * x)).clamp(0, 1)


def coarse(x, rng, chosen, level):
    """Fewer pixels, and back: area averaging down, bilinear or nearest up."""
    for part in np.array_split(rng.permutation(np.flatnonzero(chosen)), 4):
        if len(part):
            height, width = x.shape[2:]
            factor = 1 / rng.uniform(1.2, 1.5 + 2.5 * level)
            small = F.interpolate(x[part], (max(16, int(height * factor)), max(16, int(width * factor))), mode="area")
            mode = {"mode": "nearest"} if rng.random() < .25 else {"mode": "bilinear", "align_corners": False}
            x[part] = F.interpolate(small, (height, width), **mode)
    return x


def blurred(x, rng, chosen, level):
    """Boxes and motion in four random kernels; a few are sharpened instead."""
    for part in np.array_split(rng.permutation(np.flatnonzero(chosen)), 4):
        if len(part):
            size = 3 + 2 * int(rng.integers(0, 1 + round(2.4 * level)))
            kernel = np.zeros((size, size), np.float32)
            if rng.random() < .5:
                axis = np.exp(-.5 * ((np.arange(size) - size // 2) / (size / 4)) ** 2)
                kernel[:] = np.outer(axis, axis)
            else:
                cv2.line(kernel, tuple(map(int, rng.integers(0, size, 2))), tuple(map(int, rng.integers(0, size, 2))), 1.0)
            kernel /= kernel.sum()
            weight = torch.as_tensor(kernel, device=x.device).expand(3, 1, size, size)
            soft = F.conv2d(F.pad(x[part], (size // 2,) * 4, mode="replicate"), weight, groups=3)
            x[part] = soft if rng.random() < .8 else (x[part] + 1.5 * (x[part] - soft)).clamp(0, 1)
    return x


@on_chosen
def noisy(x, rng, level, generator):
    amount = column(rng.uniform(0, .16 * level, len(x)), x)
    grain = torch.randn(x.shape[0], 1 + 2 * int(rng.random() < .7), *x.shape[2:], generator=generator).to(x.device)
    return (x + amount * grain).clamp(0, 1)


@on_chosen
def filmed(x, rng, level):
    """What a camera adds to a screen: moire, rolling bands, glare, vignette."""
    n, _, height, width = x.shape
    ys = torch.linspace(0, 1, height, device=x.device).view(1, 1, -1, 1)
    xs = torch.linspace(0, 1, width, device=x.device).view(1, 1, 1, -1)
    draw = lambda low, high: column(rng.uniform(low, high, n), x)
    wave = torch.sin(6.283 * (xs * draw(-60, 60) + ys * draw(-60, 60) + draw(0, .2) * torch.sin(6.283 * (xs + ys * draw(-2, 2)))))
    x = x * (1 + level * draw(0, .25) * wave)
    x = x * (1 + level * draw(0, .25) * torch.sin(6.283 * (ys * draw(.5, 6) + draw(0, 1))))
    spot = torch.exp(-(((xs - draw(0, 1)) / draw(.05, .35)) ** 2 + ((ys - draw(0, 1)) / draw(.05, .35)) ** 2))
    x = x + level * draw(-.3, .9).clamp(min=0) * spot
    x = x * (1 - level * draw(0, .6) * ((xs - .5) ** 2 + (ys - .5) ** 2))
    return x.clamp(0, 1)


def jpeg(x, rng, chosen, level):
    """Through a real JPEG encoder, at the worse qualities as the level rises."""
    for i in np.flatnonzero(chosen):
        picture = (x[i].permute(1, 2, 0) * 255).byte().cpu().numpy()
        quality = int(rng.uniform(50 - 42 * level, 70))
        coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        x[i] = torch.from_numpy(cv2.imdecode(coded, cv2.IMREAD_COLOR)).permute(2, 0, 1).float().to(x.device) / 255
    return x
