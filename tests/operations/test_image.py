"""The image's second stage has what the program is linked with. Wants STAYDOWN in the environment."""

import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IN_EVERY_DEBIAN = {"libc6", "libgcc-s1", "libstdc++6"}  # the last two: apt depends on them


def needed(program):
    text = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"NEEDED.*\[(.*)\]", text)


def resolved(program):
    text = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return dict(re.findall(r"(\S+) => (\S+)", text))


def owner(path):
    # Alternatives (BLAS, LAPACK) are links to what is owned.
    real = pathlib.Path(path).resolve()
    for name in (real, str(real).removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise AssertionError(f"no package owns {path}")


class Image(unittest.TestCase):
    @unittest.skipIf(os.environ.get("SANITIZED"), "a sanitizer adds libraries of its own")
    def test_has_every_library(self):
        program = os.environ["STAYDOWN"]
        where = resolved(program)
        last_stage = (ROOT / "Dockerfile").read_text().split("FROM ")[-1]
        libraries = {library for library in needed(program) if library in where}
        installed_with_it = {library for library in libraries if library.startswith("libopenvino.so")}
        self.assertEqual(len(installed_with_it), 1)  # tests/e2e/install.sh sees that it is there
        self.assertIn("COPY --from=build /installed/ /usr/local/\n", last_stage)
        owners = {owner(where[library]) for library in libraries - installed_with_it} - IN_EVERY_DEBIAN
        installed = set(re.findall(r"\b(lib[a-z0-9+.-]+)", last_stage))
        self.assertGreater(len(owners), 8)
        missing = {name for name in owners if name not in installed and not name.startswith("libopenblas0")}
        self.assertEqual(missing, set())
        self.assertTrue({"libopenblas0-serial"} <= installed)

    def test_runs_as_nobody_in_particular(self):
        text = (ROOT / "Dockerfile").read_text()
        chart = (ROOT / "helm/staydown/templates/_helpers.tpl").read_text()
        user = re.search(r"^USER (\d+):(\d+)$", text, re.M)
        self.assertEqual(user.group(1), re.search(r"runAsUser: (\d+)", chart).group(1))
        self.assertEqual(user.group(2), re.search(r"runAsGroup: (\d+)", chart).group(1))


if __name__ == "__main__":
    unittest.main()
