"""Bars and borders around the whole picture."""

from edits.edit import Canvas, Edit, Step
from edits.geometry import BLURRED_BEHIND

_PAD = "pad={W}:{H}:(ow-iw)/2:(oh-ih)/2"
_SHARES = (0.15, 0.25, 0.40)

LETTERBOX = Edit("letterbox", "bars", tuple(
    Step(f"black bars, {100 * share:.0f} % of the height", _PAD, Canvas(1 - share))
    for share in _SHARES))
PILLARBOX = Edit("pillarbox", "bars", tuple(
    Step(f"black bars, {100 * share:.0f} % of the width", _PAD, Canvas(1 / (1 - share)))
    for share in _SHARES))
BORDER = Edit("border", "bars", tuple(
    Step(f"blue border, {100 * share:.0f} % of each side",
         f"scale=2*trunc({1 - share}*iw/2):2*trunc({1 - share}*ih/2),{_PAD}:color=0x2040A0")
    for share in (0.08, 0.20, 0.35)))
BLURRED_BARS = Edit("blurred_bars", "bars", tuple(
    Step(f"bars of blurred picture, {100 * share:.0f} % of the width",
         BLURRED_BEHIND + "[c{n}][b{n}]overlay=x=(W-w)/2:y=(H-h)/2", Canvas(1 / (1 - share)))
    for share in (0.20, 0.37, 0.55)))
MOVING_BARS = Edit("moving_bars", "bars", tuple(
    Step(f"bars of other footage, {100 * share:.0f} % of the width",
         "null[a{n}];{other}[a{n}]overlay=x=(W-w)/2:y=(H-h)/2", Canvas(1 / (1 - share)))
    for share in (0.20, 0.37)))

EDITS = (LETTERBOX, PILLARBOX, BORDER, BLURRED_BARS, MOVING_BARS)
