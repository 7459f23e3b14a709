"""Writes what chapter 6.6 shows of the comparison with other people's servers,
from the figures of a run of `./tincan bench`.

    peers_06_6.py bench/results/latest.json >book/results/06-6-peers.txt
"""
import json
import sys

OURS = "06"
SERVERS = ("raw", OURS, "asio", "libuv", "asyncio")
CONNECTIONS = ("64", "1000", "10000")
WIDTH = 17  # of a column


def with_interval(entry, measure, connections):
    """0.99 (0.97–1.00)"""
    value = entry[measure][connections]
    low, high = entry[f"{measure}_interval"][connections]
    return f"{value:.2f} ({low:.2f}–{high:.2f})"


def table(rows, header):
    print(" " * 25 + "".join(f"{cell:>{WIDTH}}" for cell in header))
    for name, cells in rows:
        print(f"{name:>25}" + "".join(f"{cell:>{WIDTH}}" for cell in cells))


def main(results):
    machine = results["machine"]
    rounds = results["settings"]["headline_rounds"]
    servers = {key: results[key] for key in SERVERS}
    clients = [f"{int(count):,} clients" for count in CONNECTIONS]
    print(f"{machine['cpu']}, {machine['cores']} cores, "
          f"Linux {machine['kernel']}, {machine['date']}\n")

    print("Thousands of round trips in a second, 64 bytes each "
          f"(the median of {rounds})\n")
    table([(entry["name"], [f"{entry['roundtrips'][count] / 1000:.0f}"
                            for count in CONNECTIONS])
           for entry in servers.values()], clients)

    print("\nCoroutines on epoll over each of the others, in the same round: the\n"
          "median, and where the true one lies with 95 % certainty\n")
    table([(servers[peer]["name"],
            [with_interval(servers[OURS], "ratio" if peer == "raw" else
                           f"over_{peer}", count) for count in CONNECTIONS])
           for peer in SERVERS if peer != OURS], clients)

    print("\nMicroseconds of the server's CPU for a round trip, and how much of "
          "it passes\nin the kernel\n")
    table([(entry["name"], [f"{entry['cpu'][count]:.1f}  "
                            f"{entry['kernel'][count]:.0%}"
                            for count in CONNECTIONS])
           for entry in servers.values()], clients)

    print("\nSystem calls for a round trip, with one client and with 64; bytes of "
          "the\nserver's own memory for an idle client\n")
    table([(entry["name"], [f"{entry['calls']['1']:.1f}",
                            f"{entry['calls']['64']:.1f}",
                            f"{entry['memory']:,.0f}"])
           for entry in servers.values()], ("calls, 1", "calls, 64", "bytes"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: peers_06_6.py RESULTS")
    with open(sys.argv[1], encoding="utf-8") as file:
        main(json.load(file))
