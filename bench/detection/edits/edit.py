"""What an edit is: a small declarative entry, in two or three severities.

A step's chain is made of FFmpeg filters from the picture (at its size on the canvas, 25 fps) to the
canvas. It may use, in braces: W, H (canvas), w, h (picture), u0 to u3 (random numbers in [0, 1),
drawn per stream from the seed), n (unique within a combination, for link labels) and other (link
label of unrelated footage that fills the canvas).
"""

from dataclasses import dataclass, replace

from edits.programme import Part


@dataclass(frozen=True)
class Canvas:
    """The stream's picture as seen from the edited one: its aspect ratio is `times` as wide, or
    `fixed`; with `turned` the picture is put in on its side. Where the two differ, the picture is as
    large as fits."""
    times: float = 1.0
    fixed: float | None = None
    turned: bool = False

    def of(self, aspect: float) -> float:
        return self.fixed or (1 / aspect if self.turned else aspect) * self.times


@dataclass(frozen=True)
class Live:
    """How the whole stream is encoded."""
    kbps: int = 800
    height: int = 360  # short side of the canvas
    codec: str = "h264"  # h264, hevc or mpeg2
    gop_s: float = 2  # what live platforms ask of encoders
    loss: float = 0.0  # share of the datagrams that get lost

    def worse_of(self, other: "Live") -> "Live":
        return Live(min(self.kbps, other.kbps), min(self.height, other.height),
                    other.codec if self.codec == "h264" else self.codec,
                    max(self.gop_s, other.gop_s), max(self.loss, other.loss))


@dataclass(frozen=True)
class Step:
    """One severity."""
    what: str  # what the numbers mean, for the table
    chain: str = "null"
    canvas: Canvas = Canvas()
    speed: float = 1.0  # > 1 plays faster: t_reference = speed * t_query + offset
    programme: tuple[Part, ...] = ()  # repeated: what is shown when; empty: the picture goes on
    live: Live = Live()


@dataclass(frozen=True)
class Edit:
    name: str
    family: str
    steps: tuple[Step, ...]  # from mild to severe
    # Each step takes the picture further from the original. Not so where steps differ in kind, or
    # change the encoding or the time line and not what frames look like.
    ordered: bool = True


@dataclass(frozen=True)
class Variation:
    """One edit at one severity, counted from 1."""
    edit: Edit
    severity: int

    @property
    def name(self) -> str:
        return f"{self.edit.name}.{self.severity}"

    @property
    def step(self) -> Step:
        return self.edit.steps[self.severity - 1]


def combined(*parts: Step) -> Step:
    """The steps one after the other. At most one of them has a programme."""
    whole = Step("", chain=",".join(part.chain.replace("{n}", f"{{n}}{at}")
                                    for at, part in enumerate(parts)))
    for part in parts:
        if whole.programme and part.programme:
            raise ValueError("two programmes cannot be combined")
        canvas = Canvas(whole.canvas.times * part.canvas.times,
                        part.canvas.fixed or whole.canvas.fixed,
                        whole.canvas.turned or part.canvas.turned)
        whole = replace(whole, canvas=canvas, speed=whole.speed * part.speed,
                        programme=whole.programme or part.programme,
                        live=whole.live.worse_of(part.live))
    return replace(whole, what=" + ".join(part.what for part in parts))


def combination(name: str, *edits: Edit) -> Edit:
    """The first severities of all, then the second ones."""
    steps = zip(*(edit.steps[:2] for edit in edits))
    return Edit(name, "combination", tuple(combined(*parts) for parts in steps),
                ordered=all(edit.ordered for edit in edits))
