"""Edited views of a batch, as a re-uploader would make them, with what was shown where."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

import geometry
import pixels

KINDS = ("plain", "crop", "bars", "inner", "filmed", "turned")
ODDS = (.08, .20, .10, .34, .12, .16)


@dataclass
class Views:
    pixels: torch.Tensor    # [B, H, W, 3] uint8
    box: np.ndarray         # [B, 4] where in the view the source is
    seen: np.ndarray        # [B, 4] which part of the source it shows
    behind: np.ndarray      # [B] index in the batch of the picture around the source, -1 if none


class Editor:
    """Makes views of float NCHW pictures in 0..1. Everything random follows from the step, so a resumed run repeats it."""

    def __init__(self, sheets, screens, device, odds=ODDS):
        self.sheets, self.screens = torch.from_numpy(sheets), torch.from_numpy(screens)
        self.device, self.odds = device, odds

    def plan(self, rng, level):
        """(kind, corners, box, background) of one view."""
        kind = rng.choice(KINDS, p=self.odds)
        corners, box, behind = geometry.window(rng, 1.0), geometry.WHOLE.copy(), "none"
        if kind == "crop":
            corners = geometry.window(rng, rng.uniform(.75 - .65 * level, .95), np.exp(rng.uniform(-.3, .3)))
        elif kind == "bars":
            box = self.bars(rng, level)
            behind = rng.choice(["fill", "black", "self", "screen"], p=[.2, .4, .3, .1])
            if rng.random() < .4:
                corners = geometry.window(rng, rng.uniform(.4, 1))
        elif kind == "inner":
            box = self.inner(rng, level)
            behind = rng.choice(["other", "screen", "fill", "soft other"], p=[.45, .35, .08, .12])
            if rng.random() < .3:
                corners = geometry.window(rng, rng.uniform(.5, 1))
        elif kind == "filmed":
            middle = rng.uniform(.42, .58, 2)
            corners = geometry.window(rng, rng.uniform(.6, 1 + level), centre=middle)
            corners = geometry.perspective(rng, corners, .05 + .17 * level)
            corners = geometry.rotated(corners, rng.uniform(-14, 14) * level)
            behind = rng.choice(["black", "fill", "other", "screen"])
        elif kind == "turned":
            corners = geometry.window(rng, rng.uniform(.5, 1.2), centre=np.full(2, .5))
            if rng.random() < .25:
                corners = geometry.quarter_turned(corners, int(rng.integers(1, 4)))
            else:
                corners = geometry.rotated(corners, rng.uniform(-28, 28) * level)
            if rng.random() < .35:
                corners = geometry.perspective(rng, corners, .2 * level)
            behind = rng.choice(["black", "fill", "self"], p=[.6, .2, .2])
        if kind in ("bars", "inner", "crop") and rng.random() < .2 * level:  # two at once
            corners = geometry.perspective(rng, geometry.rotated(corners, rng.uniform(-12, 12)), .08)
            behind = "black" if behind == "none" else behind
        if rng.random() < .3:
            corners = geometry.mirrored(corners)
        return kind, corners, box, behind

    @staticmethod
    def bars(rng, level):
        keep = rng.uniform(.9 - .6 * level, .95)
        at = rng.choice([.5, rng.uniform()]) * (1 - keep)
        kind = rng.random()
        if kind < .4:
            return np.array([0, at, 1, at + keep])
        if kind < .75:
            return np.array([at, 0, at + keep, 1])
        keep = np.array([keep, np.clip(keep + rng.uniform(-.2, .2), .3, 1)])
        low = (1 - keep) * rng.uniform(.2, .8, 2)
        return np.concatenate([low, low + keep])

    @staticmethod
    def inner(rng, level):
        """A picture in a corner, a reaction, half a screen, a player: 90 % down to 25 % of the width."""
        if rng.random() < .2:  # split screen
            keep = rng.uniform(.4, .6)
            first = rng.random() < .5
            if rng.random() < .7:
                return np.array([0, 0, keep, 1] if first else [keep, 0, 1, 1])
            return np.array([0, 0, 1, keep] if first else [0, keep, 1, 1])
        wide = rng.uniform(.8 - .56 * level, .92)
        tall = min(.98, wide * np.exp(rng.uniform(-.25, .35)))
        at = rng.choice([0.0, 1.0, rng.uniform()], 2) if rng.random() < .5 else rng.uniform(0, 1, 2)
        low = at * (1 - np.array([wide, tall]))
        return np.concatenate([low, low + (wide, tall)])

    def backgrounds(self, x, rng, part, choice, other, size):
        """What is around the pictures of `part`: black, one colour, the picture itself enlarged and blurred, another, a screen."""
        result = torch.zeros(len(part), 3, *size, device=self.device)
        for row, i in enumerate(part):
            kind = choice[i]
            if kind == "fill":
                result[row] = torch.tensor(rng.uniform(0, 1, 3) if rng.random() < .6 else np.full(3, rng.choice([0.9, 1.0, .15])),
                                         dtype=x.dtype, device=self.device).view(3, 1, 1)
            elif kind == "screen":
                screen = self.screens[int(rng.integers(len(self.screens)))].permute(2, 0, 1)[None].float() / 255
                screen = screen.flip(3) if rng.random() < .5 else screen
                result[row] = F.interpolate(screen, size, mode="area")[0].to(self.device)
            elif kind == "other":
                result[row] = F.interpolate(x[other[i]:other[i] + 1], size, mode="area")[0]
            elif kind in ("self", "soft other"):
                source = x[i:i + 1] if kind == "self" else x[other[i]:other[i] + 1]
                few = int(rng.integers(5, 13))
                soft = F.interpolate(F.interpolate(source, (few, few * 2), mode="area"), size, mode="bicubic")
                result[row] = soft[0].clamp(0, 1) * rng.uniform(.4, 1)
        return result

    def overlaid(self, x, rng, level):
        """Up to three sheets on each picture, each turned, shifted and scaled a little."""
        for share in (.15 + .3 * level, .22 * level, .1 * level):
            part = np.flatnonzero(rng.random(len(x)) < share)
            if len(part) == 0:
                continue
            sheets = self.sheets[torch.from_numpy(rng.integers(0, len(self.sheets), len(part)))].permute(0, 3, 1, 2).float().to(self.device) / 255
            corners = np.stack([geometry.window(rng, rng.uniform(.5, 1.3)) for _ in part])
            mirrored = rng.random(len(part)) < .3
            corners[mirrored] = corners[mirrored][:, [1, 0, 3, 2]]
            grid, _ = geometry.sampling_grid(corners, np.tile(geometry.WHOLE, (len(part), 1)), *x.shape[2:])
            sheets = F.grid_sample(sheets, grid.to(self.device), align_corners=False)
            alpha = sheets[:, 3:]
            x[part] = x[part] * (1 - alpha) + sheets[:, :3] * alpha
        return x

    def edit(self, x, seed, level, size):
        """Views of x [B, 3, h, w]; `level` 0..1 is how hard."""
        rng = np.random.default_rng(seed)
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        count = len(x)
        levels = np.clip(level * rng.uniform(.5, 1.15, count), 0, 1)
        kinds, corners, boxes, behind = map(list, zip(*(self.plan(rng, l) for l in levels)))
        corners, boxes, kinds = np.stack(corners), np.stack(boxes), np.array(kinds)
        other = (np.arange(count) + rng.integers(1, count, count)) % count
        grid, mask = geometry.sampling_grid(corners, boxes, *size)
        view = F.grid_sample(x, grid.to(self.device), align_corners=False, padding_mode="border")
        part = np.flatnonzero(mask.flatten(1).amin(1).numpy() < 1)
        on = mask[part].to(self.device)
        view[part] = view[part] * on + self.backgrounds(x, rng, part, behind, other, size) * (1 - on)
        view = self.overlaid(view, rng, level)
        chance = lambda odds: rng.random(count) < odds
        filmed = kinds == "filmed"
        view = pixels.filmed(view, rng, filmed, level)
        view = pixels.blurred(view, rng, chance(.15) | filmed & chance(.6), level)
        view = pixels.colours(view, rng, chance(.3 + .3 * level), level)
        view = pixels.coarse(view, rng, chance(.3), level)
        view = pixels.noisy(view, rng, chance(.3), level, generator)
        view = pixels.jpeg(view, rng, chance(.4), level)
        around = np.array([o if kind in ("other", "soft other") else -1 for o, kind in zip(other, behind)])
        return Views(to_bytes(view), geometry.shown_box(mask), geometry.seen_box(corners), around)

    @staticmethod
    def unedited(x, size):
        """Whole pictures at the network's size, as the pipeline scales them."""
        return to_bytes(F.interpolate(x, size, mode="area"))

    @staticmethod
    def plain(x, seed, size, level=0.4):
        """The reference side: whole pictures at the network's size, some softer or re-encoded as real files are."""
        rng = np.random.default_rng(seed)
        view = F.interpolate(x, size, mode="area")
        view = pixels.coarse(view, rng, rng.random(len(x)) < .2, level)
        return to_bytes(pixels.jpeg(view, rng, rng.random(len(x)) < .3, level))


def to_bytes(x):
    return (x * 255 + .5).clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous()
