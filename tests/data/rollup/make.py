#!/usr/bin/env python3
"""A morning of probes as rows and as roll-ups, and what both come to, from exact integers.

    make.py           writes rows.csv.gz, rollups.csv, rollups.jsonl and expected.json beside it
    make.py --size    a day of a probe a second as roll-ups of five minutes: bytes of a year, gzipped

Bucket i holds 2^(i/64) s < v <= 2^((i+1)/64) s: the smallest i with v^64 <= 10^384 * 2^(i+1), v in microseconds.
"""

import csv
import gzip
import io
import json
import math
import random
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).parent
PHASES = ["dns", "connect", "proxy", "tls", "turn", "total"]
START = datetime(2026, 11, 2, 6, 0, 0, tzinfo=timezone.utc)
REGIONS = ["westeurope", "northeurope", "ukwest", "francecentral"]
MILLION_TO_64 = 10 ** (6 * 64)


def bucket(us):
    if us == 0:
        return -2048
    i = math.ceil(math.log2(us / 1e6) * 64) - 1
    power = us**64
    holds = lambda i: power << max(0, -(i + 1)) <= MILLION_TO_64 << max(0, i + 1)
    while holds(i - 1):
        i -= 1
    while not holds(i):
        i += 1
    return i


def middle(i):
    """round(10^6 * 2^((i + 0.5) / 64)) in integers."""
    if i == -2048:
        return 0
    # twice the middle to the 128th: 2^128 * 10^768 * 2^(2i + 1), whose root is found by halving
    power = 10**768 * 2**128
    exponent = 2 * i + 1
    num, den = (power << exponent, 1) if exponent >= 0 else (power, 1 << -exponent)
    low, high = 0, 1 << 70
    while low < high:
        mid = (low + high + 1) // 2
        if mid**128 * den <= num:
            low = mid
        else:
            high = mid - 1
    return (low + 1) // 2


def probes(seconds, regions, seed, faults):
    rng = random.Random(seed)
    down = range(4000, 4046) if faults else range(0)
    for n in range(seconds):
        at = START + timedelta(seconds=n, microseconds=rng.randrange(400, 2500))
        region = regions[n % len(regions)]
        far = 18_000 + 9_000 * REGIONS.index(region)
        jitter = lambda spread: int(rng.lognormvariate(math.log(spread), 0.8))
        row = {"slot": n, "at": at, "region": region, "cause": "", "syn": 0}
        row["address"] = f"192.0.2.{10 + 20 * REGIONS.index(region) + rng.randrange(20)}"
        row["dns"] = far // 3 + jitter(900)
        row["connect"] = far + jitter(1200)
        row["tls"] = 2 * far + jitter(3000)
        if faults and rng.random() < 0.002:
            row["connect"] += 1_000_000
            row["syn"] = 1
        if n in down or faults and rng.random() < 0.003:
            row.update(cause="connect-timeout", connect=10_000_000, tls=None, syn=6)
        elif faults and rng.random() < 0.001:
            row.update(cause="dns-servfail", connect=None, tls=None, region="", syn=None)
        elif faults and rng.random() < 0.0005:
            row.update(cause="connect-no-local-port", connect=40, tls=None, syn=None)
        elif faults and rng.random() < 0.0005:
            row.update(cause="tls-alert", tls=far)
        row["total"] = sum(row[phase] or 0 for phase in ("dns", "connect", "tls"))
        yield row


def failed_phase(row):
    return row["cause"].split("-")[0]


def times(row):
    """Of completed phases alone; the total of what worked."""
    failed = failed_phase(row)
    found = {phase: row[phase] for phase in ("dns", "connect", "tls") if phase != failed}
    found["total"] = None if row["cause"] else row["total"]
    return {phase: took for phase, took in found.items() if took is not None}


LOCAL = {"connect-no-local-port"}
ALERTS = {"tls-alert"}


def is_answered(row):
    return not row["cause"]


def is_lost(row):
    return not is_answered(row) and row["cause"] not in LOCAL | ALERTS


def stamp(at, micros=True):
    return at.strftime("%Y-%m-%d %H:%M:%S.%fZ" if micros else "%Y-%m-%d %H:%M:%SZ")


RUN = {"run_id": "20261102T060000Z-00c0ffee", "host": "pc1", "label": "access=Telekom", "world": "real", "tool_version": "0.1.0"}


def as_rows(all_probes):
    for row in all_probes:
        yield {
            "datetime": stamp(row["at"], False),
            "remotehost": "relay.example",
            "remoteip": row["address"] if row["region"] else "",
            "Port": 443,
            "Status": row["cause"] or "OK",
            **RUN,
            "slot": row["slot"],
            "transport": "tls",
            "region": row["region"],
            "started_utc": stamp(row["at"]),
            "failed_phase": failed_phase(row),
            "cause": row["cause"],
            **{f"{phase}_us": row.get(phase) for phase in ("dns", "connect", "tls", "total")},
            "tcp_syn_retransmits": row["syn"],
        }


def as_rollups(all_probes, interval):
    groups, silent = {}, None
    for row in all_probes:
        start = row["at"].replace(microsecond=0)
        start -= timedelta(seconds=int(start.timestamp()) % interval)
        group = groups.setdefault((start, row["region"]), {"rows": [], "silences": []})
        group["rows"].append(row)
        if is_lost(row):
            since, count = silent or (row["at"], 0)
            silent = (since, count + 1)
            group["silences"].append((row["at"] - since, count + 1))
        elif is_answered(row) and silent:
            group["silences"].append((row["at"] - silent[0], silent[1]))
            silent = None
    for (start, region), group in sorted(groups.items()):
        rows = group["rows"]
        causes = {}
        for row in rows:
            if row["cause"]:
                causes[row["cause"]] = causes.get(row["cause"], 0) + 1
        silences = group["silences"]
        syns = [row["syn"] for row in rows if row["syn"] is not None]
        count = lambda test: sum(1 for row in rows if test(row))
        out = {
            "start_utc": stamp(start, False),
            "interval_s": interval,
            **RUN,
            "target": "relay.example:443",
            "transport": "tls",
            "proxy": None,
            "region": region or None,
            "first_s": int((min(row["at"] for row in rows) - start).total_seconds()),
            "last_s": int((max(row["at"] for row in rows) - start).total_seconds()),
            "probes": len(rows),
            "failed": sum(causes.values()),
            "answered": count(is_answered),
            "failed_here": count(lambda row: row["cause"] in LOCAL),
            "undecided": count(lambda row: row["cause"] in ALERTS),
            "causes": [f"{cause}:{n}" for cause, n in sorted(causes.items())] or None,
            "longest_outage_us": int(max(s for s, _ in silences) / timedelta(microseconds=1)) if silences else None,
            "lost_in_a_row": max((n for _, n in silences), default=0),
            "syn_retransmits": sum(syns) if syns else None,
            "addresses": len({row["address"] for row in rows if row["region"]}),
        }
        for phase in PHASES:
            values = [times(row)[phase] for row in rows if phase in times(row)]
            buckets = {}
            for value in values:
                i = bucket(value)
                buckets[i] = buckets.get(i, 0) + 1
            found = sorted(buckets.items())
            out |= {
                f"{phase}_n": len(values),
                f"{phase}_sum_us": str(sum(values)) if values else None,
                f"{phase}_sum2_us2": str(sum(v * v for v in values)) if values else None,
                f"{phase}_min_us": min(values, default=None),
                f"{phase}_max_us": max(values, default=None),
                f"{phase}_buckets": [i for i, _ in found] or None,
                f"{phase}_counts": [n for _, n in found] or None,
            }
        yield out


def cell(value):
    if value is None:
        return ""
    if isinstance(value, list):
        if isinstance(value[0], str):
            return " ".join(value)
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def as_csv(rows):
    out = io.StringIO()
    rows = list(rows)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([cell(value) for value in row.values()])
    return out.getvalue()


def statistics(values):
    """By buckets: nearest rank, the middle of the bucket, within the smallest and the largest."""
    n = len(values)
    values = sorted(values)
    mean = sum(values) / n
    found = {"n": n, "min_ms": values[0] / 1e3, "mean_ms": mean / 1e3, "max_ms": values[-1] / 1e3}
    if n > 1:
        squares = sum(v * v for v in values)
        total = sum(values)
        found["stddev_ms"] = math.sqrt((n * squares - total * total) / (n * (n - 1))) / 1e3
    buckets = sorted(bucket(value) for value in values)
    for name, permille in (("p50_ms", 500), ("p90_ms", 900), ("p95_ms", 950), ("p99_ms", 990)):
        if n * (1000 - permille) >= 1000:
            rank = (n * permille + 999) // 1000
            found[name] = min(max(middle(buckets[rank - 1]), values[0]), values[-1]) / 1e3
    return found


def expected(all_probes):
    causes = {}
    for row in all_probes:
        if row["cause"]:
            causes[row["cause"]] = causes.get(row["cause"], 0) + 1
    regions = {}
    for region in sorted({row["region"] for row in all_probes}):
        rows = [row for row in all_probes if row["region"] == region]
        phases = {}
        for phase in PHASES:
            values = [times(row)[phase] for row in rows if phase in times(row)]
            if values:
                phases[phase] = statistics(values)
        regions[region] = {"n": len(rows), "failed": sum(1 for row in rows if row["cause"]), **phases}
    lost = [is_lost(row) for row in all_probes]
    return {
        "rows": len(all_probes),
        "failed": sum(causes.values()),
        "answered": sum(1 for row in all_probes if is_answered(row)),
        "lost": sum(lost),
        "causes": causes,
        "regions": regions,
    }


def size():
    for count in (1, 4):
        all_probes = list(probes(86_400, REGIONS[:count], 7, True))
        text = as_csv(as_rollups(all_probes, 300))
        packed = len(gzip.compress(text.encode(), 6))
        print(f"{count} region(s): {len(text)} bytes a day, {packed} gzipped; a year {packed * 365 / 1e6:.1f} MB")


def main():
    if "--size" in sys.argv:
        return size()
    all_probes = list(probes(6_000, REGIONS, 5, True))
    packed = gzip.compress(as_csv(as_rows(all_probes)).encode(), 9, mtime=0)
    (HERE / "rows.csv.gz").write_bytes(packed)
    rollups = list(as_rollups(all_probes, 300))
    (HERE / "rollups.csv").write_text(as_csv(rollups))
    lines = [json.dumps(row, separators=(",", ":")) + "\n" for row in rollups]
    (HERE / "rollups.jsonl").write_text("".join(lines))
    (HERE / "expected.json").write_text(json.dumps(expected(all_probes), indent=1) + "\n")


main()
