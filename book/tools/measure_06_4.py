"""Measures what chapter 6.4 says about costs, on this machine.

    measure_06_4.py BUILD >book/results/06-4-streams.txt

Only ratios within one run mean something elsewhere.
"""
import signal
import socket
import sys
import time

from measure import echo, kilobytes, machine, server

IDLE = 900
FEW = 100


def connect(address):
    return socket.create_connection(address, timeout=60)


def deaf(address):
    """Has sent until nobody took any more, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connection.connect(address)
    connection.settimeout(0.5)
    sent = 0
    try:
        while True:
            sent += connection.send(b"x" * 65536)
    except TimeoutError:
        return connection, sent


def end_of(process):
    """Seconds from SIGTERM to the end."""
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return time.monotonic() - begin


def time_to_end(program, idle, deaf_ones):
    with server(program) as (process, address):
        clients = [connect(address) for _ in range(idle)]
        for client in clients:
            echo(client)
        clients += [deaf(address)[0] for _ in range(deaf_ones)]
        return end_of(process)


def bytes_per_idle(program):
    """Of the server's own memory, for one more client that waits."""
    with server(program) as (process, address):
        clients = [connect(address) for _ in range(FEW)]
        for client in clients:
            echo(client)
        before = kilobytes(process.pid, "RssAnon")
        more = [connect(address) for _ in range(IDLE - FEW)]
        for client in more:
            echo(client)
        after = kilobytes(process.pid, "RssAnon")
        return (after - before) * 1024 / (IDLE - FEW)


def main(build):
    build += "/06-coroutines/"
    print(f"{machine()}\n\nSeconds from SIGTERM to the end of echo_server\n")
    for idle, deaf_ones in ((0, 0), (3, 0), (IDLE, 0), (0, 1), (0, 3)):
        took = time_to_end(build + "echo_server", idle, deaf_ones)
        print(f"{idle:>6} idle, {deaf_ones} who never read{took:>8.2f}")

    with server(build + "echo_server") as (process, address):
        before = kilobytes(process.pid, "RssAnon")
        _, sent = deaf(address)
        grown = kilobytes(process.pid, "RssAnon") - before
    print(f"\nOne who never read sent {sent / 1024:.0f} KiB before it had to "
          f"wait;\necho_server had grown by {grown} KiB")

    print(f"\nBytes of the server's own memory for one idle client more, "
          f"from {FEW} to {IDLE}\n")
    for name in ("sock_echo_server", "echo_server"):
        print(f"{name:>20}{bytes_per_idle(build + name):>8.0f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_4.py BUILD")
    main(sys.argv[1])
