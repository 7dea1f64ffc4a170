"""A real Prometheus scrapes a running worker and ingest and evaluates every expression of every dashboard and alert.

Wants STAYDOWN (the program) and STAYDOWN_BROKERS in the environment.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

import yaml

import expressions

PATIENCE_S = 90


def until(holds, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE_S} s for {what}")
        time.sleep(0.2)
    return found


class Live(unittest.TestCase):
    def setUp(self):
        self.program, self.brokers = os.environ["STAYDOWN"], os.environ["STAYDOWN_BROKERS"]
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        unique = f"live-{os.getpid()}-{time.time_ns()}"
        self.config = self.folder / "staydown.yaml"
        names = ["segments", "state", "takedowns", "dead_letters", "references", "workers"]
        self.config.write_text(yaml.safe_dump(
            {"model": {"manifest": "none"}, "kafka": {"group": unique, "topics": {name: f"{unique}.{name}" for name in names}}}))

    def staydown(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--brokers", self.brokers, "--config", self.config],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def start(self, command, **options):
        process = subprocess.Popen(command, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return process

    def start_worker(self):
        log = self.folder / "worker.log"
        with log.open("w") as stderr:
            self.start([self.program, "worker", "--brokers", self.brokers, "--config", self.config, "--threads", "1",
                        "--bank", self.folder / "cache.db", "--listen", "127.0.0.1:0"], stderr=stderr)
        port = until(lambda: re.search(r"event=worker_started .*port=(\d+)", log.read_text()), "the worker").group(1)
        until(lambda: "event=worker_ready thread=0" in log.read_text(), "the worker to be ready")
        return port

    def start_ingest(self):
        log, watched = self.folder / "ingest.log", self.folder / "in"
        watched.mkdir()
        with log.open("w") as stderr:
            self.start([self.program, "ingest", "--watch", watched, "--brokers", self.brokers, "--config", self.config,
                        "--listen", "127.0.0.1:0"], stderr=stderr)
        port = until(lambda: re.search(r"event=ingest_started .*port=(\d+)", log.read_text()), "ingest").group(1)
        return port, watched

    def start_prometheus(self, worker, ingest):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = self.folder / "prometheus.yaml"
        config.write_text(yaml.safe_dump({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(expressions.RULES)],
            "scrape_configs": [{"job_name": "staydown", "static_configs": [
                {"targets": [f"127.0.0.1:{port}"], "labels": {"namespace": "live", "pod": pod}}
                for port, pod in [(worker, "worker-0"), (ingest, "ingest-0")]]}]}))
        self.start(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"], stderr=subprocess.DEVNULL)
        self.prometheus = f"http://127.0.0.1:{port}/api/v1"

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"{self.prometheus}/{path}") as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError:
            return None

    def result(self, expression):
        answer = self.ask("query?" + urllib.parse.urlencode({"query": expression}))
        if answer and answer["status"] == "error":
            raise AssertionError(f"{expression}: {answer['error']}")
        return answer and answer["data"]["result"]

    def test_every_expression_gives_something(self):
        video = self.folder / "attack.ts"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "mandelbrot=size=320x180:rate=15", "-t", "8",
                        "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-threads", "1", video], check=True)
        self.staydown("topics", "create", "--partitions", "1", "--replication", "1")
        ingest, watched = self.start_ingest()
        self.start_prometheus(self.start_worker(), ingest)
        self.staydown("reference", "add", str(video), "--id", "attack", "--force", "--keyframes-only")
        video.rename(watched / "cam-7.ts")

        until(lambda: self.result('sum(staydown_verdicts_total{verdict="takedown"}) > 0'), "a takedown on a scrape")
        for where, expression in expressions.on_dashboards():
            expression = expression.replace("$__rate_interval", "1m").replace("$namespace", ".*")
            until(lambda: self.result(expression), f"{where}: {expression}")
        for alert in expressions.alerts():
            for looked_at in expressions.looked_at(alert["expr"]):
                until(lambda: self.result(looked_at), f"{alert['alert']}: {looked_at}")
        until(lambda: all(rule["health"] == "ok" for group in self.ask("rules")["data"]["groups"]
                          for rule in group["rules"]), "all rules to be evaluated")


if __name__ == "__main__":
    unittest.main()
