//! The main job on servers that nobody here wrote: rows against `dig` and `openssl x509`.

use std::collections::BTreeSet;

use crate::authority::self_signed;
use crate::dig::dig;
use crate::namespace::Namespace;
use crate::openssl::{agrees, s_client};
use crate::probe::{Row, start};
use crate::servers::{RELAYS, Relay, Rotation, bind9, coturn, openssl};

const SUBJECT: &str = "/C=DE/ST=Bayern/L=München/O=Söhne, Co/CN=tr.teams.microsoft.com";

#[test]
#[ignore = "needs root, bind9, openssl and coturn; .ci/run runs it"]
fn twenty_probes_of_real_servers_say_what_dig_and_openssl_say() {
    let mut namespace = Namespace::with_relays("main-job");
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    self_signed(namespace.dir(), "rsa", SUBJECT, &["-newkey", "rsa:2048"]);
    self_signed(namespace.dir(), "ecdsa", SUBJECT, &curve);
    self_signed(namespace.dir(), "turn", SUBJECT, &["-newkey", "rsa:3072"]);
    bind9(&mut namespace);
    openssl(&mut namespace, &RELAYS[0]);
    openssl(&mut namespace, &RELAYS[1]);
    coturn(&mut namespace, &RELAYS[2]);

    let mut series = start(&namespace, &["-n", "20", "-i", "200ms"]);
    let mut rotation = Rotation::start(&namespace);
    while series.is_on() {
        rotation.turn();
    }
    let rows = series.rows();
    assert_eq!(rows.len(), 20);
    let mut met = BTreeSet::new();
    for row in &rows {
        let relay = relay_of(row);
        met.insert(relay.name);
        assert_eq!(row["Status"], "OK");
        assert_eq!(row["remoteip"], relay.address);
        assert_eq!(
            (row["Port"].as_str(), row["resolver"].as_str()),
            ("443", "127.0.0.1:53")
        );
        assert_eq!(row["region"], relay.name.split('.').nth(1).unwrap());
        assert_eq!(
            row["dns_chain"],
            format!(
                "tr.teams.microsoft.com worldaz.tr.teams.microsoft.com \
                 worldaz.tr.teams.trafficmanager.net {}",
                relay.name
            )
        );
        assert_eq!(
            (row["dns_ttls"].as_str(), row["dns_queries"].as_str()),
            ("0 0 0 10", "1")
        );
        assert_eq!(row["CN"], "CN=tr.teams.microsoft.com");
        assert_eq!(
            (row["SslProtocol"].as_str(), row["tls_version"].as_str()),
            ("Tls12", "TLSv1.2")
        );
        assert_eq!(
            (row["tcp_syn_retransmits"].as_str(), row["world"].as_str()),
            ("0", "real")
        );
        assert_eq!(row["trust_public"], "unknown-issuer");
    }
    assert_eq!(
        met.len(),
        RELAYS.len(),
        "the rotation was not followed: {met:?}"
    );
    dig_agrees(&namespace, &rows);
    s_client_agrees(&namespace, &rows);
}

fn relay_of(row: &Row) -> &'static Relay {
    RELAYS
        .iter()
        .find(|relay| relay.name == row["remotename"])
        .unwrap_or_else(|| panic!("unknown relay {}", row["remotename"]))
}

/// The address of each name is the one that dig gives.
fn dig_agrees(namespace: &Namespace, rows: &[Row]) {
    for row in rows {
        let answer = dig(namespace, &row["remotename"], "A", &[]);
        let address = row["remoteip"].parse().unwrap();
        assert!(answer.addresses.contains(&address), "{row:?}");
    }
}

/// Suite and certificate are those that `openssl s_client` gets when it offers the same.
fn s_client_agrees(namespace: &Namespace, rows: &[Row]) {
    for relay in RELAYS {
        let target = format!("{}:443", relay.address);
        let groups = ["-groups", "X25519:P-256:P-384"];
        let ciphers = ["-tls1_2", "-cipher", "ECDHE+AESGCM:ECDHE+CHACHA20"];
        let session = s_client(namespace, &target, &[&groups[..], &ciphers].concat());
        let mut met = rows.iter().filter(|row| row["remoteip"] == relay.address);
        agrees(&session, met.next().unwrap());
    }
}
