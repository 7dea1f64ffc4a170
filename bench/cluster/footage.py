"""What goes on air in the benchmarks of a cluster: live streams with copies of references, made from any folder of videos.

Every stream has its keyframes at another phase of the two seconds, so that segments do not all become whole at once. Streams
and references are kept under `work`; their names say what they are made of.
"""

import hashlib
import pathlib
import random
import subprocess
from dataclasses import dataclass

ENDINGS = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".ts", ".webm"}
SIZES = {"1080p": (1920, 1080, "6M"), "720p": (1280, 720, "3M"), "360p": (640, 360, "800k")}
FPS, GOP_S = 30, 2
COPY_S = 8
REFERENCE_S = 30


@dataclass(frozen=True)
class Footage:
    references: list[pathlib.Path]
    streams: list[pathlib.Path]


def _length(video):
    text = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", video],
                          check=True, capture_output=True, text=True).stdout
    return float(text)


def _draw(inputs, filters, size, seconds, keyframes, out):
    """One FFmpeg call; `out` is there whole or not at all."""
    if out.exists():
        return
    rate = SIZES[size][2]
    half = out.with_suffix(".part.ts")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, inputs), "-filter_complex", filters, "-map", "[v]", "-an",
         "-t", str(seconds), "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-threads", "1", "-b:v", rate,
         "-maxrate", rate, "-bufsize", rate, "-g", "1000", "-sc_threshold", "0", "-force_key_frames", keyframes,
         "-f", "mpegts", half], check=True)
    half.rename(out)


def _stream(background, reference, size, seconds, phase, seed, out):
    width, height, _ = SIZES[size]
    dice = random.Random(f"{seed}/{out.name}")
    before = dice.uniform(6, seconds - COPY_S - 10)
    fit = (f"fps={FPS},scale={width}:{height}:force_original_aspect_ratio=decrease,pad={width}:{height}:-1:-1,setsar=1,"
           "format=yuv420p")
    filters = (f"[0:v]{fit},split[x][y];[x]trim=0:{before:.2f}[a];[y]trim={before:.2f},setpts=PTS-STARTPTS[c];"
               f"[1:v]{fit},trim=0:{COPY_S}[b];[a][b][c]concat=n=3:v=1[v]")
    latest = max(0, min(REFERENCE_S, _length(reference)) - COPY_S - 1)
    _draw(["-stream_loop", -1, "-ss", f"{dice.uniform(0, _length(background) / 2):.2f}", "-i", background,
           "-ss", f"{dice.uniform(0, latest):.2f}", "-i", reference],
          filters, size, seconds, f"expr:if(n_forced,gte(t,{phase:.3f}+{GOP_S}*(n_forced-1)),1)", out)


def make(videos, work, size, seconds, count, seed):
    """`count` streams of `seconds`, each with one copy of 8 s; a third of the videos are references."""
    found = sorted((path for path in videos.rglob("*") if path.suffix.lower() in ENDINGS and _length(path) >= COPY_S + 2),
                   key=lambda path: hashlib.sha256(f"{seed}/{path.name}".encode()).hexdigest())
    if len(found) < 3:
        raise SystemExit(f"{videos}: at least three videos of {COPY_S + 2} s or more are needed")
    third = max(1, len(found) // 3)
    references, backgrounds = found[:min(third, 6)], found[third:]
    names = "".join(path.name for path in references + backgrounds)
    recipe = hashlib.sha256(f"{names}/{size}/{seconds}/{count}/{seed}".encode()).hexdigest()[:12]
    folder = work / f"cluster-{recipe}"
    folder.mkdir(parents=True, exist_ok=True)
    streams = []
    for number in range(count):
        streams.append(folder / f"stream-{number:02}.ts")
        phase = GOP_S * (number + 1) / (count + 1)
        _stream(backgrounds[number % len(backgrounds)], references[number % len(references)], size, seconds, phase, seed,
                streams[-1])
    known = []
    for number, video in enumerate(references):
        known.append(folder / f"reference-{number}.ts")
        width, height, _ = SIZES[size]
        _draw(["-i", video], f"[0:v]fps={FPS},scale={width}:{height}:force_original_aspect_ratio=decrease,"
              f"pad={width}:{height}:-1:-1,format=yuv420p[v]", size, REFERENCE_S, f"expr:gte(t,{GOP_S}*n_forced)", known[-1])
    return Footage(known, streams)


def filler(folder, frames, seed, each=100_000):
    """Hash lists that resemble nothing, so that the index has the size of a real one."""
    dice = random.Random(seed)
    for number, begin in enumerate(range(0, frames, each)):
        path = folder / f"filler-{number}.vpdq"
        with path.open("w") as out:
            for frame in range(min(each, frames - begin)):
                out.write(f"{frame},100,{dice.getrandbits(256):064x},{frame * 0.25:.3f}\n")
        yield path
