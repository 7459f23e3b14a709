"""Claims: sentences of the book that a test proves.

A claim is followed by a comment that names its test, and has the words of
that name in it:

    While Ann is silent, the second client waits.
    <!-- claim: EchoServer.TheSecondClientWaits -->
"""
import re

from listing import BookError

CLAIM = re.compile(r"<!-- claim: (\w+)\.(\w+) -->")
TEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
UNIT = "[KMG]iB"
WORD = re.compile(rf"{UNIT}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def tests(root):
    """Where each test is defined: (suite, name) -> path below root."""
    return {test: path.relative_to(root)
            for path in sorted((root / "tests").rglob("*.cpp"))
            for test in TEST.findall(path.read_text())}


def words(text):
    return [word if re.fullmatch(UNIT, word) else word.lower()
            for word in WORD.findall(text)]


def claims(root, chapter):
    """The claims of a chapter: [(suite, name, path of the test)]."""
    known = tests(root)
    text = chapter.read_text()
    found = []
    for claim in CLAIM.finditer(text):
        suite, name = claim.groups()
        where = f"{chapter.name}: claim {suite}.{name}"
        if (suite, name) not in known:
            raise BookError(f"{where}: no such test")
        paragraph = text[:claim.start()].rsplit("\n\n", 1)[-1]
        said = " ".join(words(CLAIM.sub("", paragraph)))
        claimed = " ".join(words(name))
        if f" {claimed} " not in f" {said} ":
            raise BookError(f'{where}: its paragraph does not say "{claimed}"')
        found.append((suite, name, known[suite, name]))
    return found
