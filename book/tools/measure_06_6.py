"""Measures what chapter 6.6 says about costs, on this machine: the same chat
four times.

    measure_06_6.py BUILD >book/results/06-6-compared.txt

Only ratios within one run mean something elsewhere.
"""
import re
import socket
import sys
from pathlib import Path

from measure import cpu_seconds, kilobytes, machine, server

SERVERS = {"poll, by hand": "04-poll/chat_server",
           "threads": "05-threads/chat_server",
           "green threads": "06-coroutines/green_chat_server",
           "callbacks": "06-coroutines/protocol_chat_server"}
LISTENERS = 20
MESSAGES = 500
FEW = 50
MANY = 250
ROUNDS = 5
MESSAGE = b"x" * 60 + b"\0"


class Member:
    def __init__(self, address):
        self.connection = socket.create_connection(address, timeout=60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def say(self):
        self.connection.sendall(MESSAGE)

    def hear(self):
        while b"\0" not in self.unread:
            self.unread += self.connection.recv(65536)
        self.unread = self.unread.partition(b"\0")[2]


def microseconds(program):
    """Of the server's CPU, for one message to one listener."""
    with server(program) as (process, address):
        members = []
        for number in range(LISTENERS):
            members.append(Member(address))
            members[-1].say()
            for member in members:
                member.hear()
        begin = cpu_seconds(process.pid)
        for _ in range(MESSAGES):
            members[0].say()
            for member in members:
                member.hear()
        spent = cpu_seconds(process.pid) - begin
        return spent / MESSAGES / LISTENERS * 1e6


def grown(program, field):
    """Kilobytes for one member more."""
    with server(program) as (process, address):
        some = [Member(address) for _ in range(FEW)]
        some[-1].say()
        some[-1].hear()
        before = kilobytes(process.pid, field)
        more = [Member(address) for _ in range(MANY)]
        more[-1].say()
        more[-1].hear()
        return (kilobytes(process.pid, field) - before) / MANY


def code_lines(path):
    """Without blank lines and comments."""
    return sum(1 for line in path.read_text().splitlines()
               if not re.fullmatch(r"\s*(//.*)?", line))


def main(build):
    root = Path(__file__).resolve().parents[2]
    print(f"{machine()}\n\nThe chat of {LISTENERS} people: microseconds of "
          "the server's CPU for each message\nthat one of them gets (the best "
          f"of {ROUNDS} runs). Kilobytes for one member more\nwho is silent: "
          "of memory, and of addresses that are set aside. Lines of\n"
          "the program itself, without blank ones and comments\n")
    best = {}
    for _ in range(ROUNDS):  # interleaved: all see the same machine
        for name, program in SERVERS.items():
            cost = microseconds(f"{build}/{program}")
            best[name] = min(cost, best.get(name, cost))
    print(f"{'':>16}{'µs':>8}{'memory':>10}{'addresses':>12}{'lines':>8}")
    for name, program in SERVERS.items():
        path = f"{build}/{program}"
        print(f"{name:>16}{best[name]:>8.1f}{grown(path, 'RssAnon'):>10.1f}"
              f"{grown(path, 'VmSize'):>12.0f}"
              f"{code_lines(root / (program + '.cpp')):>8}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_6.py BUILD")
    main(sys.argv[1])
