"""Makes streams with FFmpeg and keeps them; says how far it is."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable

import damage
from streams import Stream, random_of


class Progress:
    """One line on stderr: in place on a terminal, else once in `every_s`."""

    def __init__(self, what: str, total: int, every_s: float = 30):
        self.what, self.total, self.done = what, total, 0
        self.started = self.shown = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.every_s = 0.2 if self.terminal else every_s

    def step(self) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.shown < self.every_s and self.done < self.total:
            return
        self.shown = now
        left = (now - self.started) / self.done * (self.total - self.done)
        line = (f"{self.what} {self.done}/{self.total} ({100 * self.done // self.total} %), "
                f"{int(left) // 60}:{int(left) % 60:02d} left")
        last = self.done == self.total
        print(f"\r{line:<70}" if self.terminal else line, file=sys.stderr,
              end="" if self.terminal and not last else "\n", flush=True)


def each(what: str, items: Iterable, work: Callable, jobs: int) -> list:
    """`work(item)` of all items, `jobs` at a time, results in the items' order."""
    items = list(items)
    progress = Progress(what, len(items))
    results = [None] * len(items)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pending = {pool.submit(work, item): at for at, item in enumerate(items)}
        try:
            for future in concurrent.futures.as_completed(pending):
                results[pending[future]] = future.result()
                progress.step()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results


class StreamCache:
    """Streams in a folder, by key. A file that is there is whole: it is renamed when finished."""

    def __init__(self, folder: pathlib.Path, digests: dict[str, str]):
        self.folder, self.digests = folder, digests
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, stream: Stream) -> pathlib.Path:
        return self.folder / f"{stream.key(self.digests)}.ts"

    def missing(self, streams: list[Stream]) -> list[Stream]:
        return [stream for stream in streams if not self.path(stream).exists()]

    def make(self, stream: Stream) -> None:
        target = self.path(stream)
        unfinished = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        call = ["ffmpeg", "-v", "error", "-nostdin", "-y", *stream.command, str(unfinished)]
        answer = subprocess.run(call, capture_output=True, text=True)
        if answer.returncode != 0:
            unfinished.unlink(missing_ok=True)
            raise RuntimeError(f"ffmpeg could not make {stream.id}: {answer.stderr.strip()}")
        if stream.loss > 0:
            whole = unfinished.read_bytes()
            unfinished.write_bytes(damage.without_lost(whole, stream.loss, random_of(target.stem)))
        unfinished.rename(target)
