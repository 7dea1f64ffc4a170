"""The clips of a folder, and which of them are references."""

import hashlib
import json
import pathlib
import re
import subprocess
from dataclasses import dataclass

SUFFIXES = {".mp4", ".webm", ".mkv", ".mov", ".ts", ".flv", ".m4v", ".avi"}
REFERENCE_SHARE = 0.7
SHORTEST_REFERENCE_S = 8.0


@dataclass(frozen=True)
class Clip:
    path: pathlib.Path
    id: str  # from the file's name: lower case, digits and dashes
    digest: str  # SHA-256 of the file
    duration_s: float
    width: int  # as displayed: rotated, square pixels
    height: int

    @property
    def is_reference(self) -> bool:
        """Decided by the hash of the name, so that it survives other clips coming and going."""
        share = int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16) / 2**32
        return share < REFERENCE_SHARE and self.duration_s >= SHORTEST_REFERENCE_S


def id_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", pathlib.PurePath(name).stem.lower()).strip("-")


def displayed_size(stream: dict) -> tuple[int, int]:
    """Width and height after pixel aspect ratio and rotation, from ffprobe's description."""
    width, height = stream["width"], stream["height"]
    numerator, _, denominator = stream.get("sample_aspect_ratio", "1:1").partition(":")
    if denominator and int(numerator) > 0 and int(denominator) > 0:
        width = round(width * int(numerator) / int(denominator))
    rotation = sum(data.get("rotation", 0) for data in stream.get("side_data_list", []))
    return (height, width) if rotation % 180 else (width, height)


def probe(path: pathlib.Path) -> Clip:
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_streams", "-show_format",
         "-of", "json", str(path)], check=True, capture_output=True, text=True)
    described = json.loads(answer.stdout)
    stream = described["streams"][0]
    width, height = displayed_size(stream)
    # The picture may end before the sound does.
    duration = float(stream.get("duration", described["format"]["duration"]))
    return Clip(path, id_of(path.name), hashlib.sha256(path.read_bytes()).hexdigest(), duration,
                width, height)


def load(folder: pathlib.Path) -> list[Clip]:
    """All clips of the folder, by id. Raises ValueError if there are too few or two share an id."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    clips = sorted((probe(path) for path in paths), key=lambda clip: clip.id)
    for one, next_one in zip(clips, clips[1:]):
        if one.id == next_one.id:
            raise ValueError(f"{one.path.name} and {next_one.path.name} give the same id; "
                             "rename one of them")
    references = sum(clip.is_reference for clip in clips)
    if references == 0 or len(clips) - references < 2:
        raise ValueError(f"{folder}: {references} references and {len(clips) - references} "
                         "background clips; at least 1 and 2 are needed, add videos")
    return clips
