"""The picture as a part of another one."""

from edits.edit import Canvas, Edit, Step
from edits.overlays import FONT


def _scaled(share: float) -> str:
    return f"scale=2*trunc({share}*iw/2):2*trunc({share}*ih/2)[p{{n}}];"


def _corner(share: float) -> Step:
    return Step(f"{100 * share:.0f} % of the width, in a corner of other footage",
                _scaled(share) + "{other}[p{n}]overlay=x=if(lt({u0}\\,0.5)\\,0.02*W\\,0.98*W-w):"
                "y=if(lt({u1}\\,0.5)\\,0.03*H\\,0.97*H-h)")


def _plain(colour: str) -> str:
    return f"color=c={colour}:s={{W}}x{{H}}:r=25[q{{n}}];"


def _reaction(share: float) -> Step:
    """On a plain ground beside somebody who watches it."""
    return Step(f"{100 * share:.0f} % of the width, on a plain ground, with somebody who watches",
                _scaled(share) + _plain("0x282038") +
                "[q{n}][p{n}]overlay=x=0.02*W:y=0.04*H:shortest=1[r{n}];"
                "{other}scale=2*trunc(0.17*iw):2*trunc(0.17*ih)[s{n}];"
                "[r{n}][s{n}]overlay=x=0.98*W-w:y=0.97*H-h")


def player(share: float) -> Step:
    """A page with a player: bar, title, time line, and what to watch next."""
    bottom = f"(0.09+{share})"
    return Step(f"{100 * share:.0f} % of the width, on a player's page",
                _scaled(share) + _plain("0xEEEEEE") +
                "[q{n}][p{n}]overlay=x=0.02*W:y=0.09*H:shortest=1,"
                "drawbox=x=0:y=0:w=iw:h=0.07*ih:color=0x202020:t=fill,"
                f"drawtext=text=VidWatch:{FONT}:fontsize=0.045*h:x=0.02*w:y=0.012*h,"
                f"drawbox=x=0.02*iw:y={bottom}*ih-0.015*ih:w={share}*iw:h=0.015*ih:"
                "color=0x808080:t=fill,"
                f"drawbox=x=0.02*iw:y={bottom}*ih-0.015*ih:w={share / 3}*iw:h=0.015*ih:"
                "color=red:t=fill,"
                f"drawtext=text=my video - 1 203 views:font=Sans:fontcolor=black:fontsize=0.05*h:"
                f"x=0.02*w:y={bottom}*h+0.02*h," + ",".join(
                    f"drawbox=x={share + 0.05}*iw:y={y}*ih:w={0.91 - share}*iw:h=0.16*ih:"
                    f"color={colour}:t=fill"
                    for y, colour in ((0.11, "0x7090A0"), (0.31, "0xA08050"), (0.51, "0x508060"))))


def _phone(share: float) -> Step:
    """A vertical feed: name above, caption below, buttons at the side."""
    return Step(f"9:16, picture over {100 * share:.0f} % of the width, an app's buttons and captions",
                _scaled(share) + _plain("0x101010") +
                "[q{n}][p{n}]overlay=x=(W-w)/2:y=0.42*H-h/2:shortest=1,"
                f"drawtext=text=clipking:{FONT}:fontsize=0.05*w:x=0.04*w:y=0.05*h,"
                f"drawtext=text=share before it is gone:{FONT}:fontsize=0.055*w:x=0.04*w:y=0.86*h,"
                + ",".join(f"drawtext=text={glyph}:{FONT}:fontsize=0.1*w:x=0.86*w:y={y}*h"
                           for glyph, y in (("♥", 0.55), ("★", 0.65), ("☺", 0.75))),
                Canvas(fixed=9 / 16))


SPLIT_SCREEN = Edit("split_screen", "inner", (
    Step("left two thirds of the frame, its middle; other footage beside it",
         "crop=w=2*trunc(iw/3):h=ih[p{n}];{other}[p{n}]overlay=x=0:y=0"),
    Step("left half of the frame, its middle; other footage beside it",
         "crop=w=2*trunc(iw/4):h=ih[p{n}];{other}[p{n}]overlay=x=0:y=0"),
    Step("a quarter of the frame, one of four pictures",
         _scaled(0.5) + "{other}scale=2*trunc(iw/4):2*trunc(ih/4),split=3[a{n}][b{n}][c{n}];"
         "[p{n}]pad={W}:{H}[d{n}];[d{n}][a{n}]overlay=x=W-w:y=0[e{n}];"
         "[e{n}][b{n}]overlay=x=0:y=H-h[f{n}];[f{n}][c{n}]overlay=x=W-w:y=H-h")),
    ordered=False)
CORNER = Edit("corner", "inner", (_corner(0.60), _corner(0.45), _corner(0.33)))
REACTION = Edit("reaction", "inner", (_reaction(0.75), _reaction(0.62), _reaction(0.50)))
PLAYER = Edit("player", "inner", (player(0.75), player(0.62), player(0.50)))
PHONE = Edit("phone", "inner", (_phone(1.0), _phone(0.85), _phone(0.70)))

EDITS = (CORNER, REACTION, PLAYER, SPLIT_SCREEN, PHONE)
