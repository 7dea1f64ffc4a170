"""What variants say of streams, by processes of `bench_replay`. What they said is kept."""

import hashlib
import json
import os
import pathlib
import queue
import subprocess
import tempfile
import threading
from dataclasses import asdict, dataclass

import evaluate
from detector import Variant


@dataclass(frozen=True)
class Scan:
    """What was said about one stream."""
    cases: tuple[evaluate.Case, ...]
    takedown_score: float | None  # the threshold, where an event names it
    cpu_s: float  # of the variant's own search and matching
    shared_cpu_s: float  # of decoding and describing, for all variants that were asked with it

    @classmethod
    def of(cls, record: dict) -> "Scan":
        """From what `asdict` made of it, by way of JSON."""
        return cls(**record | {"cases": tuple(map(evaluate.Case.of, record["cases"]))})


class _Process:
    """One `bench_replay`, which answers one job at a time."""

    def __init__(self, words: list[str]):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)

    def ask(self, job: dict) -> dict:
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.log.seek(0)
            raise RuntimeError(f"bench_replay, {job['file']}: exit {self.process.wait()}: "
                               f"{self.log.read().decode(errors='replace').strip()[-2000:]}")
        said = json.loads(line)
        if "error" in said:
            raise RuntimeError(f"bench_replay, {job['file']}: {said['error']}")
        return said

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.log.close()


class Replay:
    """Scans under `variants`, kept in `folder` by the digest of the binary, of the learned model's
    manifest and of what went in. Thread-safe: each thread at work has a process of its own."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, variants: list[Variant],
                 manifest: bytes = b""):
        self.binary, self.folder, self.variants = binary, folder, variants
        self.digest = hashlib.sha256(binary.read_bytes() + manifest).hexdigest()
        self.idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Replay":
        self.configs = tempfile.TemporaryDirectory()
        return self

    def __exit__(self, *_) -> None:
        while not self.idle.empty():
            self.idle.get().close()
        self.configs.cleanup()

    def scan(self, stream: pathlib.Path, bank: pathlib.Path, without: str = "") -> list[Scan]:
        """What each variant says about the stream, with the bank or `without` one reference of it."""
        kept = {variant.name: self._kept(stream, bank, without, variant) for variant in self.variants}
        missing = [name for name, path in kept.items() if not path.exists()]
        if missing:
            said = self.ask({"file": str(stream), "stream": stream.stem, "bank": str(bank),
                              "without": without, "variants": missing})
            for name in missing:
                events, cpu_s = (said["variants"][name][key] for key in ("events", "cpu_s"))
                threshold = events[0]["data"]["thresholds"]["takedown"] if events else None
                scan = Scan(tuple(evaluate.cases_of(events)), threshold, cpu_s, said["shared_cpu_s"])
                whole = kept[name].with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
                whole.write_text(json.dumps(asdict(scan)))
                whole.rename(kept[name])
        return [Scan.of(json.loads(path.read_text())) for path in kept.values()]

    def _kept(self, stream: pathlib.Path, bank: pathlib.Path, without: str,
              variant: Variant) -> pathlib.Path:
        parts = self.digest, stream.stem, bank.stem, without, variant.config
        return self.folder / f"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:16]}.json"

    def ask(self, job: dict) -> dict:
        """As bench_replay answers (replay/main.cc)."""
        try:
            process = self.idle.get_nowait()
        except queue.Empty:
            process = _Process([str(self.binary), *self._arguments()])
        try:
            return process.ask(job)
        finally:
            self.idle.put(process)

    def _arguments(self) -> list[str]:
        words = []
        for number, variant in enumerate(self.variants):
            config = pathlib.Path(self.configs.name) / f"{number}.yaml"
            if not config.exists():
                config.write_text(variant.config)
            words.append(f"{variant.name}={config}")
        return words
