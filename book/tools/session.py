"""Terminal sessions of the book: run, compared, and laid out side by side.

A session is a file of lines, in the order of time; NAME is a terminal.

    # a comment
    NAME$ command          starts a command
    NAME: line             it prints this line (we wait for it)
    NAME> line             we type this line; ^C and ^D are those keys
    NAME: (nothing)        it stays silent, for a third of a second
    NAME? 1                it ends with this status

Numbers that no two runs have in common are written as these, and each stands
for the same number all through a session:

    8000, 4040             a server's port; the system chooses the real one
    50001, 50002 ...       ports of clients
    4711                   the process id of what runs in terminal "server"

`…` stands for any text in a line. Every program must have ended when the
session does, and no line may be left over. What runs in terminal "look" only
looks, at something that may take a moment to become so: it is run again until
it prints what it should.

    session.py BIN FILE...     runs FILEs in directory BIN
"""
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from pathlib import Path

from listing import BookError

STEP = re.compile(r"(\w+)([$:>?])(?: (.*))?")
VARIABLE = re.compile(r"\b(8000|4040|500\d\d|4711)\b")
PATIENCE = 10 * float(os.environ.get("TINCAN_TIME_SCALE", 1))  # seconds
SILENCE = 0.3  # seconds
WIDEST = 90  # columns that fit beside each other on a page
LONGEST = 105  # columns of a command
KEYS = {"^C": b"\x03", "^D": b"\x04"}


def parse(path):
    """[(line number, terminal, kind, text)]"""
    steps = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        step = STEP.fullmatch(line)
        if not step:
            raise BookError(f"{path}:{number}: not a step: {line}")
        steps.append((number, step[1], step[2], step[3] or ""))
    return steps


def side_by_side(names, cells):
    """A column for each terminal, time running downwards."""
    widths = {name: max(len(text) for who, text in [*cells, (name, name)]
                        if who == name) + 3 for name in names}
    rows = [dict(zip(names, names)), *({who: text} for who, text in cells)]
    return ["".join(row.get(name, "").ljust(widths[name])
                    for name in names).rstrip() for row in rows]


def one_by_one(names, cells):
    """One column, with the terminal's name where it changes."""
    width = max(len(name) for name in names) + 3
    before = [None, *(who for who, _ in cells)]
    return [(("" if who == last else who).ljust(width) + text).rstrip()
            for (who, text), last in zip(cells, before)]


def folded(command):
    """A long pipeline in several rows, which a shell takes as well."""
    begin, pipe, last = command.rpartition(" | ")
    if len(command) <= LONGEST or not pipe:
        return [command]
    return [*folded(begin + " |"), "    " + last]


def render(path):
    """The session as lines of text; a typed line ends in the sign on the Enter
    key."""
    cells = []
    for _, name, kind, text in parse(path):
        if kind == "$":
            cells += [(name, row) for row in folded("$ " + text)]
        elif kind == ">" and text not in KEYS:
            cells.append((name, text + "⏎"))
        elif kind != "?":
            cells.append((name, text))
    names = list(dict.fromkeys(who for who, _ in cells))
    if len(names) == 1:
        return [text for _, text in cells]
    lines = side_by_side(names, cells)
    if max(map(len, lines)) > WIDEST:
        lines = one_by_one(names, cells)
    return lines


def blocks(path):
    """The steps, each alone but those of one command in terminal "look"."""
    found = []
    for step in parse(path):
        if step[1] == "look" and step[2] != "$" and found[-1][0][1] == "look":
            found[-1].append(step)
        else:
            found.append([step])
    return found


class Terminal:
    """A pseudo-terminal that doesn't echo, and the command that runs on it."""

    def __init__(self, command, directory):
        starting, started = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            self.become(command, directory)
        os.close(started)
        os.read(starting, 1)  # ends with exec: from now on ^C is heard
        os.close(starting)
        modes = termios.tcgetattr(self.master)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(self.master, termios.TCSANOW, modes)
        self.unread = b""
        self.lines = []
        self.open = True
        self.status = None

    @staticmethod
    def become(command, directory):
        try:
            os.closerange(3, 1024)
            os.chdir(directory)
            environment = os.environ | {"LC_ALL": "C.UTF-8", "TERM": "dumb"}
            environment.pop("QUIET", None)
            # It is ignored in what a script has behind a &.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execvpe("bash", ["bash", "-c", command], environment)
        finally:
            os._exit(127)

    def read(self):
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other end open any more
            data = b""
        self.open = bool(data)
        self.unread += data
        *lines, self.unread = self.unread.split(b"\n")
        if not self.open and self.unread:
            lines.append(self.unread)
            self.unread = b""
        self.lines += [line.decode(errors="replace").rstrip("\r ")
                       for line in lines]

    def reap(self, flags=0):
        if self.status is None:
            pid, status = os.waitpid(self.pid, flags)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def end(self):
        if not self.reap(os.WNOHANG):
            os.killpg(self.pid, signal.SIGKILL)
            self.reap()
        os.close(self.master)


class Run:
    """One session being run."""

    def __init__(self, path, directory):
        self.path = path
        self.directory = directory
        self.numbers = {}  # as shown -> as it is in this run
        self.terminals = {}

    def fail(self, line, why):
        raise BookError(f"{self.path}:{line}: {why}")

    def pump(self, until, done):
        """Reads from all terminals until done() or the time is over."""
        while not done():
            left = until - time.monotonic()
            masters = {t.master: t for t in self.terminals.values() if t.open}
            if left <= 0:
                return False
            # Programs end in silence too: look again soon.
            for master in select.select(masters, [], [], min(left, 0.02))[0]:
                masters[master].read()
        return True

    def wait(self, done):
        return self.pump(time.monotonic() + PATIENCE, done)

    def close(self, name, line):
        """Waits for the end of what runs in a terminal; returns its status."""
        terminal = self.terminals[name]
        if not self.wait(lambda: not terminal.open and
                         terminal.reap(os.WNOHANG)):
            self.fail(line, f"{name} still runs")
        if terminal.lines:
            self.fail(line, f"{name} also printed {terminal.lines}")
        return terminal.status

    def start(self, name, command, line):
        if name in self.terminals:
            self.close(name, line)
            os.close(self.terminals.pop(name).master)
        # Port 0 lets the system choose; the first line then says which.
        actual = VARIABLE.sub(lambda v: self.numbers.get(v[0], "0"), command)
        self.terminals[name] = Terminal(actual, self.directory)
        if name == "server":
            self.numbers["4711"] = str(self.terminals[name].pid)

    def pattern(self, text):
        """A regular expression for a line, and what its groups stand for."""
        unknown = []

        def number(variable):
            shown = variable[0]
            if shown in self.numbers:
                return self.numbers[shown]
            if shown in unknown:
                return f"(?P=n{shown})"
            unknown.append(shown)
            return rf"(?P<n{shown}>\d+)"

        escaped = re.sub(r"(\\ )+", r"\\s+", re.escape(text))
        return VARIABLE.sub(number, escaped.replace("…", ".*")), unknown

    def expect(self, name, text, line):
        terminal = self.terminals[name]
        if text == "(nothing)":
            if self.pump(time.monotonic() + SILENCE, lambda: terminal.lines):
                self.fail(line, f"{name} printed {terminal.lines[0]!r}")
            return
        self.wait(lambda: terminal.lines or not terminal.open)
        if not terminal.lines:
            self.fail(line, f"{name} did not print {text!r}"
                            f" (but {terminal.unread!r})")
        came = terminal.lines.pop(0)
        pattern, unknown = self.pattern(text.rstrip())
        match = re.fullmatch(pattern, came)
        if not match:
            self.fail(line, f"{name} printed {came!r}, not {text!r}"
                            f" {self.numbers}")
        self.numbers |= {shown: match[f"n{shown}"] for shown in unknown}

    def type(self, name, text):
        keys = KEYS.get(text) or text.encode() + b"\n"
        os.write(self.terminals[name].master, keys)

    def step(self, line, name, kind, text):
        if kind == "$":
            self.start(name, text, line)
        elif name not in self.terminals:
            self.fail(line, f"nothing runs in {name}")
        elif kind == ":":
            self.expect(name, text, line)
        elif kind == ">":
            self.type(name, text)
        elif (status := self.close(name, line)) != int(text):
            self.fail(line, f"{name} ended with {status}")


    def look(self, steps):
        until = time.monotonic() + PATIENCE
        while True:
            try:
                for step in steps:
                    self.step(*step)
                return self.close("look", steps[-1][0])
            except BookError:
                if time.monotonic() > until:
                    raise
                self.terminals.pop("look").end()


def run(path, directory):
    """Runs a session; raises BookError where it goes another way."""
    session = Run(path, directory)
    try:
        for block in blocks(path):
            if block[0][1] == "look":
                session.look(block)
            else:
                session.step(*block[0])
        for name in session.terminals:
            session.close(name, "end")
    finally:
        for terminal in session.terminals.values():
            terminal.end()


def main(directory, *files):
    failed = False
    for file in files:
        try:
            run(Path(file), directory)
        except BookError as error:
            print(error, file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: session.py BIN FILE...")
    sys.exit(main(*sys.argv[1:]))
