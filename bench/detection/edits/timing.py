"""What is shown when."""

from edits.edit import Edit, Step
from edits.programme import hold, other, show, skip

SLOWER = Edit("slower", "time", tuple(
    Step(f"speed {speed}", speed=speed) for speed in (0.9, 0.8)), ordered=False)
FASTER = Edit("faster", "time", tuple(
    Step(f"speed {speed}", speed=speed) for speed in (1.1, 1.25)), ordered=False)
CUTS = Edit("cuts", "time", tuple(
    Step(f"{cut:g} s cut out every 5 s", programme=(show(5), skip(cut))) for cut in (0.5, 2)),
    ordered=False)
FREEZE = Edit("freeze", "time", (
    Step("stands still for 1 s after every 5 s", programme=(show(5), hold(1))),
    Step("stands still for 2 s after every 3 s", programme=(show(3), hold(2)))), ordered=False)
SLOW_MOTION = Edit("slow_motion", "time", (
    Step("2 s at half speed after every 5 s", programme=(show(5), show(2, 0.5))),
    Step("4 s at half speed after every 4 s", programme=(show(4), show(4, 0.5)))), ordered=False)
INTERLEAVED = Edit("interleaved", "time", (
    Step("1 s of other footage after every 5 s", programme=(show(5), other(1))),
    Step("3 s of other footage after every 4 s", programme=(show(4), other(3)))), ordered=False)

EDITS = (SLOWER, FASTER, CUTS, FREEZE, SLOW_MOTION, INTERLEAVED)
