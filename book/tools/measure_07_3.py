"""Measures what chapter 7.3 says about costs, on this machine.

    measure_07_3.py BUILD >book/results/07-3-terminal.txt

Bytes and memory are the same elsewhere, with this terminfo entry; times are not.
"""
import fcntl
import os
import pty
import select
import socket
import struct
import subprocess
import sys
import termios
from contextlib import contextmanager

from measure import cpu_seconds, kilobytes, machine

SIZES = ((24, 80), (60, 200))  # rows, columns
QUIET = 0.3                    # seconds without a byte: it has drawn all
KEYS = 100
MESSAGE = b"Bob: %010d is the number of what he says, which is new\n"
CROWDS = (1, 10, 100, 1000, 10000)
KEPT = 5000                    # lines of its scrollback


class Client:
    """chat_client on a terminal that we read, connected to us."""

    def __init__(self, process, terminal, connection):
        self.process = process
        self.terminal = terminal
        self.connection = connection
        self.heard = 0
        self.drawn()

    def drawn(self):
        """How many bytes it has written for the terminal, until it is quiet."""
        count = 0
        while select.select([self.terminal], [], [], QUIET)[0]:
            count += len(os.read(self.terminal, 65536))
        return count

    def bytes_for_keys(self, keys):
        """For each of them, one after another."""
        total = 0
        for key in keys:
            os.write(self.terminal, key)
            total += self.drawn()
        return total / len(keys)

    def hear(self, count):
        """Messages that come at once: bytes for the terminal, seconds of CPU."""
        messages = b"".join(MESSAGE % (self.heard + i) for i in range(count))
        self.heard += count
        before = cpu_seconds(self.process.pid)
        self.connection.sendall(messages)
        drawn = self.drawn()
        return drawn, cpu_seconds(self.process.pid) - before

    def memory(self):
        return kilobytes(self.process.pid, "RssAnon")


@contextmanager
def client(build, rows, columns):
    terminal, its_end = pty.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ,
                struct.pack("4H", rows, columns, 0, 0))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        process = subprocess.Popen(
            [f"{build}/07-chat/chat_client", "127.0.0.1", port,
             "--name", "Ann"],
            stdin=its_end, stdout=its_end, stderr=its_end,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        os.close(its_end)
        try:
            connection = listener.accept()[0]
            with connection:
                connection.recv(65536)
                connection.sendall(b"Welcome! 2 user(s) are online!\n"
                                   b"Ann connected!\n")
                yield Client(process, terminal, connection)
        finally:
            process.kill()
            process.wait()
            os.close(terminal)


def columns_of(rows):
    for name, values in rows:
        print(f"{name:>24}" + "".join(f"{value:>11,.0f}" for value in values))


def main(build):
    print(f"{machine()}\n")

    letter, message, everything = [], [], []
    for rows, columns in SIZES:
        with client(build, rows, columns) as ann:
            ann.hear(2 * rows)  # the screen is full
            letter.append(ann.bytes_for_keys([b"x"] * 20))
            message.append(ann.hear(1)[0])
            everything.append(ann.bytes_for_keys([b"\x0c"]))
    print("Bytes that the client writes to its terminal, with a full screen\n")
    print(" " * 24 + "".join(f"{f'{columns} × {rows}':>11}"
                             for rows, columns in SIZES))
    columns_of([("a letter is typed", letter),
                ("a message arrives", message),
                ("Ctrl-L: draw it all", everything)])

    drawn, spent = [], []
    with client(build, *SIZES[0]) as ann:
        before = ann.memory()
        for count in CROWDS:
            result = ann.hear(count)
            drawn.append(result[0])
            spent.append(result[1])
        full = ann.memory()
        for _ in range(4):
            ann.hear(10 * KEPT)
        later = ann.memory()
    print(f"\nMessages of {len(MESSAGE % 0)} bytes that arrive at once; for all of "
          "them, bytes\nfor a terminal of 80 × 24, and for each, "
          "microseconds of CPU\n")
    columns_of([("messages", CROWDS), ("bytes for all", drawn),
                ("µs for each", [s / n * 1e6 for s, n in zip(spent, CROWDS)])])

    print("\nKiB of the client's own memory\n")
    columns_of([("at the beginning", [before]),
                (f"with {KEPT:,} lines", [full]),
                (f"after {40 * KEPT:,} more", [later])])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_07_3.py BUILD")
    main(sys.argv[1])
