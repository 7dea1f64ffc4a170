"""The edits that a copy may have gone through, in families."""

from edits import (bars, colour, combinations, degradation, geometry, inner, overlays, screen, timing,
                   transcodes)
from edits.edit import Canvas, Edit, Live, Step, Variation, combination, combined

EDITS: tuple[Edit, ...] = (
    *transcodes.EDITS, *geometry.EDITS, *bars.EDITS, *overlays.EDITS, *inner.EDITS, *colour.EDITS,
    *degradation.EDITS, *screen.EDITS, *timing.EDITS, *combinations.EDITS)

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(edit.family for edit in EDITS))


def variations(edits: tuple[Edit, ...] = EDITS) -> tuple[Variation, ...]:
    return tuple(Variation(edit, severity) for edit in edits
                 for severity in range(1, len(edit.steps) + 1))


def middle(edits: tuple[Edit, ...] = EDITS) -> tuple[Variation, ...]:
    """Each at its middle severity, the milder of two."""
    return tuple(Variation(edit, (len(edit.steps) + 1) // 2) for edit in edits)


def by_names(names: list[str]) -> tuple[Edit, ...]:
    """The edits of these names or families, in the order of the list; raises ValueError for an
    unknown one."""
    unknown = set(names) - {edit.name for edit in EDITS} - set(FAMILIES)
    if unknown:
        known = ", ".join(edit.name for edit in EDITS)
        raise ValueError(f"unknown edit {sorted(unknown)[0]}; known are the families "
                         f"{', '.join(FAMILIES)} and the edits {known}")
    return tuple(edit for edit in EDITS if edit.name in names or edit.family in names)


def variation(name: str) -> Variation:
    """The one of this name, such as `crop.2`."""
    return next(one for one in variations() if one.name == name)
