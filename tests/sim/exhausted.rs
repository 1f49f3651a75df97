//! What the system runs out of: file descriptors, local ports.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::os::unix::fs::FileExt as _;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::link::{Link, SERVER, resolvers};
use crate::namespace::Namespace;
use crate::rows::{Row, no_panic, number, parse, said, turnprobe};
use crate::{name_server, relay};

/// A relay that says nothing to so many connections, and is healthy from then on.
fn silent_at_first(namespace: &Namespace, silent: usize) {
    let seen = AtomicUsize::new(0);
    let config = relay::tls(&["tr.teams.microsoft.com".to_owned()]);
    relay::serve(namespace, move |stream| {
        if seen.fetch_add(1, Ordering::Relaxed) < silent {
            // until the client goes away
            let _ = std::io::copy(&mut &stream, &mut std::io::sink());
        } else {
            relay::greet(stream, &config);
        }
    });
}

/// 300 probes, 64 in flight and 100 a second, with 64 file descriptors.
fn with_few_descriptors(link: &Link, target: &str) -> Command {
    let script = "ulimit -n 64; exec \"$@\"";
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let options = "-n 300 -i 10ms --concurrency 64 --tls-timeout 1s --format csv";
    let args = ["-c", script, "few", program, "probe", target];
    let args: Vec<_> = args.into_iter().chain(options.split(' ')).collect();
    let mut command = link.client.command("bash", &args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The rows of a run by their slots.
fn rows_of(output: &Output) -> Vec<Row> {
    no_panic(output);
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    let mut rows = parse(std::str::from_utf8(&output.stdout).unwrap());
    rows.sort_by_key(|row| number(row, "slot"));
    rows
}

fn count(rows: &[Row]) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    for row in rows {
        *count.entry(row["Status"].as_str()).or_default() += 1;
    }
    count
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn without_file_descriptors_probes_fail_on_this_system_and_the_series_goes_on() {
    for (target, cause) in [
        ("10.77.0.2:443", "connect-local-error"),
        ("tr.teams.microsoft.com:443", "dns-local-error"),
    ] {
        let link = Link::new(&format!("few-{cause}"));
        std::fs::write(resolvers(&link.client), format!("nameserver {SERVER}\n")).unwrap();
        name_server::healthy(&link.server, SERVER, Ipv4Addr::new(10, 77, 0, 2));
        silent_at_first(&link.server, 64);
        let output = with_few_descriptors(&link, target).output().unwrap();
        let rows = rows_of(&output);
        let count = count(&rows);
        assert!(count[cause] > 0, "{count:?}");
        let failed = rows.iter().find(|row| row["Status"] == cause).unwrap();
        assert!(
            failed["detail"].contains("too many open files"),
            "{}",
            failed["detail"]
        );
        let last = &rows[rows.len() - 20..];
        assert!(last.iter().all(|row| row["Status"] == "OK"), "{count:?}");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn what_could_not_be_read_without_descriptors_is_read_when_there_are_some() {
    let link = Link::new("few-read");
    let file = resolvers(&link.client);
    std::fs::write(&file, format!("nameserver {SERVER}\n")).unwrap();
    name_server::healthy(&link.server, SERVER, Ipv4Addr::new(10, 77, 0, 2));
    // the connections of the first moments hold all descriptors when their certificate is judged;
    // the last ones have another certificate, as a verdict serves for a minute
    let begin = OnceLock::new();
    let names = ["tr.teams.microsoft.com".to_owned()];
    let (early, late) = (relay::tls(&names), relay::tls(&names));
    relay::serve(&link.server, move |stream| {
        let begin = begin.get_or_init(turnprobe::clock::now);
        match begin.elapsed().as_millis() {
            0..1500 => {
                std::thread::sleep(Duration::from_millis(700));
                relay::greet(stream, &early);
            }
            1500..2400 => relay::greet(stream, &early),
            _ => relay::greet(stream, &late),
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let roots = dir.path().join("roots.pem");
    let key = rcgen::KeyPair::generate().unwrap();
    let mut root = rcgen::CertificateParams::new(Vec::new()).unwrap();
    root.distinguished_name
        .push(rcgen::DnType::CommonName, "a root that signed nothing");
    std::fs::write(&roots, root.self_signed(&key).unwrap().pem()).unwrap();

    let mut command = with_few_descriptors(&link, "tr.teams.microsoft.com:443");
    let child = command.env("SSL_CERT_FILE", &roots).spawn().unwrap();
    // the name servers are written again and again while no descriptor is left
    let writer = std::fs::File::options().write(true).open(&file).unwrap();
    for _ in 0..15 {
        std::thread::sleep(Duration::from_millis(100));
        let text = format!("nameserver {SERVER}\n");
        writer.write_all_at(text.as_bytes(), 0).unwrap();
    }
    let rows = rows_of(&child.wait_with_output().unwrap());
    let count = count(&rows);
    let last = &rows[rows.len() - 20..];
    assert!(
        last.iter().all(|row| row["Status"] == "OK"),
        "{count:?}: {:?}",
        last[19]
    );
    assert!(
        last.iter().all(|row| row["trust_os"] == "unknown-issuer"),
        "{:?}",
        last[19]
    );
    // a file that cannot be opened says nothing about what stands in it
    assert_eq!(count.get("dns-no-resolver"), None, "{count:?}");
    assert!(count["dns-local-error"] > 0, "{count:?}");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn without_local_ports_the_cause_says_so() {
    let link = Link::new("ports");
    link.client.output(
        "sysctl",
        &["-w", "net.ipv4.ip_local_port_range=40000 40009"],
    );
    silent_at_first(&link.server, usize::MAX);
    let options = "10.77.0.2:443 -n 20 -i 20ms --concurrency 20 --tls-timeout 2s --format csv";
    let output = turnprobe(&link.client, options).output().unwrap();
    no_panic(&output);
    let mut rows = parse(&String::from_utf8(output.stdout).unwrap());
    rows.sort_by_key(|row| number(row, "slot"));
    // ten ports, so ten connections; each is held for the limit of the handshake
    let count = count(&rows);
    assert_eq!(count["tls-timeout"], 10, "{count:?}");
    assert_eq!(count["connect-no-local-port"], rows.len() - 10, "{count:?}");
    let refused = rows
        .iter()
        .find(|row| row["Status"] == "connect-no-local-port")
        .unwrap();
    assert_eq!(refused["failed_phase"], "connect");
    assert_eq!(refused["detail"], "cannot assign requested address");
}
