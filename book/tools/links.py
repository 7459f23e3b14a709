"""Finds dead links: in the book and the READMEs, files and headings that are
not there. Other hosts are not asked."""
import re

FENCE = re.compile(r"^(`{3,}).*?^\1`*$", re.M | re.S)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)[^)]*\)"         # [text](target)
                  r"|^\[[^\]]+\]:\s*(\S+)"              # [name]: target
                  r"|<(?:a|img)\b[^>]*?(?:href|src)=\"([^\"]+)\"", re.M)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.M)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def anchors(text):
    """The anchors GitHub gives to the headings of a page, and those of its
    own <a id="">."""
    text = FENCE.sub("", text)
    found = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", text))
    for heading in HEADING.findall(text):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        slug, count = name, 0
        while slug in found:
            count += 1
            slug = f"{name}-{count}"
        found.add(slug)
    return found


def dead_links(root, page):
    """[what is wrong with a link of this page]"""
    text = page.read_text()
    wrong = []
    for link in LINK.finditer(CODE.sub("", FENCE.sub("", text))):
        target = next(group for group in link.groups() if group)
        if ELSEWHERE.match(target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or not file.is_relative_to(root.resolve()):
            wrong.append(f"{page}: {target}: no such file")
        elif anchor and file.suffix == ".md" and (
                anchor not in anchors(file.read_text())):
            wrong.append(f"{page}: {target}: no such heading")
    return wrong


STRINGS_JOINED = re.compile(r'"\s*\n\s*"')
REREAD = re.compile(r'"(book/[\w.-]+\.md)(?:: ([^"]*))?"')


def dead_advice(root, source):
    """The same of what a C++ file tells people to reread:
    "book/03-select.md: The problem"."""
    text = STRINGS_JOINED.sub("", source.read_text())
    wrong = []
    for name, heading in REREAD.findall(text):
        chapter = root / name
        if not chapter.exists():
            wrong.append(f"{source}: {name}: no such file")
        elif heading not in HEADING.findall(FENCE.sub("", chapter.read_text())):
            wrong.append(f"{source}: {name}: no heading '{heading}'")
    return wrong


def pages(root):
    return sorted([*root.glob("*.md"), *root.glob("[0-9]*/*.md"),
                   *root.glob("book/**/*.md")])
