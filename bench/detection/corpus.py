"""The clips of a folder, and what each of them is for."""

import hashlib
import json
import pathlib
import re
import subprocess
from dataclasses import dataclass

SUFFIXES = {".mp4", ".webm", ".mkv", ".mov", ".ts", ".flv", ".m4v", ".avi"}
SHORTEST_REFERENCE_S = 8.0
# Shares of the hash of a clip's name, so that a clip keeps its role when others come and go.
# Thresholds may be set on "calibration" and are judged on "test"; "donor" is what is shown around,
# beside and between copies.
ROLES = ((0.70, "reference"), (0.78, "calibration"), (0.90, "test"), (1.00, "donor"))


@dataclass(frozen=True)
class Clip:
    path: pathlib.Path
    id: str  # from the file's name: lower case, digits and dashes
    digest: str  # SHA-256 of the file
    duration_s: float
    width: int  # as displayed: rotated, square pixels
    height: int

    def _share(self, of: int) -> float:
        """One of the independent numbers in [0, 1) that the name gives."""
        return int(hashlib.sha256(self.id.encode()).hexdigest()[8 * of:8 * of + 8], 16) / 2**32

    @property
    def role(self) -> str:
        role = next(name for share, name in ROLES if self._share(0) < share)
        short = role == "reference" and self.duration_s < SHORTEST_REFERENCE_S
        return "calibration" if short else role

    @property
    def calibrates(self) -> bool:
        """On which half of the footage without copies it counts. A reference does too, against the
        other references."""
        return self._share(1) < 0.5 if self.role == "reference" else self.role != "test"


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
    """All clips of the folder, by id. Raises ValueError if two share an id."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    clips = sorted((probe(path) for path in paths), key=lambda clip: clip.id)
    for one, next_one in zip(clips, clips[1:]):
        if one.id == next_one.id:
            raise ValueError(f"{one.path.name} and {next_one.path.name} give the same id; "
                             "rename one of them")
    return clips


@dataclass(frozen=True)
class Roles:
    """The clips by role. Raises ValueError where there are too few."""
    clips: list[Clip]

    def __post_init__(self):
        for role, some, least in (("reference", self.references, 1),
                                  ("background", self.background, 2), ("donor", self.donors, 1)):
            found = len(some)
            if found < least:
                raise ValueError(f"{found} clips are {role}, {least} are needed: add videos (the hash of "
                                 "a clip's name gives its role)")

    def _of(self, *roles: str) -> list[Clip]:
        return [clip for clip in self.clips if clip.role in roles]

    @property
    def references(self) -> list[Clip]:
        return self._of("reference")

    @property
    def background(self) -> list[Clip]:
        return self._of("calibration", "test")

    @property
    def donors(self) -> list[Clip]:
        return self._of("donor")
