"""From samples to figures: medians, their intervals, ratios within a round.

README.md lists the keys of what comes out."""
from math import comb
from statistics import median

from servers import OURS, RAW


def interval(samples):
    """Where the median lies: the narrowest pair of samples, counted from both
    ends, that has it between them with a probability of 95 % or more. With
    less than six samples none has, and it is the lowest and the highest."""
    ordered = sorted(samples)
    count = len(ordered)
    if count < 2:
        return None
    beyond = 0  # samples left out at each end
    outside = 1  # of 2**count, twice the ways in which the median is beyond
    while True:
        outside += comb(count, beyond + 1)
        if 2 * outside > 0.05 * 2**count:
            return [ordered[beyond], ordered[-1 - beyond]]
        beyond += 1


def ratios(ours, theirs):
    """Of round trips per second, for the rounds in which both were measured.
    """
    return [a["roundtrips"] / b["roundtrips"]
            for a, b in zip(ours, theirs) if a and b and b["roundtrips"]]


def rounded(value):
    """To four digits: the rest is noise."""
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return None if value is None else float(f"{value:.4g}")


class Results:
    """Collects samples, and says what they come to."""

    def __init__(self, servers):
        self.servers = servers
        self.samples = {}  # (point, key): a sample for each round, or None
        self.entries = {server.key: {
            "name": server.name, "version": "", "left_out": {}, "errors": {}}
            for server in servers}

    def add_sample(self, point, server, sample):
        self.samples.setdefault((point, server.key), []).append(sample)

    def put(self, server, path, value):
        """A figure that is measured once; its path is calls.64 or memory."""
        measure, _, place = path.partition(".")
        entry = self.entries[server.key]
        if place:
            entry.setdefault(measure, {})[place] = rounded(value)
        else:
            entry[measure] = rounded(value)

    def leave_out(self, server, path, why):
        self.entries[server.key]["left_out"][path] = why

    def fail(self, server, path, error):
        self.entries[server.key]["errors"][path] = str(error)

    @property
    def errors(self):
        return [f"{key}.{path}: {error}"
                for key, entry in self.entries.items()
                for path, error in entry["errors"].items()]

    def figures(self):
        """The entry of each server, by its key."""
        for (point, key), samples in self.samples.items():
            measured = [sample for sample in samples if sample]
            if not measured:
                continue
            for measure in measured[0]:
                self.put_all(key, measure, point,
                             [sample[measure] for sample in measured],
                             with_interval=measure == "roundtrips")
            self.put_ratio(key, "ratio", point, RAW)
            if key == OURS:
                for other in self.servers:
                    if other.peer and other.key != RAW:
                        self.put_ratio(key, f"over_{other.key}", point,
                                       other.key)
        return self.entries

    def put_ratio(self, key, measure, point, other):
        found = ratios(self.samples[point, key],
                       self.samples.get((point, other), []))
        if found:
            self.put_all(key, measure, point, found, with_interval=True)

    def put_all(self, key, measure, point, values, with_interval):
        entry = self.entries[key]
        place = str(point.connections)
        series = measure + point.series
        entry.setdefault(series, {})[place] = rounded(median(values))
        if with_interval:
            entry.setdefault(f"{series}_interval", {})[place] = rounded(
                interval(values))
