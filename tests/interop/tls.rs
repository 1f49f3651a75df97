//! Handshakes with `openssl s_server`: versions, suites, groups, client certificates. What the
//! row says against what `openssl s_client` says of the same server.

use crate::authority::{EC, NAME, RSA, self_signed};
use crate::namespace::Namespace;
use crate::openssl::{AS_WE_DO, Session, agrees, agrees_on_certificate, s_client};
use crate::probe::{Row, probe};
use crate::servers::{pair, s_server};

const SUBJECT: &str = "/CN=tr.teams.microsoft.com";

/// Starts a server for each list of options, at 127.0.1.1 and so on; gives their addresses.
pub fn serve(namespace: &mut Namespace, servers: &[Vec<&str>]) -> Vec<String> {
    let listen = |n: usize| format!("127.0.1.{}:443", n + 1);
    let targets: Vec<_> = (0..servers.len()).map(listen).collect();
    for (target, options) in targets.iter().zip(servers) {
        s_server(namespace, target, options);
    }
    for target in &targets {
        namespace.wait_for(target);
    }
    targets
}

/// One row for each target, in their order.
pub fn rows_of(namespace: &Namespace, targets: &[String], options: &[&str]) -> Vec<Row> {
    let count = targets.len().to_string();
    let series = ["-n", &count, "-i", "100ms", "--sni", NAME];
    let mut args = [&series[..], options].concat();
    args.extend(targets.iter().map(String::as_str));
    let rows = probe(namespace, &args);
    let place = |target: &String| {
        let mut of_target = rows
            .iter()
            .filter(|row| format!("{}:{}", row["remoteip"], row["Port"]) == *target);
        of_target.next().unwrap().clone()
    };
    targets.iter().map(place).collect()
}

/// The alert that s_client met is the one that the detail names.
fn names_the_alert(session: &Session, row: &Row) {
    // RFC 5246 7.2.2, RFC 8446 6
    let name = match session.alert {
        Some(40) => "handshake_failure",
        Some(70) => "protocol_version",
        other => panic!("alert {other:?}: {}", session.said),
    };
    let detail = &row["detail"];
    assert!(
        detail.starts_with(&format!("{name}: ")),
        "{detail}: {}",
        session.said
    );
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn every_suite_and_group_of_tls_12_is_named_as_s_client_names_it() {
    let mut namespace = Namespace::new("tls12");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    self_signed(namespace.dir(), "ec", SUBJECT, EC);
    let (rsa_key, rsa) = pair(namespace.dir(), "rsa");
    let (ec_key, ec) = pair(namespace.dir(), "ec");
    let mut servers = Vec::new();
    for (cipher, group) in [
        ("ECDHE-RSA-AES256-GCM-SHA384", "X25519"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "P-256"),
        ("ECDHE-RSA-CHACHA20-POLY1305", "P-384"),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", "P-384"),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "X25519"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "P-256"),
    ] {
        let (key, pem) = if cipher.contains("ECDSA") {
            (&ec_key, &ec)
        } else {
            (&rsa_key, &rsa)
        };
        // an ECDSA certificate's own curve must be among the groups too (RFC 8422 5.1.1)
        let groups = match group {
            "P-384" if cipher.contains("ECDSA") => "P-384:P-256",
            "X25519" if cipher.contains("ECDSA") => "X25519:P-256",
            alone => alone,
        };
        let options = [
            "-tls1_2",
            "-cipher",
            cipher,
            "-serverpref",
            "-groups",
            groups,
        ];
        servers.push([&options[..], &["-key", key, "-cert", pem]].concat());
    }
    let targets = serve(&mut namespace, &servers);
    for (target, row) in targets.iter().zip(rows_of(&namespace, &targets, &[])) {
        let session = s_client(&namespace, target, &["-tls1_2"]);
        assert_eq!(row["Status"], "OK", "{row:?}");
        agrees(&session, &row);
        let (cipher, hash) = (&row["CipherAlgorithm"], &row["HashAlgorithm"]);
        // .NET's CipherAlgorithmType has no ChaCha20
        let cipher_there = match session.cipher.as_str() {
            suite if suite.contains("AES_256") => "Aes256",
            suite if suite.contains("AES_128") => "Aes128",
            _ => "None",
        };
        let long = session.cipher.ends_with("SHA384");
        assert_eq!(cipher, cipher_there);
        assert_eq!(hash, if long { "Sha384" } else { "Sha256" });
        assert_eq!(row["SslProtocol"], "Tls12");
        assert_eq!(row["KeyExchangeAlgorithm"], "44550");
    }
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn every_suite_and_group_of_tls_13_is_named_as_s_client_names_it() {
    let mut namespace = Namespace::new("tls13");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    let (key, pem) = pair(namespace.dir(), "rsa");
    let mut servers = Vec::new();
    for (suite, group) in [
        ("TLS_AES_256_GCM_SHA384", "X25519"),
        ("TLS_AES_128_GCM_SHA256", "P-256"),
        // not the group that is guessed first: another round trip with HelloRetryRequest
        ("TLS_CHACHA20_POLY1305_SHA256", "P-384"),
    ] {
        let options = ["-tls1_3", "-ciphersuites", suite, "-groups", group];
        servers.push([&options[..], &["-key", &key, "-cert", &pem]].concat());
    }
    let targets = serve(&mut namespace, &servers);
    for version in ["1.3", "auto"] {
        let rows = rows_of(&namespace, &targets, &["--tls", version]);
        for (target, row) in targets.iter().zip(rows) {
            assert_eq!(
                (row["Status"].as_str(), row["SslProtocol"].as_str()),
                ("OK", "Tls13")
            );
            agrees(&s_client(&namespace, target, &["-tls1_3"]), &row);
        }
    }
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn a_version_that_one_end_lacks_is_told_as_such_and_auto_takes_the_highest_common_one() {
    let mut namespace = Namespace::new("versions");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    let (key, pem) = pair(namespace.dir(), "rsa");
    let old = ["-cipher", "ALL:@SECLEVEL=0", "-key", &key, "-cert", &pem];
    let new = ["-key", &key, "-cert", &pem];
    let servers = vec![
        [&["-tls1"], &old[..]].concat(),
        [&["-tls1_1"], &old[..]].concat(),
        [&["-tls1_2"], &new[..]].concat(),
        [&["-tls1_3"], &new[..]].concat(),
        new.to_vec(),
    ];
    let targets = serve(&mut namespace, &servers);
    // the first two work: a client that still speaks these versions gets through
    for (target, option) in targets.iter().zip(["-tls1", "-tls1_1"]) {
        let session = s_client(&namespace, target, &[option, "-cipher", "ALL:@SECLEVEL=0"]);
        assert!(!session.chain.is_empty(), "{}", session.said);
    }
    // s_client with TLS 1.2 only lets a server choose less and complains afterwards: for that one
    // it offers 1.3 too
    let at_least = ["-min_protocol", "TLSv1.2"];
    for (ours, its, spoken) in [
        ("1.2", &["-tls1_2"][..], [false, false, true, false, true]),
        ("1.3", &["-tls1_3"], [false, false, false, true, true]),
        ("auto", &at_least, [false, false, true, true, true]),
    ] {
        let rows = rows_of(&namespace, &targets, &["--tls", ours]);
        for (n, ((target, row), spoken)) in targets.iter().zip(rows).zip(spoken).enumerate() {
            let is_old = n < 2 && ours == "1.2";
            let session = s_client(&namespace, target, if is_old { &at_least } else { its });
            if spoken {
                assert_eq!(row["Status"], "OK", "{ours} {row:?}");
                agrees(&session, &row);
            } else {
                assert_eq!(row["Status"], "tls-version", "{ours} {row:?}");
                assert_eq!(
                    (row["failed_phase"].as_str(), row["tls_version"].as_str()),
                    ("tls", "")
                );
                names_the_alert(&session, &row);
                let helps = row["detail"].contains("try --tls auto");
                assert_eq!(helps, ours != "auto", "{row:?}");
            }
        }
    }
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn old_suites_alone_are_refused_with_the_alert_that_s_client_gets_for_the_same_offer() {
    let mut namespace = Namespace::new("old-suites");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    let (key, pem) = pair(namespace.dir(), "rsa");
    let servers: Vec<_> = [
        "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA:@SECLEVEL=0",
        "AES256-GCM-SHA384:AES128-SHA:@SECLEVEL=0",
        "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0",
    ]
    .iter()
    .map(|ciphers| vec!["-tls1_2", "-cipher", ciphers, "-key", &key, "-cert", &pem])
    .collect();
    let targets = serve(&mut namespace, &servers);
    for (target, row) in targets.iter().zip(rows_of(&namespace, &targets, &[])) {
        let everything = ["-tls1_2", "-cipher", "ALL:@SECLEVEL=0"];
        let session = s_client(&namespace, target, &everything);
        assert_eq!(session.version, "TLSv1.2", "{}", session.said);
        assert_eq!(row["Status"], "tls-alert", "{row:?}");
        names_the_alert(&s_client(&namespace, target, AS_WE_DO), &row);
        assert!(
            row["detail"].contains("found nothing acceptable"),
            "{row:?}"
        );
        assert_eq!(
            (row["tls_cipher"].as_str(), row["Subject"].as_str()),
            ("", "")
        );
    }
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn a_client_certificate_that_is_asked_for_does_not_matter_and_a_required_one_is_told() {
    let mut namespace = Namespace::new("client-certificate");
    self_signed(namespace.dir(), "rsa", SUBJECT, RSA);
    let (key, pem) = pair(namespace.dir(), "rsa");
    let certificate = ["-key", &key, "-cert", &pem];
    let servers = vec![
        [&["-verify", "1"], &certificate[..]].concat(),
        [&["-Verify", "1"], &certificate[..]].concat(),
    ];
    let targets = serve(&mut namespace, &servers);
    let rows = rows_of(&namespace, &targets, &[]);
    let session = s_client(&namespace, &targets[0], &["-tls1_2"]);
    assert_eq!(rows[0]["Status"], "OK", "{:?}", rows[0]);
    agrees(&session, &rows[0]);
    // the failure comes after the server's flight: what it held is in the row
    let session = s_client(&namespace, &targets[1], &["-tls1_2"]);
    assert_eq!(rows[1]["Status"], "tls-alert", "{:?}", rows[1]);
    names_the_alert(&session, &rows[1]);
    assert!(rows[1]["detail"].contains("may want one from the client"));
    agrees_on_certificate(&session, &rows[1]);
    assert_eq!(
        (
            rows[1]["tls_version"].as_str(),
            rows[1]["tls_group"].as_str()
        ),
        ("TLSv1.2", "x25519")
    );
    // with TLS 1.3 the client's end is done before the server says no (RFC 8446 4.4.2.4)
    let rows = rows_of(&namespace, &targets, &["--tls", "1.3"]);
    for (target, row) in targets.iter().zip(rows) {
        assert_eq!(row["Status"], "OK", "{row:?}");
        agrees(&s_client(&namespace, target, &["-tls1_3"]), &row);
    }
}
