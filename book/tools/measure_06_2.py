"""Measures what chapter 6.2 says about costs, on this machine.

    measure_06_2.py BUILD >book/results/06-2-loop.txt

Only ratios within one run mean something elsewhere.
"""
import re
import resource
import subprocess
import sys

from measure import machine
from measure_04 import round_trip, table

CROWDS = {"tasks": (1000, 100_000), "threads": (1000, 5000)}
SILENT = (10, 1000)
SELECTORS = ("select", "poll", "epoll")
ROUNDS = 5


def crowd(build, kind, count):
    """(µs to make one, bytes, µs to wake and end it): the best of each."""
    rows = []
    for _ in range(ROUNDS):
        said = subprocess.run([f"{build}/06-coroutines/crowd", kind,
                               str(count)], text=True, capture_output=True,
                              check=True).stdout
        rows.append([float(number) for number in re.findall(
            r"([\d.]+) (?:µs|bytes)", said)])
    return [min(column) for column in zip(*rows)]


def main(build):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(machine())
    print(f"\nThose that wait at the same time, the best of {ROUNDS} runs, "
          "for each:\n")
    print(f"{'':>16}{'make, µs':>10}{'bytes':>8}{'wake, end, µs':>15}")
    for kind, counts in CROWDS.items():
        for count in counts:
            make, size, wake = crowd(build, kind, count)
            print(f"{f'{count} {kind}':>16}{make:>10.2f}{size:>8.0f}"
                  f"{wake:>15.2f}")
    program = f"{build}/06-coroutines/echo_server"
    table("One round trip of 64 bytes among silent clients, microseconds of\n"
          "the server's CPU, by selector:",
          {(kind, silent): round_trip(program, silent, f"--selector={kind}")
           for kind in SELECTORS for silent in SILENT}, SILENT)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_2.py BUILD")
    main(sys.argv[1])
