"""The edits that a copy may have gone through, as a declarative list.

An edit is a chain of FFmpeg filters from the picture (already at its size on the canvas, 25 fps) to
the canvas. The chain may use, in braces: W, H (canvas), w, h (picture), u0 to u3 (random numbers in
[0, 1), drawn per stream from the seed), n (unique within a combination, for link labels) and other
(link label of unrelated footage that fills the canvas).
"""

from dataclasses import dataclass

GOAL_RECALL = 0.98  # of every edit that has a goal


@dataclass(frozen=True)
class Edit:
    name: str
    severity: str  # what the numbers mean, for the table
    chain: str = "null"
    canvas: tuple[float, float] = (1.0, 1.0)  # width and height of the canvas in pictures
    speed: float = 1.0  # > 1 plays faster: t_reference = speed * t_query + offset
    bitrate_kbps: int = 800
    goal: bool = False  # whether GOAL_RECALL applies


def combine(name: str, *parts: Edit) -> Edit:
    """The edits one after the other."""
    width = height = speed = 1.0
    for part in parts:
        width, height, speed = width * part.canvas[0], height * part.canvas[1], speed * part.speed
    chain = ",".join(part.chain.replace("{n}", f"{{n}}{i}") for i, part in enumerate(parts))
    return Edit(name, " + ".join(part.severity for part in parts), chain, (width, height), speed,
                min(part.bitrate_kbps for part in parts))


def _corner_box(width: float, height: float) -> str:
    """Top left of a box, its size in canvas heights, near a random corner."""
    return (f"x=if(lt({{u0}}\\,0.5)\\,0.03*iw\\,0.97*iw-{width}*ih):"
            f"y=if(lt({{u1}}\\,0.5)\\,0.04\\,0.96-{height})*ih")


_PAD = "pad={W}:{H}:(ow-iw)/2:(oh-ih)/2"
_FONT = "font=Sans:fontcolor=white"

REENCODE = Edit("reencode", "360p, 300 kbps", bitrate_kbps=300, goal=True)
LETTERBOX = Edit("letterbox", "black bars, 25 % of the height", _PAD, (1, 4 / 3), goal=True)
PILLARBOX = Edit("pillarbox", "black bars, 25 % of the width", _PAD, (4 / 3, 1), goal=True)
MIRROR = Edit("mirror", "left to right", "hflip", goal=True)
# A channel's bug: a box of 12 % x 30 % of the height near a random corner with a name in it.
LOGO = Edit(
    "logo", "box of 12 % x 30 % of the height in a corner",
    f"drawbox={_corner_box(0.30, 0.12)}:w=0.30*ih:h=0.12*ih:color=0xC01020@0.95:t=fill,"
    "drawtext=text=LIVE:" + _FONT + ":fontsize=0.085*h:"
    "x=if(lt({u0}\\,0.5)\\,0.03*w+0.15*h\\,0.97*w-0.15*h)-tw/2:"
    "y=if(lt({u1}\\,0.5)\\,0.10\\,0.90)*h-th/2",
    goal=True)
# A news banner: a strip of 14 % of the height along the lower edge, with a running headline.
BANNER = Edit(
    "banner", "strip of 14 % of the height, running text",
    "drawbox=x=0:y=0.84*ih:w=iw:h=0.14*ih:color=0x102060@0.95:t=fill,"
    "drawtext=text=BREAKING NEWS   LIVE FROM THE SCENE   MORE IN A MOMENT:" + _FONT +
    ":fontsize=0.07*h:x=0.5*w*{u0}-20*t:y=0.875*h,"
    "drawbox=x=0:y=0.84*ih:w=0.26*ih:h=0.14*ih:color=0xC01020:t=fill,"
    "drawtext=text=NOW:" + _FONT + ":fontsize=0.07*h:x=0.04*h:y=0.875*h",
    goal=True)
GREY = Edit("grey", "no colour", "hue=s=0", goal=True)
BRIGHTER = Edit("brighter", "+15 % of the range", "eq=brightness=0.15", goal=True)
DARKER = Edit("darker", "-15 % of the range", "eq=brightness=-0.15", goal=True)
SLOWER = Edit("slower", "speed 0.9", speed=0.9, goal=True)
FASTER = Edit("faster", "speed 1.1", speed=1.1, goal=True)


def _crop(name: str, severity: str, area: float) -> Edit:
    side = (1 - area) ** 0.5
    return Edit(name, severity, f"crop=w={side:.5f}*iw:h={side:.5f}*ih:x=(iw-ow)*{{u0}}:"
                                "y=(ih-oh)*{u1},scale={W}:{H}")


CROP_10 = _crop("crop_10", "10 % of the area removed, random place", 0.10)
CROP_25 = _crop("crop_25", "25 % of the area removed, random place", 0.25)
ROTATE_3 = Edit("rotate_3", "3 degrees, black corners", "rotate=3*PI/180")
ROTATE_10 = Edit("rotate_10", "10 degrees, black corners", "rotate=10*PI/180")
INNER = Edit("inner_60", "60 % of the width on other footage, random place",
             "scale=0.6*iw:-2[p{n}];{other}[p{n}]overlay=x=(W-w)*{u0}:y=(H-h)*{u1}")
BLURRED_FILL = Edit(
    "blurred_fill", "bars of blurred picture, 37 % of the width",
    "split[a{n}][b{n}];[a{n}]scale={W}:{H}:force_original_aspect_ratio=increase,crop={W}:{H},"
    "gblur=sigma=18,eq=brightness=-0.1[c{n}];[c{n}][b{n}]overlay=x=(W-w)/2:y=(H-h)/2", (1.6, 1))
COLOURED_BARS = Edit("coloured_bars", "blue bars, 25 % of the height",
                     _PAD + ":color=0x2040A0", (1, 4 / 3))
GAMMA = Edit("gamma", "gamma 1.6", "eq=gamma=1.6")
CONTRAST = Edit("contrast", "contrast 1.5", "eq=contrast=1.5")
LOW_RESOLUTION = Edit("low_resolution", "a quarter of the width", "scale=iw/4:-2,scale={W}:{H}")
TEXT = Edit(
    "text", "two lines of large text",
    "drawtext=text=WATCH TILL THE END:" + _FONT + ":fontsize=0.07*w:borderw=3:x=(w-tw)/2:y=0.05*h,"
    "drawtext=text=follow for part two:" + _FONT +
    ":fontsize=0.06*w:borderw=3:x=(w-tw)/2:y=0.82*h")
NOISE = Edit("noise", "film grain, strength 25", "noise=alls=25:allf=t")

EDITS = (
    REENCODE, LETTERBOX, PILLARBOX, MIRROR, LOGO, BANNER, GREY, BRIGHTER, DARKER, SLOWER, FASTER,
    CROP_10, CROP_25, ROTATE_3, ROTATE_10, INNER, BLURRED_FILL, COLOURED_BARS, GAMMA, CONTRAST,
    LOW_RESOLUTION, TEXT, NOISE,
    combine("letterbox_logo", LETTERBOX, LOGO),
    combine("pillarbox_banner", PILLARBOX, BANNER),
    combine("mirror_letterbox", MIRROR, LETTERBOX),
    combine("mirror_faster", MIRROR, FASTER),
    combine("grey_text_slower", GREY, TEXT, SLOWER),
)


def by_names(names: list[str]) -> tuple[Edit, ...]:
    """The edits of these names, in the order of the list; raises ValueError for an unknown one."""
    unknown = set(names) - {edit.name for edit in EDITS}
    if unknown:
        known = ", ".join(edit.name for edit in EDITS)
        raise ValueError(f"unknown edit {sorted(unknown)[0]}; known are: {known}")
    return tuple(edit for edit in EDITS if edit.name in names)
