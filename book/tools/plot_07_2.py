"""Draws the plots of chapter 7.2 from book/results/07-2-fan-out.json.

    plot_07_2.py            writes book/figures/07-2-*.svg
    plot_07_2.py --check    changes nothing; fails if one differs
"""
import json
import math

from plot import BOOK, Axes, Picture, draw_all, keep, scale


def deliveries(found):
    rows = found["fan_out"]
    highest = max(value for row in rows.values() for value in row.values())
    picture = Picture(
        760, 400, "Deliveries a second, eight of the clients talk",
        "Lines against the number of clients, from 10 to 1,000. "
        + " ".join(f"{label}: {rows[key]['10']:,} at 10 clients, "
                   f"{rows[key]['1000']:,} at 1,000."
                   for key, label in (("07", "This chat"), ("asio", "Asio"),
                                      ("asyncio", "asyncio"))))
    axes = Axes(picture, (90, 80, 610, 340), (10, 1000),
                (0, scale(highest)[-1]), math.log10)
    axes.grid([int(place) for place in rows["07"]], scale(highest),
              lambda x: f"{x:,}", lambda y: f"{y / 1000:,.0f}",
              "clients in the room", "thousands a second")
    draw_all(axes, [
        ([(int(x), y) for x, y in rows[key].items()], name, label, dash)
        for key, name, label, dash in (
            ("07", "run", "this chat", ""),
            ("asio", "accept", "Asio", "7 4"),
            ("asyncio", "queue", "asyncio", "2 4"))], dots=True)
    return picture.finish()


def deaf(found):
    kinds = (("asyncio", "queue", "grows", "2 4"),
             ("drain", "accept", "waits", "7 4"),
             ("07", "run", "drops", ""))
    rows = {key: found["deaf"][key]["samples"] for key, *_ in kinds}
    picture = Picture(
        940, 390, "Ann says 2 MB a second, Cid reads nothing",
        "Two panels over six seconds. "
        + " ".join(f"The server that {label}: {rows[key][-1][1] / 1000:.1f} "
                   f"MB more memory, Bob heard {rows[key][-1][2]:,} lines."
                   for key, _, label, _ in kinds))
    picture.text(20, 50, "grows: asyncio, nobody waits · waits: asyncio, "
                 "drain for each receiver · drops: this chat", "muted")
    for column, left, title, unit in ((1, 60, "the server's memory, MB more",
                                       1000),
                                      (2, 530, "lines that Bob has heard, "
                                       "thousands", 1000)):
        marks = scale(max(row[-1][column] for row in rows.values()) / unit)
        axes = Axes(picture, (left, 100, left + 320, 330), (0, 6),
                    (0, marks[-1]))
        axes.grid(range(7), marks, str, lambda y: f"{y:g}", "seconds", title)
        draw_all(axes, [
            ([(row[0], max(0, row[column]) / unit) for row in rows[key]],
             name, label, dash) for key, name, label, dash in kinds])
    return picture.finish()


if __name__ == "__main__":
    measured = json.loads((BOOK / "results/07-2-fan-out.json").read_text())
    keep({"07-2-deliveries": deliveries(measured),
          "07-2-deaf": deaf(measured)}, "plot_07_2.py")
