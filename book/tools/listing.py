"""Pieces of source files, as the book shows them.

A region is what stands between two comment lines:

    // #region wait
    ...
    // #endregion wait

Regions may contain others; their marker lines are left out of a listing.
"""
import re
import textwrap

MARKER = re.compile(r"^\s*(?://|#) #(region|endregion) ([\w-]+)$")


class BookError(Exception):
    """What is wrong with the book, and where."""


def regions(path):
    """The regions of a file: name -> (first line, line after the last)."""
    found, open_at = {}, {}
    for number, line in enumerate(path.read_text().splitlines()):
        marker = MARKER.match(line)
        if not marker:
            continue
        kind, name = marker.groups()
        if kind == "region":
            if name in open_at or name in found:
                raise BookError(f"{path}:{number + 1}: a second region {name}")
            open_at[name] = number + 1
        elif name in open_at:
            found[name] = (open_at.pop(name), number)
        else:
            raise BookError(f"{path}:{number + 1}: {name} ends, never began")
    for name, number in open_at.items():
        raise BookError(f"{path}:{number}: region {name} never ends")
    return found


def load(root, spec):
    """The lines of "FILE" or "FILE#region", below root."""
    name, _, region = spec.partition("#")
    path = root / name
    if not path.is_file():
        raise BookError(f"{name}: no such file")
    lines = path.read_text().splitlines()
    if region:
        known = regions(path)
        if region not in known:
            raise BookError(f"{name}: no region {region}")
        first, end = known[region]
        lines = lines[first:end]
    shown = [line for line in lines if not MARKER.match(line)]
    return textwrap.dedent("\n".join(shown)).strip("\n").split("\n")
