"""Drives the `staydown` binary: makes banks and scans streams with it."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import tempfile

from corpus import Clip

SCAN_EXITS = {0, 3, 4}  # nothing found, takedown, review only


class Staydown:
    """Banks are kept in `folder`, by the digests of the binary and of the references."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path):
        self.binary, self.folder = binary, folder
        self.digest = hashlib.sha256(binary.read_bytes()).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)

    def _call(self, *words: str, exits: set[int] = frozenset({0})) -> str:
        answer = subprocess.run([str(self.binary), *words], capture_output=True, text=True)
        if answer.returncode not in exits:
            raise RuntimeError(f"staydown {' '.join(words)}: exit {answer.returncode}: "
                               f"{answer.stderr.strip()[-2000:]}")
        return answer.stdout

    def version(self) -> str:
        return self._call("--version").strip()

    def bank(self, references: list[Clip], added) -> pathlib.Path:
        """A bank of the references; what this binary added before is not added again. `added` is called
        after each."""
        key = hashlib.sha256("\n".join(
            [self.digest, *(f"{clip.id} {clip.digest}" for clip in references)]).encode())
        path = self.folder / f"bank-{key.hexdigest()[:16]}.db"
        unfinished = path.with_suffix(".part")
        if path.exists():
            return path
        present = self._present(unfinished) if unfinished.exists() else set()
        for clip in references:
            if clip.id not in present:
                self._call("reference", "add", str(clip.path), "--bank", str(unfinished), "--id",
                           clip.id, "--force")
            added()
        _copy_bank(unfinished, path)
        return path

    def _present(self, bank: pathlib.Path) -> set[str]:
        listed = json.loads(self._call("reference", "list", "--json", "--bank", str(bank)))
        return {one["id"] for one in listed}

    def without(self, bank: pathlib.Path, reference: str, copy: pathlib.Path) -> pathlib.Path:
        """A copy of the bank in which the reference is disabled."""
        _copy_bank(bank, copy)
        self._call("reference", "disable", reference, "--bank", str(copy))
        return copy

    def scan(self, stream: pathlib.Path, stream_id: str, bank: pathlib.Path) -> list[dict]:
        """The events of the stream, in order."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            output = pathlib.Path(folder) / "events.jsonl"
            self._call("scan", str(stream), "--bank", str(bank), "--stream-id", stream_id,
                       "--output", str(output), exits=SCAN_EXITS)
            lines = output.read_text().splitlines() if output.exists() else []
        return [json.loads(line) for line in lines]


def _copy_bank(source: pathlib.Path, target: pathlib.Path) -> None:
    """With the write-ahead log, which holds what has not been written back yet."""
    for suffix in ("-wal", ""):
        file = source.with_name(source.name + suffix)
        if file.exists():
            shutil.copyfile(file, target.with_name(target.name + suffix))
