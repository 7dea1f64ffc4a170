"""A screen that was filmed: what lenses, hands and refresh rates do."""

from edits.edit import Edit, Step
from edits.geometry import perspective


def _laid_over(picture: str, mode: str, moving: str = "null") -> str:
    """One luma picture, computed once, blended over every frame; `picture` is 0 to 255 of X and Y."""
    return ("format=yuv420p[p{n}];color=c=gray:s={W}x{H}:r=25:d=0.04,format=yuv420p,"
            f"geq=lum={picture}:cb=128:cr=128,loop=-1:1:0,setpts=N/25/TB,{moving}[m{{n}}];"
            f"[p{{n}}][m{{n}}]blend=c0_mode={mode}:c1_mode=normal:c2_mode=normal:shortest=1")


def _filmed(share: float, blur: float, noise: int, gamma: float) -> Step:
    return Step(f"askew by {100 * share:.0f} %, blurred, noise {noise}, gamma {gamma}",
                f"{perspective(share)},gblur=sigma={blur},eq=gamma={gamma}:saturation=0.8,"
                f"noise=alls={noise}:allf=t")


def _moire(depth: float) -> Step:
    """Two gratings of nearly the same pitch."""
    wave = "(sin(1.30*X+0.05*Y)+sin(1.42*X-0.09*Y)+sin(0.11*X+0.14*Y))/3"
    return Step(f"stripes {100 * depth:.0f} % deep",
                _laid_over(f"255*(1-{depth}*(0.5+0.5*{wave}))", "multiply", "scroll=horizontal=0.002"))


def _glare(light: float) -> Step:
    """A lamp's reflection."""
    squares = "(pow((X-W*(0.2+0.6*{u0}))/(0.22*W)\\,2)+pow((Y-H*(0.2+0.6*{u1}))/(0.30*H)\\,2))"
    return Step(f"reflection of {100 * light:.0f} % of white",
                _laid_over(f"255*{light}*exp(-{squares})", "screen"))


def _bands(depth: float) -> Step:
    return Step(f"rolling bands {100 * depth:.0f} % deep", _laid_over(
        f"255*(1-{depth}*(0.5+0.5*sin(2*PI*2*Y/H)))", "multiply", "scroll=vertical=0.013"))


def _shake(share: float) -> Step:
    """A hand that trembles: the frame wanders and turns, and is cut so that no edge shows."""
    return Step(f"the frame moves by up to {100 * share:.0f} %",
                f"rotate=0.5*{share}*sin(2.1*t),crop=w=iw*{1 - 2 * share}:"
                f"h=ih*{1 - 2 * share}:x=(iw-ow)/2*(1+0.6*sin(5.3*t)+0.4*sin(9.1*t)):"
                "y=(ih-oh)/2*(1+0.6*sin(6.7*t+1)+0.4*sin(10.7*t)),scale={W}:{H}")


FILMED = Edit("filmed", "screen", (_filmed(0.06, 0.8, 8, 1.2), _filmed(0.14, 1.4, 15, 1.4),
                                   _filmed(0.22, 2.2, 25, 1.7)))
MOIRE = Edit("moire", "screen", (_moire(0.2), _moire(0.4), _moire(0.7)))
GLARE = Edit("glare", "screen", (_glare(0.4), _glare(0.7), _glare(1.0)))
SHAKE = Edit("shake", "screen", (_shake(0.02), _shake(0.05), _shake(0.09)))
BANDS = Edit("bands", "screen", (_bands(0.2), _bands(0.4), _bands(0.7)))

EDITS = (FILMED, MOIRE, GLARE, SHAKE, BANDS)
