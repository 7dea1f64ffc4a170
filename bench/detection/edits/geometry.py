"""What is seen from where."""

from edits.edit import Canvas, Edit, Step, combined


def _crop(area: float) -> Step:
    side = (1 - area) ** 0.5
    return Step(f"{100 * area:.0f} % of the area removed, random place",
                f"crop=w={side:.5f}*iw:h={side:.5f}*ih:x=(iw-ow)*{{u0}}:y=(ih-oh)*{{u1}},"
                "scale={W}:{H}")


def _zoom(factor: float) -> Step:
    """A crop that wanders, as of an editor's slow zoom and pan."""
    return Step(f"{factor:g} times as large, wandering",
                f"crop=w=iw/{factor}:h=ih/{factor}:x=(iw-ow)*(0.5+0.5*sin(0.7*t+6.28*{{u0}})):"
                "y=(ih-oh)*(0.5+0.5*sin(0.5*t+6.28*{u1})),scale={W}:{H}")


def _rotation(degrees: int) -> Step:
    return Step(f"{degrees} degrees, black corners",
                f"rotate=if(lt({{u0}}\\,0.5)\\,1\\,-1)*{degrees}*PI/180")


def perspective(share: float) -> str:
    """Every corner moves inwards by 40 to 100 % of `share`, on black."""
    x, y = (f"*{share}*{side}" for side in "WH")
    near = [f"(0.4+0.6*{{u{at}}})" for at in range(4)]
    return ("pad=2*trunc(0.51*iw):2*trunc(0.51*ih):-1:-1,perspective=sense=destination:"
            f"x0={near[0]}{x}:y0={near[1]}{y}:x1=W-{near[1]}{x}:y1={near[2]}{y}:"
            f"x2={near[2]}{x}:y2=H-{near[3]}{y}:x3=W-{near[3]}{x}:y3=H-{near[0]}{y},scale={{W}}:{{H}}")


BLURRED_BEHIND = (
    "split[a{n}][b{n}];[a{n}]scale={W}:{H}:force_original_aspect_ratio=increase,crop={W}:{H},"
    "gblur=sigma=18,eq=brightness=-0.1[c{n}];")


def _vertical(zoom: float) -> Step:
    """9:16 with blurred fill; the picture may be wider than the canvas."""
    width = f"2*trunc({zoom}*iw/2)"
    return Step(f"9:16, picture {zoom:g} times as wide as the frame, blurred fill",
                BLURRED_BEHIND + f"[b{{n}}]scale={width}:-2[d{{n}}];[c{{n}}][d{{n}}]"
                "overlay=x=(W-w)/2:y=(H-h)/2", Canvas(fixed=9 / 16))


CROP = Edit("crop", "geometry", tuple(_crop(area) for area in (0.10, 0.25, 0.50)))
ZOOM = Edit("zoom", "geometry", tuple(_zoom(factor) for factor in (1.1, 1.3, 1.6)))
_FLIPPED = Step("left to right", "hflip")
MIRROR = Edit("mirror", "geometry", (_FLIPPED, combined(_FLIPPED, _crop(0.15))),
              ordered=False)
ROTATION = Edit("rotation", "geometry", tuple(_rotation(degrees) for degrees in (5, 10, 15)))
TURNED = Edit("turned", "geometry", (
    Step("upside down", "hflip,vflip"),
    Step("90 degrees", "transpose=if(lt({u0}\\,0.5)\\,1\\,2)", Canvas(turned=True)),
    Step("90 degrees, within bars",
         "transpose=1,scale={W}:{H}:force_original_aspect_ratio=decrease:force_divisible_by=2,"
         "pad={W}:{H}:-1:-1")), ordered=False)
PERSPECTIVE = Edit("perspective", "geometry", tuple(
    Step(f"corners moved inwards by up to {100 * share:.0f} %", perspective(share))
    for share in (0.07, 0.15, 0.25)))
STRETCH = Edit("stretch", "geometry", tuple(
    Step(f"{times:g} times as wide", "scale={W}:{H}", Canvas(times)) for times in (1.2, 1.5, 0.6)),
    ordered=False)
VERTICAL = Edit("vertical", "geometry", tuple(_vertical(zoom) for zoom in (1, 1.4, 2)),
                ordered=False)
LENS = Edit("lens", "geometry", tuple(
    Step(f"wide-angle lens, k1 {k1:g}", f"lenscorrection=k1={k1}:k2=0:i=bilinear")
    for k1 in (-0.15, -0.35)))

EDITS = (CROP, ZOOM, MIRROR, ROTATION, TURNED, PERSPECTIVE, STRETCH, VERTICAL, LENS)
