"""Hard negatives: footage that looks like a reference and is none.

Each is a pair: what goes into the bank, made of the first half of a clip, and a live stream made of
the second half of the same clip or of another one, treated alike. Nothing of it is a copy, so every
takedown takes somebody off the air wrongly.
"""

from dataclasses import dataclass

import encoder
from corpus import Clip
from edits import Canvas, Live, Step, combined
from edits.overlays import FONT, banner, logo, scoreboard
from streams import FPS, Stream, edited, fill, lines_of, random_of, sizes_of

LONGEST_S = 30.0  # of each half
GAP_S = 2.0  # between the halves
SHORTEST_CLIP_S = 18.0
OPENING_S = 6.0  # of cards and titles before footage
FROZEN_S = 20.0

_CHANNEL = combined(logo(0.12), banner(0.16))
_NEWS = Step("", "scale=2*trunc(0.64*iw/2):2*trunc(0.64*ih/2),pad={W}:{H}:0.04*ow:0.06*oh:0x0A1E50,"
                 "drawbox=x=0.70*iw:y=0.06*ih:w=0.27*iw:h=0.64*ih:color=0x183C90:t=fill,"
             f"drawtext=text=MARKETS\n\nWEATHER\n\nSPORT:{FONT}:fontsize=0.06*h:x=0.73*w:y=0.12*h,"
                 "drawbox=x=0:y=0.78*ih:w=iw:h=0.15*ih:color=0xC01020:t=fill,"
             f"drawtext=text=BREAKING NEWS   MORE IN A MOMENT:{FONT}:fontsize=0.07*h:x=0.04*w:y=0.82*h")
_GAME = combined(scoreboard(0.12), Step(
    "", "drawbox=x=0.80*iw:y=0.68*ih:w=0.17*iw:h=0.27*ih:color=0x205020@0.9:t=fill,"
        "drawbox=x=0.86*iw:y=0.78*ih:w=0.02*iw:h=0.04*ih:color=yellow:t=fill,"
        "drawbox=x=0.04*iw:y=0.90*ih:w=0.30*iw:h=0.05*ih:color=0xA01010:t=fill,"
        f"drawtext=text=x 3   AMMO 24:{FONT}:fontsize=0.06*h:x=0.36*w:y=0.89*h"))
_DARK = Step("", "eq=brightness=-0.1:contrast=0.35:gamma=0.6,noise=alls=8:allf=t")
_PLAIN = Step("")


@dataclass(frozen=True)
class Kind:
    """How a kind of hard negative is made; the treatments are of the reference and of the stream."""
    name: str
    what: str
    treatment: Step = _PLAIN
    other_clip: bool = False  # the stream shows another clip than the reference
    opening: str = ""  # lavfi source of W x H that comes before the footage, `which` of two
    frozen: bool = False  # the stream stands still, but for noise


_TITLE = "color=c=0x101828:s={W}x{H}:r=25,drawtext=text={text}:" + FONT + \
    ":fontsize=0.12*h:x=(w-tw)/2:y=0.36*h,drawtext=text=a film by somebody:" + FONT + \
    ":fontsize=0.06*h:x=(w-tw)/2:y=0.60*h"

KINDS = (
    Kind("place", "another moment before the same camera"),
    Kind("layout", "another clip with the same channel's logo and banner", _CHANNEL, True),
    Kind("news", "other pictures in the same news frame", _NEWS, True),
    Kind("game", "another moment of the same game, with its display", _GAME),
    Kind("titles", "another clip after a title screen of the same design", other_clip=True,
         opening=_TITLE),
    Kind("cards", "another clip after the same test card", other_clip=True,
         opening="smptehdbars=s={W}x{H}:r=25"),
    Kind("dark", "another moment before the same camera, at night", _DARK),
    Kind("static", "a moment before the same camera in which nothing moves", frozen=True),
)


@dataclass(frozen=True)
class Pair:
    kind: Kind
    reference: Stream
    stream: Stream


def _half(clip: Clip, second: bool) -> tuple[float, float]:
    """Begin and length of a half, at most LONGEST_S, away from the other."""
    length = min(LONGEST_S, (clip.duration_s - GAP_S) / 2)
    return ((clip.duration_s + GAP_S) / 2, length) if second else (
        (clip.duration_s - GAP_S) / 2 - length, length)


def _made(id: str, kind: Kind, clip: Clip, second: bool, seed: int) -> Stream:
    begin, length = _half(clip, second)
    # A channel looks the same whatever it shows: other clips are cut to its shape.
    canvas, picture = sizes_of(clip, Canvas(fixed=16 / 9 if kind.other_clip else None),
                               lines_of(Live()))
    shaped = ""
    if kind.other_clip:
        shaped, picture = f"{fill(*canvas)},", canvas
    graph = [f"[0:v]{shaped}{edited(kind.treatment, canvas, picture, random_of(seed, kind.name))}"]
    if kind.frozen and second:
        length = FROZEN_S
        graph[0] += (f",trim=end_frame=1,loop=-1:1:0,setpts=N/{FPS}/TB,noise=alls=10:allf=t,"
                     f"trim=end_frame={round(length * FPS)}")
    if kind.opening:
        source = kind.opening.format(W=canvas[0], H=canvas[1],
                                     text="PART TWO" if second else "PART ONE")
        graph[0] += "[footage]"
        graph = [f"{source},trim=end_frame={round(OPENING_S * FPS)},{fill(*canvas)}[opening]", *graph,
                 "[opening][footage]concat=n=2"]
        length += OPENING_S
    graph[-1] += "[out]"
    live = Live() if second else Live(kbps=3000)
    command = ("-threads", "1", "-ss", f"{begin:.3f}", "-t", f"{_half(clip, second)[1]:.3f}",
               "-i", str(clip.path), "-filter_complex_threads", "1",
               "-filter_complex", ";".join(graph), "-map", "[out]", *encoder.arguments(live, FPS))
    return Stream(id, f"hard.{kind.name}", None, length, command)


def pairs(clips: list[Clip], count: int | None, seed: int) -> list[Pair]:
    """Every kind for `count` of the clips (all: None), chosen by hash."""
    usable = [clip for clip in clips if clip.duration_s >= SHORTEST_CLIP_S]
    made = []
    for kind in KINDS:
        ranked = sorted(usable, key=lambda clip: random_of(seed, kind.name, clip.id).random())
        chosen = ranked[:count]
        for at, clip in enumerate(chosen):
            shown = ranked[(at + 1) % len(ranked)] if kind.other_clip else clip
            made.append(Pair(kind, _made(f"hard.{kind.name}.reference.{clip.id}", kind, clip, False,
                                         seed),
                             _made(f"hard.{kind.name}.{shown.id}", kind, shown, True, seed)))
    return made
