"""Pictures for plots: SVG as the book's other figures are, in light and dark."""
import math
import sys
from pathlib import Path

BOOK = Path(__file__).resolve().parents[1]
FONT = "system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

# As in the book's other figures (book/tour/svg.cpp): light, then dark.
PALETTE = {"ink": ("#1f2430", "#e6e9ef"), "muted": ("#5b6577", "#a3adbd"),
           "card": ("#ffffff", "#171b22"), "grid": ("#e4e7ec", "#2f3642"),
           "run": ("#15924b", "#3ddc84"), "accept": ("#1f5fcf", "#7aa8ff"),
           "queue": ("#b34700", "#ff9d57")}


class Picture:
    """An SVG with light colours, and dark ones where the reader's system is
    dark."""

    def __init__(self, width, height, title, description):
        dark = "".join(
            f".plot .f-{name}{{fill:{shades[1]}}}\n"
            f".plot .s-{name}{{stroke:{shades[1]}}}\n"
            for name, shades in PALETTE.items())
        self.parts = [
            f'<svg class="plot" xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" '
            f'aria-labelledby="title description" font-family="{FONT}" '
            f'font-size="13">',
            f'<title id="title">{title}</title>',
            f'<desc id="description">{description}</desc>',
            "<style>@media (prefers-color-scheme:dark){\n"
            f"{dark}}}</style>",
            f'<rect width="{width}" height="{height}" rx="10" '
            f'{self.fill("card")}/>']
        self.text(20, 30, title, size=17, bold=True)

    @staticmethod
    def fill(name):
        return f'fill="{PALETTE[name][0]}" class="f-{name}"'

    def text(self, x, y, text, name="ink", size=13, anchor="start",
             bold=False):
        weight = ' font-weight="700"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" {self.fill(name)} '
            f'font-size="{size}" text-anchor="{anchor}"{weight}>{text}</text>')

    def line(self, points, name, width=1.0, dash=""):
        path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path d="{path}" fill="none" stroke="{PALETTE[name][0]}" '
            f'class="s-{name}" stroke-width="{width}"{dashes}/>')

    def dot(self, x, y, name):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" '
                          f'{self.fill(name)}/>')

    def bar(self, x, y, width, height, name):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" '
                          f'width="{width:.1f}" height="{height}" '
                          f'{self.fill(name)}/>')

    def finish(self):
        return "\n".join([*self.parts, "</svg>"]) + "\n"


class Axes:
    """A panel of a picture, and where a value is in it."""

    def __init__(self, picture, box, x_range, y_range, x=float):
        self.picture = picture
        self.left, self.top, self.right, self.bottom = box
        self.x_of = x
        self.x_range = [x(value) for value in x_range]
        self.y_range = y_range

    def at(self, x, y):
        low, high = self.x_range
        across = (self.x_of(x) - low) / (high - low)
        up = (y - self.y_range[0]) / (self.y_range[1] - self.y_range[0])
        return (self.left + across * (self.right - self.left),
                self.bottom - up * (self.bottom - self.top))

    def grid(self, xs, ys, x_text, y_text, x_title, y_title):
        for value in ys:
            _, y = self.at(self.first_x(), value)
            self.picture.line([(self.left, y), (self.right, y)], "grid")
            self.picture.text(self.left - 8, y + 4, y_text(value), "muted",
                              anchor="end")
        for value in xs:
            x, _ = self.at(value, self.y_range[0])
            self.picture.text(x, self.bottom + 20, x_text(value), "muted",
                              anchor="middle")
        self.picture.text((self.left + self.right) / 2, self.bottom + 42,
                          x_title, "muted", anchor="middle")
        self.picture.text(self.left, self.top - 14, y_title, "muted")

    def first_x(self):
        return 1 if self.x_of is math.log10 else 0

    def series(self, points, name, label, dash="", dots=False, lift=0):
        places = [self.at(x, y) for x, y in points]
        self.picture.line(places, name, 2.5, dash)
        if dots:
            for place in places:
                self.picture.dot(*place, name)
        x, y = places[-1]
        self.picture.text(x + 10, y + 4 + lift, label, name, bold=True)


def step_for(highest):
    """A round number of which four to eight make `highest`."""
    step = 10 ** math.floor(math.log10(highest))
    while highest / step < 4:
        step /= 2
    return step


def scale(highest):
    step = step_for(highest)
    return [step * i for i in range(math.ceil(highest / step) + 1)]


def apart(values, least):
    """How far to lift labels at `values` of y, upwards, so that none is
    written over another."""
    order = sorted(range(len(values)), key=lambda i: -values[i])
    lifts = [0.0] * len(values)
    for below, above in zip(order, order[1:]):
        gap = values[below] + lifts[below] - values[above]
        lifts[above] = min(0.0, gap - least)
    return lifts


def draw_all(axes, all_series, **more):
    """(points, colour, label, dash) of each, with labels that don't touch."""
    ends = [axes.at(*points[-1])[1] for points, *_ in all_series]
    for (points, name, label, dash), lift in zip(all_series, apart(ends, 16)):
        axes.series(points, name, label, dash, lift=lift, **more)


def keep(figures, program):
    """Writes each of `figures`, {name: text}, into the book; with --check fails
    if one differs from what is there."""
    wrong = []
    for name, text in figures.items():
        path = BOOK / f"figures/{name}.svg"
        if sys.argv[1:] != ["--check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(f"{path} is not what {program} draws")
    sys.exit("\n".join(wrong) or None)
