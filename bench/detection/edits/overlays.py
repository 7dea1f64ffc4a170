"""What is drawn over the picture."""

import random

from edits.edit import Edit, Step

FONT = "font=Sans:fontcolor=white"


def _box(width: float, height: float) -> str:
    """Top left of a box, its size in canvas heights, near a random corner."""
    return (f"x=if(lt({{u0}}\\,0.5)\\,0.03*iw\\,0.97*iw-{width}*ih):"
            f"y=if(lt({{u1}}\\,0.5)\\,0.04\\,0.96-{height})*ih")


def logo(height: float) -> Step:
    """A channel's bug near a random corner, with a name in it."""
    width = 2.5 * height
    return Step(
        f"box of {100 * height:.0f} % x {100 * width:.0f} % of the height in a corner",
        f"drawbox={_box(width, height)}:w={width}*ih:h={height}*ih:color=0xC01020@0.95:t=fill,"
        f"drawtext=text=LIVE:{FONT}:fontsize={0.7 * height:.4f}*h:"
        f"x=if(lt({{u0}}\\,0.5)\\,0.03*w+{width / 2}*h\\,0.97*w-{width / 2}*h)-tw/2:"
        f"y=if(lt({{u1}}\\,0.5)\\,{0.04 + height / 2}\\,{0.96 - height / 2})*h-th/2")


def banner(height: float) -> Step:
    """A news banner: a strip along the lower edge, with a running headline."""
    top, size = 0.98 - height, height / 2
    return Step(
        f"strip of {100 * height:.0f} % of the height, running text",
        f"drawbox=x=0:y={top}*ih:w=iw:h={height}*ih:color=0x102060@0.95:t=fill,"
        f"drawtext=text=BREAKING NEWS   LIVE FROM THE SCENE   MORE IN A MOMENT:{FONT}:"
        f"fontsize={size}*h:x=0.5*w*{{u0}}-20*t:y={top + height / 4}*h,"
        f"drawbox=x=0:y={top}*ih:w={1.8 * height}*ih:h={height}*ih:color=0xC01020:t=fill,"
        f"drawtext=text=NOW:{FONT}:fontsize={size}*h:x=0.04*h:y={top + height / 4}*h")


_CHAT = ("\n".join(["anna - is this real", "max77 - omg", "k_k - where is that", "lee - first",
                    "zoe - turn it off", "ben - what is he doing", "mod - be kind", "ivy - no way",
                    "sam - link please", "tom - hi from oslo", "uma - again?", "vik - share it"]))


def _chat(width: float) -> Step:
    size = 0.075 * width
    return Step(f"chat over {100 * width:.0f} % of the width, scrolling",
                f"drawbox=x=(1-{width})*iw:y=0:w={width}*iw:h=ih:color=0x101018@0.75:t=fill,"
                f"drawtext=text={_CHAT}:{FONT}:fontsize={size}*w:line_spacing=6:"
                f"x=(1-{width})*w+0.01*w:y=0.1*h-mod(14*t\\,0.3*h)")


def _emojis(count: int) -> Step:
    """Hearts, faces and stars that rise; where each of them is follows from its number."""
    drawn = []
    for at in range(count):
        rng = random.Random(at)
        glyph, colour = rng.choice("♥☺★☻♥"), rng.choice(("red", "yellow", "magenta", "white", "orange"))
        size, speed, phase = rng.uniform(0.12, 0.22), rng.uniform(0.15, 0.4), rng.uniform(0, 1.3)
        drawn.append(f"drawtext=text={glyph}:font=Sans:fontcolor={colour}:fontsize={size:.3f}*h:"
                     f"x=w*({rng.uniform(0, 0.93):.3f}+0.03*sin(2*t+{at})):"
                     f"y=h-h*mod({speed:.3f}*t+{phase:.3f}\\,1.3)")
    return Step(f"{count} rising emojis", ",".join(drawn))


_LINES = ("WATCH TILL THE END", "follow for part two", "THEY DO NOT WANT", "you to see this")


def _text(lines: int, size: float) -> Step:
    return Step(f"{lines} lines of large text", ",".join(
        f"drawtext=text={_LINES[at]}:{FONT}:fontsize={size}*w:borderw=3:x=(w-tw)/2:"
        f"y={0.05 + 0.82 * (at / (lines - 1)):.3f}*h" for at in range(lines)))


def scoreboard(height: float) -> Step:
    """Two names, their points and a running counter in the upper left corner."""
    size = 0.35 * height
    return Step(
        f"box of {100 * height:.0f} % of the height, four times as wide, with a counter",
        f"drawbox=x=0.03*iw:y=0.04*ih:w={4 * height}*ih:h={height}*ih:color=0x083010@0.9:t=fill,"
        f"drawtext=text=HOME 2\nAWAY 1:{FONT}:fontsize={size:.4f}*h:x=0.03*w+0.02*h:y=0.045*h,"
        f"drawtext=text=%{{{{frame_num}}}}:{FONT}:fontsize={size:.4f}*h:"
        f"x=0.03*w+{2.4 * height}*h:y=0.045*h")


def _watermark(alpha: float) -> Step:
    return Step(f"a name all over the picture, {100 * alpha:.0f} % opaque", ",".join(
        f"drawtext=text=@clipking:{FONT}@{alpha}:fontsize=0.06*w:x={x}*w:y={y}*h"
        for x, y in ((0.02, 0.08), (0.36, 0.2), (0.68, 0.08), (0.14, 0.45), (0.52, 0.5), (0.02, 0.8),
                     (0.36, 0.75), (0.68, 0.85))))


def _censored(share: float) -> Step:
    """A mosaic over the middle."""
    side = share ** 0.5
    return Step(f"mosaic over {100 * share:.0f} % of the area, around the middle",
                f"split[a{{n}}][b{{n}}];[b{{n}}]crop=w={side:.4f}*iw:h={side:.4f}*ih,"
                "scale=8:8:flags=area,scale=2*trunc(" f"{side:.4f}*{{w}}/2):2*trunc({side:.4f}*{{h}}/2)"
                ":flags=neighbor[c{n}];[a{n}][c{n}]overlay=x=(W-w)/2:y=(H-h)/2")


LOGO = Edit("logo", "overlay", (logo(0.08), logo(0.12), logo(0.20)))
BANNER = Edit("banner", "overlay", (banner(0.10), banner(0.14), banner(0.25)))
CHAT = Edit("chat", "overlay", (_chat(0.22), _chat(0.33), _chat(0.45)))
EMOJIS = Edit("emojis", "overlay", (_emojis(5), _emojis(15), _emojis(35)))
TEXT = Edit("text", "overlay", (_text(2, 0.06), _text(3, 0.08), _text(4, 0.10)))
SCOREBOARD = Edit("scoreboard", "overlay", (scoreboard(0.09), scoreboard(0.14), scoreboard(0.20)))
WATERMARK = Edit("watermark", "overlay", (_watermark(0.3), _watermark(0.6), _watermark(1.0)))
CENSORED = Edit("censored", "overlay", (_censored(0.10), _censored(0.20), _censored(0.35)))

EDITS = (LOGO, BANNER, CHAT, EMOJIS, TEXT, SCOREBOARD, WATERMARK, CENSORED)
