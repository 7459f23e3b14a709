"""Lets strangers abuse the chat server for ten minutes.

    measure_07_abuse.py BUILD >book/results/07-abuse.txt

tests/abuse/abuse.cpp says what they do. Fails if anything was lost.
"""
import subprocess
import sys
import textwrap

from measure import machine

SECONDS = 600
WIDEST = 88  # characters that fit on a page


def wrapped(text):
    return "\n".join(textwrap.fill(line, WIDEST, subsequent_indent="    ")
                     if len(line) > WIDEST else line
                     for line in text.splitlines())


def main(build):
    result = subprocess.run([f"{build}/tests/abuse/abuse", str(SECONDS)],
                            check=True, capture_output=True, text=True)
    print(f"{machine()}\n\n{wrapped(result.stdout)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_07_abuse.py BUILD")
    main(sys.argv[1])
