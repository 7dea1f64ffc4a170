"""What bad copies and filters do to a picture. Sizes are for a canvas of 360 lines."""

from edits.edit import Edit, Step


def _each(name: str, what: str, filters: str, *values: int) -> Edit:
    return Edit(name, "degradation", tuple(
        Step(what.format(v=value), filters.replace("VALUE", str(value))) for value in values))


BLUR = _each("blur", "sigma of {v} pixels", "gblur=sigma=VALUE", 2, 4, 8)
NOISE = _each("noise", "film grain, strength {v}", "noise=alls=VALUE:allf=t", 20, 40, 70)
SHARPENED = _each("sharpened", "unsharp mask, amount {v}", "unsharp=7:7:VALUE", 1, 2, 4)
BLOCKS = _each("blocks", "squares of {v} pixels", "pixelize=w=VALUE:h=VALUE", 5, 9, 16)
GHOSTS = _each("ghosts", "mean of {v} frames", "tmix=frames=VALUE", 4, 8, 16)
LOW_RESOLUTION = _each("low_resolution", "one {v}th of the width",
                       "scale=2*trunc(iw/VALUE/2):2*trunc(ih/VALUE/2),scale={W}:{H}", 3, 5, 9)

EDITS = (BLUR, NOISE, SHARPENED, BLOCKS, GHOSTS, LOW_RESOLUTION)
