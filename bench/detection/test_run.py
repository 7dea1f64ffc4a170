"""The whole command on synthesised clips, with the real binaries that STAYDOWN and REPLAY name."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import run
import streams
import support

# By the hashes of their names a reference, two of background (test and test) and a donor.
CLIPS = {"sea": "mandelbrot=start_scale=1", "dog": "testsrc2", "market": "smptebars",
         "horse": "rgbtestsrc"}


@unittest.skipUnless({"STAYDOWN", "REPLAY"} <= os.environ.keys(),
                     "STAYDOWN and REPLAY name no binaries; ctest sets them")
class WholeCommand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(mock.patch.multiple(
            streams, lines_of=lambda live: live.height * 2 // 5, COPIED_S=(12.0,)))
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "clips").mkdir()
        for name, source in CLIPS.items():
            support.synthesise(cls.folder / "clips" / f"{name}.mp4", source, "256x144", 20, rate=25)
        cls.page = cls.run_it()
        cls.result = json.loads((cls.folder / "out.json").read_text())

    @classmethod
    def run_it(cls) -> str:
        hashes = cls.folder / "pdq.yaml"
        hashes.write_text("model: {manifest: none}\n")
        words = ["run.py", "--videos", str(cls.folder / "clips"), "--work", str(cls.folder / "work"),
                 "--staydown", os.environ["STAYDOWN"],
                 "--replay", os.environ["REPLAY"], "--quick", "--edits", "bitrate,turned",
                 "--model", "none", "--variant", f"pdq={hashes}",
                 "--out", str(cls.folder / "out")]
        page = io.StringIO()
        with (mock.patch.object(sys, "argv", words), contextlib.redirect_stdout(page),
              contextlib.redirect_stderr(io.StringIO())):
            run.main()
        return page.getvalue()

    def test_finds_the_re_encoded_copy_and_not_the_one_on_its_side(self):
        figures = self.result["variants"]["pdq"]
        self.assertEqual({name: of["recall"] for name, of in figures["edits"].items()},
                         {"bitrate.2": 1, "turned.2": 0})
        self.assertEqual(figures["uap"]["pairs"], 0.5)
        self.assertEqual(figures["negatives"]["background, test"]["false_takedowns"], 0)
        self.assertGreater(figures["cpu"]["ms_per_stream_s"], 0)
        self.assertGreater(figures["cpu"]["shared_ms_per_stream_s"], 0)

    def test_says_the_same_in_all_its_files(self):
        self.assertEqual((self.folder / "out.md").read_text(), self.page.removesuffix("\n"))
        found, = [one for one in self.result["streams"] if one["kind"] == "bitrate.2"]
        self.assertTrue((self.folder / "work" / "streams" / found["file"]).exists())
        case, = found["cases"]["pdq"]
        self.assertEqual(case["reference"], "sea")
        truth = streams.Truth.of(found["truth"])
        for reported, true in zip((*case["query"], *case["interval"]), (*truth.query, *truth.interval)):
            self.assertAlmostEqual(reported, true, delta=2)
        predictions = (self.folder / "out-vsc" / "pdq" / "predictions.csv").read_text().splitlines()
        self.assertGreaterEqual(len(predictions), 2)

    def test_a_second_run_makes_nothing_anew(self):
        def kept() -> set[tuple]:
            return {(path, path.stat().st_mtime_ns) for path in (self.folder / "work").rglob("*.*")
                    if path.suffix in (".ts", ".json")}

        before = kept()
        again = self.run_it()
        self.assertEqual(kept(), before)
        self.assertEqual(again, self.page)


if __name__ == "__main__":
    unittest.main()
