"""Keeps what the chapters show identical to what it was taken from.

A marker comment stands before a fence, whose content this script writes:

    <!-- code: 01-blocking/echo_server.cpp#echo -->   a region of a file
    <!-- code: 01-blocking/echo_server.cpp -->        a whole file
    <!-- diff: 01-blocking/a.cpp 05-threads/a.cpp --> what differs
    <!-- session: 01-echo -->                         book/sessions/01-echo.session
    <!-- output: book/results/01-blocking.txt -->     any text file

Between `<!-- claims -->` and `<!-- end of claims -->` it lists the chapter's
claims (claims.py) with their tests.

    sync.py            brings the chapters up to date
    sync.py --check    changes nothing; fails if something differs, if a
                       region or session of a stage with a chapter is shown
                       nowhere, if a link is dead (links.py), or if the
                       table of asyncio's names is wrong (concordance.py)

A stage may have several chapters, 06-1-coroutines.md and 06-2-loop.md. While
one of them holds `<!-- to be continued -->`, more of them are to come, which
may show what has not been shown yet.
"""
import difflib
import re
import sys
from pathlib import Path

import claims
import concordance
import links
import session
from listing import BookError, load, regions

MARKER = re.compile(r"<!-- (code|diff|session|output): (.*?) -->")
CONTINUED = "<!-- to be continued -->"
SOURCES = {".cpp": "cpp", ".hpp": "cpp", ".py": "python", ".sh": "sh",
           ".cmake": "cmake"}


def caption(*names):
    return " → ".join(f"[{name}](../{name})" for name in names)


def block(root, kind, argument):
    """(caption or None, language, lines) of what a marker asks for."""
    if kind == "code":
        name = argument.partition("#")[0]
        return (caption(name), SOURCES.get(Path(name).suffix, "text"),
                load(root, argument))
    if kind == "diff":
        old, new = argument.split()
        lines = list(difflib.unified_diff(load(root, old), load(root, new),
                                          lineterm=""))[3:]
        if not lines:
            raise BookError(f"{old} and {new} do not differ")
        return (caption(old, new), "diff",
                [" …" if line.startswith("@@") else line for line in lines])
    if kind == "session":
        path = root / "book/sessions" / f"{argument}.session"
        if not path.is_file():
            raise BookError(f"no session {argument}")
        return None, "text", session.render(path)
    return None, "text", load(root, argument)


def fenced(root, kind, argument):
    head, language, lines = block(root, kind, argument)
    fence = "```"
    while any(line.startswith(fence) for line in lines):
        fence += "`"
    return [*([head] if head else []), fence + language, *lines, fence]


def end_of_fence(lines, marker):
    """The index behind the fence that follows lines[marker]."""
    begin = marker + 1
    if lines[begin:] and lines[begin].startswith("["):  # the caption
        begin += 1
    fence = re.match("`{3,}", lines[begin]) if lines[begin:] else None
    if not fence or fence[0] not in lines[begin + 1:]:
        raise BookError(f"line {marker + 1}: no fence behind the marker")
    return lines.index(fence[0], begin + 1) + 1


def list_claims(root, chapter):
    return [f"- {' '.join(claims.words(name))}: [{suite}.{name}](../{path})"
            for suite, name, path in claims.claims(root, chapter)]


def updated(root, chapter):
    """The text of a chapter as it should be."""
    lines = chapter.read_text().split("\n")
    claimed = list_claims(root, chapter)
    new, at = [], 0
    while at < len(lines):
        new.append(lines[at])
        marker = MARKER.fullmatch(lines[at])
        if marker:
            new += fenced(root, *marker.groups())
            at = end_of_fence(lines, at)
        elif lines[at] == "<!-- claims -->":
            new += claimed
            at = lines.index("<!-- end of claims -->", at)
        else:
            at += 1
    return "\n".join(new)


def shown(chapters):
    """All that markers ask for: {(kind, argument)}"""
    return {(kind, part) for chapter in chapters
            for kind, argument in MARKER.findall(chapter.read_text())
            for part in argument.split()}


def unused(root, chapters):
    """[regions and sessions that stages with chapters define for nothing]"""
    used = {part for _, part in shown(chapters)}
    unfinished = {chapter.name[:2] for chapter in chapters
                  if CONTINUED in chapter.read_text()}
    wrong = []
    for number in {chapter.name[:2] for chapter in chapters} - unfinished:
        for path in sorted(root.glob(f"{number}-*/**/*.[ch]pp")):
            name = path.relative_to(root)
            wrong += [f"{name}: region {region} is shown nowhere"
                      for region in regions(path)
                      if f"{name}#{region}" not in used]
        for path in sorted(root.glob(f"book/sessions/{number}-*.session")):
            if ("session", path.stem) not in shown(chapters):
                wrong.append(f"{path.name}: shown nowhere")
    return wrong


def synchronise(root, check):
    """[what is wrong]; without check, the chapters are brought up to date."""
    chapters = sorted(root.glob("book/[0-9][0-9]-*.md"))
    wrong = []
    for chapter in chapters:
        old = chapter.read_text()
        try:
            new = updated(root, chapter)
        except BookError as error:
            wrong.append(f"{chapter.name}: {error}")
            continue
        if new != old and check:
            wrong.append("".join(difflib.unified_diff(
                old.splitlines(True), new.splitlines(True), chapter.name,
                f"{chapter.name} as the sources have it")))
        elif new != old:
            chapter.write_text(new)
            print(f"updated {chapter.name}")
    wrong += unused(root, chapters)
    wrong += concordance.wrong_rows(root, root / "book/asyncio.md")
    for page in links.pages(root):
        wrong += links.dead_links(root, page)
    for source in sorted(root.glob("tests/contract/*.cpp")):
        wrong += links.dead_advice(root, source)
    return wrong


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit("usage: sync.py [--check]")
    root = Path(__file__).resolve().parents[2]
    wrong = synchronise(root, check=bool(arguments))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
