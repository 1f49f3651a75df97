#!/usr/bin/env python3
"""Writes the CSV files beside it: three pairs of series that `turnprobe compare` holds against each other.

Regenerate, from the top of the repository (Python 3.8 or later, standard library only):

    python3 tests/data/compare/samples.py && python3 tests/data/compare/expected.py

The same numbers come out each time.
"""

import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
START = datetime(2026, 11, 22, 10)
PROBES = "started_utc remotehost Port Status host transport region connect_us tls_us total_us failed_phase cause"
DAYS = "started_utc remotehost Port Status host transport region connect_us failed_phase cause"
BURSTS = """started_utc mode host remotehost Port region Status cause dns_us seconds interval_us sent received lost
loss_ppm rtt_min_us rtt_p50_us rtt_p95_us rtt_p99_us rtt_max_us jitter_us"""


def write(name, columns, rows):
    columns = columns.split()
    lines = [",".join(columns)]
    lines += [",".join(str(row.get(column, "")) for column in columns) for row in rows]
    (HERE / name).write_bytes(("\n".join(lines) + "\n").encode())


def stamp(at):
    return at.strftime("%Y-%m-%d %H:%M:%S.%fZ")


def path_moves(seed, steps):
    """What a path does meanwhile, which both sides have in common: microseconds of each ten minutes."""
    chance = random.Random(seed)
    return [int(chance.random() * 6_000) for _ in range(steps)]


def probes(seed, host, more_us, far_share, failed_share, only_here=""):
    """Eighty minutes, a probe every 8 s; the second region is 25 ms farther."""
    chance, moves = random.Random(seed), path_moves(7, 8)
    for n in range(600):
        at = START + timedelta(seconds=8 * n, microseconds=seed * 1_000)
        far = chance.random() < far_share
        region, base = ("ukwest", 38_000) if far else ("westeurope", 13_000)
        if only_here and n % 40 == 5:
            region, base = only_here, 26_000
        connect = base + more_us + moves[n // 75] + int(chance.expovariate(1 / 2_500))
        tls = 2 * connect + 1_500 + int(chance.random() * 4_000)
        row = {"started_utc": stamp(at), "remotehost": "tr.teams.microsoft.com", "Port": 443, "host": host,
               "transport": "tls", "Status": "OK"}
        drawn = chance.random()
        if drawn < failed_share:
            row.update(Status="connect-timeout", cause="connect-timeout", failed_phase="connect",
                       region=region, connect_us=10_000_000)
        elif drawn > 0.99:
            row.update(Status="dns-timeout", cause="dns-timeout", failed_phase="dns")
        elif drawn > 0.985:
            row.update(Status="connect-no-local-port", cause="connect-no-local-port",
                       failed_phase="connect", region=region, connect_us=12)
        else:
            row.update(region=region, connect_us=connect, tls_us=tls, total_us=connect + tls + 900)
        yield row


def days(seed, first, whole, hours_of_the_last, more_us):
    """A probe an hour, on whole days and some hours of one more."""
    chance = random.Random(seed)
    for day in range(whole + 1):
        of_the_day = int(chance.random() * 3_000)
        for hour in range(24 if day < whole else hours_of_the_last):
            at = datetime(2026, 11, first) + timedelta(days=day, hours=hour, minutes=4)
            connect = 18_000 + more_us + of_the_day + int(chance.expovariate(1 / 1_500))
            yield {"started_utc": stamp(at), "remotehost": "tr.teams.microsoft.com", "Port": 443, "host": "pc1",
                   "transport": "tls", "Status": "OK", "region": "westeurope", "connect_us": connect}


def bursts(seed, host, more_us, lost_of_750):
    """Two hours, a burst of 750 packets every ten minutes; one of them has no answer at all."""
    chance, moves = random.Random(seed), path_moves(8, 12)
    for n in range(12):
        at = START + timedelta(minutes=10 * n, seconds=seed)
        row = {"started_utc": stamp(at), "mode": "burst", "host": host, "remotehost": "tr.teams.microsoft.com",
               "Port": 3478, "region": "westeurope", "Status": "OK", "dns_us": 20_000 + int(chance.random() * 9_000),
               "seconds": 15, "interval_us": 20_000, "sent": 750}
        lost = int(lost_of_750 * (0.5 + chance.random()))
        least = 12_000 + more_us + moves[n] // 2 + int(chance.random() * 500)
        p50 = least + 1_500 + int(chance.random() * 800)
        p95 = p50 + 3_000 + int(chance.random() * 2_000)
        p99 = p95 + 2_000 + int(chance.random() * 3_000)
        if host == "pc2" and n == 4:
            row.update(Status="turn-silent", cause="turn-silent", received=0, lost=750, loss_ppm=1_000_000)
        else:
            row.update(received=750 - lost, lost=lost, loss_ppm=lost * 1_000_000 // 750, rtt_min_us=least,
                       rtt_p50_us=p50, rtt_p95_us=p95, rtt_p99_us=p99, rtt_max_us=p99 + 7_000, jitter_us=900)
        yield row


def main():
    write("direct.csv", PROBES, probes(1, "pc1", 0, 0.4, 0.01))
    write("vpn.csv", PROBES, probes(2, "pc2", 14_000, 0.6, 0.08, "northeurope"))
    write("before.csv", DAYS, days(3, 2, 8, 0, 0))
    write("after.csv", DAYS, days(4, 12, 7, 9, 5_000))
    write("direct-udp.csv", BURSTS, bursts(5, "pc1", 0, 6))
    write("vpn-udp.csv", BURSTS, bursts(6, "pc2", 9_000, 24))


if __name__ == "__main__":
    main()
