"""A broker, workers and ingest as processes: started, watched, and ended whatever happens.

Each writes its log to a file of the run's folder, so that none waits for a reader. CPU and memory are the kernel's counts.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

import metrics

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOPICS = ["segments", "state", "takedowns", "dead_letters", "references", "workers"]


class Failed(Exception):
    pass


def until(holds, what, patience_s=600, every_s=0.2):
    deadline = time.monotonic() + patience_s
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise Failed(f"waited {patience_s} s for {what}")
        time.sleep(every_s)
    return found


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def machine_cpu():
    """CPU seconds that the whole machine has spent working."""
    user, nice, system, _, _, irq, soft, *_ = map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


class Process:
    def __init__(self, command, log):
        self.log = pathlib.Path(log)
        with self.log.open("w") as out:
            self._process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.pid = self._process.pid
        self._cpu = 0.0

    def cpu(self):
        """CPU seconds so far; of one that has ended, when it was last asked for."""
        if not self.ended():
            self._cpu = cpu_of(self.pid)
        return self._cpu

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def text(self):
        return self.log.read_text()

    def saw(self, pattern):
        """The first line that has it; fails if the process has ended without."""
        ended = self._process.poll() is not None
        if found := re.search(pattern, self.text()):
            return found
        if ended:
            raise Failed(f"{self.log.name}: ended with {self._process.returncode}:\n{self.text()[-2000:]}")
        return None

    def ended(self):
        return self._process.poll() is not None

    def wait(self):
        if self._process.wait() != 0:
            raise Failed(f"{self.log.name}: ended with {self._process.returncode}:\n{self.text()[-2000:]}")

    def stop(self):
        if self.ended():
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Worker(Process):
    def __init__(self, cluster, name, config, threads):
        super().__init__([cluster.program, "worker", "--brokers", cluster.brokers, "--config", config, "--bank",
                          cluster.folder / f"{name}.db", "--instance", name, "--threads", threads, "--listen", "127.0.0.1:0"],
                         cluster.folder / f"{name}.log")
        self.threads = threads

    def await_ready(self):
        """Right when the last of its threads says so: its log is looked at often, and nothing else is."""
        port = until(lambda: self.saw(r"event=worker_started .*port=(\d+)"), f"{self.log.name} to start", every_s=0.02)
        self._url = f"http://127.0.0.1:{port.group(1)}/metrics"
        for thread in [*range(self.threads), "references", "breaker"]:
            until(lambda: self.saw(rf"event=worker_ready thread={thread}\b"), f"{self.log.name} to be ready", every_s=0.02)
        return self

    def look(self):
        with urllib.request.urlopen(self._url, timeout=60) as page:
            return metrics.Look(page.read().decode())


class Cluster:
    """A real broker, and topics and configurations by name. `model`: the learned descriptor beside hashes."""

    def __init__(self, program, folder, model="none"):
        self.program, self.folder, self.model = program, folder, model
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that nothing is left running
        self._stack = contextlib.ExitStack()
        self._kafka("start")
        self._stack.callback(self._kafka, "stop")
        self.brokers = (folder / "broker" / "brokers").read_text().strip()
        self.broker_pid = int((folder / "broker" / "pid").read_text())

    def _kafka(self, what):
        subprocess.run([ROOT / "scripts" / "kafka.sh", what, self.folder / "broker"], check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    def config(self, name, own=()):
        """A configuration whose group is `name`, and whose topics in `own` are its own."""
        topics = ", ".join(f"{topic}: {name + '.' if topic in own else 'staydown.'}{topic}" for topic in TOPICS)
        path = self.folder / f"{name}.yaml"
        # The breaker and thinning would change the work.
        path.write_text(f"kafka: {{group: {name}, topics: {{{topics}}}}}\n"
                        "policy: {breaker: {max_streams: 0}}\nworker: {overload_seconds: 86400}\n"
                        f"model: {{manifest: {self.model}}}\n")
        return path

    def local(self, *arguments):
        """`staydown` without the cluster."""
        done = subprocess.run([str(word) for word in (self.program, *arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"staydown {' '.join(map(str, arguments))}: {done.stderr[-2000:]}")
        return done.stdout

    def staydown(self, *arguments):
        return self.local(*arguments, "--brokers", self.brokers)

    def put_in_force(self, references, lists):
        """The bank of these videos and hash lists, which is on the cluster too."""
        bank = self.folder / "bank.db"
        for number, video in enumerate(references):
            self.local("reference", "add", video, "--bank", bank, "--id", f"reference-{number}", "--force",
                       "--model", self.model)
        for path in lists:
            self.local("reference", "import", path, "--bank", bank, "--id", path.stem, "--force")
            path.unlink()
        self.staydown("reference", "publish", "--bank", bank, "--wait", 0)
        return bank

    def create_topics(self, config, partitions):
        self.staydown("topics", "create", "--config", config, "--partitions", partitions, "--replication", 1)

    def worker(self, name, config, threads=1):
        return self._stack.enter_context(Worker(self, name, config, threads))

    def ingest(self, name, config, inputs, *more):
        """Each input is a stream; the same twice is two streams."""
        return self._stack.enter_context(
            Process([self.program, "ingest", *inputs, "--brokers", self.brokers, "--config", config, *more],
                    self.folder / f"{name}.log"))


class Streams:
    """So many streams at the pace of real time, again from the start when they end."""

    def __init__(self, cluster, config, files, count):
        self._again = lambda: cluster.ingest("streams", config, [files[n % len(files)] for n in range(count)], "--realtime")
        self._ingest = self._again() if count else None

    def keep_on(self):
        if self._ingest and self._ingest.ended():
            self._ingest.wait()
            self._ingest = self._again()
