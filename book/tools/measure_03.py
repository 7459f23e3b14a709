"""Measures what chapter 3 says about costs, on this machine.

    measure_03.py BUILD >book/results/03-select.txt

Only ratios within one run mean something elsewhere.
"""
import resource
import socket
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import cpu_for_echoes, cpu_seconds, echo, machine, server

CROWDS = (0, 10, 100, 300, 1000)
ROUND_TRIPS = 2000
ROUNDS = 5
WATCHED = 2  # seconds

# Opens descriptors that nobody waits for, and then runs a program.
FILL = """#!/bin/sh
exec bash -c '
for ((fd = 3; fd < 3 + {count}; ++fd)); do eval "exec $fd</dev/null"; done
exec "$@"' bash "{program}" "$@"
"""


def connect(address):
    connection = socket.create_connection(address, timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def microseconds(process, connection):
    """CPU time of the server for one round trip: the best of some runs."""
    echo(connection)  # so all before it have been accepted
    return min(cpu_for_echoes(process.pid, connection, ROUND_TRIPS)
               for _ in range(ROUNDS)) / ROUND_TRIPS * 1e6


def in_a_crowd(program, silent):
    with server(program) as (process, address), ExitStack() as crowd:
        for _ in range(silent):
            crowd.enter_context(connect(address))
        with connect(address) as bob:
            return microseconds(process, bob)


@contextmanager
def behind(program, count):
    """A program that runs `program` with so many descriptors open."""
    with TemporaryDirectory() as directory:
        script = Path(directory) / "server"
        script.write_text(FILL.format(count=count, program=program))
        script.chmod(0o755)
        yield str(script)


def alone_but_high(program, descriptors):
    with behind(program, descriptors) as script:
        return in_a_crowd(script, 0)


def share_of_a_core(program, silent):
    """Per cent of a core that it takes while nobody speaks."""
    with server(program) as (process, address), ExitStack() as crowd:
        for _ in range(silent):
            crowd.enter_context(connect(address))
        with connect(address) as bob:
            echo(bob)
        begin, spent = time.monotonic(), cpu_seconds(process.pid)
        time.sleep(WATCHED)
        spent = cpu_seconds(process.pid) - spent
        return 100 * spent / (time.monotonic() - begin)


def main(build):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    program = f"{build}/03-select/echo_server"
    blocking = f"{build}/01-blocking/echo_server"
    crowd = CROWDS[-1]
    print(machine())
    print(f"\n{crowd} silent clients are connected. Per cent of a core:\n")
    print(f"{share_of_a_core(program, crowd):8.2f}")
    print(f"\nBob says 64 bytes and waits for his echo, {ROUND_TRIPS} times. "
          "Microseconds of\nCPU for each round trip, the best of "
          f"{ROUNDS} runs. Either there are silent\nclients before him; or "
          "there are none, and as many descriptors are open\nthat nobody "
          "waits for, so that his has the same number:\n")
    print(f"{'before Bob':>12} {'clients':>10} {'descriptors':>12}")
    for count in CROWDS:
        print(f"{count:>12} {in_a_crowd(program, count):>10.1f} "
              f"{alone_but_high(program, count):>12.1f}")
    print(f"\nStage 1, where Bob is alone: {in_a_crowd(blocking, 0):.1f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_03.py BUILD")
    main(sys.argv[1])
