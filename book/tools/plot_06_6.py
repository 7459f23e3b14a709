"""Draws the plot of chapter 6.6 from bench/results/latest.json.

    plot_06_6.py            writes book/figures/06-6-cpu.svg
    plot_06_6.py --check    changes nothing; fails if it differs
"""
import json

from peers_06_6 import SERVERS
from plot import BOOK, Picture, keep, scale

PANELS = (("1000", 240), ("10000", 600))  # clients, and where its bars begin
WIDTH = 290  # of a panel
TOP = 110
ROW = 44
BAR = 22
KERNEL, OWN = "accept", "queue"  # their colours


def parts(server, clients):
    """Microseconds for a round trip: of the kernel, of the program."""
    kernel = server["cpu"][clients] * server["kernel"][clients]
    return kernel, server["cpu"][clients] - kernel


def draw_panel(picture, servers, clients, left, marks):
    bottom = TOP + ROW * len(servers)
    per_unit = WIDTH / marks[-1]
    picture.text(left, TOP - 24, f"{int(clients):,} clients", bold=True)
    for mark in marks:
        x = left + mark * per_unit
        picture.line([(x, TOP - 8), (x, bottom)], "grid")
        picture.text(x, bottom + 18, f"{mark:g}", "muted", anchor="middle")
    picture.text(left + WIDTH / 2, bottom + 40, "microseconds", "muted",
                 anchor="middle")
    for row, server in enumerate(servers):
        kernel, own = (part * per_unit for part in parts(server, clients))
        y = TOP + ROW * row
        picture.bar(left, y, kernel, BAR, KERNEL)
        picture.bar(left + kernel, y, own, BAR, OWN)
        picture.text(left + kernel + own + 6, y + 16,
                     f"{server['cpu'][clients]:.1f}", "muted")


def cpu(results):
    servers = [results[key] for key in SERVERS]
    rows = len(servers)
    picture = Picture(
        930, TOP + ROW * rows + 60,
        "CPU time of the server for a round trip of 64 bytes",
        "Bars for five servers, with 1,000 and with 10,000 clients. "
        + " ".join(
            f"{server['name']}, {int(clients):,} clients: {kernel:.1f} "
            f"microseconds in the kernel, {own:.1f} its own."
            for clients, _ in PANELS for server in servers
            for kernel, own in (parts(server, clients),)))
    picture.bar(20, 46, 14, 14, KERNEL)
    picture.text(40, 58, "in the kernel", "muted")
    picture.bar(150, 46, 14, 14, OWN)
    picture.text(170, 58, "the program's own", "muted")
    for row, server in enumerate(servers):
        picture.text(220, TOP + ROW * row + 16, server["name"], anchor="end")
    marks = scale(max(server["cpu"][clients] for server in servers
                      for clients, _ in PANELS))
    for clients, left in PANELS:
        draw_panel(picture, servers, clients, left, marks)
    return picture.finish()


if __name__ == "__main__":
    measured = json.loads(
        (BOOK.parent / "bench/results/latest.json").read_text())
    keep({"06-6-cpu": cpu(measured)}, "plot_06_6.py")
