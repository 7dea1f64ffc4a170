"""Drives the `staydown` binary: makes banks and scans streams with it. What it said is kept."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass

import evaluate
from corpus import Clip

SCAN_EXITS = {0, 3, 4}  # nothing found, takedown, review only
# The lowest scores that `scan` reports, for curves and tails: a review at the most reviews that the
# configuration takes, for a bank of no stated size, from neighbours as far as the index looks.
LOW = {"review_per_million_hours": "1000000000", "bank_frames": "1", "pdq_radius": "64", "embedding_radius": "0.9"}


@dataclass(frozen=True)
class Scan:
    """What was said about one stream."""
    cases: tuple[evaluate.Case, ...]
    takedown_score: float | None  # the threshold, where an event names it
    cpu_s: float  # of the whole process, starting it and opening the bank included


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
        return Variant(self.name, config)


class Staydown:
    """Banks and scans are kept in `folder`, by the digest of the binary, of the learned model's manifest
    and of what went in. Banks hold the descriptors of `model`, a manifest or none, beside hashes."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, model: str):
        self.binary, self.folder, self.model = binary, folder, model
        manifest = b"" if model == "none" else pathlib.Path(model).read_bytes()
        self.digest = hashlib.sha256(binary.read_bytes() + manifest).hexdigest()
        (folder / "scans").mkdir(parents=True, exist_ok=True)

    def _call(self, *words: str, exits: set[int] = frozenset({0})) -> tuple[str, float]:
        """What it wrote to stdout, and the processor's seconds that it took."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
            process = subprocess.Popen([str(self.binary), *words], stdout=out, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            log.seek(0)
            if process.returncode not in exits:
                raise RuntimeError(f"staydown {' '.join(words)}: exit {process.returncode}: "
                                   f"{log.read().decode(errors='replace').strip()[-2000:]}")
            return out.read().decode(), usage.ru_utime + usage.ru_stime

    def version(self) -> str:
        return self._call("--version")[0].strip()

    def variant(self, text: str) -> Variant:
        """`NAME`, the built-in configuration, or `NAME=CONFIG.yaml`."""
        name, _, path = text.partition("=")
        return Variant(name, self._call("config", "show", *filter(None, [path]))[0])

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
        return json.loads(self._call("reference", "list", "--json", "--bank", str(bank))[0])

    def entries(self, bank: pathlib.Path) -> int:
        """Frames that the bank's references have, under whichever model most."""
        return sum(max((kind["entries"] for kind in one["descriptors"]), default=0)
                   for one in self.listed(bank))

    def without(self, bank: pathlib.Path, reference: str, copy: pathlib.Path) -> pathlib.Path:
        """A copy of the bank in which the reference is disabled."""
        _copy_bank(bank, copy)
        self._call("reference", "disable", reference, "--bank", str(copy))
        return copy

    def scan(self, stream: pathlib.Path, bank: pathlib.Path, variant: Variant,
             without: str = "") -> Scan:
        """What the variant says about the stream, with the bank or `without` one reference of it."""
        kept = (self.folder / "scans"
                / f"{self._key(stream.stem, bank.stem, without, variant.config)}.json")
        if kept.exists():
            record = json.loads(kept.read_text())
            cases = tuple(evaluate.Case.of(case) for case in record.pop("cases"))
            return Scan(cases, **record)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            here = pathlib.Path(folder)
            config = here / "config.yaml"
            config.write_text(variant.config)
            if without:
                bank = self.without(bank, without, here / "bank.db")
            events, cpu_s = self._call(
                "scan", str(stream), "--bank", str(bank), "--config", str(config), "--stream-id",
                stream.stem, "--allow-gaps", exits=SCAN_EXITS)
            said = [json.loads(line) for line in events.splitlines()]
            threshold = said[0]["data"]["thresholds"]["takedown"] if said else None
            scan = Scan(tuple(evaluate.cases_of(said)), threshold, cpu_s)
            whole = here / "scan.json"
            whole.write_text(json.dumps(asdict(scan)))
            whole.rename(kept)
        return scan

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
