"""Measures what chapter 1 says about costs, on this machine.

    measure.py BUILD >book/results/01-blocking.txt     BUILD: where cmake built

Only ratios within one run mean something elsewhere.
"""
import os
import platform
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

THINKING = 0.05  # seconds
ROUND_TRIPS = 10000
ROUNDS = 5
MESSAGE = b"x" * 64


@contextmanager
def server(program, *options):
    """Runs an echo server; gives its process and its address."""
    process = subprocess.Popen([program, "0", *options], stdout=subprocess.PIPE,
                               env=os.environ | {"QUIET": "1"}, text=True)
    try:
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        yield process, ("127.0.0.1", port)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def echo(connection):
    connection.sendall(MESSAGE)
    left = len(MESSAGE)
    while left:
        left -= len(connection.recv(left))


def thinking_client(address):
    with socket.create_connection(address, timeout=60) as connection:
        echo(connection)
        time.sleep(THINKING)
        echo(connection)


def time_for(clients, address):
    """Milliseconds until the last of some thinking clients is done."""
    threads = [threading.Thread(target=thinking_client, args=(address,))
               for _ in range(clients)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.monotonic() - begin) * 1000


def cpu_seconds(pid):
    """Time on a core so far, of the threads it has now; the kernel counts
    nanoseconds."""
    return sum(int(thread.read_text().split()[0]) for thread in
               Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def cpu_for_echoes(pid, connection, count):
    begin = cpu_seconds(pid)
    for _ in range(count):
        echo(connection)
    return cpu_seconds(pid) - begin


def kilobytes(pid, field):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1])


def machine():
    """What it was measured on, and when."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (f"{cpu[1].strip() if cpu else platform.machine()}, "
            f"{os.cpu_count()} cores, "
            f"Linux {platform.release().split('-')[0]}, "
            f"{time.strftime('%Y-%m-%d')}")


def main(build):
    blocking = f"{build}/01-blocking/echo_server"
    threads = f"{build}/05-threads/echo_server"
    print(f"{machine()}\n")

    print("Clients that connect all at once. Each says something, waits for "
          "the\necho, thinks for "
          f"{THINKING * 1000:.0f} ms, and says something again. Milliseconds "
          "until\nthe last one is done:\n")
    print(f"{'clients':>8} {'stage 1':>10} {'stage 5':>10}")
    for clients in (1, 2, 4, 8, 16, 32):
        row = []
        for program in (blocking, threads):
            with server(program) as (_, address):
                row.append(time_for(clients, address))
        print(f"{clients:>8} {row[0]:>10.0f} {row[1]:>10.0f}")

    with server(blocking) as (process, address):
        with socket.create_connection(address, timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            spent = min(cpu_for_echoes(process.pid, connection, ROUND_TRIPS)
                        for _ in range(ROUNDS))
        memory = kilobytes(process.pid, "RssAnon")
    print(f"\nStage 1, one client, {ROUND_TRIPS} round trips of 64 bytes, "
          f"the best of {ROUNDS} runs:\n")
    print(f"{spent / ROUND_TRIPS * 1e6:8.1f} µs of CPU for each round trip")
    print(f"{memory:8} kB of memory of its own")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure.py BUILD")
    main(sys.argv[1])
