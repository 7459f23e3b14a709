"""Measures what chapter 2 says about costs, on this machine.

    measure_02.py BUILD >book/results/02-nonblocking-busy.txt

Only ratios within one run mean something elsewhere.
"""
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from measure import echo, machine, server

CROWDS = (0, 1, 100, 900)  # silent clients; stage 3 has room for some 1000
WATCHED = 2  # seconds
ROUND_TRIPS = 200
ROUNDS = 7
HEADS = ("stage 2", "stage 3")


def wanted_seconds(pid):
    """Time on a core, or in the queue for one: on a machine that others use
    too, this still tells how much it would have taken."""
    ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    return (int(ran) + int(waited)) / 1e9


def ticks(pid):
    """Time in the program and in the kernel, in ticks of the clock."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])


def share_of_a_core(pid):
    begin, wanted = time.monotonic(), wanted_seconds(pid)
    time.sleep(WATCHED)
    spent = wanted_seconds(pid) - wanted
    return 100 * spent / (time.monotonic() - begin)


def connect(address):
    connection = socket.create_connection(address, timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def round_trip(connection):
    """Microseconds from a word to its echo: the middle one of many."""
    times = []
    for _ in range(ROUND_TRIPS):
        begin = time.perf_counter()
        echo(connection)
        times.append(time.perf_counter() - begin)
    return sorted(times)[ROUND_TRIPS // 2] * 1e6


def measure(program, silent):
    """(share of a core while nobody speaks, Bob's round trip, ticks)"""
    with server(program) as (process, address), ExitStack() as crowd:
        for _ in range(silent):
            crowd.enter_context(connect(address))
        with connect(address) as bob:
            echo(bob)  # so all before him have been accepted
            share = share_of_a_core(process.pid)
            # The best: others on this machine can only make it worse.
            trip = min(round_trip(bob) for _ in range(ROUNDS))
        return share, trip, ticks(process.pid)


def table(rows, form):
    print(f"{'silent':>8} {HEADS[0]:>10} {HEADS[1]:>10}")
    for silent, row in rows:
        print(f"{silent:>8} " + " ".join(form.format(value) for value in row))


def main(build):
    programs = [f"{build}/{stage}/echo_server"
                for stage in ("02-nonblocking-busy", "03-select")]
    rows = [(silent, [measure(program, silent) for program in programs])
            for silent in CROWDS]

    print(machine())
    print("\nBob and so many silent clients are connected, and nobody says "
          "anything.\nPer cent of a core that the server takes, or would take "
          "if it were free:\n")
    table([(silent, [share for share, _, _ in row]) for silent, row in rows],
          "{:>9.0f}%")
    in_program, in_kernel = map(sum, zip(*(row[0][2] for _, row in rows)))
    share = 100 * in_kernel / (in_program + in_kernel)
    print(f"\nOf stage 2's time on a core, {share:.0f} % pass in the kernel, "
          "on the way to it,\nor on the way back.")
    print("\nNow Bob says 64 bytes and waits for his echo, and the others are "
          "silent.\nMicroseconds for a round trip, in the best of "
          f"{ROUNDS} runs:\n")
    table([(silent, [trip for _, trip, _ in row]) for silent, row in rows],
          "{:>10.0f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_02.py BUILD")
    main(sys.argv[1])
