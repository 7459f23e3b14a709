"""An exercise is one file with two endings: what stands between

    // #region starter     // #region solution
    ...                    ...
    // #endregion starter  // #endregion solution

is in the program of that name only, all else in both.

    exercise.py starter|solution SOURCE OUTPUT
"""
import sys
from pathlib import Path

from listing import MARKER, BookError

VARIANTS = ("starter", "solution")


def variant(text, wanted):
    """The text of one of the two programs."""
    lines, inside, seen = [], None, set()
    for line in text.splitlines(keepends=True):
        marker = MARKER.match(line.rstrip("\n"))
        if marker and marker[2] in VARIANTS:
            inside = marker[2] if marker[1] == "region" else None
            seen.add(marker[2])
        elif inside in (None, wanted):
            lines.append(line)
    if inside or seen != set(VARIANTS):
        raise BookError(f"needs a whole region for each of {VARIANTS}")
    return "".join(lines)


def main(wanted, source, output):
    Path(output).write_text(variant(Path(source).read_text(), wanted))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in VARIANTS:
        sys.exit("usage: exercise.py starter|solution SOURCE OUTPUT")
    main(*sys.argv[1:])
