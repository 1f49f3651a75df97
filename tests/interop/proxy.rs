//! Paths through squid, tinyproxy and microsocks, with and without a sign-in: what they answer, and that TLS behind them
//! is what `openssl s_client` sees without them.

use std::path::PathBuf;

use crate::authority::{Authority, NAME, Wanted, self_signed};
use crate::namespace::Namespace;
use crate::openssl::{AS_WE_DO, agrees, s_client};
use crate::probe::{Row, probe, probe_once, start_as};
use crate::proxies::{PASSWORD, PLAIN_PASSWORD, USER, microsocks, squid, tinyproxy};
use crate::servers::{RELAYS, bind9, coturn, openssl};

const PROXY: &str = "basicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1\n";

/// A namespace with a relay, a name server, and a certificate for a proxy.
fn world(purpose: &str) -> Namespace {
    let mut namespace = Namespace::with_relays(purpose);
    let dir = namespace.dir().to_owned();
    let rsa = ["-newkey", "rsa:2048"];
    self_signed(&dir, "rsa", &format!("/CN={NAME}"), &rsa);
    let root = Authority::root(&dir, "root", "Interop Root");
    let wanted = Wanted {
        subject: "/CN=proxy",
        extensions: PROXY,
        ..Wanted::default()
    };
    root.issue("proxy", &wanted);
    bind9(&mut namespace);
    openssl(&mut namespace, &RELAYS[0]);
    namespace
}

/// A probe through a proxy, with further options.
fn through(namespace: &Namespace, proxy: &str, more: &[&str]) -> Row {
    let args = ["-i", "100ms", "--proxy-timeout", "3s", "--proxy", proxy];
    let row = probe_once(namespace, &[&args, more].concat());
    let place = proxy.split('@').next_back().unwrap();
    assert!(
        row["proxy"].ends_with(place.trim_start_matches("https://")),
        "{row:?}"
    );
    assert_eq!(row["proxy_ip"], "127.0.0.1");
    assert_ne!(row["remoteip"], "127.0.0.1", "{row:?}");
    row
}

#[track_caller]
fn is(row: &Row, cause: &str, reply: &str, told: &[&str]) {
    let cells = (row["Status"].as_str(), row["proxy_reply"].as_str());
    assert_eq!(cells, (cause, reply), "{}", row["detail"]);
    for part in told {
        assert!(row["detail"].contains(part), "no {part}: {}", row["detail"]);
    }
    let text = format!("{row:?}");
    let secrets = [USER, PASSWORD, PLAIN_PASSWORD];
    assert!(
        !secrets.iter().any(|secret| text.contains(secret)),
        "{text}"
    );
}

/// TLS behind the proxy is that of the relay.
fn is_the_relays(namespace: &Namespace, row: &Row, reply: &str) {
    is(row, "OK", reply, &[]);
    assert_eq!(row["remoteip"], "");
    agrees(&s_client(namespace, "10.0.1.1:443", AS_WE_DO), row);
    let time = |name: &str| row[name].parse::<u64>().unwrap();
    let sum = time("connect_us") + time("proxy_us") + time("tls_us");
    assert_eq!(sum, time("total_us"));
}

fn credentials(namespace: &Namespace, password: &str) -> PathBuf {
    let file = namespace.dir().join("who");
    std::fs::write(&file, format!("{USER}:{password}\n")).unwrap();
    file
}

#[test]
#[ignore = "needs root, bind9, openssl and squid; .ci/run runs it"]
fn squid_opens_tunnels_and_says_why_it_does_not() {
    let mut namespace = world("squid");
    squid(&mut namespace, "proxy");
    let open = "http://127.0.0.1:3128";
    is_the_relays(&namespace, &through(&namespace, open, &[]), "200");
    let row = probe_once(&namespace, &["--proxy", open, "--proxy-dns", "local"]);
    assert_eq!(
        (row["Status"].as_str(), row["remoteip"].as_str()),
        ("OK", "10.0.1.1")
    );
    assert!(row["dns_chain"].contains("trafficmanager"), "{row:?}");
    let row = through(&namespace, open, &["--address", "10.0.1.2"]);
    is(
        &row,
        "proxy-bad-gateway",
        "503",
        &["X-Squid-Error: ERR_CONNECT_FAIL 111"],
    );
    // squid 5 says 500 of a name that does not exist, others 503
    let row = through(&namespace, open, &["nowhere.teams.microsoft.com"]);
    assert_eq!(row["Status"], "proxy-bad-gateway", "{row:?}");
    assert!(row["detail"].contains("X-Squid-Error: ERR_"), "{row:?}");
    let row = through(&namespace, open, &["forbidden.example"]);
    is(
        &row,
        "proxy-forbidden",
        "403",
        &["X-Squid-Error: ERR_ACCESS_DENIED"],
    );

    let signed = "http://127.0.0.1:3130";
    let row = through(&namespace, signed, &[]);
    is(
        &row,
        "proxy-auth",
        "407",
        &["takes Basic", "give --proxy-auth-file"],
    );
    let who = credentials(&namespace, PASSWORD);
    let file = ["--proxy-auth-file", who.to_str().unwrap()];
    is_the_relays(&namespace, &through(&namespace, signed, &file), "200");
    let url = format!("http://{USER}:p%40ss%3Aw%2Frd@127.0.0.1:3130");
    is_the_relays(&namespace, &through(&namespace, &url, &[]), "200");
    credentials(&namespace, "another");
    let row = through(&namespace, signed, &file);
    is(&row, "proxy-auth", "407", &["not the right ones"]);
}

#[test]
#[ignore = "needs root, bind9, openssl and squid; .ci/run runs it"]
fn squid_inside_tls_is_gone_through_only_with_a_certificate_that_this_system_trusts() {
    let mut namespace = world("squid-tls");
    squid(&mut namespace, "proxy");
    let secure = "https://127.0.0.1:3129";
    let root = namespace.dir().join("root.pem");
    let strange = namespace.dir().join("rsa.pem");
    for (store, cause, reply, told) in [
        (&root, "OK", "200", ""),
        (
            &strange,
            "proxy-tls",
            "",
            "does not trust the proxy's certificate: unknown-issuer",
        ),
    ] {
        let mut program = namespace.command(env!("CARGO_BIN_EXE_turnprobe"), &["probe"]);
        program
            .env_remove("SSL_CERT_DIR")
            .env("SSL_CERT_FILE", store);
        let rows = start_as(&namespace, program, &["-n", "1", "--proxy", secure]).rows();
        is(&rows[0], cause, reply, &[told]);
        if cause == "OK" {
            agrees(&s_client(&namespace, "10.0.1.1:443", AS_WE_DO), &rows[0]);
        }
    }
    // each spoken to as the other
    let row = through(&namespace, "http://127.0.0.1:3129", &[]);
    assert!(["proxy-closed", "proxy-reset", "proxy-not-http"].contains(&row["Status"].as_str()));
    assert!(row["detail"].contains("give https://"), "{}", row["detail"]);
    let row = through(&namespace, "https://127.0.0.1:3128", &[]);
    is(&row, "proxy-tls", "", &["give http://"]);
    let row = through(&namespace, "socks5h://127.0.0.1:3128", &[]);
    assert!(
        ["proxy-timeout", "proxy-not-socks"].contains(&row["Status"].as_str()),
        "{row:?}"
    );
    assert!(row["detail"].contains("give http://"), "{}", row["detail"]);
}

#[test]
#[ignore = "needs root, bind9, openssl and tinyproxy; .ci/run runs it"]
fn tinyproxy_opens_tunnels_and_says_why_it_does_not() {
    let mut namespace = world("tinyproxy");
    tinyproxy(&mut namespace);
    let open = "http://127.0.0.1:8888";
    is_the_relays(&namespace, &through(&namespace, open, &[]), "200");
    let row = through(&namespace, open, &["--address", "10.0.1.2"]);
    is(&row, "proxy-bad-gateway", "500", &["Server: tinyproxy"]);
    let row = through(&namespace, open, &["nowhere.teams.microsoft.com"]);
    is(&row, "proxy-bad-gateway", "500", &[]);
    // a port that it does not let through
    let row = through(&namespace, open, &["10.0.1.1:3478"]);
    is(&row, "proxy-forbidden", "403", &[]);
    let signed = "http://127.0.0.1:8889";
    is(
        &through(&namespace, signed, &[]),
        "proxy-auth",
        "407",
        &["takes Basic"],
    );
    let who = credentials(&namespace, PLAIN_PASSWORD);
    let file = ["--proxy-auth-file", who.to_str().unwrap()];
    is_the_relays(&namespace, &through(&namespace, signed, &file), "200");
}

#[test]
#[ignore = "needs root, bind9, openssl, coturn and microsocks; .ci/run runs it"]
fn microsocks_opens_tunnels_by_name_and_address_and_says_why_it_does_not() {
    let mut namespace = world("microsocks");
    let turn = ["-newkey", "rsa:2048"];
    self_signed(namespace.dir(), "turn", &format!("/CN={NAME}"), &turn);
    coturn(&mut namespace, &RELAYS[2]);
    microsocks(&mut namespace);
    let open = "socks5h://127.0.0.1:1080";
    is_the_relays(&namespace, &through(&namespace, open, &[]), "succeeded");
    let row = probe_once(&namespace, &["--proxy", "socks5://127.0.0.1:1080"]);
    assert_eq!(
        (row["Status"].as_str(), row["remoteip"].as_str()),
        ("OK", "10.0.1.1")
    );
    let row = through(&namespace, open, &["--address", "10.0.1.2"]);
    is(&row, "proxy-bad-gateway", "connection-refused", &[]);
    let row = through(&namespace, open, &["nowhere.teams.microsoft.com"]);
    assert_eq!(row["Status"], "proxy-bad-gateway", "{row:?}");
    // TURN over plain TCP, and a connection that is held
    let row = through(&namespace, open, &["--transport", "tcp", "10.0.1.3:3478"]);
    is(&row, "OK", "succeeded", &[]);
    assert_eq!(row["turn_reply"], "401");
    let args = [
        "--hold",
        "2s",
        "--hold-rate",
        "20/s",
        "--address",
        "10.0.1.3",
    ];
    let row = &probe(
        &namespace,
        &[&["-n", "1", "--proxy", open], &args[..]].concat(),
    )[0];
    assert_eq!(
        (row["Status"].as_str(), row["ended_by"].as_str()),
        ("OK", "done")
    );

    let signed = "socks5h://127.0.0.1:1081";
    let row = through(&namespace, signed, &[]);
    is(
        &row,
        "proxy-auth",
        "no-acceptable-method",
        &["give --proxy-auth-file"],
    );
    let who = credentials(&namespace, PASSWORD);
    let file = ["--proxy-auth-file", who.to_str().unwrap()];
    is_the_relays(&namespace, &through(&namespace, signed, &file), "succeeded");
    credentials(&namespace, "another");
    let row = through(&namespace, signed, &file);
    is(
        &row,
        "proxy-auth",
        "sign-in-refused",
        &["refused user or password"],
    );
    // spoken to as an HTTP proxy
    let row = through(&namespace, "http://127.0.0.1:1080", &[]);
    assert!(["proxy-closed", "proxy-not-http", "proxy-reset"].contains(&row["Status"].as_str()));
}

#[test]
#[ignore = "needs root, bind9, openssl and squid; .ci/run runs it"]
fn the_ladder_through_squid_is_the_one_without_it() {
    let mut namespace = world("squid-ladder");
    squid(&mut namespace, "proxy");
    let ladder = |more: &[&str]| -> serde_json::Value {
        let args = [
            "tls",
            "-i",
            "0",
            "--format",
            "json",
            "--address",
            "10.0.1.1",
        ];
        let program = env!("CARGO_BIN_EXE_turnprobe");
        let said = namespace.output(program, &[&args, more].concat());
        serde_json::from_str(&said).unwrap()
    };
    let (straight, through) = (ladder(&[]), ladder(&["--proxy", "http://127.0.0.1:3128"]));
    assert_eq!(through["proxy"], "http://127.0.0.1:3128");
    for what in [
        "versions",
        "alpn",
        "without_sni",
        "wrong_sni",
        "certificates",
    ] {
        let of = |json: &serde_json::Value| json["relays"][0][what].clone();
        assert_eq!(of(&through), of(&straight), "{what}");
    }
}
