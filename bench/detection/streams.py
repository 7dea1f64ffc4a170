"""Live streams to be made: what they hold, the truth about it, and the FFmpeg call that makes them.

Every stream is a function of the clips, the edit and the seed; its key is the digest of that
function's value, so a cached file is used only for exactly the stream that it holds.
"""

import hashlib
import json
import random
from dataclasses import asdict, dataclass

from corpus import Clip
from edits import Edit

FPS = 25
GOP_S = 2  # what live platforms ask of encoders
HEIGHT = 360  # short side of the canvas
SHOWN_S = (10.0, 30.0)  # of the reference, as far as it is that long
LEAD_S = (4.0, 7.0)  # background before and after: not a multiple of the GOP


@dataclass(frozen=True)
class Truth:
    """What a stream shows of a reference; seconds."""
    reference: str
    query: tuple[float, float]
    interval: tuple[float, float]


@dataclass(frozen=True)
class Stream:
    id: str
    edit: str  # name; "background" where nothing is copied
    truth: Truth | None
    duration_s: float
    command: tuple[str, ...]  # FFmpeg's arguments, without the program and the output

    def key(self, digests: dict[str, str]) -> str:
        """`digests` by path stand for the paths, so that moving the clips changes nothing."""
        recipe = asdict(self) | {"command": [digests.get(word, word) for word in self.command]}
        return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:16]


def _random(*parts: object) -> random.Random:
    text = "/".join(str(part) for part in parts)
    return random.Random(int(hashlib.sha256(text.encode()).hexdigest()[:16], 16))


def _even(x: float) -> int:
    return max(2, 2 * round(x / 2))


def canvas_of(clip: Clip, edit: Edit) -> tuple[int, int]:
    """Size of the stream's picture: as wide and high as the edit makes the clip, HEIGHT in short."""
    aspect = clip.width * edit.canvas[0] / (clip.height * edit.canvas[1])
    return (_even(HEIGHT * aspect), HEIGHT) if aspect >= 1 else (HEIGHT, _even(HEIGHT / aspect))


def _encoder(kbps: int) -> list[str]:
    gop = str(FPS * GOP_S)
    return ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-threads", "1",
            "-b:v", f"{kbps}k", "-maxrate", f"{kbps}k", "-bufsize", f"{2 * kbps}k",
            "-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-an", "-sn", "-dn",
            "-fflags", "+bitexact", "-flags", "+bitexact", "-f", "mpegts"]


def _fill(width: int, height: int) -> str:
    return (f"scale={width}:{height}:force_original_aspect_ratio=increase,"
            f"crop={width}:{height},setsar=1,format=yuv420p")


def _looped(clip: Clip, start_s: float) -> list[str]:
    return ["-threads", "1", "-stream_loop", "-1", "-ss", f"{start_s:.3f}", "-i", str(clip.path)]


def copy_stream(reference: Clip, background: list[Clip], edit: Edit, number: int,
                seed: int) -> Stream:
    """Background, an interval of the edited reference, background."""
    rng = _random(seed, reference.id, edit.name, number)
    shown_s = min(rng.choice(SHOWN_S), reference.duration_s - 0.2)
    start_s = round(rng.uniform(0, reference.duration_s - 0.2 - shown_s), 3)
    before, shown, after = (round(s * FPS) for s in (
        rng.uniform(*LEAD_S), shown_s / edit.speed, rng.uniform(*LEAD_S)))
    width, height = canvas_of(reference, edit)
    values = {"W": width, "H": height, "w": _even(width / edit.canvas[0]),
              "h": _even(height / edit.canvas[1]), "n": "n", "other": "[other]",
              **{f"u{i}": f"{rng.random():.4f}" for i in range(4)}}
    clips = rng.sample(background, min(3, len(background)))
    inputs = ["-threads", "1", "-ss", f"{start_s:.3f}", "-t", f"{shown_s + 0.2:.3f}",
              "-i", str(reference.path)]
    for clip in (clips[0], clips[1], clips[-1]):
        inputs += _looped(clip, rng.uniform(0, clip.duration_s * 0.8))
    fill = _fill(width, height)
    graph = [
        f"[1:v]fps={FPS},{fill},trim=end_frame={before},setpts=PTS-STARTPTS[before]",
        f"[2:v]fps={FPS},{fill},trim=end_frame={after},setpts=PTS-STARTPTS[after]",
        f"[0:v]setpts=(PTS-STARTPTS)/{edit.speed},fps={FPS},"
        f"scale={values['w']}:{values['h']}:out_range=tv,setsar=1,format=yuv420p,"
        f"{edit.chain.format(**values)},setsar=1,format=yuv420p,"
        f"tpad=stop_mode=clone:stop_duration=1,trim=end_frame={shown},setpts=PTS-STARTPTS[copy]",
        "[before][copy][after]concat=n=3[out]",
    ]
    if "{other}" in edit.chain:
        graph.insert(0, f"[3:v]fps={FPS},{fill},trim=end_frame={shown + FPS},"
                        "setpts=PTS-STARTPTS[other]")
    else:
        inputs = inputs[:-8]  # the footage below the picture is not needed
    command = (*inputs, "-filter_complex_threads", "1", "-filter_complex", ";".join(graph),
               "-map", "[out]", *_encoder(edit.bitrate_kbps))
    begin, end = before / FPS, (before + shown) / FPS
    return Stream(f"{edit.name}.{number}.{reference.id}", edit.name,
                  Truth(reference.id, (begin, end),
                        (start_s, start_s + (end - begin) * edit.speed)),
                  (before + shown + after) / FPS, command)


def background_stream(clip: Clip) -> Stream:
    """The whole clip, once."""
    aspect = clip.width / clip.height
    width, height = (_even(HEIGHT * aspect), HEIGHT) if aspect >= 1 else (
        HEIGHT, _even(HEIGHT / aspect))
    command = ("-threads", "1", "-i", str(clip.path),
               "-vf", f"fps={FPS},{_fill(width, height)}", *_encoder(800))
    return Stream(f"background.{clip.id}", "background", None, clip.duration_s, command)
