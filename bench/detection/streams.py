"""Live streams to be made: what they hold, the truth about it, and the FFmpeg call that makes them.

Every stream is a function of the clips, the edit and the seed; its key is the digest of that
function's value, so a cached file is used only for exactly the stream that it holds.
"""

import hashlib
import json
import random
from dataclasses import asdict, dataclass

import encoder
from corpus import Clip
from edits import Canvas, Live, Step, Variation
from edits import programme as programmes
from edits.programme import Piece

FPS = 25
COPIED_S = (10.0, 30.0, 60.0)  # of the reference, as far as it is that long
LEAD_S = (4.0, 7.0)  # background before and after: not a multiple of the GOP
MARGIN_S = 0.2  # of a reference's end, where decoders and containers disagree


@dataclass(frozen=True)
class Truth:
    """What a stream shows of a reference, in order; seconds."""
    reference: str
    pieces: tuple[Piece, ...]
    longest: bool = False  # 60 s, or all that the reference allows

    @property
    def query(self) -> tuple[float, float]:
        """From the first copied frame to the last."""
        return self.pieces[0].query[0], self.pieces[-1].query[1]

    @property
    def interval(self) -> tuple[float, float]:
        return self.pieces[0].interval[0], self.pieces[-1].interval[1]

    @property
    def speed(self) -> float | None:
        """None where it changes."""
        speeds = {round((one.interval[1] - one.interval[0]) / (one.query[1] - one.query[0]), 6)
                  for one in self.pieces}
        return speeds.pop() if len(speeds) == 1 else None

    @classmethod
    def of(cls, record: dict) -> "Truth":
        """From what `asdict` made of it, by way of JSON."""
        return cls(record["reference"],
                   tuple(Piece(tuple(one["query"]), tuple(one["interval"]))
                         for one in record["pieces"]), record["longest"])


@dataclass(frozen=True)
class Stream:
    id: str
    kind: str  # a variation's name; "background"; "hard." and its kind
    truth: Truth | None
    duration_s: float
    command: tuple[str, ...]  # FFmpeg's arguments, without the program and the output
    loss: float = 0.0  # share of the datagrams that get lost afterwards

    def key(self, digests: dict[str, str]) -> str:
        """`digests` by path stand for the paths, so that moving the clips changes nothing."""
        recipe = asdict(self) | {"command": [digests.get(word, word) for word in self.command]}
        return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:16]


def random_of(*parts: object) -> random.Random:
    text = "/".join(str(part) for part in parts)
    return random.Random(int(hashlib.sha256(text.encode()).hexdigest()[:16], 16))


def even(x: float) -> int:
    return max(2, 2 * round(x / 2))


def lines_of(live: Live) -> int:
    return live.height


def sizes_of(clip: Clip, canvas: Canvas, short: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Width and height of the stream's picture, `short` in short, and of the edited picture, as large
    as fits into it (before it is turned on its side, if it is)."""
    aspect = clip.width / clip.height
    whole = canvas.of(aspect)
    W, H = (even(short * whole), short) if whole >= 1 else (short, even(short / whole))
    seen = 1 / aspect if canvas.turned else aspect
    w, h = (min(W, even(H * seen)), H) if whole >= seen else (W, min(H, even(W / seen)))
    return (W, H), ((h, w) if canvas.turned else (w, h))


def fill(width: int, height: int) -> str:
    """Any footage on the whole of the canvas."""
    return (f"scale={width}:{height}:force_original_aspect_ratio=increase,"
            f"crop={width}:{height},setsar=1,format=yuv420p")


def looped(clip: Clip, start_s: float) -> list[str]:
    return ["-threads", "1", "-stream_loop", "-1", "-ss", f"{start_s:.3f}", "-i", str(clip.path)]


def edited(step: Step, canvas: tuple[int, int], picture: tuple[int, int],
           rng: random.Random) -> str:
    """FFmpeg's filters from a video to the edited picture; uses the link [other] if needs_other()."""
    values = {"W": canvas[0], "H": canvas[1], "w": picture[0], "h": picture[1], "n": "n",
              "other": "[other]", **{f"u{at}": f"{rng.random():.4f}" for at in range(4)}}
    chain = step.chain + programmes.overlaid(step.programme)
    return (f"{programmes.filters(step.programme, step.speed, FPS)},"
            f"scale={picture[0]}:{picture[1]}:out_range=tv,setsar=1,format=yuv420p,"
            f"{chain.format(**values)},setsar=1,format=yuv420p")


def needs_other(step: Step) -> bool:
    return "{other}" in step.chain or any(part.other for part in step.programme)


def _copied(reference: Clip, step: Step, rng: random.Random) -> tuple[int, float, bool]:
    """Frames on air, where in the reference they begin, and whether it could not be longer."""
    available = reference.duration_s - MARGIN_S
    wanted = rng.choice(COPIED_S)
    shown = round(min(wanted, programmes.shown_of(step.programme, step.speed, available)) * FPS)
    needed = programmes.source_s(step.programme, step.speed, shown / FPS)
    longest = wanted == max(COPIED_S) or available - needed < 1
    return shown, round(rng.uniform(0, max(0.0, available - needed)), 3), longest


def copy_stream(reference: Clip, background: list[Clip], donors: list[Clip], variation: Variation,
                number: int, seed: int) -> Stream:
    """Background, an interval of the edited reference, background. All severities of an edit show the
    same interval, as far as their speed allows."""
    rng = random_of(seed, reference.id, variation.edit.name, number)
    step = variation.step
    shown, start_s, longest = _copied(reference, step, rng)
    before, after = (round(rng.uniform(*LEAD_S) * FPS) for _ in range(2))
    canvas, picture = sizes_of(reference, step.canvas, lines_of(step.live))
    pieces = programmes.pieces(step.programme, step.speed, shown / FPS)
    needed = pieces[-1].interval[1] + MARGIN_S
    inputs = ["-threads", "1", "-ss", f"{start_s:.3f}", "-t", f"{needed:.3f}",
              "-i", str(reference.path)]
    first, last = rng.sample(background, 2)
    footage = [first, last, *([rng.choice(donors)] if needs_other(step) else [])]
    for clip in footage:
        inputs += looped(clip, rng.uniform(0, clip.duration_s * 0.8))
    filled = fill(*canvas)
    graph = [
        f"[1:v]fps={FPS},{filled},trim=end_frame={before},setpts=PTS-STARTPTS[before]",
        f"[2:v]fps={FPS},{filled},trim=end_frame={after},setpts=PTS-STARTPTS[after]",
        f"[0:v]{edited(step, canvas, picture, rng)},tpad=stop_mode=clone:stop_duration=5,"
        f"trim=end_frame={shown},setpts=PTS-STARTPTS[copy]",
        "[before][copy][after]concat=n=3[out]",
    ]
    if needs_other(step):
        graph.insert(0, f"[3:v]fps={FPS},{filled},trim=end_frame={shown + FPS},"
                        "setpts=PTS-STARTPTS[other]")
    command = (*inputs, "-filter_complex_threads", "1", "-filter_complex", ";".join(graph),
               "-map", "[out]", *encoder.arguments(step.live, FPS))
    begin = before / FPS
    truth = Truth(reference.id, tuple(
        Piece((begin + one.query[0], begin + one.query[1]),
              (start_s + one.interval[0], start_s + one.interval[1])) for one in pieces), longest)
    return Stream(f"{variation.name}.{number}.{reference.id}", variation.name, truth,
                  (before + shown + after) / FPS, command, step.live.loss)


def background_stream(clip: Clip) -> Stream:
    """The whole clip, once."""
    (width, height), _ = sizes_of(clip, Canvas(), lines_of(Live()))
    command = ("-threads", "1", "-i", str(clip.path),
               "-vf", f"fps={FPS},{fill(width, height)}", *encoder.arguments(Live(), FPS))
    return Stream(f"background.{clip.id}", "background", None, clip.duration_s, command)
