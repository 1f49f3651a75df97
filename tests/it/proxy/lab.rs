//! The proxy of the lab, as the command line leads through it.

use crate::command::{Rows, own_addresses, run};

fn probed(more: &str) -> Rows {
    let line = "probe --lab --proxy lab --proxy-timeout 2s -n 1 --format csv -q";
    Rows::of(&run(&format!("{line} {more}")).stdout)
}

#[test]
fn the_labs_proxy_leads_every_tcp_transport_to_its_relays() {
    let rows = probed("--transport tls,tcp,pseudo-tls");
    assert_eq!(rows.column("Status"), ["OK"; 3]);
    assert_eq!(rows.column("proxy_reply"), ["200"; 3]);
    assert_eq!(rows.column("proxy_ip"), ["127.0.0.1"; 3]);
    assert_eq!(rows.column("remoteip"), [""; 3]);
    assert!(rows.column("proxy")[0].starts_with("http://127.0.0.1:"));
    assert_eq!(rows.column("tls_path")[0], "direct");
    // as it resolves itself, the relay's address is known
    if own_addresses() {
        let rows = probed("--proxy-dns local");
        assert_eq!(rows.column("Status"), ["OK"]);
        assert!(rows.column("remoteip")[0].starts_with("127.0.0.2"));
        assert_eq!(rows.column("region"), ["francecentral"]);
    }
}

#[test]
fn each_fault_of_the_labs_proxy_shows_as_its_cause() {
    for (fault, cause, reply) in [
        ("proxy-auth", "proxy-auth", "407"),
        ("proxy-forbidden", "proxy-forbidden", "403"),
        ("proxy-bad-gateway", "proxy-bad-gateway", "503"),
        ("proxy-timeout", "proxy-timeout", ""),
        ("proxy-closed", "proxy-closed", ""),
        ("proxy-not-http", "proxy-not-http", ""),
        ("proxy-status", "proxy-status", "302"),
    ] {
        let rows = probed(&format!("--lab-fault {fault}"));
        assert_eq!(rows.column("Status"), [cause], "{fault}");
        assert_eq!(rows.column("failed_phase"), ["proxy"], "{fault}");
        assert_eq!(rows.column("proxy_reply"), [reply], "{fault}");
    }
}

#[test]
fn a_proxy_that_breaks_tls_open_reads_as_inspected_and_waits_for_tls_elsewhere() {
    let rows = probed("--lab-fault proxy-inspects");
    assert_eq!(rows.column("Status"), ["OK"]);
    assert_eq!(rows.column("tls_path"), ["inspected"]);
    assert_eq!(rows.column("trust_public"), ["unknown-issuer"]);
    assert_eq!(rows.column("trust_os"), ["trusted"]);
    assert_eq!(
        rows.column("Issuer")[0].split(',').next(),
        Some("CN=turnprobe lab web gateway CA")
    );
    let rows = probed("--lab-fault proxy-inspects --transport tcp --turn-timeout 300ms");
    assert_eq!(rows.column("Status"), ["turn-silent"]);
}

#[test]
fn a_relay_that_the_proxy_does_not_reach_is_a_bad_gateway() {
    if !own_addresses() {
        return;
    }
    let rows = probed("--proxy-dns local --lab-fault refused");
    assert_eq!(rows.column("Status"), ["proxy-bad-gateway"]);
    assert_eq!(rows.column("remoteip"), ["127.0.0.250"]);
}

#[test]
fn a_fault_that_nobody_would_meet_is_refused_with_the_fix() {
    #[rustfmt::skip]
    let cases = [
        ("probe --lab --lab-fault proxy-auth", "give --proxy lab"),
        ("tls --lab --lab-fault proxy-auth", "give --proxy lab"),
        ("probe --lab --proxy lab --lab-fault dns-servfail", "give --proxy-dns local"),
        ("tls --lab --proxy lab --lab-fault refused", "give --proxy-dns local"),
    ];
    for (line, fix) in cases {
        let said = run(line);
        assert_eq!(said.code, Some(2), "{line}");
        assert!(said.stderr.contains(fix), "{line}: {}", said.stderr);
    }
}

#[test]
fn the_ladder_says_through_which_proxy_it_looked() {
    let said = run("tls --lab --proxy lab -i 0");
    let first = said.stdout.trim_start().lines().next().unwrap();
    assert!(
        first.starts_with("TLS of tr.teams.microsoft.com:"),
        "{first}"
    );
    assert!(first.contains(" through http://127.0.0.1:"), "{first}");
    assert!(!first.contains(" at "), "{first}");
    let said = run("tls --lab --proxy lab -i 0 --format json");
    let json: serde_json::Value = said.json();
    assert!(
        json["proxy"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert_eq!(json["relays"][0]["address"], "");
    let said = run("tls --lab --proxy lab -i 0 --lab-fault proxy-forbidden").ended(1);
    said.out_has("proxy-forbidden");
}

#[test]
fn udp_goes_through_no_proxy_and_that_is_said() {
    for line in [
        "probe --lab --proxy lab --transport udp",
        "probe --lab --proxy lab udp://relay.example",
    ] {
        let said = run(line);
        assert_eq!(said.code, Some(2), "{line}");
        said.err_has("UDP goes through no proxy");
    }
}
