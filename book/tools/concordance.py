"""The table of asyncio's names in book/asyncio.md: `| asyncio | Tin Can |
program | what differs |`. A name of ours must be in a header of the runtime,
or of the selectors below it, and a program, or the header of its folder or
the test that stands in its place, must have one of its row's names.
"""
import re

CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"[A-Za-z_]\w*")
HEADERS = ("06-coroutines/tincan/*.hpp", "04-poll/*.hpp")


def rows(text):
    """[(our names, the programs)]"""
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines()
             if line.startswith("| ") and not line.startswith("| asyncio |")]
    found = []
    for row in cells:
        ours, programs = (CODE.findall(cell) for cell in row[1:3])
        found.append(([name for code in ours for name in NAME.findall(code)
                       if name != "T"], programs))
    return found


def wrong_rows(root, page):
    """[what is wrong with the table]"""
    if not page.is_file():
        return []
    known = {"co_await"}
    for pattern in HEADERS:
        for header in root.glob(pattern):
            known |= set(NAME.findall(header.read_text()))
    wrong = []
    for names, programs in rows(page.read_text()):
        wrong += [f"{page.name}: {name}: in no header" for name in names
                  if name not in known]
        for program in programs:
            folder = "tests" if program.endswith("_test") else "06-coroutines"
            suffix = "" if program.endswith(".hpp") else ".cpp"
            source = root / folder / f"{program}{suffix}"
            if not source.is_file():
                wrong.append(f"{page.name}: {program}: no such program")
            elif not set(names) & set(NAME.findall(source.read_text())):
                wrong.append(f"{page.name}: {program} has none of "
                             f"{', '.join(names)}")
    return wrong
