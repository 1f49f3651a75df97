use std::time::Duration;

use super::*;
use crate::record::{Certificate, Dns, Phase, PhaseTimes, Run, Tls, Turn, TurnReply, Via, World};

/// What terminals have, from a phone to a wide screen.
const WIDTHS: [usize; 5] = [40, 60, 80, 120, 200];

fn record(started: &str) -> Record {
    let certificate = Certificate {
        common_name: "CN=tr.teams.microsoft.com".to_owned(),
        not_after: Some("2027-02-03T16:52:50Z".parse().unwrap()),
        ..Certificate::default()
    };
    let mut times = PhaseTimes::default();
    for (phase, us) in [
        (Phase::Dns, 1_204_300),
        (Phase::Connect, 28_431),
        (Phase::Tls, 9_140),
    ] {
        times.set(phase, Duration::from_micros(us));
    }
    let run = Arc::new(Run::new("test", String::new(), World::Real));
    let (host, started) = ("tr.teams.microsoft.com", started.parse().unwrap());
    Record {
        times,
        dns: Dns {
            resolver: Some("192.0.2.53:53".to_owned()),
            ..Dns::default()
        },
        remote: Some("52.114.250.123:443".parse().unwrap()),
        region: "germanywestcentral".to_owned(),
        tls: Tls {
            certificate: Some(Arc::new(certificate)),
            ..Tls::default()
        },
        ..Record::blank(run, 31_260, host, 443, Transport::Tls, started)
    }
}

fn failed_record(started: &str) -> Record {
    let mut record = record(started);
    let detail = "no answer to the SYN within 10 s; another address of the same name answered";
    record.outcome = Failure::new(Cause::ConnectTimeout, detail).into();
    record.times = PhaseTimes::default();
    record.times.set(Phase::Dns, Duration::from_micros(900));
    record.times.set(Phase::Connect, Duration::from_secs(10));
    record.tls = Tls::default();
    record
}

fn over_udp(started: &str) -> Record {
    let mut record = record(started);
    record.transport = Transport::Udp;
    record.times = PhaseTimes::default();
    record
        .times
        .set(Phase::Dns, Duration::from_micros(1_204_300));
    record.times.set(Phase::Turn, Duration::from_micros(26_610));
    record.remote = Some("52.114.250.123:3478".parse().unwrap());
    record.tls = Tls::default();
    record.turn = Turn {
        reply: Some(TurnReply::Error(401)),
        mapped_address: Some("203.0.113.77:50123".parse().unwrap()),
        ..Turn::default()
    };
    record
}

fn lines(layout: LineLayout) -> ProbeLines {
    let hosts = ["tr.teams.microsoft.com".to_owned()];
    ProbeLines::new(layout, "+01:00".parse().unwrap(), &hosts)
}

fn plain_of(text: &str) -> String {
    ["\x1b[31m", "\x1b[0m"]
        .iter()
        .fold(text.to_owned(), |text, code| text.replace(code, ""))
}

/// The lines at each width, none of them wider.
fn at_each_width(layout: LineLayout, records: &[Record]) -> String {
    let mut out = String::new();
    for columns in WIDTHS {
        let mut lines = lines(layout);
        let text: String = records.iter().map(|one| lines.of(one, columns)).collect();
        let text = plain_of(&text);
        for line in text.lines() {
            assert!(width(line) <= columns, "{columns}: {line}");
            assert_eq!(line, line.trim_end());
        }
        let _ = writeln!(out, "{columns}\n{text}");
    }
    out
}

const NOON: &str = "2026-11-29T11:00:01Z";

#[test]
fn lines_of_tls_at_each_width() {
    let records = [record(NOON), failed_record(NOON)];
    let text = at_each_width(LineLayout::Tls, &records);
    insta::assert_snapshot!(text, @r"
    40
    UTC+1    address          total  ms
    12:00:01 52.114.250.123    1242  OK
    12:00:01 52.114.250.123       -  FAIL
      connect-timeout after 10000 ms: no
      answer to the SYN within 10 s; another
      address of the same name answered

    60
    UTC+1    address            dns connect    tls  total  ms
    12:00:01 52.114.250.123    1204   28.43   9.14   1242  OK
    12:00:01 52.114.250.123     0.9       -      -      -  FAIL
           connect-timeout after 10000 ms: no answer to the SYN
           within 10 s; another address of the same name
           answered

    80
    UTC+1    address         region                dns connect    tls  total  ms
    12:00:01 52.114.250.123  germanywestcentral   1204   28.43   9.14   1242  OK
    12:00:01 52.114.250.123  germanywestcentral    0.9       -      -      -  FAIL
           connect-timeout after 10000 ms: no answer to the SYN within 10 s; another
           address of the same name answered

    120
    UTC+1    address         region                dns connect    tls  total  ms    expires     certificate
    12:00:01 52.114.250.123  germanywestcentral   1204   28.43   9.14   1242  OK    2027-02-03  tr.teams.microsoft.com
    12:00:01 52.114.250.123  germanywestcentral    0.9       -      -      -  FAIL  -           -
           connect-timeout after 10000 ms: no answer to the SYN within 10 s; another address of the same name answered

    200
    UTC+1     slot  host                   address         region                dns connect    tls  total  ms    name server      expires     certificate
    12:00:01 31260  tr.teams.microsoft.com 52.114.250.123  germanywestcentral   1204   28.43   9.14   1242  OK    192.0.2.53       2027-02-03  tr.teams.microsoft.com
    12:00:01 31260  tr.teams.microsoft.com 52.114.250.123  germanywestcentral    0.9       -      -      -  FAIL  192.0.2.53       -           -
           connect-timeout after 10000 ms: no answer to the SYN within 10 s; another address of the same name answered
    ");
}

#[test]
fn lines_of_several_transports_at_each_width() {
    let records = [record(NOON), over_udp(NOON)];
    let text = at_each_width(LineLayout::Transports, &records);
    insta::assert_snapshot!(text, @r"
    40
    UTC+1    over      connect   turn ms
    12:00:01 tls         28.43      - OK
    12:00:01 udp 3478        -  26.61 OK

    60
    UTC+1    over      region         connect   tls   turn ms
    12:00:01 tls       germanywestce…   28.43  9.14      - OK
    12:00:01 udp 3478  germanywestce…       -     -  26.61 OK

    80
    UTC+1    over      address         region             connect   tls   turn ms
    12:00:01 tls       52.114.250.123  germanywestcentral   28.43  9.14      - OK
    12:00:01 udp 3478  52.114.250.123  germanywestcentral       -     -  26.61 OK

    120
    UTC+1    over      address         region                dns connect   tls   turn  total ms    this end seen as
    12:00:01 tls       52.114.250.123  germanywestcentral   1204   28.43  9.14      -   1242 OK    -
    12:00:01 udp 3478  52.114.250.123  germanywestcentral   1204       -     -  26.61   1231 OK    203.0.113.77:50123

    200
    UTC+1     slot over       host                   address         region                dns connect   tls   turn  total ms    this end seen as       name server      expires     certificate
    12:00:01 31260 tls        tr.teams.microsoft.com 52.114.250.123  germanywestcentral   1204   28.43  9.14      -   1242 OK    -                      192.0.2.53       2027-02-03  tr.teams.microsoft.com
    12:00:01 31260 udp 3478   tr.teams.microsoft.com 52.114.250.123  germanywestcentral   1204       -     -  26.61   1231 OK    203.0.113.77:50123     192.0.2.53       -           -
    ");
}

#[test]
fn lines_through_a_proxy_at_each_width() {
    let mut record = record(NOON);
    record.via = Some(Via {
        proxy: "http://proxy:3128".into(),
        address: None,
        reply: "200".to_owned(),
    });
    record
        .times
        .set(Phase::Proxy, Duration::from_micros(31_200));
    let text = at_each_width(LineLayout::Proxy, &[record]);
    insta::assert_snapshot!(text, @r"
    40
    UTC+1    over           total  ms
    12:00:01 tls, proxy      1273  OK

    60
    UTC+1    over          connect  proxy   tls  total  ms
    12:00:01 tls, proxy      28.43   31.2  9.14   1273  OK

    80
    UTC+1    over          address            dns connect  proxy   tls  total  ms
    12:00:01 tls, proxy    52.114.250.123    1204   28.43   31.2  9.14   1273  OK

    120
    UTC+1     slot over          address         region                dns connect  proxy   tls  total  ms    expires
    12:00:01 31260 tls, proxy    52.114.250.123  germanywestcentral   1204   28.43   31.2  9.14   1273  OK    2027-02-03

    200
    UTC+1     slot over           host                   address         region                dns connect  proxy   tls  total  ms    name server      expires     certificate
    12:00:01 31260 tls, proxy     tr.teams.microsoft.com 52.114.250.123  germanywestcentral   1204   28.43   31.2  9.14   1273  OK    192.0.2.53       2027-02-03  tr.teams.microsoft.com
    ");
}

#[test]
fn of_several_targets_each_line_names_its_own() {
    let hosts = ["tr.teams.microsoft.com", "relay.example"].map(str::to_owned);
    for columns in WIDTHS {
        let mut lines = ProbeLines::new(LineLayout::Tls, Zone::Utc, &hosts);
        let text = lines.of(&record(NOON), columns);
        // at 40 there is room for the time, the result and the total alone
        assert_eq!(
            text.contains("tr.teams.microso"),
            columns > 40,
            "{columns}: {text}"
        );
        assert!(text.contains("1242"), "the total is whole: {text}");
    }
}

#[test]
fn an_address_of_ipv6_is_whole_and_moves_the_others_or_is_left_out() {
    let mut v6 = record(NOON);
    let address = "2603:1063:2000:1234:5678:9abc:def0:1234";
    v6.remote = Some(format!("[{address}]:443").parse().unwrap());
    for columns in WIDTHS {
        let mut lines = lines(LineLayout::Tls);
        let first = lines.of(&record(NOON), columns);
        assert_eq!(first.lines().count(), 2);
        let text = lines.of(&v6, columns);
        assert_eq!(text.contains(address), columns > 60, "{columns}: {text}");
        assert!(text.lines().all(|line| width(line) < columns), "{text}");
        // where other fields are shown now, the head is that of these
        assert_eq!(text.contains("UTC+1"), text.lines().count() == 2);
    }
}

#[test]
fn a_terminal_of_another_width_gets_another_head() {
    let mut lines = lines(LineLayout::Tls);
    let heads =
        [80, 80, 60, 60, 120].map(|columns| lines.of(&record(NOON), columns).contains("UTC+1"));
    assert_eq!(heads, [true, false, true, false, true]);
}

// Europe/Berlin by zdump: summer time until 2026-10-25T01:00Z
#[test]
fn times_are_those_of_the_zone_and_its_changes_and_new_days_are_told() {
    let zone = "Europe/Berlin".parse().unwrap();
    let mut lines = ProbeLines::new(LineLayout::Tls, zone, &["relay.example".to_owned()]);
    let mut starts = |at: &str| -> Vec<String> {
        let text = lines.of(&record(at), 80);
        let first = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        text.lines().map(first).collect()
    };
    assert_eq!(starts("2026-10-24T21:59:59Z"), ["UTC+2", "23:59:59"]);
    assert_eq!(starts("2026-10-24T22:00:00Z"), ["2026-10-25", "00:00:00"]);
    assert_eq!(starts("2026-10-25T00:59:59Z"), ["02:59:59"]);
    assert_eq!(starts("2026-10-25T01:00:00Z"), ["UTC+1", "02:00:00"]);
    let mut lines = ProbeLines::new(LineLayout::Tls, Zone::Utc, &["relay.example".to_owned()]);
    let text = lines.of(&record("2026-10-25T01:00:00Z"), 80);
    assert!(
        text.starts_with("UTC ") && text.contains("\n01:00:00"),
        "{text}"
    );
}
