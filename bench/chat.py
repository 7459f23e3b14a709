"""The chat of stage 7 beside chats of other make: what is measured, what it
comes to, and the tables. README.md says what it means."""
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median

import machine
from processes import ChatLoad, RunningServer
from report import decimal, table, whole
from results import interval, rounded
from servers import CHAT, CHATS
from steps import Step, take

# The goals, which the report says were met or not.
OVER_ASYNCIO = 5  # times its deliveries a second
MEMORY = 40e6  # bytes, of all that are idle
SLOWER = 1.1  # times the others' p99 without the one that doesn't read

# Behind the number of clients: a pair measured side by side.
STALLED = ", one stalled"
NOT_STALLED = ", none"


@dataclass(frozen=True)
class Settings:
    quick: bool
    clients: tuple = (100, 1000)
    seconds: float = 0.5
    rounds: int = 9
    storm_rounds: int = 3
    storm: int = 5000
    idle: int = 10_000


FULL = Settings(False)
QUICK = Settings(True, seconds=0.2, rounds=1, storm_rounds=1)


@contextmanager
def session(server, build):
    with RunningServer(server, build) as running:
        with ChatLoad(build, running.port) as load:
            yield running, load


def conversation(server, build, clients, seconds, stalled=0):
    """Eight of `clients` talk; beside them `stalled` more read nothing."""
    with session(server, build) as (running, load):
        load.join(clients)
        if stalled:
            load.stall(stalled)
        result, cpu, _ = running.spent_on(lambda: load.talk(seconds))
    return {"deliveries": result["deliveries"] / result["seconds"],
            "p50": result["p50_us"], "p99": result["p99_us"],
            "max": result["max_us"], "cpu": cpu / result["total"] * 1e6}


def idle_memory(server, build, clients):
    with session(server, build) as (running, load):
        load.spread(clients)
        return running.memory_bytes()


def storm(server, build, clients):
    """Seconds until as many are in who all came at once."""
    with session(server, build) as (_, load):
        return load.storm(clients)["seconds"]


class Results:
    """Collects samples, a list for each place, with None for what failed."""

    def __init__(self, clients):
        self.places = [str(number) for number in clients]
        self.entries = {server.key: {
            "name": server.name, "version": "", "left_out": {}, "errors": {}}
            for server in CHATS}
        self.samples = {}  # (key, place): one for each round

    def add(self, server, place, sample):
        self.samples.setdefault((server.key, place), []).append(sample)

    def fail(self, server, path, error):
        self.entries[server.key]["errors"][path] = str(error)

    @property
    def errors(self):
        return [f"{key}.{path}: {error}"
                for key, entry in self.entries.items()
                for path, error in entry["errors"].items()]

    def figures(self):
        for (key, place), samples in self.samples.items():
            measured = [sample for sample in samples if sample is not None]
            if not measured:
                continue
            if isinstance(measured[0], dict):
                for measure in measured[0]:
                    self.put(key, measure, place,
                             [sample[measure] for sample in measured])
            else:
                self.put(key, place, "", measured)
        for server in CHATS:
            if server.peer:
                for place in self.places:
                    self.compare(f"over_{server.key}", place, "deliveries",
                                 (CHAT, place), (server.key, place))
                    self.compare(f"p99_over_{server.key}", place, "p99",
                                 (CHAT, place), (server.key, place))
        most = self.places[-1]
        self.compare("p99_stalled", "", "p99", (CHAT, most + STALLED),
                     (CHAT, most + NOT_STALLED))
        return self.entries

    def compare(self, name, place, measure, ours, theirs):
        """A ratio, within each round."""
        pairs = zip(self.samples.get(ours, []), self.samples.get(theirs, []))
        ratios = [a[measure] / b[measure] for a, b in pairs
                  if a and b and b[measure]]
        if ratios:
            self.put(CHAT, name, place, ratios)

    def put(self, key, measure, place, values):
        entry = self.entries[key]
        for name, value in ((measure, median(values)),
                            (f"{measure}_interval", interval(values))):
            if place:
                entry.setdefault(name, {})[place] = rounded(value)
            else:
                entry[name] = rounded(value)


class Bench:
    def __init__(self, settings, build, descriptors):
        self.settings = settings
        self.build = build
        self.descriptors = descriptors
        self.results = Results(settings.clients)
        self.present = []
        for server in CHATS:
            if server.program(build).exists():
                self.present.append(server)
            else:
                self.leave_out(server, "all", "it is not built")

    def leave_out(self, server, path, why):
        self.results.entries[server.key]["left_out"][path] = why

    def run(self):
        described = machine.describe(self.build)
        take([*self.version_steps(), *self.conversation_steps(),
              *self.own_steps()], self.results.fail)
        figures = self.results.figures()
        return {"machine": described, "settings": asdict(self.settings),
                **figures, "goals": goals(figures, self.settings)}

    def version_steps(self):
        for server in self.present:
            def measure(server=server):
                with RunningServer(server, self.build) as running:
                    self.results.entries[server.key]["version"] = (
                        running.version)
            yield Step(server, "version", "start", measure)

    def step(self, server, place, what, function, *arguments):
        """A step whose sample is what `function` returns."""
        def measure():
            sample = None
            try:
                sample = function(server, self.build, *arguments)
            finally:
                self.results.add(server, place, sample)
        return Step(server, place, what, measure)

    def conversation_steps(self):
        """In each round all servers, and in the next one the other way about:
        as for echoes (run.py)."""
        for clients in self.settings.clients:
            for number in range(self.settings.rounds):
                for server in self.present[::-1 if number % 2 else 1]:
                    yield self.step(
                        server, str(clients),
                        f"{clients} clients, round {number + 1}",
                        conversation, clients, self.settings.seconds)

    def own_steps(self):
        """What only ours is asked for."""
        ours = [server for server in self.present if server.key == CHAT]
        for server in ours:
            for number in range(self.settings.rounds):
                most = self.settings.clients[-1]
                pair = [(f"{most}{NOT_STALLED}", 0), (f"{most}{STALLED}", 1)]
                for place, stalled in pair[::-1 if number % 2 else 1]:
                    yield self.step(server, place,
                                    f"{place}, round {number + 1}",
                                    conversation, most, self.settings.seconds,
                                    stalled)
            if self.settings.idle > self.descriptors:
                why = f"a process may open {self.descriptors} descriptors here"
                self.leave_out(server, "memory", why)
            else:
                yield self.step(server, "memory", "idle clients", idle_memory,
                                self.settings.idle)
            for _ in range(self.settings.storm_rounds):
                yield self.step(server, "storm", "join storm", storm,
                                self.settings.storm)


def goals(figures, settings):
    """[{goal, wanted, measured, met}] of what could be measured."""
    ours = figures[CHAT]

    def judge(name, wanted, value, met):
        if value is not None:
            yield {"goal": name, "wanted": wanted, "measured": value,
                   "met": bool(met(value))}

    found = []
    for place in map(str, settings.clients):
        found += judge(
            f"deliveries over asyncio's, {int(place):,} clients",
            f"≥ {OVER_ASYNCIO}", ours.get("over_asyncio", {}).get(place),
            lambda ratio: ratio >= OVER_ASYNCIO)
        for peer in ("asyncio", "asio"):
            found += judge(
                f"p99 over {peer}'s, {int(place):,} clients", "< 1",
                ours.get(f"p99_over_{peer}", {}).get(place),
                lambda ratio: ratio < 1)
    found += judge("p99 with one stalled, over without", f"≤ {SLOWER}",
                   ours.get("p99_stalled"), lambda ratio: ratio <= SLOWER)
    memory = ours.get("memory")
    found += judge(f"MB for {settings.idle:,} idle clients", f"≤ {MEMORY / 1e6:.0f}",
                   memory and rounded(memory / 1e6),
                   lambda megabytes: megabytes * 1e6 <= MEMORY)
    return found


def between(values, digits):
    return "" if values is None else (
        f" ({values[0]:,.{digits}f}–{values[1]:,.{digits}f})")


def conversations(figures):
    rows = []
    for key, entry in figures.items():
        for place, rate in entry.get("deliveries", {}).items():
            rows.append([
                key, place, whole(rate) + between(
                    entry["deliveries_interval"][place], 0),
                *(whole(entry[part][place]) for part in ("p50", "p99", "max")),
                decimal(entry["cpu"][place], 2)])
    return table(["", "clients", "deliveries a second", "p50", "p99", "max",
                  "CPU"], rows, words=2)


def words_of(name):
    """of over_asio and p99_over_asio"""
    measure, _, peer = name.rpartition("over_")
    return f"{measure.rstrip('_') or 'deliveries'} over {peer}"


def ratios(ours, places):
    names = [name for name in ours if "over_" in name
             and not name.endswith("_interval")]
    return table(["07's", *(f"{int(place):,}" for place in places)], [
        [words_of(name),
         *(decimal(ours[name].get(place), 2)
           + between(ours[f"{name}_interval"].get(place), 2)
           for place in places)] for name in names])


def sections(results, figures):
    ours = figures[CHAT]
    yield "The servers", table(
        ["", "what", "version"],
        [[key, entry["name"], entry["version"]]
         for key, entry in figures.items()], words=3)
    yield "Deliveries, eight of the clients talk", (
        "Times from saying to hearing in µs; CPU of the server in µs for a "
        "delivery.\n\n" + conversations(figures))
    yield "Within a round", ratios(
        ours, [str(number) for number in results["settings"]["clients"]])
    yield "Alone", table(["", ""], [
        [f"seconds until {results['settings']['storm']:,} are in who came at "
         "once", decimal(ours.get("storm"), 2)
         + between(ours.get("storm_interval"), 2)],
        [f"MB for {results['settings']['idle']:,} idle clients",
         decimal(ours["memory"] / 1e6 if "memory" in ours else None)],
        ["p99 with one stalled, over without",
         decimal(ours.get("p99_stalled"), 2)
         + between(ours.get("p99_stalled_interval"), 2)]])
    yield "The goals", table(["", "wanted", "measured", ""], [
        [goal["goal"], goal["wanted"], f"{goal['measured']:.2f}",
         "met" if goal["met"] else "not met"] for goal in results["goals"]])
    for kind, title in (("left_out", "Left out"), ("errors", "Errors")):
        lines = [f"- {key}: {why} ({path})" for key, entry in figures.items()
                 for path, why in entry[kind].items()]
        if lines:
            yield title, "\n".join(lines)


def markdown(results):
    described = results["machine"]
    settings = results["settings"]
    figures = {server.key: results[server.key] for server in CHATS}
    parts = [
        "# The chat beside others",
        machine.in_words(described),
        f"Rounds of {settings['seconds']} s, {settings['rounds']} of them. "
        "Lines of 64 B. Medians; in parentheses their intervals.",
        *(f"**Don't rely on these figures:** {doubt}."
          for doubt in machine.doubts(described)),
    ]
    for title, text in sections(results, figures):
        parts += [f"## {title}", text]
    return "\n\n".join(parts) + "\n"
