"""Drives the `staydown` binary: makes banks with it, and configurations whole."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
from dataclasses import dataclass

from corpus import Clip

# The lowest scores that `scan` reports, for curves and tails: a review at the most reviews that the
# configuration takes, for a bank of no stated size, from neighbours as far as the index looks.
LOW = {"review_per_million_hours": "1000000000", "bank_frames": "1", "pdq_radius": "64", "embedding_radius": "0.9"}


@dataclass(frozen=True)
class Variant:
    """The pipeline under one configuration."""
    name: str
    config: str  # YAML, complete

    def low(self) -> "Variant":
        """The same, reporting whatever it can."""
        config = self.config
        for key, value in LOW.items():
            config, count = re.subn(rf"(?m)^(\s*{key}:) *\S+", rf"\1 {value}", config)
            if count != 1:
                raise RuntimeError(f"configuration of {self.name}: {count} lines {key}")
        return Variant(f"{self.name}, low", config)


class Staydown:
    """Banks are kept in `folder`, by the digest of the binary, of the learned model's manifest and of
    what went in. They hold the descriptors of `model`, a manifest or none, beside hashes."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, model: str):
        self.binary, self.folder, self.model = binary, folder, model
        self.manifest = b"" if model == "none" else pathlib.Path(model).read_bytes()
        self.digest = hashlib.sha256(binary.read_bytes() + self.manifest).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)

    def _call(self, *words: str) -> str:
        """What it wrote to stdout."""
        answer = subprocess.run([str(self.binary), *words], capture_output=True)
        if answer.returncode != 0:
            raise RuntimeError(f"staydown {' '.join(words)}: exit {answer.returncode}: "
                               f"{answer.stderr.decode(errors='replace').strip()[-2000:]}")
        return answer.stdout.decode()

    def version(self) -> str:
        return self._call("--version").strip()

    def variant(self, text: str) -> Variant:
        """`NAME`, the built-in configuration, or `NAME=CONFIG.yaml`."""
        name, _, path = text.partition("=")
        return Variant(name, self._call("config", "show", *filter(None, [path])))

    def bank(self, references: list[tuple[str, pathlib.Path, str]], added) -> pathlib.Path:
        """A bank of references, each an id, a video and what tells the video from others; what this
        binary added before is not added again. `added` is called after each."""
        path = self.folder / f"bank-{self._key(*(f'{id} {what}' for id, _, what in references))}.db"
        unfinished = path.with_suffix(".part")
        if path.exists():
            for _ in references:
                added()
            return path
        present = {one["id"] for one in self.listed(unfinished)} if unfinished.exists() else set()
        for id, video, _ in references:
            if id not in present:
                self._call("reference", "add", str(video), "--bank", str(unfinished), "--id", id,
                           "--force", "--model", self.model)
            added()
        _copy_bank(unfinished, path)
        return path

    def listed(self, bank: pathlib.Path) -> list[dict]:
        return json.loads(self._call("reference", "list", "--json", "--bank", str(bank)))

    def entries(self, bank: pathlib.Path) -> int:
        """Frames that the bank's references have, under whichever model most."""
        return sum(max((kind["entries"] for kind in one["descriptors"]), default=0)
                   for one in self.listed(bank))

    def _key(self, *parts: str) -> str:
        return hashlib.sha256("\n".join([self.digest, *parts]).encode()).hexdigest()[:16]


def of_clips(clips: list[Clip]) -> list[tuple[str, pathlib.Path, str]]:
    """As Staydown.bank takes them."""
    return [(clip.id, clip.path, clip.digest) for clip in clips]


def _copy_bank(source: pathlib.Path, target: pathlib.Path) -> None:
    """With the write-ahead log, which holds what has not been written back yet."""
    for suffix in ("-wal", ""):
        file = source.with_name(source.name + suffix)
        if file.exists():
            shutil.copyfile(file, target.with_name(target.name + suffix))
