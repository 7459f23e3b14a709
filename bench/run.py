#!/usr/bin/env -S python3 -B
"""Measures all servers side by side, one after the other, and prints tables.

    ./tincan bench [--quick] [--only NAME...]
    ./tincan bench --chat [--quick]

builds what this needs and starts it. README.md says what is measured and how.
"""
import argparse
import json
import resource
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import chat
import machine
import measures
import report
import servers
from measures import Point
from results import Results
from steps import Step, take

HERE = Path(__file__).resolve().parent
SPARE_DESCRIPTORS = 100  # for what is not a client


@dataclass(frozen=True)
class Settings:
    quick: bool
    points: tuple
    seconds: float  # for a measurement of round trips
    rounds: int
    headline_rounds: int  # for stage 06 and the peers
    idle_seconds: float
    most_connections: int


COMMON = (Point(1), Point(64), Point(64, 16384), Point(1000))
QUICK = Settings(True, COMMON, seconds=0.15, rounds=1, headline_rounds=1,
                 idle_seconds=0.3, most_connections=1000)
FULL = Settings(False, (*COMMON, Point(servers.MOST_CONNECTIONS)), seconds=0.5,
                rounds=3, headline_rounds=9, idle_seconds=2.0,
                most_connections=servers.MOST_CONNECTIONS)


class Bench:
    """A run: what is to be measured, in an order that is fair, and what came
    of it."""

    def __init__(self, chosen, settings, build, descriptors):
        self.settings = settings
        self.build = build
        self.descriptors = descriptors
        self.results = Results(chosen)
        self.present = [server for server in chosen
                        if server.program(build).exists()]
        for server in chosen:
            if server not in self.present:
                self.results.leave_out(server, "all", "it is not built")

    def run(self):
        """Measures all; returns what goes into the result file."""
        described = machine.describe(self.build)  # before there is any load
        steps = [*self.version_steps(), *self.throughput_steps(),
                 *self.cost_steps()]
        take(steps, self.results.fail)
        return {
            "machine": described,
            "settings": {
                "quick": self.settings.quick,
                "seconds": self.settings.seconds,
                "rounds": self.settings.rounds,
                "headline_rounds": self.settings.headline_rounds},
            **self.results.figures(),
        }

    def why_not(self, server, connections):
        """Empty if the server can be measured with so many connections."""
        if connections > server.holds:
            return server.why_not_more
        if connections > self.descriptors - SPARE_DESCRIPTORS:
            return f"a process may open {self.descriptors} descriptors here"
        return ""

    def version_steps(self):
        for server in self.present:
            def measure(server=server):
                entry = self.results.entries[server.key]
                entry["version"] = measures.version(server, self.build)
            yield Step(server, "version", "start", measure)

    def throughput_steps(self):
        """In each round all servers, one after the other, and in the next
        round the other way about: then a machine that becomes slower does not
        do so to the same servers every time."""
        for point in self.settings.points:
            path = f"roundtrips{point.series}.{point.connections}"
            able = []
            for server in self.present:
                why = self.why_not(server, point.connections)
                if why:
                    self.results.leave_out(server, path, why)
                else:
                    able.append(server)
            for number in range(self.settings.headline_rounds):
                measured = [server for server in able
                            if number < self.rounds(server, point)]
                for server in measured[::-1 if number % 2 else 1]:
                    yield Step(server, path, f"{point}, round {number + 1}",
                               partial(self.measure_point, server, point))

    def rounds(self, server, point):
        if server.headline:
            return self.settings.headline_rounds
        if server.fills_slowly and point.connections > 1000:
            return 1
        return self.settings.rounds

    def measure_point(self, server, point):
        sample = None
        try:
            sample = measures.throughput(server, self.build, point,
                                         self.settings.seconds)
        finally:
            self.results.add_sample(point, server, sample)

    def cost_steps(self):
        why_no_strace = measures.why_no_strace()
        most = min(self.settings.most_connections,
                   self.descriptors - SPARE_DESCRIPTORS)
        for server in self.present:
            yield self.cost_step(server, "idle_cpu", measures.idle_cpu,
                                 self.settings.idle_seconds)
            span = measures.memory_span(server, most)
            if span:
                yield self.cost_step(server, "memory", measures.memory, span)
            else:
                self.results.leave_out(server, "memory", server.why_not_more)
            for connections in (1, 64):
                path = f"calls.{connections}"
                why = (why_no_strace or self.why_not(server, connections)
                       or (server.spins and "it makes calls without end"))
                if why:
                    self.results.leave_out(server, path, why)
                else:
                    yield self.cost_step(server, path, measures.calls,
                                         connections)

    def cost_step(self, server, path, function, argument):
        def measure():
            value = function(server, self.build, argument)
            self.results.put(server, path, value)
        return Step(server, path, path, measure)


def arguments():
    parser = argparse.ArgumentParser(
        prog="./tincan bench", description="Measures all servers side by side.")
    parser.add_argument("--quick", action="store_true",
                        help="less than a minute, for a first idea")
    parser.add_argument("--only", metavar="NAME", nargs="+", default=[],
                        help="only these servers, and raw epoll: 03 04-edge")
    parser.add_argument("--chat", action="store_true",
                        help="the chat of stage 7 and its peers instead")
    parser.add_argument("--build", type=Path, default=HERE.parent / "build",
                        help="where the programs are")
    parser.add_argument("--results", type=Path, default=HERE / "results",
                        help="where the results go")
    given = parser.parse_args()
    names = [name for word in given.only for name in word.split(",") if name]
    if given.chat and names:
        parser.error("--chat and --only don't go together")
    try:
        given.servers = servers.choose(names)
    except ValueError as error:
        parser.error(str(error))
    load = "bench/chat_load" if given.chat else "bench/load"
    if not (given.build / load).exists():
        parser.error(f"{given.build} has no {load}: build `bench` first")
    return given


def raise_descriptor_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def echo(given):
    """All but the chat: the run, its results, and the tables of them."""
    bench = Bench(given.servers, QUICK if given.quick else FULL, given.build,
                  raise_descriptor_limit())
    results = bench.run()
    return bench, results, report.markdown(results)


def chats(given):
    bench = chat.Bench(chat.QUICK if given.quick else chat.FULL, given.build,
                       raise_descriptor_limit() - SPARE_DESCRIPTORS)
    results = bench.run()
    return bench, results, chat.markdown(results)


def names_of_results(given):
    """What the book quotes is replaced only by a run that measured all of it.
    """
    complete = not given.quick and not given.only
    if given.chat:
        return (("chat.json", "chat.md") if complete
                else ("partial-chat.json", "partial-chat.md"))
    return (("latest.json", "report.md") if complete
            else ("partial.json", "partial.md"))


def main():
    given = arguments()
    bench, results, tables = chats(given) if given.chat else echo(given)
    data, text = names_of_results(given)
    given.results.mkdir(parents=True, exist_ok=True)
    (given.results / data).write_text(
        json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    (given.results / text).write_text(tables)
    print(tables)
    print(f"Kept in {given.results}: {data}, {text}", file=sys.stderr)
    return 1 if bench.results.errors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
