"""Edits of time: what of the reference a copy shows when, as a programme that repeats.

The same programme gives FFmpeg's filters and the truth, so that they cannot disagree.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A stretch of a programme: `shown_s` on air, during which `source_s` of the reference pass."""
    shown_s: float
    source_s: float
    other: bool = False  # other footage is on air


def show(seconds: float, speed: float = 1.0) -> Part:
    return Part(seconds, seconds * speed)


def skip(seconds: float) -> Part:
    return Part(0, seconds)


def hold(seconds: float) -> Part:
    return Part(seconds, 0)


def other(seconds: float) -> Part:
    return Part(seconds, 0, other=True)


@dataclass(frozen=True)
class Piece:
    """What a stream shows of a reference without a break; seconds on both lines."""
    query: tuple[float, float]
    interval: tuple[float, float]


def pieces(programme: tuple[Part, ...], speed: float, shown_s: float) -> tuple[Piece, ...]:
    """What the first `shown_s` of the programme show, on lines that begin at 0."""
    found, query, source = [], 0.0, 0.0
    while query < shown_s:
        for part in programme or (show(shown_s),):
            length = min(part.shown_s, shown_s - query)
            passed = part.source_s if part.shown_s == 0 else part.source_s * length / part.shown_s
            if length > 0 and part.source_s > 0:
                found.append(Piece((query, query + length),
                                   (source * speed, (source + passed) * speed)))
            query, source = query + length, source + passed
    return tuple(found)


def source_s(programme: tuple[Part, ...], speed: float, shown_s: float) -> float:
    """How much of the reference `shown_s` on air need."""
    return max(piece.interval[1] for piece in pieces(programme, speed, shown_s))


def shown_of(programme: tuple[Part, ...], speed: float, available_s: float) -> float:
    """How long a stream can show `available_s` of a reference."""
    shown = sum(part.shown_s for part in programme) or 1.0
    passed = sum(part.source_s for part in programme) or 1.0
    cycles = available_s / speed / passed
    whole, rest = int(cycles), (cycles - int(cycles)) * passed
    last = 0.0
    for part in programme or (show(1.0),):
        if part.source_s > rest:
            last += part.shown_s * rest / part.source_s
            break
        last, rest = last + part.shown_s, rest - part.source_s
    return whole * shown + last


def filters(programme: tuple[Part, ...], speed: float, fps: int) -> str:
    """From the reference's picture to the programme's at `fps`; frames in the time of `hold` and
    `other` repeat the one before."""
    if not programme:
        return f"setpts=(PTS-STARTPTS)/{speed},fps={fps}"
    source = sum(part.source_s for part in programme)
    shown = sum(part.shown_s for part in programme)
    at = f"mod(T\\,{source})"
    begin, on_air, place, kept = 0.0, 0.0, "", []
    for part in programme:
        if part.source_s > 0:
            end = begin + part.source_s
            place += (f"if(lt({at}\\,{end})\\,{on_air}+({at}-{begin})*"
                      f"{part.shown_s / part.source_s}\\,")
            if part.shown_s > 0:
                kept.append(f"gte(mod(t\\,{source})\\,{begin})*lt(mod(t\\,{source})\\,{end})")
            begin = end
        on_air += part.shown_s
    place += str(on_air) + ")" * place.count("if(")
    return (f"setpts=(PTS-STARTPTS)/{speed},select={'+'.join(kept)},"
            f"setpts=(floor(T/{source})*{shown}+{place})/TB,fps={fps}")


def overlaid(programme: tuple[Part, ...]) -> str:
    """From the edited copy to one in which the other footage, {other}, is shown at its times."""
    shown = sum(part.shown_s for part in programme)
    begin, times = 0.0, []
    for part in programme:
        if part.other:
            end = begin + part.shown_s
            times.append(f"gte(mod(t+0.001\\,{shown})\\,{begin})*lt(mod(t+0.001\\,{shown})\\,{end})")
        begin += part.shown_s
    return f"[seen];[seen]{{other}}overlay=enable={'+'.join(times)}" if times else ""
