"""What is measured of a server. Every measurement starts the server anew."""
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass

from processes import TIED_TO_US, Load, MeasureError, RunningServer
from servers import MOST_CONNECTIONS

IDLE_CLIENTS = 100
COUNTED_ROUNDS = 1000


@dataclass(frozen=True)
class Point:
    """How many connections, with messages of how many bytes."""
    connections: int
    size: int = 64

    @property
    def series(self):
        """What it is called behind the measure: roundtrips, roundtrips_16k."""
        return "" if self.size == 64 else f"_{self.size // 1024}k"

    def __str__(self):
        of = "" if self.connections == 1 else "s"
        return f"{self.connections} connection{of}, {self.size} B"


@contextmanager
def session(server, build, wrapper=()):
    with RunningServer(server, build, wrapper) as running:
        with Load(build, running.port) as load:
            yield running, load


def version(server, build):
    with RunningServer(server, build) as running:
        return running.version


def throughput(server, build, point, seconds):
    with session(server, build) as (running, load):
        load.connect(point.connections)
        result, cpu, kernel = running.spent_on(
            lambda: load.run(seconds, point.size))
    return {"roundtrips": result["roundtrips"] / result["seconds"],
            "p50": result["p50_us"], "p99": result["p99_us"],
            "max": result["max_us"], "cpu": cpu / result["total"] * 1e6,
            "kernel": kernel}


def memory_span(server, most=MOST_CONNECTIONS):
    """From and to how many connections memory is compared, if at all."""
    high = min(server.holds, most, 1000 if server.fills_slowly else most)
    return (high // 10, high) if high >= 1000 else None


def memory(server, build, span):
    """Bytes per connection that has been used and is silent now."""
    low, high = span
    with session(server, build) as (running, load):
        load.connect(low)
        before = running.memory_bytes()
        load.connect(high)
        return (running.memory_bytes() - before) / (high - low)


def idle_cpu(server, build, seconds):
    """CPU time over time, in percent of a core, while nobody says anything."""
    with session(server, build) as (running, load):
        load.connect(min(IDLE_CLIENTS, server.holds))
        start, before = time.monotonic(), running.cpu_seconds()
        time.sleep(seconds)
        used = running.cpu_seconds() - before
        return used / (time.monotonic() - start) * 100


def calls(server, build, connections):
    """System calls per round trip: what it makes more of them when there are
    COUNTED_ROUNDS round trips more. So its start does not count."""
    few = 100 + connections
    return (count_calls(server, build, connections, few + COUNTED_ROUNDS)
            - count_calls(server, build, connections, few)) / COUNTED_ROUNDS


def count_calls(server, build, connections, rounds):
    with tempfile.NamedTemporaryFile("r") as summary:
        strace = ["strace", "--follow-forks", "--summary-only",
                  "--summary-columns=calls,name", f"--output={summary.name}",
                  *TIED_TO_US]
        with session(server, build, strace) as (running, load):
            load.connect(connections)
            load.count(rounds, 64)
            running.stop_behind_wrapper()
        words = summary.read().split()
    if words[-1:] != ["total"]:
        raise MeasureError("strace printed no summary")
    return int(words[-2])


def why_no_strace():
    """Empty if strace works here."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "--output=/dev/null", "true"],
                           capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"
