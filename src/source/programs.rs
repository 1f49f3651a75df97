//! Programs whose files are taken for ours now and then, by what stands in their first line.

/// A program and its columns.
#[derive(Debug)]
pub(super) struct Program {
    /// Whose file it is.
    pub name: &'static str,
    /// Whether it belongs to End2End.
    pub is_ours: bool,
    /// Columns that it has.
    columns: &'static [&'static str],
    /// How many of them tell it.
    least: usize,
}

const fn other(name: &'static str, columns: &'static [&'static str], least: usize) -> Program {
    Program {
        name,
        is_ours: false,
        columns,
        least,
    }
}

/// A script of End2End whose files hold no probes of relays.
const fn script(name: &'static str, columns: &'static [&'static str], least: usize) -> Program {
    Program {
        is_ours: true,
        ..other(name, columns, least)
    }
}

/// The first that fits counts.
#[rustfmt::skip]
static PROGRAMS: &[Program] = &[
    script("results of End2End-EWS", &["beserver", "durationavgms", "durationmaxms", "durationminms", "totalchecks", "durationmin", "durationmax", "durationavg"], 2),
    script("results of End2End-File", &["timestam", "performance"], 2),
    script("results of End2End-LDAP or another End2End script that writes timestamp and performance", &["timestamp", "performance"], 2),
    script("results of End2End-Pathping", &["datetime", "ipaddress", "roundtrip"], 3),
    script("results of End2End-Pathping", &["datetime", "target", "status"], 3),
    script("results of End2End-O365", &["Date", "durationms", "KBit/sec"], 3),
    script(
        "the summaries of End2End-SfBAssessment (its archive is read)",
        &["AverageJitterInMsAvg", "AverageJitterInMsMax", "RoundTripLatencyMaxInMs", "RoundTripLatencyAvgInMs", "PacketLossRateMax", "PacketLossRateAvg", "PacketReorderRatioAvg", "PacketReorderRatioMax", "Packetssentcount", "Packetssentsum"],
        2,
    ),
    other("JMeter's results", &["timeStamp", "elapsed", "responseCode", "responseMessage", "threadName", "allThreads", "grpThreads", "failureMessage", "IdleTime"], 3),
    other("mtr's CSV", &["Mtr_Version"], 1),
    other("mtr's CSV", &["Loss%", "Snt", "Wrst", "StDev"], 3),
    other("results of Test-NetConnection", &["TcpTestSucceeded", "PingSucceeded", "PingReplyDetails", "NameResolutionSucceeded", "NetRoute"], 1),
    other("results of Test-Connection", &["IPV4Address", "IPV6Address", "__CLASS", "StatusCode", "ReplySize", "DisplayAddress", "BufferSize", "ResponseTime"], 2),
    other("curl's timings", &["time_namelookup", "time_connect", "time_appconnect", "time_pretransfer", "time_starttransfer", "time_total", "http_code", "speed_download"], 2),
    other("Uptime Kuma's heartbeats", &["monitor_id", "monitorID", "important", "down_count", "downCount", "msg"], 2),
    other("Caddy's access log", &["ts", "logger", "msg", "bytes_read", "resp_headers", "request>remote_ip", "request>method", "request>uri", "request>host"], 3),
    other("the access log of a web server", &["remote_addr", "remote_user", "time_local", "time_iso8601", "body_bytes_sent", "request_uri", "request_method", "request_time", "http_user_agent", "http_referer", "upstream_response_time", "remote_ip", "user_agent", "rfc931", "authuser"], 2),
    other("a log of IIS", &["cs-method", "cs-uri-stem", "c-ip", "sc-status", "time-taken", "s-ip"], 2),
    other("SmokePing's values", &["median", "loss", "ping1", "ping2", "uptime"], 3),
    other("packets of Wireshark", &["No.", "Time", "Source", "Destination", "Protocol", "Length", "Info"], 5),
    other("results of speedtest", &["Server ID", "Sponsor", "Server Name", "Distance", "Download", "Upload"], 3),
    other("events of Windows", &["TimeCreated", "ProviderName", "LevelDisplayName", "LogName", "MachineName"], 3),
    other("connections of Get-NetTCPConnection", &["LocalAddress", "LocalPort", "RemoteAddress", "RemotePort", "OwningProcess"], 3),
    other("PingInfoView's list", &["Reply IP Address", "Succeed Count", "Failed Count", "% Failed"], 2),
    other("values of PRTG", &["Date Time", "Date Time(RAW)", "Coverage(RAW)", "Downtime(RAW)"], 2),
    other("a list of certificates", &["Thumbprint", "Subject", "Issuer", "NotAfter", "NotBefore", "SerialNumber", "FriendlyName"], 3),
];

/// iperf's CSV, which has no header.
pub(super) static IPERF: Program = other("iperf's CSV", &[], 0);

static COUNTERS: Program = other("counters of Windows' performance monitor", &[], 0);
static W3C: Program = other(
    "a log in W3C's form, as IIS and Windows' firewall write it",
    &[],
    0,
);
static PING: Program = other("what ping prints", &[], 0);
static FPING: Program = other("what fping prints", &[], 0);
static LOG: Program = script("the lines of an End2End script's log", &[], 0);

/// The program that wrote a file with these columns.
pub(super) fn of_names(names: &[String]) -> Option<&'static Program> {
    let has = |column: &&&str| names.iter().any(|name| name.eq_ignore_ascii_case(column));
    PROGRAMS.iter().find(|program| {
        let found = program.columns.iter().filter(has).count();
        // names that are words tell only where there are no others
        found >= program.least && (!program.is_ours || names.len() <= program.columns.len())
    })
}

/// The program that wrote a file with this first line, where that is no list of columns.
pub(super) fn of_line(line: &str) -> Option<&'static Program> {
    let line = line.trim_start_matches('"');
    if line.starts_with("(PDH-") {
        return Some(&COUNTERS);
    }
    if ["#Software:", "#Version:", "#Fields:", "#Date:"]
        .iter()
        .any(|mark| line.starts_with(mark))
    {
        return Some(&W3C);
    }
    if line.contains("xmt/rcv/%loss") || line.contains(" bytes, ") && line.contains("% loss)") {
        return Some(&FPING);
    }
    if line.starts_with("PING ") || line.starts_with("Pinging ") || line.contains(" bytes from ") {
        return Some(&PING);
    }
    line.contains(",Out0,").then_some(&LOG)
}

/// A time of 14 digits, two addresses with their ports, and numbers.
pub(super) fn is_iperf(cells: &[String]) -> bool {
    let is_digits =
        |cell: &String| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_address = |cell: &String| cell.parse::<std::net::IpAddr>().is_ok();
    matches!(cells, [time, one, port, two, ..] if cells.len() >= 9
        && time.len() >= 14 && is_digits(time) && is_address(one) && is_digits(port) && is_address(two))
}
