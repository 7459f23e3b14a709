"""Measures what chapter 6.3 says about costs, on this machine.

    measure_06_3.py BUILD >book/results/06-3-sockets.txt

Only ratios within one run mean something elsewhere.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import cpu_for_echoes, echo, machine, server

ROUND_TRIPS = 5000
ROUNDS = 7
COUNTED = 500
SERVERS = {"stage 1": "01-blocking/echo_server",
           "stage 4, epoll": "04-poll/epoll_echo_server",
           "stage 5": "05-threads/echo_server",
           "mini_loop": "06-coroutines/mini_loop",
           "sock_echo_server": "06-coroutines/sock_echo_server",
           "echo_server": "06-coroutines/echo_server"}


def connect(address):
    connection = socket.create_connection(address, timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def microseconds(program):
    """Of the server's CPU, for one round trip."""
    with server(program) as (process, address), connect(address) as bob:
        cpu_for_echoes(process.pid, bob, 100)
        return cpu_for_echoes(process.pid, bob, ROUND_TRIPS) / ROUND_TRIPS * 1e6


def calls(program, count):
    """System calls of a whole life with so many round trips."""
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder, "summary")
        process = subprocess.Popen(
            ["strace", "-f", "-c", "-o", summary, program, "0"],
            env=os.environ | {"QUIET": "1"}, stdout=subprocess.PIPE, text=True)
        with process.stdout:
            port = int(process.stdout.readline().rsplit(":", 1)[1])
            with connect(("127.0.0.1", port)) as bob:
                for _ in range(count):
                    echo(bob)
                task = Path(f"/proc/{process.pid}/task/{process.pid}")
                child = (task / "children").read_text().split()[0]
                os.kill(int(child), signal.SIGKILL)
            process.wait()
        total = re.search(r"([\d]+)\s+(?:\d+\s+)?total", summary.read_text())
        return int(total[1])


def main(build):
    print(machine())
    print("\nOne round trip of 64 bytes, one client: microseconds of the "
          f"server's CPU\n(the best of {ROUNDS} runs), and system calls\n")
    best = {}
    for _ in range(ROUNDS):  # interleaved: all see the same machine
        for name, program in SERVERS.items():
            cost = microseconds(f"{build}/{program}")
            best[name] = min(cost, best.get(name, cost))
    print(f"{'':>20}{'µs':>8}{'calls':>8}")
    for name, program in SERVERS.items():
        path = f"{build}/{program}"
        each = (calls(path, 2 * COUNTED) - calls(path, COUNTED)) / COUNTED
        print(f"{name:>20}{best[name]:>8.1f}{each:>8.1f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_3.py BUILD")
    main(sys.argv[1])
