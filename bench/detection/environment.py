"""Where a measurement was made, in words that name no machine."""

import os
import pathlib
import platform
import subprocess


def machine() -> str:
    names = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text(
    ).splitlines() if line.startswith("model name")] or [platform.machine()]
    return f"{names[0]}, {os.cpu_count()} cores"


def ffmpeg() -> str:
    answer = subprocess.run(["ffmpeg", "-version"], check=True, capture_output=True, text=True)
    return " ".join(answer.stdout.split()[:3])
