"""Measures what chapter 7.2 says about fan-out, on this machine.

    measure_07_2.py BUILD    writes book/results/07-2-fan-out.{json,txt};
                             BUILD: where cmake built, `bench` included

plot_07_2.py draws it. Takes a minute. What ./tincan bench --chat has found
is quoted from bench/results/chat.json.
"""
import json
import socket
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from measure import kilobytes, machine

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import servers
from chat import conversation
from processes import TIED_TO_US, ChatLoad, RunningServer

RESULTS = ROOT / "book/results"
CLIENTS = (10, 30, 300)  # and what the bench has
ROUNDS = 3
SECONDS = 0.4
CALL_CLIENTS = 200  # while calls are counted
TALKERS = 8  # as the load generator has it

# What one says while another reads nothing.
LINE = b"x" * 999 + b"\n"
LINES = 10  # at a time
EVERY = 0.005  # seconds: 2 MB/s
LASTS = 6  # seconds
SAMPLE = 0.1  # seconds

ASYNCIO = servers.CHATS[-1]
# Whoever speaks waits until everybody's buffer has room again.
ASYNCIO_DRAIN = servers.Server(
    "drain", ASYNCIO.name, (*ASYNCIO.command, "drain"), peer=True)


def fan_out(build, bench):
    """Deliveries a second: {server: {clients: median of the rounds}}. Those of
    100 and 1,000 clients are the bench's."""
    samples = {server.key: {str(clients): [] for clients in CLIENTS}
               for server in servers.CHATS}
    for clients in CLIENTS:
        for number in range(ROUNDS):
            for server in servers.CHATS[::-1 if number % 2 else 1]:
                found = conversation(server, build, clients, SECONDS)
                samples[server.key][str(clients)].append(found["deliveries"])
    found = {}
    for key, places in samples.items():
        rates = {place: median(values) for place, values in places.items()}
        rates |= {place: rate for place, rate
                  in bench[key]["deliveries"].items() if place.isdigit()}
        found[key] = {place: round(rates[place])
                      for place in sorted(rates, key=int)}
    return found


def calls(server, build):
    """System calls for a delivery: what it makes more of them for a hundred
    messages more of each talker. So its start and the joins don't count."""
    few, more = (count_calls(server, build, said) for said in (25, 125))
    return (more - few) / (100 * TALKERS * CALL_CLIENTS)


def count_calls(server, build, said):
    with tempfile.NamedTemporaryFile("r") as summary:
        strace = ["strace", "--follow-forks", "--summary-only",
                  "--summary-columns=calls,name", f"--output={summary.name}",
                  *TIED_TO_US]
        with RunningServer(server, build, strace) as running:
            with ChatLoad(build, running.port) as load:
                load.join(CALL_CLIENTS)
                load.tell(f"say {said}", 120)
                running.stop_behind_wrapper()
        return int(summary.read().split()[-2])


def kernel(server, build):
    """With 1,000 clients: how much of the server's CPU time passes in the
    kernel, of 1, and how many segments of TCP it takes for a delivery."""
    with RunningServer(server, build) as running:
        with ChatLoad(build, running.port) as load:
            load.join(1000)
            before = segments()
            result, _, share = running.spent_on(lambda: load.talk(2))
            sent = segments() - before
            return {"share": share, "segments": sent / result["total"]}


def segments():
    """With data in them, that all programs of this machine have sent."""
    names, counts = (line.split() for line in
                     Path("/proc/net/netstat").read_text().splitlines()[:2])
    return int(counts[names.index("TCPOrigDataSent")])


class Person:
    """Somebody in the chat, whose socket never makes us wait."""

    def __init__(self, port, name, small=False):
        self.socket = socket.socket()
        if small:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(f"CONNECT {name}\n".encode())
        self.heard = b""
        while f"{name} connected!\n".encode() not in self.heard:
            self.heard += self.socket.recv(4096)
        self.heard = b""
        self.unsent = b""
        self.lines = 0
        self.socket.setblocking(False)

    def say(self, text):
        """As far as the server takes it. What it doesn't take is not said."""
        self.unsent = self.unsent or text
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent):]
        except BlockingIOError:
            pass

    def listen(self):
        """Counts the lines that came; returns those of the server."""
        news = []
        try:
            while data := self.socket.recv(1 << 18):
                *lines, self.heard = (self.heard + data).split(b"\n")
                self.lines += sum(line.startswith(b"Ann: ") for line in lines)
                news += [line for line in lines
                         if not line.startswith(b"Ann: ")]
        except BlockingIOError:
            pass
        return news


def deaf_one(server, build):
    """Ann talks, Bob listens, Cid reads nothing. Each tenth of a second: what
    the server's memory has grown by, and how many lines Bob has heard."""
    with RunningServer(server, build) as running:
        pid = running.pids()[0]
        ann, bob = Person(running.port, "Ann"), Person(running.port, "Bob")
        cid = Person(running.port, "Cid", small=True)
        ann.listen()
        bob.listen()
        before = kilobytes(pid, "RssAnon")
        begin = time.monotonic()
        samples, left = [], None
        ticks = 0
        while (now := time.monotonic() - begin) <= LASTS:
            if now >= ticks * EVERY:
                ann.say(LINE * LINES)
                ticks += 1
            ann.listen()
            if b"Cid has left the chat" in bob.listen():
                left = round(now, 2)
            if now >= len(samples) * SAMPLE:
                samples.append([round(now, 2),
                                kilobytes(pid, "RssAnon") - before,
                                bob.lines])
            time.sleep(0.001)
        cid.socket.close()
        return {"samples": samples, "cid_left": left}


def in_words(found, bench):
    lines = [machine(), "",
             "Deliveries a second, eight of the clients talk, 64 bytes a line;",
             "system calls for a delivery, with 200 clients; segments of TCP for",
             "one, and how much of the server's CPU time passes in the kernel,",
             "both with 1,000",
             "", f"{'clients':>10}" + "".join(
                 f"{name:>16}" for name in ("ours", "Asio", "asyncio"))]
    for place in found["fan_out"]["07"]:
        lines.append(f"{int(place):>10,}" + "".join(
            f"{found['fan_out'][key][place]:>16,}"
            for key in ("07", "asio", "asyncio")))
    lines += [f"{'calls each':>10}" + "".join(
        f"{found['calls'][key]:>16.2f}" for key in ("07", "asio", "asyncio"))]
    lines += [f"{'segments':>10}" + "".join(
        f"{found['kernel'][key]['segments']:>16.2f}"
        for key in ("07", "asio", "asyncio"))]
    lines += [f"{'in kernel':>10}" + "".join(
        f"{found['kernel'][key]['share']:>16.0%}"
        for key in ("07", "asio", "asyncio"))]
    lines += ["", "Ann says 2 MB a second for six seconds, Cid reads nothing",
              "", f"{'':>26}{'ours':>10}{'asyncio':>10}{'and drain':>11}"]
    series = [found["deaf"][key] for key in ("07", "asyncio", "drain")]
    last = [one["samples"][-1] for one in series]
    lines.append(f"{'the server has grown by':>26}" + "".join(
        f"{one[1] / 1000:>{width}.1f}" for one, width in zip(last, (10, 10, 11)))
        + "  MB")
    lines.append(f"{'lines that Bob has heard':>26}" + "".join(
        f"{one[2]:>{width},}" for one, width in zip(last, (10, 10, 11))))
    lines.append(f"{'Cid was sent away':>26}" + "".join(
        ("never" if one["cid_left"] is None
         else f"{one['cid_left']:.1f} s").rjust(width)
        for one, width in zip(series, (10, 10, 11))))
    lines += ["", f"./tincan bench --chat, {bench['machine']['date']}", ""]
    for goal in bench["goals"]:
        lines.append(f"{goal['goal']:<42}{goal['wanted']:>8}"
                     f"{goal['measured']:>8.2f}  "
                     f"{'met' if goal['met'] else 'not met'}")
    lines.append(f"{'seconds until 5,000 are in, all at once':<50}"
                 f"{bench['07']['storm']:>8.2f}")
    return "\n".join(lines) + "\n"


def main(build):
    bench = json.loads((ROOT / "bench/results/chat.json").read_text())
    found = {
        "fan_out": fan_out(build, bench),
        "calls": {server.key: calls(server, build)
                  for server in servers.CHATS},
        "kernel": {server.key: kernel(server, build)
                   for server in servers.CHATS},
        "deaf": {server.key: deaf_one(server, build) for server in
                 (servers.CHATS[0], ASYNCIO, ASYNCIO_DRAIN)}}
    (RESULTS / "07-2-fan-out.json").write_text(json.dumps(found) + "\n")
    (RESULTS / "07-2-fan-out.txt").write_text(in_words(found, bench))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_07_2.py BUILD")
    main(Path(sys.argv[1]).resolve())
