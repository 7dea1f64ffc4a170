"""For the tests: small clips made by FFmpeg, and pictures as a few numbers."""

import pathlib
import subprocess
from unittest import mock

import corpus
import streams

THUMBNAIL = (32, 18)


def synthesise(path: pathlib.Path, source: str, size: str, seconds: int,
               rate: int = 10) -> corpus.Clip:
    separator = ":" if "=" in source else "="
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                    f"{source}{separator}size={size}:rate={rate}", "-t", str(seconds), "-c:v", "libx264",
                    "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)], check=True)
    return corpus.probe(path)


def small():
    """Streams of a quarter of their size and a few seconds, so that making all takes seconds."""
    return mock.patch.multiple(streams, lines_of=lambda live: live.height // 4 // 2 * 2,
                               COPIED_S=(1.0, 2.0), LEAD_S=(0.4, 0.8))


def thumbnails(path: pathlib.Path) -> list[bytes]:
    """Every frame, 25 a second, as red, green and blue."""
    width, height = THUMBNAIL
    shrunk = subprocess.run(
        ["ffmpeg", "-v", "fatal", "-threads", "1", "-i", str(path), "-vf",
         f"fps=25,scale={width}:{height}:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
        check=True, capture_output=True).stdout
    size = 3 * width * height
    return [shrunk[at:at + size] for at in range(0, len(shrunk), size)]


def difference(one: bytes, other: bytes) -> float:
    """Mean over pixels and colours, 0-255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
