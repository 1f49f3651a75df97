#!/usr/bin/env python3
"""Works out what `turnprobe compare` has to say of the pairs of files beside it, and writes expected.json.

Shares nothing with the program: all pairs of values are written down and sorted, and the chances of the ranks are
counted by going through all signs and all choices. The definitions are those of "Comparison of two series" in the manual's methods. Regenerate as
samples.py says.

- block: ten minutes since 1970; its median and 95th percentile are the values that 50 and 95 % of its values lie below,
  the middle between two where exactly so many do.
- the values of a burst are 20 of equal share, each at the middle of its share: between the least, the median, the 95th and 99th
  percentile and the largest round trip as if they lay evenly, in whole microseconds.
- p50 and p95 of a side are of the nearest rank; 95 % need 20 values.
"""

import csv
import json
import math
from collections import defaultdict
from datetime import datetime, timezone
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from statistics import NormalDist, mean, median

HERE = Path(__file__).parent
PAIRS = [("direct.csv", "vpn.csv"), ("before.csv", "after.csv"), ("direct-udp.csv", "vpn-udp.csv")]
PROBE = {"dns": "dns_us", "connect": "connect_us", "tls": "tls_us", "total": "total_us"}
ORDER = ["dns", "connect", "tls", "total", "rtt"]
HERE_ALONE = ("connect-no-local-port",)


class Row:
    def __init__(self, cells):
        get = lambda name: cells.get(name) or ""
        at = datetime.strptime(get("started_utc"), "%Y-%m-%d %H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        self.at = at
        self.block = int(at.timestamp()) // 600
        self.region = get("region")
        self.burst = "mode" in cells
        self.path = "udp burst" if self.burst else get("transport"), f"{get('remotehost')}:{get('Port')}"
        self.ok = get("Status") == "OK"
        self.here = get("cause") in HERE_ALONE
        self.times = {}
        for what, column in PROBE.items():
            if get(column) and get("failed_phase") != what and (self.ok or what != "total"):
                self.times[what] = [int(get(column))]
        self.requests = (int(get("sent")), int(get("sent")) - int(get("received"))) if self.burst else None
        if get("rtt_p50_us"):
            points = [int(get(f"rtt_{name}_us")) for name in ("min", "p50", "p95", "p99", "max")]
            self.times["rtt"] = summary(int(get("received")), points)


def summary(n, points):
    shares = [Fraction(0), Fraction(1, 2), Fraction(95, 100), Fraction(99, 100), Fraction(1)]
    values = []
    for part in range(20):
        share = Fraction(2 * part + 1, 40)
        upper = next(place for place, up_to in enumerate(shares) if share <= up_to)
        low, high = points[upper - 1], points[upper]
        way = (share - shares[upper - 1]) / (shares[upper] - shares[upper - 1])
        us = low + math.floor((high - low) * way + Fraction(1, 2))
        values += [us] * (n * (part + 1) // 20 - n * part // 20)
    return values


def read(name):
    with open(HERE / name, newline="") as file:
        return [Row(cells) for cells in csv.DictReader(file)]


def below(values, share):
    """The value that a share of them lies below."""
    values = sorted(values)
    place = share * len(values)
    if place.denominator == 1:
        return (values[int(place) - 1] + values[int(place)]) / 2
    return values[math.floor(place)]


def nearest(values, percent):
    values = sorted(values)
    if len(values) * (100 - percent) < 100:
        return None
    return values[-(-percent * len(values) // 100) - 1]


def measures(values):
    middle = below(values, Fraction(1, 2))
    return [middle, math.log(middle), below(values, Fraction(95, 100))]


def least_ranks(counts, tail):
    """How many of the least sums have together no more than this share of all; `counts` by sum."""
    total, sum_of, found = sum(counts.values()), 0, 0
    for rank in range(max(counts) + 1):
        sum_of += counts.get(rank, 0)
        if sum_of / total > tail:
            break
        found += 1
    return found


def of_pairs(differences):
    n = len(differences)
    counts = defaultdict(int)
    for signs in product((0, 1), repeat=n):
        counts[sum(rank for rank, sign in enumerate(signs, 1) if sign)] += 1
    out = least_ranks(counts, 0.025)
    means = sorted((differences[i] + differences[j]) / 2 for i in range(n) for j in range(i, n))
    return [median(means), means[out - 1], means[-out]]


def correlation(sides):
    neighbours = squares = 0
    for days in sides:
        off = [day - mean(days) for day in days]
        neighbours += sum(one * next_one for one, next_one in zip(off, off[1:]))
        squares += sum(one * one for one in off)
    return min(max(neighbours / squares if squares else 0, 0.5), 0.98)


def of_days(a, b):
    r = correlation([a, b])
    added = [1 + 2 * sum((1 - k / len(side)) * r**k for k in range(1, len(side))) for side in (a, b)]
    d = (added[0] * len(b) + added[1] * len(a)) / (len(a) + len(b))
    counts = defaultdict(int)
    for first in combinations(range(len(a) + len(b)), len(a)):
        counts[sum(place - before for before, place in enumerate(first))] += 1
    out = least_ranks(counts, NormalDist().cdf(-NormalDist().inv_cdf(0.975) * math.sqrt(d)))
    assert out > 0 and min(len(a), len(b)) >= 6
    all_of_them = sorted(y - x for x in a for y in b)
    return [median(all_of_them), all_of_them[out - 1], all_of_them[-out]]


def weighted(found):
    """Of lists of numbers with a weight each: the mean of each number."""
    weights = sum(weight for weight, _ in found)
    return [sum(weight * numbers[at] for weight, numbers in found) / weights for at in range(len(found[0][1]))]


def differences(cells, of_values):
    """`cells`: for each region its weight and, of both sides, values by block, already put together."""
    pairs, either = defaultdict(list), [set(), set()]
    for weight, sides in cells:
        for known, side in zip(either, sides):
            known.update(side)
        for block in set(sides[0]) & set(sides[1]):
            a, b = (side[block] for side in sides)
            if min(count(a), count(b)) >= 20:
                less = [y - x for x, y in zip(of_values(a), of_values(b))]
                pairs[block].append((weight, less))
    if len(pairs) >= 6 and 10 * len(pairs) >= 7 * min(map(len, either)):
        found = [weighted(pairs[block]) for block in sorted(pairs)]
        return {"of": "blocks", "blocks": len(found)}, [of_pairs(list(of)) for of in zip(*found)]
    assert len(cells) == 1, "days of several regions are in no file"
    days = [defaultdict(list), defaultdict(list)]
    for side, by_day in zip(cells[0][1], days):
        for block, values in side.items():
            at = datetime.fromtimestamp(600 * block, timezone.utc)
            by_day[at.date()].append((at.hour, values))
    sides = []
    for by_day in days:
        fullest = max(len(hours) for hours in by_day.values())
        whole = [by_day[day] for day in sorted(by_day) if 2 * len(by_day[day]) >= fullest]
        together = [join([values for _, values in hours]) for hours in whole]
        sides.append([of_values(values) for values in together if count(values) >= 20])
    basis = {"of": "days", "days": [len(side) for side in sides]}
    if min(basis["days"]) < 6:
        return {"of": "none"}, None
    return basis, [of_days(list(a), list(b)) for a, b in zip(zip(*sides[0]), zip(*sides[1]))]


def count(values):
    return values[0] if isinstance(values, tuple) else len(values)


def join(parts):
    if isinstance(parts[0], tuple):
        return tuple(map(sum, zip(*parts)))
    return [value for part in parts for value in part]


def by_block(rows, of_row):
    blocks = defaultdict(list)
    for row in rows:
        found = of_row(row)
        if found:
            blocks[row.block].append(found)
    return {block: join(parts) for block, parts in blocks.items()}


def judge(interval, matters):
    middle, low, high = interval
    if (low > 0 or high < 0) and abs(middle) >= matters:
        return "differs"
    return "no difference" if max(abs(low), abs(high)) < matters else "cannot tell"


def lines(sides):
    path = sides[0][0].path
    for what in ORDER:
        of_row = lambda row: row.times.get(what)
        values = lambda side, region: [us for row in side if row.region == region for us in row.times.get(what, [])]
        regions = sorted({row.region for side in sides for row in side if what in row.times})
        numbers = {region: [values(side, region) for side in sides] for region in regions}
        both = [region for region in regions if all(numbers[region])]
        if not both:
            continue
        used = sum(len(side) for region in both for side in numbers[region])
        everything = sum(len(side) for region in regions for side in numbers[region])
        for chosen in [both] + ([[region] for region in both] if len(both) > 1 else []):
            weights = {region: min(map(len, numbers[region])) for region in chosen}
            cells = [(weights[region], [by_block([row for row in side if row.region == region], of_row) for side in sides])
                     for region in chosen]
            basis, found = differences(cells, measures)
            difference, logs, p95 = found or [None] * 3
            usual = sum(weights[r] * nearest(numbers[r][0], 50) for r in chosen) / sum(weights.values()) / 1e3
            matters = max(1.0, 0.02 * usual)
            ms = lambda us: us and [value / 1e3 for value in us]
            line = {"transport": path[0], "target": path[1], "region": chosen[0] if len(chosen) == 1 else None,
                    "regions": chosen, "metric": what, "verdict": judge(ms(difference), matters) if found else "cannot tell", "basis": basis,
                    "difference_ms": ms(difference), "ratio": logs and [math.exp(log) for log in logs],
                    "p95_difference_ms": ms(p95), "matters_ms": matters,
                    "left_out_percent": 100 * (1 - used / everything) if chosen is both else 0.0}
            for name, side in (("a", 0), ("b", 1)):
                mine = [us for region in chosen for us in numbers[region][side]]
                one = len(chosen) == 1
                line[name] = {"n": len(mine)}
                for percent in (50, 95):
                    us = nearest(mine, percent) if one else None
                    line[name][f"p{percent}_ms"] = None if us is None else us / 1e3
            yield line


def failures(sides):
    path = sides[0][0].path
    found = []
    rows = lambda row: None if row.here else (1, int(not row.ok))
    for of, of_row in (("requests", lambda row: row.requests), ("rows", rows)):
        totals = [join([of_row(row) for row in side if of_row(row)] or [(0, 0)]) for side in sides]
        if not all(n for n, _ in totals) or found and not any(failed for _, failed in totals):
            continue
        share = lambda counted: 100 * counted[1] / counted[0]
        cells = [(1, [by_block(side, of_row) for side in sides])]
        basis, points = differences(cells, lambda counted: [share(counted)])
        entry = {"of": of, "transport": path[0], "target": path[1], "basis": basis, "difference_points": None,
                 "verdict": "cannot tell"}
        if points:
            (points,) = points
            in_outages = abs(points[0]) < 0.5 <= abs(share(totals[1]) - share(totals[0]))
            entry.update(difference_points=points, verdict="cannot tell" if in_outages else judge(points, 0.5))
        for name, (n, failed) in zip("ab", totals):
            entry[name] = {"rows": n, "failed": failed, "percent": share((n, failed))}
        found.append(entry)
    return found


def main():
    pairs = []
    for files in PAIRS:
        sides = [read(name) for name in files]
        pairs.append({"files": files, "lines": list(lines(sides)), "failures": failures(sides)})
    text = json.dumps({"pairs": pairs}, separators=(",", ":"))
    for mark in ('{"files":', '{"transport":', '{"of":"re', '{"of":"ro', '"failures":'):
        text = text.replace(mark, "\n" + mark)
    (HERE / "expected.json").write_bytes((text + "\n").encode())


if __name__ == "__main__":
    main()
