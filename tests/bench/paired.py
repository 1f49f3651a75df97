#!/usr/bin/env python3
"""Compares two release programs, an old and a new one: they run in turns, in pairs within one run.

Usage: tests/bench/paired.py OLD NEW [--pairs 9] [--only main,report,burst] [--short]

main    CPU time of 3,000 probes of the lab over TLS into a CSV file, relays included
report  CPU time of `report --format json` on 229,748 rows: the sample series, day after day
burst   CPU time of a burst of 15 s against the lab, relays included

A figure is the median of the pairs' ratios, new over old; above 1.05 the run fails. Other load
disturbs both alike within a pair, but let the machine do nothing else. `--short` only shows that
it works. Linux only.
"""

import argparse
import csv
import datetime
import gzip
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MOST = 1.05
NIGHT_ROWS = 229_748


def night(file, rows):
    """The sample series, moved on by a day each time, until there are so many rows."""
    with gzip.open(ROOT / "examples/sample-series.csv.gz", "rt", encoding="utf-8", newline="") as series:
        header, *day = list(csv.reader(series))
    times = [header.index(name) for name in ("datetime", "started_utc")]
    slot = header.index("slot")
    with open(file, "w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
        write(header)
        for number in range(rows):
            days, place = divmod(number, len(day))
            row = list(day[place])
            for column in times:
                date, rest = row[column].split(" ", 1)
                date = datetime.date.fromisoformat(date) + datetime.timedelta(days=days)
                row[column] = f"{date} {rest}"
            row[slot] = str(int(row[slot]) + days * len(day))
            write(row)


def cpu(program, arguments):
    """User and system time of a run that must succeed, in seconds."""
    command = [str(program), *arguments]
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
            sys.exit(f"{' '.join(command)}: exit code {child.returncode}\n{said}")
    return usage.ru_utime + usage.ru_stime


def measure(name, arguments, programs, pairs):
    """The ratios of all pairs; who goes first changes from pair to pair."""
    took = {"old": [], "new": []}
    for pair in range(pairs):
        order = ["old", "new"] if pair % 2 == 0 else ["new", "old"]
        for which in order:
            took[which].append(cpu(programs[which], arguments()))
    ratios = [new / old for old, new in zip(took["old"], took["new"])]
    ratio = statistics.median(ratios)
    old, new = (statistics.median(took[which]) for which in ("old", "new"))
    verdict = "ok" if ratio <= MOST else "SLOWER"
    print(
        f"{name:8} {old:9.3f} s {new:9.3f} s {ratio:7.3f}  ({min(ratios):.3f} to {max(ratios):.3f})  {verdict}",
        flush=True,
    )
    return ratio <= MOST


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--only", default="main,report,burst")
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    programs = {"old": args.old.resolve(), "new": args.new.resolve()}
    for program in programs.values():
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is no program")
    probes, rows, seconds = ("20", 2_000, "2s") if args.short else ("3000", NIGHT_ROWS, "15s")
    with tempfile.TemporaryDirectory() as folder:
        files = iter(range(1_000_000))
        new_file = lambda: os.path.join(folder, f"{next(files)}.csv")
        series = os.path.join(folder, "night.csv")
        jobs = {
            # many in flight: the lab's delays would make it a matter of hours
            "main": lambda: ["probe", "--lab", "-q", "-n", probes, "-i", "0", "--concurrency", "64", "-o", new_file()],
            "report": lambda: ["report", "--format", "json", series],
            "burst": lambda: ["probe", "--lab", "-q", "--transport", "udp", "--burst", "50/s", "--for", seconds],
        }
        chosen = args.only.split(",")
        unknown = [name for name in chosen if name not in jobs]
        if unknown:
            parser.error(f"no job {unknown[0]}; there are {', '.join(jobs)}")
        if "report" in chosen:
            night(series, rows)
        with open("/proc/loadavg", encoding="ascii") as load:
            print(f"{args.pairs} pairs, load of the last minute at the start {load.read().split()[0]}")
        print(f"{'':8} {'old':>11} {'new':>11} {'ratio':>7}  (least to most)")
        good = [measure(name, jobs[name], programs, args.pairs) for name in chosen]
    sys.exit(0 if all(good) else 1)


main()
