#!/usr/bin/env python3
"""Counts the lines of Rust under src that are neither blank nor comment nor test.

A test is the body of `#[cfg(test)] mod tests`, a file tests.rs, a folder tests/.
Usage: tests/lines.py [SRC]
"""

import pathlib
import re
import sys


def code_lines(text):
    count, in_comment, tests = 0, False, None
    lines = text.splitlines()
    for number, line in enumerate(lines):
        bare = line.strip()
        if tests is not None:
            # rustfmt puts the closing brace where the module began
            if line.rstrip() == tests + "}":
                tests = None
            continue
        if in_comment:
            in_comment = "*/" not in bare
            continue
        if bare.startswith("/*"):
            in_comment = "*/" not in bare
            continue
        if not bare or bare.startswith("//"):
            continue
        before = lines[number - 1].strip() if number else ""
        module = re.match(r"(\s*)mod tests\b", line)
        if module and before == "#[cfg(test)]":
            count -= 1  # the attribute
            if bare.endswith("{"):
                tests = module.group(1)
            continue
        count += 1
    return count


def main():
    root = pathlib.Path(__file__).resolve().parent.parent / "src"
    src = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root
    counts = {}
    for path in sorted(src.rglob("*.rs")):
        name = path.relative_to(src)
        if name.name == "tests.rs" or "tests" in name.parts[:-1]:
            continue
        counts[name] = code_lines(path.read_text(encoding="utf-8"))
    if not counts:
        sys.exit(f"{src} has no Rust files")
    folders = {}
    for name, lines in counts.items():
        top = name.parts[0] if len(name.parts) > 1 else "(top)"
        files, total = folders.get(top, (0, 0))
        folders[top] = (files + 1, total + lines)
    print(f"{sum(counts.values()):6} lines in {len(counts)} files\n")
    for top, (files, total) in sorted(folders.items(), key=lambda item: -item[1][1]):
        print(f"{total:6} {top} ({files} files)")
    by_size = sorted(counts.items(), key=lambda item: (item[1], item[0]))
    for title, some in (("largest", by_size[::-1][:20]), ("smallest", by_size[:20])):
        print(f"\n{title}")
        for name, lines in some:
            print(f"{lines:6} {name.as_posix()}")


try:
    main()
except BrokenPipeError:
    sys.exit(0)
