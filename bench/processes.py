"""A server under load and the load on it, as processes with deadlines."""
import contextlib
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)(?: \((.*)\))?")

# The kernel ends the program if this one goes first, however it goes.
TIED_TO_US = ["setpriv", "--pdeathsig", "KILL"]


class MeasureError(Exception):
    """What could not be measured, in a line."""


class Lines:
    """The lines of a pipe, each awaited for a limited time."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.unread = b""

    def next(self, patience, what):
        deadline = time.monotonic() + patience
        while b"\n" not in self.unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.pipe], [], [], left)[0]:
                raise MeasureError(f"{what}: nothing for {patience:.0f} s")
            more = os.read(self.pipe.fileno(), 65536)
            if not more:
                raise MeasureError(f"{what}: it has ended")
            self.unread += more
        line, self.unread = self.unread.split(b"\n", 1)
        return line.decode(errors="replace")


class RunningServer:
    """A server on a port of its own, with all processes it starts. Behind
    `wrapper` if there is one, a command that runs the command after it."""

    def __init__(self, server, build, wrapper=()):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*TIED_TO_US, *wrapper, *server.arguments(build)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.errors, env=os.environ | {"QUIET": "1"},
            start_new_session=True)
        try:
            self.port, self.version = self.read_start()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def read_start(self):
        line = Lines(self.process.stdout).next(20, "the server's start")
        match = LISTENING.match(line)
        if not match:
            raise MeasureError(f"the server said {line!r}")
        return int(match[1]), match[2] or ""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        last_words = self.stop()
        if kind is MeasureError and last_words:
            raise MeasureError(f"{error}; the server: {last_words}") from None

    def stop(self):
        """Ends all its processes; returns the last line of its stderr."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").splitlines()
        self.errors.close()
        return lines[-1][:200] if lines else ""

    def stop_behind_wrapper(self):
        """Ends the server and waits for its wrapper to end by itself."""
        # Children first: those of a parent that is gone might make one call
        # more, which the wrapper counts.
        for pid in sorted(self.pids(), reverse=True):
            if pid != self.process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=20)

    def pids(self):
        """All processes of the group that the server was started in."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                # Behind the name, which may hold anything: state, parent,
                # group.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[2]) == self.process.pid and fields[0] != "Z":
                found.append(int(entry.name))
        return found

    def cpu_seconds(self):
        """CPU time of all its processes that live."""
        # A process's CPU clock, as clock_getcpuclockid(3) makes it from the
        # pid: to the nanosecond, where /proc/PID/stat has hundredths.
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in self.pids())

    def kernel_seconds(self):
        """How much of that passed in the kernel; to a hundredth."""
        ticks = 0
        for pid in self.pids():
            stat = Path(f"/proc/{pid}/stat").read_text()
            ticks += int(stat.rpartition(")")[2].split()[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def spent_on(self, work):
        """Does `work`. Gives what that returns, the server's CPU time for it
        in seconds, and how much of this passed in the kernel, of 1."""
        before = self.cpu_seconds(), self.kernel_seconds()
        result = work()
        cpu = self.cpu_seconds() - before[0]
        kernel = self.kernel_seconds() - before[1]
        return result, cpu, min(kernel / cpu, 1)

    def memory_bytes(self):
        """Memory that no file backs: heaps, stacks, data. A page that several
        processes share counts as one."""
        total = 0
        for pid in self.pids():
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss_Anon:\s+(\d+) kB", text, re.M)[1])
        return total * 1024


class LoadProgram:
    """A load generator, which does what it is told."""

    program = ""

    def __init__(self, build, port):
        self.process = subprocess.Popen(
            [str(build / self.program), "127.0.0.1", str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.lines = Lines(self.process.stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # It ends when its stdin does, unless it waits for a server that hangs.
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def tell(self, command, patience):
        try:
            self.process.stdin.write(f"{command}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise MeasureError(f"{command}: the load has ended") from None
        result = json.loads(self.lines.next(patience, command))
        if result["errors"]:
            raise MeasureError(f"{command}: {result['errors']} errors; "
                               f"the first: {result['first_error']}")
        return result


class Load(LoadProgram):
    """Of an echo server (load.cpp)."""

    program = "bench/load"

    def connect(self, connections):
        return self.tell(f"connect {connections}", 180)

    def run(self, seconds, size):
        return self.tell(f"run {seconds} {size}", 30 + 2 * seconds)

    def count(self, rounds, size):
        return self.tell(f"count {rounds} {size}", 60)


class ChatLoad(LoadProgram):
    """Of a chat (chat_load_program.cpp)."""

    program = "bench/chat_load"

    def join(self, clients):
        return self.tell(f"join {clients}", 180)

    def storm(self, clients):
        return self.tell(f"storm {clients}", 180)

    def spread(self, clients):
        return self.tell(f"spread {clients}", 180)

    def stall(self, clients):
        return self.tell(f"stall {clients}", 60)

    def talk(self, seconds):
        return self.tell(f"talk {seconds}", 60 + 2 * seconds)
