"""What is done to brightness and colours."""

from edits.edit import Edit, Step


def _mixed(what: str, *rows: str) -> Step:
    """Each row: how much of red, green and blue goes into red, green, blue."""
    entries = ":".join(f"{row}{column}={share}" for row, shares in zip("rgb", rows)
                       for column, share in zip("rgb", shares.split()))
    return Step(what, f"colorchannelmixer={entries}")


def _each(name: str, what: str, filters: str, *values: float) -> Edit:
    return Edit(name, "colour", tuple(
        Step(what.format(v=value), filters.format(v=value)) for value in values))


GREY = Edit("grey", "colour", (Step("a third of the colour", "hue=s=0.33"),
                               Step("no colour", "hue=s=0"),
                               Step("no colour, contrast 1.5", "hue=s=0,eq=contrast=1.5")), ordered=False)
SEPIA = Edit("sepia", "colour", (
    _mixed("half", ".70 .38 .09", ".17 .84 .08", ".14 .27 .56"),
    _mixed("full", ".393 .769 .189", ".349 .686 .168", ".272 .534 .131")))
TINT = Edit("tint", "colour", (_mixed("bluish", ".8 0 0", "0 1 0", "0 0 1.25"),
                               _mixed("blue", ".45 0 0", "0 .8 0", "0 .1 1.5")))
GAMMA = _each("gamma", "gamma {v}", "eq=gamma={v}", 1.4, 1.8, 2.5)
DEEP = _each("deep", "gamma {v}", "eq=gamma={v}", 0.7, 0.5, 0.35)
BRIGHTER = _each("brighter", "+{v:.0%} of the range", "eq=brightness={v}", 0.15, 0.25, 0.35)
DARKER = _each("darker", "{v:.0%} of the range", "eq=brightness={v}", -0.15, -0.25, -0.35)
CONTRAST = _each("contrast", "contrast {v}", "eq=contrast={v}", 1.3, 1.7, 2.3)
FLAT = _each("flat", "contrast {v}", "eq=contrast={v}", 0.7, 0.5, 0.3)
NEGATIVE = Edit("negative", "colour", (Step("light and dark", "negate=components=y"),
                                       Step("light, dark and colours", "negate")), ordered=False)
NIGHT = Edit("night", "colour", (
    Step("dark, little colour, noise", "eq=gamma=0.6:saturation=0.4:contrast=0.8,noise=alls=12:allf=t"),
    Step("very dark, green, noise",
         "eq=gamma=0.4:saturation=0:contrast=0.7:brightness=-0.08,noise=alls=25:allf=t,colorbalance=gm=0.4")))
POSTER = Edit("poster", "colour", tuple(
    Step(f"{round(256 / step)} shades", f"lutyuv=y=floor(val/{step})*{step}+{step // 2}")
    for step in (32, 64)))

EDITS = (GREY, SEPIA, TINT, GAMMA, DEEP, BRIGHTER, DARKER, CONTRAST, FLAT, NEGATIVE, NIGHT, POSTER)
