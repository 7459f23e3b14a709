"""The steps of a run, one after the other, and how far it is."""
import sys
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import SubprocessError

from processes import MeasureError
from servers import Server


class Progress:
    """Says on stderr how far it is: one line that changes at a terminal, one
    for every tenth of the way elsewhere."""

    def __init__(self, steps):
        self.steps = steps
        self.done = 0

    def step(self, what):
        tenth = self.done * 10 // self.steps
        line = f"{self.done * 100 // self.steps:3} %  {what}"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif self.done == 0 or tenth > (self.done - 1) * 10 // self.steps:
            print(line, file=sys.stderr, flush=True)
        self.done += 1

    def finish(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Step:
    server: Server
    path: str  # of its figure in the results
    what: str  # in words
    measure: Callable


def take(steps, failed):
    """Takes all of them; `failed` is called with the server, path and error
    of each that could not be taken."""
    progress = Progress(len(steps))
    for step in steps:
        progress.step(f"{step.server.name}: {step.what}")
        try:
            step.measure()
        except (MeasureError, OSError, SubprocessError) as error:
            failed(step.server, step.path, error)
    progress.finish()
