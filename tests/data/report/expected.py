#!/usr/bin/env python3
"""Works out what a report has to say of the CSV files beside it, and writes expected.json.

Shares nothing with the program: own reading of the files, exact sums (fractions), nearest-rank
quantiles on the sorted values (of 1,000 and more: the middle of the value's bucket by
../histogram_bounds.py, within the smallest and the largest), formulas from the papers. Regenerate, from the top of the
repository (Python 3.8 or later, standard library only):

    python3 tests/data/report/samples.py && python3 tests/data/report/expected.py

What is counted:

- a time: completed phases only. Our files: not the phase that failed, total only of rows that are
  OK. End2End's: every number that is no sentinel (-1, -2, -3); where its status is one of our cause
  codes (a file that we continued), as in ours. End2End's early version: TLS is tlstimems -
  connecttimems. UDP3478: averagertt of answered rows, other than 0 and 9999.
- OK: the status OK; of HTTP also SLOWABS and SLOWAVG, answers that came late.
- a series: host, target (host:port, the port alone where there is no host), transport; its rows
  sorted by time. A row is answered when it is OK, or failed with a turn_reply that is a number or
  "success". A row that failed on this computer (no local port, refused by the system), or by an alert or
  a certificate that cannot be used, says nothing of the relay. A run of the rows that are neither lasts from
  the first of them to the next answer; it is an outage where it has so many rows as single losses do not make
  by chance (fewest_rows), else its rows are lost probes.
- a gap of a series: two rows of it further apart than ten times its median interval, and at least a
  minute, unless they are of two runs of those that begin at the same time of each day. A gap of all: two rows that follow each other in all of the rows, between which every series
  has not begun, has ended or has a gap; where one series ends and another begins, at least a minute
  and ten of the longer median of the series that have these two rows.
- changed: of the rows with an address that have a row with an address before them in the series.
- a time without zone is taken for UTC, which is a report's zone unless another is asked for.
"""

import csv
import gzip
import io
import ipaddress
import json
import math
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist, median

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from histogram_bounds import FIRST, LAST, largest, middle  # noqa: E402

ENDS = [largest(bucket) for bucket in range(FIRST, LAST + 1)]
# the list of src/endpoints.rs, typed again
TEAMS_RANGES = [ipaddress.ip_network(n) for n in ("52.112.0.0/14", "52.122.0.0/15", "2603:1063::/38")]
Z = NormalDist().inv_cdf(0.975)
PHASES = ("dns", "connect", "tls", "turn", "total")
TABLES = ("region", "address", "name", "certificate", "hour", "day", "target", "host", "label",
          "transport", "resolver")
SETS = {
    "ours": ["ours.csv"],
    "hosts": ["hosts.csv"],
    "22 columns": ["end2end-tcp.csv"],
    "22 columns, continued by us": ["reference-columns.csv"],
    "early": ["end2end-tcp-early.csv"],
    "german": ["end2end-tcp-german.csv"],
    "utf-16": ["end2end-tcp-utf16.csv"],
    "torn": ["end2end-tcp-torn.csv"],
    "udp": ["end2end-udp3478.csv"],
    "http": ["end2end-http.csv"],
    "all of tcp": ["end2end-tcp-early.csv", "end2end-tcp.csv", "end2end-tcp-german.csv",
                   "end2end-tcp-utf16.csv", "end2end-tcp-torn.csv", "reference-columns.csv",
                   "ours.csv", "hosts.csv"],
    "sample series": ["../../../examples/sample-series.csv.gz"],
}


def dialect(names):
    if "remoteudpport" in names:
        return "End2End-UDP3478"
    if "httpbytes" in names:
        return "End2End-HTTP"
    if "Computername" in names:
        return "End2End-TCP (early)"
    return "turnprobe" if "run_id" in names else "End2End-TCP"


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            text = data[len(mark):].decode(encoding)
            break
    else:
        text = data.decode("utf-8")
    lines = text.replace("\r\n", "\n").split("\n")
    lines.pop()  # empty, or the torn piece of a line that was never finished
    sep = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter=sep))
    kind = dialect(rows[0].keys())
    return [Row(row, kind) for row in rows]


def moment(text):
    for form in ("%Y-%m-%d %H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%SZ", "%d.%m.%Y %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=timezone.utc)
        except ValueError:
            pass
    return None


def rfc3339(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def millis(text):
    """Whole microseconds; None for no number and for what is negative."""
    try:
        value = Fraction(text.replace(",", "."))
    except ValueError:
        return None
    return math.floor(value * 1000 + Fraction(1, 2)) if value >= 0 else None


class Row:
    def __init__(self, cells, kind):
        self.kind = kind
        get = lambda name: cells.get(name) or ""
        self.at = moment(get("started_utc") or get("datetime") or get("Timestamp"))
        status = get("Status")
        self.cause = get("cause") or status
        if kind == "End2End-UDP3478":
            self.ok, self.cause = get("answerreceived") == "True", "no answer"
        else:
            late = ("SLOWABS", "SLOWAVG") if kind == "End2End-HTTP" else ()
            self.ok = status == "OK" or status in late
        reply = get("turn_reply")
        self.answered = self.ok or reply == "success" or reply.isdigit()
        self.undecided = (not self.answered
                          and self.cause in ("tls-alert", "tls-version", "tls-certificate", "turn-alert"))
        self.here = not self.ok and self.cause.endswith(("-local-error", "-no-local-port"))
        failed = get("failed_phase")
        head = status.split("-")[0]
        if not failed and "-" in status and head in ("dns", "connect", "tls", "turn"):
            failed = head  # one of our cause codes
        ours = "run_id" in cells
        self.times = {}
        for phase in ("dns", "connect", "tls"):
            exact = phase + "_us"
            us = (int(cells[exact]) if cells[exact] else None) if exact in cells else millis(get(phase + "timems"))
            self.times[phase] = None if failed == phase else us
        if kind == "End2End-TCP (early)":
            whole, connect = millis(get("tlstimems")), self.times["connect"]
            fits = whole is not None and connect is not None and whole >= connect
            self.times["tls"] = whole - connect if fits else None
        turn = int(get("turn_us")) if get("turn_us") and failed != "turn" else None
        if kind == "End2End-UDP3478":
            turn = millis(get("averagertt"))
            turn = turn if self.ok and turn and turn < 9_999_000 else None
        self.times["turn"] = turn
        total = int(get("total_us")) if get("total_us") else (
            None if ours else millis(get("totaltimems") or get("Duration")))
        self.times["total"] = None if failed or (ours and not self.ok) else total

        self.address = str(ipaddress.ip_address(get("remoteip"))) if get("remoteip") else ""
        self.name = get("remotename")
        labels = self.name.split(".")
        is_azure = self.name.endswith(".cloudapp.azure.com") and len(labels) > 4
        self.region = get("region") if "region" in cells else (labels[-4] if is_azure else "")
        self.certificate = get("Thumbprint")
        self.hour = f"{self.at.hour:02d}" if self.at else ""
        self.day = self.at.strftime("%Y-%m-%d") if self.at else ""
        host, port = get("remotehost") or get("Computername") or get("url"), get("Port") or get("remoteudpport")
        self.target = f"{host}:{port}" if host and port else f"port {port}" if port else host
        self.host, self.label, self.resolver = get("host"), get("label"), get("resolver")
        scheme = get("url").split(":")[0]
        self.transport = get("transport") or scheme or ("udp" if get("remoteudpport") else "tls")
        self.run, self.slot = get("run_id"), int(get("slot")) if get("slot") else None
        self.again = int(get("tcp_syn_retransmits")) if get("tcp_syn_retransmits") else None
        self.ttls = get("dns_ttls")


def numbers(values):
    """n, min, mean, max, sample standard deviation, p50, p90, p95, p99 in milliseconds."""
    values = sorted(values)
    n = len(values)
    if not n:
        return None
    ms = lambda us: float(Fraction(us, 1000))
    mean = Fraction(sum(values), n)
    deviation = None
    if n > 1:
        variance = sum((value - mean) ** 2 for value in values) / (n - 1) / 10**6
        with localcontext() as context:
            context.prec = 60
            deviation = float((Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt())
    quantiles = [quantile(values, percent) for percent in (50, 90, 95, 99)]
    return [n, ms(values[0]), ms(mean), ms(values[-1]), deviation] + [
        None if us is None else ms(us) for us in quantiles]


def quantile(values, percent):
    """Of rising values that of the nearest rank; of 1,000 and more the middle of its bucket. None
    where less than one value lies above."""
    n = len(values)
    if n * (100 - percent) < 100:
        return None
    us = values[max(-(-percent * n // 100), 1) - 1]
    if n >= 1_000:
        us = middle(FIRST + bisect_left(ENDS, us)) if us else 0
        us = min(max(us, values[0]), values[-1])
    return us


def table(rows, by):
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    found = []
    for key in sorted(groups):
        group = {"key": key, "n": len(groups[key]), "failed": sum(not row.ok for row in groups[key])}
        for phase in PHASES:
            times = numbers([row.times[phase] for row in groups[key] if row.times[phase] is not None])
            if times:
                group[phase] = times
        found.append(group)
    return found


def wilson(ok, n):
    """Wilson 1927."""
    share, z2 = ok / n, Z * Z
    centre = share + z2 / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return [100 * (centre - spread) / (1 + z2 / n), 100 * (centre + spread) / (1 + z2 / n)]


def chao1(counts):
    """Bias-corrected Chao1 with its log-normal interval (Chao 1984, 1987; EstimateS 9, appendix B)."""
    seen, k = len(counts), Fraction(sum(counts) - 1, sum(counts))
    f1, f2 = (sum(count == times for count in counts) for times in (1, 2))
    unseen = k * Fraction(f1 * (f1 - 1), 2 * (f2 + 1))
    found = {"f1": f1, "f2": f2, "expected": float(seen + unseen)}
    if unseen > 0:
        assert f2, "without a kind seen twice the variance has another formula"
        variance = (unseen + k**2 * Fraction(f1 * (2 * f1 - 1) ** 2, 4 * (f2 + 1) ** 2)
                    + k**2 * Fraction(f1**2 * f2 * (f1 - 1) ** 2, 4 * (f2 + 1) ** 4))
        factor = math.exp(Z * math.sqrt(math.log(1 + variance / unseen**2)))
        found.update(expected_low=seen + unseen / factor, expected_high=seen + unseen * factor)
        found = {name: float(value) if "_" in name else value for name, value in found.items()}
    return found


def by_series(rows):
    found = defaultdict(list)
    for row in rows:
        found[row.host, row.target, row.transport].append(row)
    return {key: sorted(rows, key=lambda row: row.at) if all(row.at for row in rows) else rows
            for key, rows in sorted(found.items())}


def outages(rows):
    found, run = [], []

    def close(end, is_open):
        if run:
            causes = Counter(row.cause for row in run)
            found.append({"from": rfc3339(run[0].at), "to": rfc3339(end), "open": is_open,
                          "seconds": (end - run[0].at).total_seconds(), "rows": len(run),
                          "causes": dict(sorted(causes.items()))})
            run.clear()

    for row in rows:
        if row.at is None or row.here or row.undecided:
            continue
        if row.answered:
            close(row.at, False)
        else:
            run.append(row)
    if run:
        close(run[-1].at, True)
    return found


def usual(rows):
    times = [row.at for row in rows if row.at]
    return median([(b - a).total_seconds() for a, b in zip(times, times[1:])]) if times[1:] else 0


def holes(rows):
    """Stretches without rows, and whether they are of one run, which should have gone on."""
    timed = [row for row in rows if row.at]
    return [(a.at, b.at, a.run == b.run and a.run not in ("", None) and a.slot is not None)
            for a, b in zip(timed, timed[1:]) if (b.at - a.at).total_seconds() >= max(60, 10 * usual(rows))]


def unplanned(pauses, first, last):
    """The pauses but those between runs that begin at the same time of each day (here: no run of these is missing)."""
    between = [(a, b) for a, b, inside in pauses if not inside]
    begins = [first] + [b for _, b in between]
    minute = {begin: begin.hour * 60 + begin.minute for begin in begins}
    about = lambda one, other: abs((minute[one] - minute[other] + 720) % 1440 - 720) <= 10
    best = max(([other for other in begins if about(one, other)] for one in begins), key=len)
    days = sorted(begin.date().toordinal() for begin in best)
    is_daily = len(best) >= 3 and days == list(range(days[0], days[0] + len(days)))
    if is_daily and 10 * len(best) >= 7 * len(begins):
        between = [(a, b) for a, b in between if b not in best or b == best[0]]
    return sorted(between + [(a, b) for a, b, inside in pauses if inside])


def gaps(rows):
    timed = [row.at for row in rows if row.at]
    return unplanned(holes(rows), timed[0], timed[-1]) if timed else []


def gaps_of_all(all_series):
    facts = [([row.at for row in rows if row.at], holes(rows), usual(rows)) for rows in all_series.values()]
    facts = [fact for fact in facts if fact[0]]
    times = sorted({at for fact in facts for at in fact[0]})
    found = []
    for a, b in zip(times, times[1:]):
        away = all(b <= own[0] or a >= own[-1] or any(x <= a and b <= y for x, y, _ in own_holes)
                   for own, own_holes, _ in facts)
        slowest = max(usual for own, _, usual in facts if a in own or b in own)
        if away and (b - a).total_seconds() >= max(60, 10 * slowest):
            inside = any(x <= a and b <= y and one_run for _, own_holes, _ in facts for x, y, one_run in own_holes)
            found.append((a, b, inside))
    found = unplanned(found, times[0], times[-1]) if times else []
    return [(b - a).total_seconds() for a, b in found]


def series(key, rows):
    answered = sum(row.answered for row in rows)
    runs = outages(rows)
    here = sum(row.here for row in rows)
    undecided = sum(row.undecided for row in rows)
    telling = len(rows) - here - undecided
    low, high = wilson(answered, telling)
    pauses = [(b - a).total_seconds() for a, b in gaps(rows)]
    lost = telling - answered
    fewest = fewest_rows(telling, lost)
    runs = [run for run in runs if run["rows"] >= fewest]
    single = lost - sum(run["rows"] for run in runs)
    return {"host": key[0], "target": key[1], "transport": key[2], "rows": len(rows),
            "ok": sum(row.ok for row in rows), "answered": answered, "failed_here": here,
            "undecided": undecided,
            "answered_percent": 100 * answered / telling, "answered_low_percent": low,
            "answered_high_percent": high, "outage_rows": fewest, "lost_percent": 100 * lost / telling,
            "lost_probes": single, "outages": len(runs),
            "outages_s": sum(run["seconds"] for run in runs), "all_outages": runs,
            "gaps": len(pauses), "gaps_s": sum(pauses)}


def fewest_rows(n, lost):
    """Lost rows in a row that single losses make in one of a hundred such series: n p^k = 0.01."""
    if lost == n:
        return min(3, n)
    p = min(lost / n, 0.5)
    return max(3, math.ceil(math.log(0.01 / n) / math.log(p))) if lost else 3


def addresses(rows, all_series):
    known = [row.address for row in rows if row.address]
    counts = Counter(known)
    pairs = changed = 0
    for one in all_series.values():
        way = [row.address for row in one if row.address]
        pairs += max(len(way) - 1, 0)
        changed += sum(a != b for a, b in zip(way, way[1:]))
    inside = sum(any(ipaddress.ip_address(a) in n for n in TEAMS_RANGES) for a in known)
    found = {"rows": len(known), "distinct": len(counts),
             "ttls": dict(sorted(Counter(row.ttls for row in rows if row.ttls).items()))}
    if known:
        found.update(
            smallest_share_percent=100 * min(counts.values()) / len(known),
            largest_share_percent=100 * max(counts.values()) / len(known),
            in_teams_range_percent=100 * inside / len(known),
            changed_percent=100 * changed / pairs, **chao1(list(counts.values())))
    return found


def slow(rows):
    found = {}
    for row in rows:
        took = row.times["connect"]
        if took is None:
            continue
        one = found.setdefault(row.region, dict(connects=0, slow=0, syn_lost=0, syn_likely_lost=0, unexplained=0))
        one["connects"] += 1
        if took > 1_000_000:
            one["slow"] += 1
            if row.again is not None:
                one["syn_lost" if row.again else "unexplained"] += 1
            else:  # SYNs are sent again after 1 s and after 3 s (RFC 6298), the relays are within 0.2 s
                after = any(0 <= took - timer <= 200_000 for timer in (1_000_000, 3_000_000))
                one["syn_likely_lost" if after else "unexplained"] += 1
    return dict(sorted(found.items()))


def expect(files):
    rows = [row for name in files for row in read(HERE / name)]
    times = [row.at for row in rows if row.at]
    slots = defaultdict(set)
    for row in rows:
        if row.slot is not None:
            slots[row.run].add(row.slot)
    all_series = by_series(rows)
    pauses = gaps_of_all(all_series)
    ok = sum(row.ok for row in rows)
    low, high = wilson(ok, len(rows))
    # of many rows the tables by relay would be long
    short = ("address", "name") if len(rows) > 2_000 else ()
    tables = [by for by in TABLES if by not in short]
    return {
        "files": files,
        "dialects": [read(HERE / name)[0].kind for name in files],
        # only the torn piece
        "problems": sum("torn" in name for name in files),
        "overview": {
            "rows": len(rows), "ok": ok, "ok_percent": 100 * ok / len(rows),
            "ok_low_percent": low, "ok_high_percent": high,
            "answered": sum(row.answered for row in rows),
            "failed_here": sum(row.here for row in rows),
            "undecided": sum(row.undecided for row in rows), "failed": sum(not row.ok for row in rows),
            "failed_by_cause": dict(sorted(Counter(row.cause for row in rows if not row.ok).items())),
            "first": rfc3339(min(times, default=None)), "last": rfc3339(max(times, default=None)),
            "rows_without_time": len(rows) - len(times),
            "missed_slots": sum(max(s) + 1 - len(s) for s in slots.values()) if slots else None,
            "gaps": len(pauses), "gaps_s": sum(pauses),
        },
        "tables": {**{f"{by} over {over}": table([row for row in rows if row.transport == over], by)
                      for by in tables if by != "transport" for over in sorted({row.transport for row in rows})},
                   **({"transport": table(rows, "transport")} if "transport" in tables else {})},
        "series": [series(key, rows) for key, rows in all_series.items()],
        "addresses": addresses(rows, all_series),
        "slow": slow(rows),
    }


def main():
    sets = [dict(set=name, **expect(files)) for name, files in SETS.items()]
    text = json.dumps({"sets": sets}, ensure_ascii=False, indent=None, separators=(",", ":"))
    # a line a group, so that a change can be read
    for mark in ('{"key":', '"tables":', '"series":', '"addresses":', '"slow":', '{"set":'):
        text = text.replace(mark, "\n" + mark)
    (HERE / "expected.json").write_bytes((text + "\n").encode())


if __name__ == "__main__":
    main()
