"""Measures what chapter 6.4 says about costs, on this machine.

    measure_06_4.py BUILD >book/results/06-4-streams.txt

Only ratios within one run mean something elsewhere.
"""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import echo, kilobytes, machine, server

IDLE = 900
FEW = 100
# What echo_server asks for when a client comes, in this order.
PARTS = ("the connection: socket, watch, peer's name, both streams",
         "the frame of serve",
         "the task, and its name",
         "the guest",
         "the frame of echo")


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


def blocks_of_a_client(program):
    """The sizes of the blocks of memory that a client has while it waits, in
    the order in which the server asked for them."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/blocks.so"
        source = Path(__file__).with_name("blocks.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source],
                       check=True)
        notes = Path(folder) / "notes"
        os.environ |= {"LD_PRELOAD": library, "BLOCKS": str(notes)}
        with server(program) as (_, address):
            del os.environ["LD_PRELOAD"]
            others = [connect(address) for _ in range(3)]
            for client in others:
                echo(client)
            before = notes.stat().st_size
            with connect(address) as client:
                echo(client)
                time.sleep(0.1)  # it waits again now
                text = notes.read_text()[before:]
    blocks = {}
    for line in text.splitlines():
        block, _, size = line[1:].partition(" ")
        if line[0] == "+":
            blocks[block] = int(size)
        else:
            blocks.pop(block, None)
    return list(blocks.values())


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

    blocks = blocks_of_a_client(build + "echo_server")
    if len(blocks) != len(PARTS):
        sys.exit(f"expected {len(PARTS)} blocks for a client: {blocks}")
    print("\nWhat echo_server asks for, for one client\n")
    for size, part in zip(blocks, PARTS):
        print(f"{size:>8}  {part}")
    print(f"{sum(blocks):>8}  in all, and a word for malloc with each")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_4.py BUILD")
    main(sys.argv[1])
