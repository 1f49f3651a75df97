#!/usr/bin/env python3
"""Makes a picture of a terminal, an SVG, from what a program prints: examples/probe.svg.

Usage: tests/screen.py PICTURE 'turnprobe probe --lab ...' < OUTPUT
OUTPUT may have the colours of a terminal (`--color always`). The second argument stands above it as it is typed.
"""

import html
import re
import sys

COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341"}
SIZE, LINE, LETTER, EDGE = 14, 19, 8.43, 18


def spans(line):
    """The line in parts of one colour, each with the column that it begins in."""
    colour, column = None, 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if code:
            colour = COLOURS.get(code.group(1))
        elif part:
            yield column, colour, part
            column += len(part)


def text(row, column, colour, words, weight="normal"):
    # each word stands where it stood in the terminal, whatever the font is
    for word in re.finditer(r"\S+(?: \S+)*", words):
        x = EDGE + LETTER * (column + word.start())
        length = LETTER * len(word.group())
        yield (
            f'<text x="{x:.1f}" y="{EDGE + SIZE + row * LINE}" textLength="{length:.1f}" '
            f'lengthAdjust="spacingAndGlyphs" fill="{colour or "#e6edf3"}" font-weight="{weight}">'
            f"{html.escape(word.group())}</text>"
        )


def main():
    picture, command = sys.argv[1:]
    lines = sys.stdin.read().rstrip("\n").split("\n")
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    columns = max(80, *(len(line) for line in plain), len(command) + 2)
    width, height = round(2 * EDGE + LETTER * columns), 2 * EDGE + LINE * (len(lines) + 1)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="Cascadia Mono, Consolas, Menlo, DejaVu Sans Mono, monospace" '
        f'font-size="{SIZE}">',
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
    ]
    out += text(0, 0, "#8b949e", "$")
    out += text(0, 2, None, command, "bold")
    for row, line in enumerate(lines, 1):
        for column, colour, words in spans(line):
            out += text(row, column, colour, words)
    out.append("</svg>")
    with open(picture, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(out) + "\n")


main()
