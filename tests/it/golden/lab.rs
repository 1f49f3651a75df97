//! Which columns the lab fills, by transport and fault, and the exit codes: on Linux, whose kernel
//! tells all of them. Values vary and are not pinned, but for the words of the outcome.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::library;
use super::store::Store;
use crate::command::{Rows, finished, run, start, turnprobe};

/// Columns whose presence a busy machine decides, and why.
#[rustfmt::skip]
const BY_TIMING: &[(&str, &str)] = &[
    ("explain", "a phase that took long by chance gets one"),
    ("tls_flight_windows", "a pause in the flight is a matter of the machine's load"),
    ("tls_flight_lost", "the same"),
    ("worst_window_lost", "packets that were sent late do not fill 200 ms"),
    ("worst_window_sent", "the same"),
    ("rtt_p95_us", "it needs 20, and a busy machine may see fewer"),
    ("rtt_p99_us", "it needs 100"),
    ("answer_p95_us", "the same"),
    ("verdict_burst_loss", "too few packets are a verdict too, and none without a window"),
];

/// The same of a connection that the relay ended before there were two samples on a busy machine.
const BY_EARLY_END: &[&str] = &["rtt_p50_us", "jitter_us"];

/// A phase that a fault lets run into its limit: long for a busy machine, short for a test.
const SHORT: &str = "1500ms";

/// Runs commands, several at once as most of them wait, and returns the texts in their order.
fn several<T: Sync>(lines: &[T], one: impl Fn(&T) -> String + Sync) -> Vec<String> {
    let (next, texts) = (
        AtomicUsize::new(0),
        Mutex::new(vec![String::new(); lines.len()]),
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((n, line)) = {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    lines.get(n).map(|line| (n, line))
                } {
                    let text = one(line);
                    texts.lock().unwrap()[n] = text;
                }
            });
        }
    });
    texts.into_inner().unwrap()
}

/// The columns with a value, in the order of the file.
fn filled(rows: &Rows, row: &csv::StringRecord) -> Vec<String> {
    let ended_early = row.iter().any(|cell| cell.starts_with("relay-"));
    let cells = rows.header.iter().zip(row);
    let with_value = cells.filter(|(_, cell)| !cell.is_empty());
    with_value
        .map(|(name, _)| name.to_owned())
        .filter(|name| !ended_early || !BY_EARLY_END.contains(&name.as_str()))
        .filter(|name| BY_TIMING.iter().all(|(left_out, _)| left_out != name))
        .collect()
}

/// How a row ended, in the words of its columns.
fn outcome(rows: &Rows, row: &csv::StringRecord) -> String {
    let words = [
        "Status",
        "failed_phase",
        "turn_reply",
        "trust_public",
        "tls_version",
        "ended_by",
    ];
    let cells = rows.header.iter().zip(row);
    let said = cells.filter(|(name, cell)| words.contains(name) && !cell.is_empty());
    said.map(|(_, cell)| cell).collect::<Vec<_>>().join(" ")
}

/// One line for each kind of row: how it ended and the columns with a value, or how these differ
/// from those of a row that all went well for.
fn kinds(rows: &Rows, base: Option<&[String]>) -> String {
    let mut seen = BTreeSet::new();
    for row in &rows.rows {
        let mut line = format!("  {}:", outcome(rows, row));
        let found = filled(rows, row);
        match base {
            None => {
                let _ = write!(line, " {}", found.join(" "));
            }
            Some(base) => {
                for name in base.iter().filter(|name| !found.contains(name)) {
                    let _ = write!(line, " -{name}");
                }
                for name in found.iter().filter(|name| !base.contains(name)) {
                    let _ = write!(line, " +{name}");
                }
            }
        }
        seen.insert(line + "\n");
    }
    seen.into_iter().collect()
}

/// Options that end the phase that a fault leaves without an answer.
/// Those of a phase that these options do not have would be refused.
fn limits(fault: &str, options: &str) -> String {
    let asks = ["--ask", "udp", "tcp", "pseudo-tls"]
        .iter()
        .any(|word| options.contains(word));
    let tls = format!("--tls-timeout {SHORT}");
    let turn = format!("--turn-timeout {SHORT}");
    #[rustfmt::skip]
    let of_both = [
        (tls, !["udp", "tcp"] .iter() .any(|word| options.split(' ').any(|option| option == *word))),
        (turn, asks),
    ];
    let only = |turn_alone: bool| {
        let of_both = of_both.iter().skip(usize::from(turn_alone));
        let wanted = of_both
            .filter(|(_, wanted)| *wanted)
            .map(|(text, _)| text.as_str());
        wanted.collect::<Vec<_>>().join(" ")
    };
    match fault {
        "dns-timeout" => format!("--dns-timeout {SHORT}"),
        "tls-stall" | "silent" => only(false),
        "turn-silent" | "udp-loss" | "udp-reorder" | "udp-wrong-id" => only(true),
        _ => String::new(),
    }
}

/// A probe of this kind without a fault and with each of them.
fn with_faults(title: &str, options: &str, faults: &[&str]) -> String {
    let line = format!("probe --lab -n 1 -q --format csv --columns all {options}");
    let healthy = run(&line);
    let rows = Rows::of(&healthy.stdout);
    let base = filled(&rows, &rows.rows[0]);
    let mut text = format!("{title}: exit code {}\n", healthy.code.unwrap());
    text += &kinds(&rows, None);
    let texts = several(faults, |fault| {
        let said = run(&format!(
            "{line} {} --lab-fault {fault}",
            limits(fault, options)
        ));
        let kinds = kinds(&Rows::of(&said.stdout), Some(&base));
        format!(
            "{title}, {fault}: exit code {}\n{kinds}",
            said.code.unwrap()
        )
    });
    text + &texts.concat()
}

/// The faults that change what a request inside another protocol gets.
fn of_requests() -> Vec<&'static str> {
    let mut faults = library::lab_faults();
    faults.retain(|fault| fault.starts_with("turn-") || *fault == "silent");
    faults
}

#[test]
fn columns_of_probes_over_tls() {
    let mut store = Store::of("lab/tls");
    let mut text = with_faults("tls", "", &library::lab_faults());
    text += &with_faults(
        "tls, asked for an allocation",
        "--ask allocate",
        &of_requests(),
    );
    text += &with_faults("tls, asked for a binding", "--ask binding", &of_requests());
    text += &with_faults("tls 1.3", "--tls 1.3", &["tls13-only", "tls-alert"]);
    text += &with_faults("tls with alpn", "--alpn stun.turn", &["tls-alert"]);
    text += &with_faults(
        "tls to an address where nothing listens",
        "--address 127.0.0.1",
        &[],
    );
    text += &with_faults("tls, fast open", "--fast-open", &["tls-eof"]);
    store.check("tls.txt", text);
    store.finish();
}

#[test]
fn columns_of_probes_over_udp_tcp_and_pseudo_tls() {
    let mut store = Store::of("lab/udp");
    let mut text = with_faults("udp", "--transport udp", &library::lab_faults());
    let binding = "--transport udp --ask binding";
    text += &with_faults("udp, asked for a binding", binding, &of_requests());
    store.check("udp.txt", text);
    let text = with_faults("tcp", "--transport tcp", &library::lab_faults());
    store.check("tcp.txt", text);
    let text = with_faults(
        "pseudo-tls",
        "--transport pseudo-tls",
        &library::lab_faults(),
    );
    store.check("pseudo-tls.txt", text);
    store.finish();
}

/// A run with files beside the rows, and what is in all of them.
fn with_files(title: &str, options: &str, beside: &str, fault: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(format!("{name}.csv"));
    let mut line = format!("probe --lab -q {options}");
    if !fault.is_empty() {
        let _ = write!(line, " --lab-fault {fault}");
    }
    let mut command = turnprobe(&line);
    command.arg("-o").arg(file("rows"));
    command.arg(format!("--{beside}")).arg(file("beside"));
    let said = finished(start(&mut command));
    let name = if fault.is_empty() { "no fault" } else { fault };
    let mut text = format!("{title}, {name}: exit code {}\n", said.code.unwrap());
    let stderr = said
        .stderr
        .replace(&*dir.path().to_string_lossy(), "FOLDER");
    for line in stderr.lines() {
        text += &without_what_was_seen(line);
    }
    if file("rows").exists() {
        text += &kinds(&Rows::in_file(&file("rows")), None);
        text += &beside_text(&file("beside"), beside);
    }
    text
}

/// Columns that have a value in any row of the file beside: how many rows lack one is a matter of
/// time.
fn beside_text(path: &Path, what: &str) -> String {
    let rows = Rows::in_file(path);
    let mut with_value = BTreeSet::new();
    for row in &rows.rows {
        with_value.extend(filled(&rows, row));
    }
    let in_order = rows.header.iter().filter(|name| with_value.contains(*name));
    let names: Vec<_> = in_order.collect();
    format!("  {what}: {}\n", names.join(" "))
}

#[test]
fn columns_of_bursts_and_watches_with_their_packets() {
    let mut store = Store::of("lab/packets");
    let burst = "--burst 50/s --for 1s --answer-timeout 5s --dns-timeout 2s";
    let watch = "--watch -i 50ms -n 40 --answer-timeout 5s";
    let hops = format!("{burst} --hops");
    let mut lines = vec![("burst", burst, "udp-loss --lab-fault-share 20")];
    let faults = [
        "",
        "dns-servfail",
        "dns-timeout",
        "silent",
        "udp-delay",
        "udp-duplicate",
        "udp-garbage",
        "udp-loss",
        "udp-wrong-id",
    ];
    lines.extend(faults.map(|fault| ("burst", burst, fault)));
    lines.push(("burst with hops", &hops, ""));
    lines.extend(["", "dns-nxdomain", "udp-loss"].map(|fault| ("watch", watch, fault)));
    let texts = several(&lines, |(title, options, fault)| {
        with_files(title, options, "packets", fault)
    });
    store.check("packets.txt", texts.concat());
    store.finish();
}

#[test]
fn columns_of_held_connections_with_their_samples() {
    let mut store = Store::of("lab/hold");
    let faults = [
        "",
        "dns-nxdomain",
        "refused",
        "tls-alert",
        "silent --tls-timeout 1500ms",
        "turn-silent",
        "turn-garbage",
        "turn-close",
        "turn-alert",
        "turn-http",
    ];
    let texts = several(&faults, |fault| {
        with_files("hold", "--hold 2s", "samples", fault)
    });
    store.check("hold.txt", texts.concat());
    store.finish();
}

#[test]
fn headers_of_new_files() {
    let mut store = Store::of("lab/headers");
    let mut text = String::new();
    for options in [
        "",
        "--columns reference",
        "--columns all",
        "--columns Status,cause",
    ] {
        let said = run(&format!("probe --lab -n 1 -q --format csv {options}"));
        let header = said.stdout.lines().next().unwrap().to_owned();
        let _ = writeln!(text, "probe {options}\n{header}");
    }
    store.check("headers.txt", text);
    store.finish();
}

/// The line of a quiet run that was not answered, without what was seen: there are ports and counts in it. That of an outage
/// of a watch without its times.
fn without_what_was_seen(line: &str) -> String {
    const OUTAGES: [&str; 3] = ["outage since ", "outage over: ", "outage not over: "];
    const ANSWERED: &str = "no probe worked and no relay answered a request: ";
    let outage = OUTAGES
        .iter()
        .find_map(|outage| Some(line.find(outage)? + outage.len()));
    if let Some(end) = outage {
        return format!("{}\n", &line[..end]);
    }
    let end = line.find(ANSWERED).map(|at| at + ANSWERED.len());
    let end = end.and_then(|at| Some(at + line.get(at..)?.find(':')?));
    format!("{}\n", &line[..end.unwrap_or(line.len())])
}
