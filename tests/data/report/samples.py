#!/usr/bin/env python3
"""Writes the CSV files beside it: one of each kind that a report reads, small and rich.

Regenerate, from the top of the repository (Python 3.8 or later, standard library only):

    python3 tests/data/report/samples.py && python3 tests/data/report/expected.py

The same numbers come out each time. All names of hosts and labels are invented; addresses of
relays are drawn from the published ranges.
"""

import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent

OURS = """datetime remotehost remotename remoteip Port Status SslProtocol CipherAlgorithm HashAlgorithm
KeyExchangeAlgorithm CN Subject NotAfter NotBefore Issuer Thumbprint SerialNumber
SignatureAlgorithmFriendlyName dnstimems connecttimems tlstimems totaltimems run_id slot host label
world tool_version transport region started_utc lag_us failed_phase cause detail dns_us proxy_us
connect_us tls_us turn_us total_us resolver dns_chain dns_ttls dns_addresses dns_queries local_ip
tcp_rtt_us tcp_rttvar_us tcp_min_rtt_us tcp_syn_retransmits tcp_mss tcp_wscale tcp_options bytes_sent
bytes_received tls_version tls_cipher tls_group tls_alpn trust_public trust_os cert_key cert_sha256
chain_length in_teams_range""".split()
REFERENCE = OURS[:22]
EARLY = """datetime Computername remotename remoteip Port Status CN Subject NotAfter NotBefore Issuer
Thumbprint SerialNumber SignatureAlgorithmFriendlyName connecttimems tlstimems totaltimems""".split()
FEW = """remotehost remotename remoteip Port Status Thumbprint run_id slot host label transport region
started_utc failed_phase cause dns_us connect_us tls_us turn_us total_us resolver dns_ttls
tcp_syn_retransmits""".split()

REGIONS = {
    "francecentral": ("a-tr-teams-frcn", 112, 19, 25),
    "northeurope": ("b-tr-teasc-euno", 113, 26, 33),
    "ukwest": ("a-tr-teasc-ukwe", 114, 22, 28),
    "westeurope": ("a-tr-teasc-euwe", 115, 13, 18),
}
FIRST = "3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0"
SECOND = "B1946AC92492D2347C6235B4D2611184A1E2C3D4"
ISSUER = "CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US"


class Maker:
    """Draws probes and turns them into cells."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def relay(self, spread=40):
        """Few relays are met often and many once or twice, so that Chao1 has something to say."""
        region = self.random.choices(list(REGIONS), [31, 66, 66, 66])[0]
        number = min(int(self.random.paretovariate(0.6)), spread)
        start, second, least, mean = REGIONS[region]
        return {
            "region": region,
            "remotename": f"{start}-{number:02d}.{region}.cloudapp.azure.com",
            "remoteip": f"52.{second}.{number * 3 % 256}.{number * 7 % 250 + 1}",
            "connect": int(least * 1000 + self.random.lognormvariate(0, 0.8) * (mean - least) * 740),
        }

    def probe(self, at, cause="", again=0, certificate=FIRST, slow_us=0):
        p = self.relay()
        if again:
            p["connect"] += {1: 1_000_000, 2: 3_000_000}[again]
        p["connect"] += slow_us
        p.update(at=at, cause=cause, again=again, thumbprint=certificate)
        p["dns"] = int(self.random.lognormvariate(3.2, 0.6) * 1000)
        p["tls"] = int(2.1 * (p["connect"] % 1_000_000) + self.random.uniform(2_000, 12_000))
        p["lag"] = self.random.randrange(20, 900)
        phase = cause.split("-")[0]
        waited = {"dns": 5_000_000, "connect": 10_000_000, "tls": 10_000_000, "turn": 3_000_000}
        if cause.endswith(("timeout", "silent")):
            p[phase] = waited[phase] + self.random.randrange(900)
        p["phase"] = phase
        return p


def ms(us):
    return str((us + 500) // 1000)


def ours(p, run, slot, host, label, transport="tls", resolver="192.0.2.53:53", target="tr.teams.microsoft.com"):
    """Cells of our own file."""
    order = ["dns", "connect", "tls"] if transport == "tls" else ["dns", "turn"]
    reached = order[: order.index(p["phase"]) + 1] if p["phase"] else order
    done = not p["phase"]
    cells = dict.fromkeys(OURS, "")
    cells.update(
        remotehost=target, Port="443" if transport == "tls" else "3478",
        Status=p["cause"] or "OK", run_id=run, slot=str(slot), host=host, label=label, world="real",
        tool_version="0.1.0", transport=transport, failed_phase=p["phase"], cause=p["cause"],
        lag_us=str(p["lag"]), resolver=resolver,
        datetime=p["at"].strftime("%Y-%m-%d %H:%M:%SZ"),
        started_utc=p["at"].strftime("%Y-%m-%d %H:%M:%S.%fZ"),
    )
    for phase in reached:
        cells[phase + "_us"] = str(p[phase])
        cells[phase + "timems"] = ms(p[phase])
    cells["total_us"] = str(sum(p[phase] for phase in reached))
    cells["totaltimems"] = ms(int(cells["total_us"]))
    if "dns" != p["phase"]:
        chain = f"{target} worldaz.tr.teams.microsoft.com worldaz.tr.teams.trafficmanager.net"
        cells.update(
            remotename=p["remotename"], remoteip=p["remoteip"], region=p["region"],
            dns_chain=f"{chain} {p['remotename']}", dns_ttls="0 0 0 10" if p["lag"] % 9 else "0 0 0 7",
            dns_addresses="1", dns_queries="1",
            in_teams_range="true" if p["remoteip"].startswith("52.") else "false",
        )
    else:
        cells.update(detail="no answer within the limit", dns_queries="4", resolver="")
    if "tls" in reached:
        cells.update(
            local_ip="192.0.2.17", tcp_syn_retransmits=str(p["again"]), tcp_mss="1440",
            tcp_wscale="8", tcp_options="sack wscale", bytes_sent="256",
        )
        if not p["again"]:
            rtt = str(p["connect"] % 1_000_000 - 40)
            cells.update(tcp_rtt_us=rtt, tcp_min_rtt_us=rtt, tcp_rttvar_us=str(int(rtt) // 2))
    elif p["phase"] == "connect":
        cells.update(tcp_syn_retransmits="3" if p["cause"] == "connect-timeout" else "0")
    if done and transport == "tls":
        cells.update(handshake(p, "2021-11-26 16:52:50Z", "2020-11-26 16:52:50Z"))
        cells.update(
            bytes_received="5121", tls_version="TLSv1.2", tls_group="secp384r1", chain_length="2",
            tls_cipher="TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", trust_public="trusted",
            trust_os="trusted", cert_key="rsa-2048", cert_sha256="5299763" + "0" * 57,
        )
    return cells


def handshake(p, after, before):
    return dict(
        SslProtocol="Tls12", CipherAlgorithm="Aes256", HashAlgorithm="Sha384",
        KeyExchangeAlgorithm="44550", CN="CN=tr.teams.microsoft.com",
        Subject="CN=tr.teams.microsoft.com", NotAfter=after, NotBefore=before, Issuer=ISSUER,
        Thumbprint=p["thumbprint"], SerialNumber="6B000364481F8F4E4869832568000000036448",
        SignatureAlgorithmFriendlyName="sha256RSA",
    )


def end2end(p, early=False, time="%Y-%m-%d %H:%M:%SZ"):
    """Cells of End2End-TCP, whole milliseconds; -1, -2, -3 where it failed."""
    done = not p["phase"]
    cells = dict.fromkeys(REFERENCE + EARLY, "")
    cells.update(
        datetime=p["at"].strftime(time), remotehost="tr.teams.microsoft.com",
        Computername="tr.teams.microsoft.com", Port="443", Status="OK" if done else "Error",
        dnstimems=ms(p["dns"]), connecttimems=ms(p["connect"]), tlstimems=ms(p["tls"]),
    )
    whole = [int(cells[name]) for name in ("dnstimems", "connecttimems", "tlstimems")]
    cells["totaltimems"] = str(sum(whole) + self_time(p))
    if early:  # it counts from the start of the connection
        cells["tlstimems"] = str(whole[1] + whole[2])
        cells["totaltimems"] = str(whole[1] + whole[2] + self_time(p))
    if p["phase"] != "dns":
        cells.update(remotename=p["remotename"], remoteip=p["remoteip"])
    else:
        cells.update(dnstimems="-1", connecttimems="3")
    if p["phase"] == "connect":
        cells.update(connecttimems="-2")
    if done:
        cells.update(handshake(p, "26.11.2021 16:52:50", "26.11.2020 16:52:50"))
    else:
        cells.update(tlstimems="-3", totaltimems="-1")
    return cells


def self_time(p):
    return p["lag"] % 15


def write(name, columns, rows, sep=",", end="\n", quote=True, encoding="utf-8", cut=0):
    mark = '"' if quote else ""
    lines = [sep.join(mark + cell + mark for cell in columns)]
    lines += [sep.join(mark + row[c].replace('"', '""') + mark for c in columns) for row in rows]
    text = end.join(lines) + end
    data = text.encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    (HERE / name).write_bytes(data[: len(data) - cut])


def cause_at(number, outages):
    for first, last, cause in outages:
        if first <= number <= last:
            return cause
    return ""


def make_ours():
    make, rows = Maker(1), []
    start = datetime(2026, 3, 2, 21, 58, 30, 123456)
    outages = [(20, 20, "dns-timeout"), (41, 45, "connect-timeout"), (46, 46, "connect-refused"),
               (60, 60, "tls-alert"), (61, 61, "tls-timeout"), (80, 80, "tls-certificate")]
    for slot in range(110):
        if slot in (7, 30, 31) or 70 <= slot < 76:
            continue  # missed
        at = start + timedelta(seconds=5 * slot, microseconds=slot * 7919 % 900)
        p = make.probe(at, cause_at(slot, outages), again={12: 1, 50: 1, 90: 2}.get(slot, 0),
                       certificate=FIRST if slot < 66 else SECOND,
                       slow_us=1_612_345 if slot == 55 else 0)
        if slot in (15, 16, 88):
            p.update(remoteip="13.107.64.2", remotename="world.tr.teams.microsoft.com", region="")
        rows.append(ours(p, "20260302T215830Z-0badcafe", slot, "berlin-01", "access=fibre site=Köln"))
    # probes end in another order than they began
    rows[33], rows[34] = rows[34], rows[33]
    rows[95], rows[97] = rows[97], rows[95]
    write("ours.csv", OURS, rows)


def make_hosts():
    make, rows = Maker(2), []
    for night in range(3):
        start = datetime(2026, 3, 4, 23, 40) + timedelta(days=night)
        run = f"2026030{4 + night}T234000Z-000000{night:02d}"
        outages = {1: [(30, 33, "dns-servfail"), (34, 36, "dns-timeout")],
                   2: [(70, 79, "connect-timeout")]}.get(night, [(5, 5, "tls-eof")])
        for slot in range(80):
            if night == 0 and 40 <= slot < 50:
                continue  # the machine slept: a gap
            at = start + timedelta(seconds=30 * slot, microseconds=slot * 101)
            for host, label in (("hamburg", "access=dsl"), ("wien", "access=vpn")):
                cause = cause_at(slot, outages) if host == "hamburg" else ""
                again = int(host == "wien" and slot % 60 == 11)
                p = make.probe(at + timedelta(seconds=host == "wien"), cause, again)
                p["connect"] += 9_000 if host == "wien" else 0
                rows.append(ours(p, run + host[0], slot, host, label, resolver="198.51.100.1:53"))
            if slot % 8 == 0:
                p = make.probe(at + timedelta(seconds=2), "turn-silent" if slot == 24 else "")
                p.setdefault("turn", p["connect"] + 1_500)
                rows.append(ours(p, run + "u", slot // 8, "wien", "access=vpn", "udp", "198.51.100.1:53"))
    write("hosts.csv", FEW, rows, end="\r\n")


def make_end2end():
    make = Maker(3)
    start = datetime(2021, 2, 12, 13, 46, 1)
    rows = []
    for n in range(90):
        cause = cause_at(n, [(10, 11, "dns-x"), (40, 43, "tls-x"), (60, 60, "connect-x"), (85, 86, "tls-x")])
        p = make.probe(start + timedelta(seconds=n), cause, again=int(n in (25, 70)),
                       slow_us=640_000 + 1_000_000 if n == 33 else 0)
        rows.append(end2end(p))
    write("end2end-tcp.csv", REFERENCE, rows, end="\r\n")
    # the same columns, continued by us: the status is a cause code
    rows = []
    for n in range(30):
        cause = cause_at(n, [(4, 5, "connect-timeout"), (12, 12, "dns-nxdomain"), (20, 21, "tls-timeout")])
        at = datetime(2026, 3, 1, 4, 0) + timedelta(seconds=2 * n)
        rows.append(ours(make.probe(at, cause), "", 0, "", ""))
    write("reference-columns.csv", REFERENCE, rows)
    rows = []
    start = datetime(2021, 2, 1, 0, 22, 51)
    for n in range(80):
        cause = cause_at(n, [(0, 1, "tls-x"), (50, 50, "dns-x")])
        rows.append(end2end(make.probe(start + timedelta(seconds=n), cause, again=int(n == 61)), early=True))
    write("end2end-tcp-early.csv", EARLY, rows)
    rows = []
    start = datetime(2021, 2, 14, 23, 59, 30)
    for n in range(45):
        p = make.probe(start + timedelta(seconds=2 * n), cause_at(n, [(8, 9, "tls-x")]),
                       certificate=FIRST if n < 20 else SECOND)
        rows.append(end2end(p, time="%d.%m.%Y %H:%M:%S"))
    write("end2end-tcp-german.csv", REFERENCE, rows, sep=";", end="\r\n", encoding="utf-8-sig")
    rows = []
    start = datetime(2021, 2, 16, 7, 0, 0)
    for n in range(24):
        rows.append(end2end(make.probe(start + timedelta(seconds=n), cause_at(n, [(3, 3, "dns-x")]))))
    write("end2end-tcp-utf16.csv", REFERENCE, rows, end="\r\n", encoding="utf-16-le")
    rows = []
    start = datetime(2021, 2, 17, 7, 0, 0)
    for n in range(15):
        rows.append(end2end(make.probe(start + timedelta(seconds=n))))
    # the power went: the last line ends inside a quoted cell
    write("end2end-tcp-torn.csv", REFERENCE, rows, cut=140)


def make_others():
    make, rows = Maker(4), []
    for n in range(40):
        p = make.relay()
        least = p["connect"] / 1000
        answers = 0 if n in (3, 17) else 4 + n % 2
        rows.append(dict(
            remoteudpport="3478", minroundtrip=f"{least:.4f}".replace(".", ",") if answers else "9999",
            successrttcount=str(answers), remoteip=p["remoteip"], answerreceived=str(answers > 0),
            averagertt=f"{least * 1.0173:.4f}".replace(".", ",") if answers else ("0" if n == 3 else "9999"),
            maxroundtrip=f"{least * 1.11:.4f}".replace(".", ",") if answers else "0",
        ))
    columns = "remoteudpport minroundtrip successrttcount remoteip answerreceived averagertt maxroundtrip"
    write("end2end-udp3478.csv", columns.split(), rows)
    rows = []
    for n in range(50):
        at = datetime(2021, 3, 1, 8, 0) + timedelta(seconds=10 * n)
        took = make.random.lognormvariate(4, 0.4)
        ok = n not in (20, 21, 44)
        rows.append(dict(
            Timestamp=at.strftime("%Y-%m-%d %H:%M:%SZ"), httpbytes="1024" if ok else "0",
            url="https://www.example.com/robots.txt", avg10=f"{took * 0.98:.14f}".replace(".", ","),
            Status="OK" if ok else "Timeout", Duration=f"{took:.4f}".replace(".", ",") if ok else "-1",
            Message="", httpstatuscode="200" if ok else "0",
        ))
    columns = "Timestamp httpbytes url avg10 Status Duration Message httpstatuscode"
    write("end2end-http.csv", columns.split(), rows, end="\r\n")


if __name__ == "__main__":
    make_ours()
    make_hosts()
    make_end2end()
    make_others()
