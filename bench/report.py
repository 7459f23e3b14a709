"""Results as tables in Markdown that can be read in a terminal too."""
from machine import doubts, in_words
from servers import OURS, RAW

ABSENT = "–"


def table(header, rows, words=1):
    """Columns of equal width; all but the first `words` are figures, which
    stand at the right."""
    rows = [header, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]

    def line(row):
        cells = [cell.ljust(width) if i < words else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        return f"| {' | '.join(cells)} |"

    rule = "|".join("-" * (width + 2) if i < words else "-" * (width + 1) + ":"
                    for i, width in enumerate(widths))
    return "\n".join([line(header), f"|{rule}|", *map(line, rows[1:])])


def get(entry, path):
    for name in path.split("."):
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry


def whole(value):
    return ABSENT if value is None else f"{value:,.0f}"


def decimal(value, digits=1):
    return ABSENT if value is None else f"{value:,.{digits}f}"


def share(value):
    return ABSENT if value is None else f"{value:.0%}"


def with_interval(entry, measure, place):
    """0.95 (0.93–0.97)"""
    value = get(entry, f"{measure}.{place}")
    between = get(entry, f"{measure}_interval.{place}")
    if value is None or between is None:
        return decimal(value, 2)
    return f"{value:.2f} ({between[0]:.2f}–{between[1]:.2f})"


def places(servers, measure):
    """The numbers of connections at which any server has this measure."""
    return sorted({place for entry in servers.values()
                   for place in entry.get(measure, {})}, key=int)


def per_server(servers, header, cells):
    """A table with a row of `cells(entry)` for each server that has any."""
    rows = [[key, *cells(entry)] for key, entry in servers.items()]
    return table(["", *header],
                 [row for row in rows if set(row[1:]) != {ABSENT}])


def by_connections(servers, measures, cell):
    """A column for each place of each of `measures`, a dict of the measure
    and what its columns are called behind the number of connections."""
    columns = [(measure, place, f"{int(place):,}{suffix}")
               for measure, suffix in measures.items()
               for place in places(servers, measure)]
    return per_server(servers, [title for _, _, title in columns],
                      lambda entry: [cell(entry, measure, place)
                                     for measure, place, _ in columns])


def latencies(servers):
    columns = [(place, part) for place in places(servers, "p50")[1:]
               for part in ("p50", "p99", "max")]
    return per_server(
        servers, [f"{int(place):,}: {part}" for place, part in columns],
        lambda entry: [whole(get(entry, f"{part}.{place}"))
                       for place, part in columns])


def costs(servers):
    return per_server(
        servers,
        ["CPU µs", "in kernel", "calls, 1", "calls, 64", "bytes idle",
         "CPU % idle"],
        lambda entry: [decimal(get(entry, "cpu.64")),
                       share(get(entry, "kernel.64")),
                       decimal(get(entry, "calls.1")),
                       decimal(get(entry, "calls.64")),
                       whole(entry.get("memory")),
                       decimal(entry.get("idle_cpu"), 2)])


COSTS = """For a round trip: CPU time on 64 connections, and how much of it
passes in the kernel; system calls on 1 and on 64. For a silent client:
memory; for 100 of them: CPU time."""


def over_peers(ours):
    """Stage 06 over each peer: a row for each peer, a column for each place.
    """
    measures = ["ratio", *(key for key in ours if key.startswith("over_")
                           and not key.endswith(("_interval", "_16k")))]
    columns = sorted(ours.get("ratio", {}), key=int)
    return table(
        ["06 over", *(f"{int(place):,}" for place in columns)],
        [[RAW if measure == "ratio" else measure.removeprefix("over_"),
          *(with_interval(ours, measure, place) for place in columns)]
         for measure in measures])


def remarks(servers, kind):
    """A line for each server and reason, with all that the reason is for."""
    for key, entry in servers.items():
        for why in dict.fromkeys(entry[kind].values()):
            paths = [path for path in entry[kind] if entry[kind][path] == why]
            yield f"- {key}: {why} ({', '.join(paths)})"


def sections(servers):
    yield "The servers", table(
        ["", "what", "version"],
        [[key, entry["name"], entry["version"]]
         for key, entry in servers.items()], words=3)
    yield "Round trips per second, by connections", by_connections(
        servers, {"roundtrips": "", "roundtrips_16k": ", 16 KiB"},
        lambda entry, measure, place: whole(get(entry, f"{measure}.{place}")))
    yield "Ratio to raw epoll, within a round", by_connections(
        servers, {"ratio": "", "ratio_16k": ", 16 KiB"}, with_interval)
    yield "Time of a round trip in µs, by connections", latencies(servers)
    yield "What it costs", f"{COSTS}\n\n{costs(servers)}"
    if "ratio" in servers.get(OURS, {}):
        yield "Stage 06 over the others", over_peers(servers[OURS])
    for kind, title in (("left_out", "Left out"), ("errors", "Errors")):
        lines = "\n".join(remarks(servers, kind))
        if lines:
            yield title, lines


def markdown(results):
    servers = dict(results)
    machine = servers.pop("machine")
    settings = servers.pop("settings")
    parts = [
        "# All servers side by side",
        in_words(machine),
        f"Rounds of {settings['seconds']} s: {settings['headline_rounds']} "
        f"for stage 06 and the peers, {settings['rounds']} for the others. "
        "Messages of 64 B unless it says 16 KiB. Medians; in parentheses "
        "their intervals.",
        *(f"**Don't rely on these figures:** {doubt}."
          for doubt in doubts(machine)),
    ]
    for title, text in sections(servers):
        parts += [f"## {title}", text]
    return "\n\n".join(parts) + "\n"
