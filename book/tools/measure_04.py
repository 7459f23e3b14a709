"""Measures what chapter 4 says about costs, on this machine.

    measure_04.py BUILD >book/results/04-poll.txt

Only ratios within one run mean something elsewhere.
"""
import re
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack

from measure import cpu_for_echoes, machine, server

CROWDS = (10, 1000, 10000)  # silent clients
TOO_MANY_FOR_SELECT = 10000
ROUND_TRIPS = 200
ROUNDS = 7
SERVERS = {"select": "03-select/echo_server", "poll": "04-poll/echo_server",
           "epoll": "04-poll/epoll_echo_server"}


def wakes(build):
    """{(kind of selector, silent descriptors): nanoseconds}, from the test."""
    said = subprocess.run([f"{build}/tests/04_cost_test"], text=True,
                          capture_output=True, check=True).stdout
    line = r"(\w+): (\d+) ns with (\d+) silent descriptors, (\d+) ns with (\d+)"
    found = {}
    for kind, few_cost, few, many_cost, many in re.findall(line, said):
        found[kind, int(few)] = int(few_cost)
        found[kind, int(many)] = int(many_cost)
    return found


def connect(address):
    connection = socket.create_connection(address, timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def round_trip(program, silent, *options):
    """Microseconds of CPU for one."""
    with server(program, *options) as (process, address), ExitStack() as crowd:
        for _ in range(silent):
            crowd.enter_context(connect(address))
        with connect(address) as bob:
            cpu_for_echoes(process.pid, bob, 1)  # all are accepted now
            spent = min(cpu_for_echoes(process.pid, bob, ROUND_TRIPS)
                        for _ in range(ROUNDS))
    return spent / ROUND_TRIPS * 1e6


def table(heading, costs, crowds=CROWDS):
    print(f"\n{heading}\n")
    print(f"{'silent':>8}" + "".join(f"{kind:>10}" for kind in SERVERS))
    for silent in crowds:
        row = (costs.get((kind, silent)) for kind in SERVERS)
        print(f"{silent:>8}" + "".join(
            f"{'-' if cost is None else format(cost, '.1f'):>10}"
            for cost in row))


def main(build):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(machine())
    table("One call that finds one descriptor ready among silent ones,\n"
          "microseconds of CPU:",
          {key: cost / 1000 for key, cost in wakes(build).items()})
    table("One round trip of 64 bytes among silent clients, microseconds of\n"
          "the server's CPU:",
          {(kind, silent): round_trip(f"{build}/{program}", silent)
           for kind, program in SERVERS.items() for silent in CROWDS
           if kind != "select" or silent < TOO_MANY_FOR_SELECT})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_04.py BUILD")
    main(sys.argv[1])
