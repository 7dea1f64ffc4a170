"""The replay says of a stream what `staydown scan` says: the real binaries, the shipped model."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import support
from detector import Staydown, Variant
from replay import Replay

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "manifest.json"
SCAN_EXITS = {0, 3, 4}  # nothing found, takedown, review only
SEA, DOG, BARS = "mandelbrot=start_scale=1", "testsrc2", "smptebars"
VARIANTS = {"both": "{}", "pdq": "model: {manifest: none}",  # what their configurations say
            "finer": "sampling: {wanted_seconds: 0.5}\nmodel: {manifest: none}"}


def stream(path: pathlib.Path, parts: list[tuple[str, float, float]], gop_s: float) -> None:
    """On air for each part: a source from a second on, for so many."""
    graph = "".join(f"{source}{':' if '=' in source else '='}size=256x144:rate=25,"
                    f"trim={begin}:{begin + length},setpts=PTS-STARTPTS,eq=brightness=0.03[p{at}];"
                    for at, (source, begin, length) in enumerate(parts))
    joined = "".join(f"[p{at}]" for at in range(len(parts))) + f"concat=n={len(parts)}[out]"
    subprocess.run(["ffmpeg", "-v", "error", "-filter_complex", graph + joined, "-map", "[out]",
                    "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency",
                    "-pix_fmt", "yuv420p", "-g", str(round(25 * gop_s)), "-sc_threshold", "0",
                    "-f", "mpegts", str(path)], check=True)


def told(event: dict) -> dict:
    """Without what differs from one run to the next."""
    data = {key: value for key, value in event["data"].items() if key != "latency"}
    data["versions"] = data["versions"] | {"index": None}
    return {key: value for key, value in event.items() if key != "time"} | {"data": data}


@unittest.skipUnless({"STAYDOWN", "REPLAY"} <= os.environ.keys(),
                     "STAYDOWN and REPLAY name no binaries; ctest sets them")
class AgainstScan(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.binary = os.environ["STAYDOWN"]
        for name, source in {"sea": SEA, "market": BARS}.items():
            support.synthesise(cls.folder / f"{name}.mp4", source, "256x144", 16, rate=25)
        copy = [(DOG, 0, 5), (SEA, 3, 9), (DOG, 5, 3)]
        stream(cls.folder / "copy.ts", copy, 2)
        stream(cls.folder / "long-gop.ts", copy, 5)
        stream(cls.folder / "other.ts", [(DOG, 0, 9)], 2)
        staydown = Staydown(pathlib.Path(cls.binary), cls.folder / "banks", str(MODEL))
        cls.bank = staydown.bank([(name, cls.folder / f"{name}.mp4", name)
                                  for name in ("sea", "market")], lambda: None)
        cls.variants = []
        for name, config in VARIANTS.items():
            (cls.folder / f"{name}.yaml").write_text(config)
            variant = staydown.variant(f"{name}={cls.folder / name}.yaml")
            cls.variants += [variant, variant.low()]
        cls.replay = cls.enterClassContext(
            Replay(pathlib.Path(os.environ["REPLAY"]), cls.folder / "scans", cls.variants))

    def job(self, name: str, without: str = "") -> dict:
        return {"file": str(self.folder / name), "stream": pathlib.Path(name).stem,
                "bank": str(self.bank), "without": without,
                "variants": [variant.name for variant in self.variants]}

    def scan(self, name: str, variant: Variant, bank: pathlib.Path) -> list[dict]:
        config = self.folder / "scan.yaml"
        config.write_text(variant.config)
        answer = subprocess.run(
            [self.binary, "scan", str(self.folder / name), "--bank", str(bank), "--config", str(config),
             "--stream-id", pathlib.Path(name).stem, "--allow-gaps"], capture_output=True, text=True)
        self.assertIn(answer.returncode, SCAN_EXITS, answer.stderr)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def compare(self, name: str, bank: pathlib.Path, without: str = "") -> dict[str, list[dict]]:
        """What the variants say, which is what scan says with `bank`."""
        said = self.replay.ask(self.job(name, without))
        for variant in self.variants:
            with self.subTest(stream=name, variant=variant.name):
                self.assertEqual([told(event) for event in said["variants"][variant.name]["events"]],
                                 [told(event) for event in self.scan(name, variant, bank)])
        return {name: of["events"] for name, of in said["variants"].items()}

    def test_of_a_copy(self):
        for name in ("copy.ts", "long-gop.ts"):
            said = self.compare(name, self.bank)
            for variant in VARIANTS:
                self.assertIn(("sea", "takedown"), {
                    (event["data"]["reference"]["id"], event["data"]["verdict"])
                    for event in said[variant]})

    def test_of_a_stream_without_one(self):
        said = self.compare("other.ts", self.bank)
        self.assertEqual([said[variant] for variant in VARIANTS], [[]] * len(VARIANTS))

    def test_without_a_reference_it_is_as_if_disabled(self):
        disabled = self.folder / "disabled.db"
        shutil.copyfile(self.bank, disabled)
        wal = self.bank.with_name(self.bank.name + "-wal")
        if wal.exists():
            shutil.copyfile(wal, disabled.with_name(disabled.name + "-wal"))
        subprocess.run([self.binary, "reference", "disable", "sea", "--bank", str(disabled)],
                       check=True, capture_output=True)
        said = self.compare("copy.ts", disabled, "sea")
        self.assertFalse(any(event["data"]["reference"]["id"] == "sea"
                             for events in said.values() for event in events))

    def test_what_was_said_is_kept(self):
        def kept() -> dict[pathlib.Path, int]:
            return {path: path.stat().st_mtime_ns for path in (self.folder / "scans").iterdir()}

        first = self.replay.scan(self.folder / "copy.ts", self.bank)
        self.assertEqual([case.reference for case in first[0].cases], ["sea"])
        self.assertGreater(first[0].shared_cpu_s, first[0].cpu_s)
        files = kept()
        self.assertEqual(self.replay.scan(self.folder / "copy.ts", self.bank), first)
        self.assertEqual(kept(), files)

    def test_errors_say_what_is_wrong_and_do_not_end_it(self):
        job = self.job("other.ts") | {"variants": ["pdq"]}
        for change, message in (({"file": "absent.ts"}, "absent.ts"),
                                ({"without": "none"}, "no reference none"),
                                ({"variants": ["other"]}, "no variant other")):
            with self.assertRaisesRegex(RuntimeError, message):
                self.replay.ask(job | change)
        self.assertEqual(self.replay.ask(job)["variants"]["pdq"]["events"], [])


if __name__ == "__main__":
    unittest.main()
