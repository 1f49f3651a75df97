//! Servers that a ladder must come down from: each is bounded in time and in connections.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use turnprobe::clock;

use crate::command::{Said, run};
use crate::servers::tcp::{Relay, close, until_closed};

/// Far more than any of them takes, and far less than the limit of a run.
const LONGEST: Duration = Duration::from_secs(90);

/// The JSON of a ladder at a server, with its exit code.
fn ladder(relay: &Relay) -> (Value, Option<i32>) {
    let began = clock::now();
    let line = format!("tls -i 0 --format json 127.0.0.1:{}", relay.port());
    let Said {
        code,
        stdout,
        stderr,
    } = run(&line);
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    let json = serde_json::from_str(&stdout);
    (json.unwrap_or_else(|_| panic!("{stdout}{stderr}")), code)
}

fn relay_of(json: &Value) -> &Value {
    &json["relays"][0]
}

/// Version, whether it is accepted, and how it was refused.
fn versions(json: &Value) -> Vec<(&str, Option<bool>, &str)> {
    let all = relay_of(json)["versions"].as_array().unwrap().iter();
    all.map(|version| {
        let text = |name: &str| version[name].as_str().unwrap();
        (
            text("version"),
            version["accepted"].as_bool(),
            text("refused_by"),
        )
    })
    .collect()
}

/// Reads whatever hello came, of SSL 2.0 too.
fn hello(mut stream: &TcpStream) {
    let mut some = [0; 4096];
    let _ = stream.read(&mut some);
}

fn flight(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/data/flights/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

#[test]
fn a_server_that_stays_silent_is_left_after_four_hellos_and_nothing_is_told_of_it() {
    let relay = Relay::start(|stream| until_closed(&stream));
    let (json, code) = ladder(&relay);
    assert_eq!((code, relay.accepted()), (Some(1), 4));
    assert!(
        versions(&json)
            .iter()
            .all(|(_, accepted, _)| accepted.is_none()),
        "{json}"
    );
    assert!(
        relay_of(&json)["stopped"]
            .as_str()
            .unwrap()
            .contains("not a byte came back"),
        "{json}"
    );
}

#[test]
fn a_server_that_is_no_tls_is_left_after_the_same_answer_twice() {
    let relay = Relay::start(|mut stream| {
        hello(&stream);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        close(&stream);
    });
    let (json, code) = ladder(&relay);
    // it answers, and what it says is no TLS
    assert_eq!((code, relay.accepted()), (Some(0), 2));
    let (_, accepted, how) = versions(&json)[4];
    assert_eq!(
        (accepted, how),
        (Some(false), "HTTP: HTTP/1.1 400 Bad Request")
    );
    assert_eq!(json["verdict"]["colour"], "");
}

#[test]
fn garbage_is_told_and_accepts_nothing() {
    let times = AtomicUsize::new(0);
    let relay = Relay::start(move |mut stream| {
        hello(&stream);
        // another one each time
        let time = u8::try_from(times.fetch_add(1, Ordering::SeqCst)).unwrap();
        let garbage: Vec<u8> = (0..=255)
            .map(|n: u8| n.wrapping_mul(151).wrapping_add(time))
            .collect();
        let _ = stream.write_all(&garbage);
        close(&stream);
    });
    let (json, _) = ladder(&relay);
    assert!(
        versions(&json)
            .iter()
            .all(|(_, accepted, _)| *accepted != Some(true)),
        "{json}"
    );
    assert!(relay.accepted() <= 12);
}

#[test]
fn a_server_that_drips_is_left_at_the_limit_of_each_hello() {
    let relay = Relay::start(|mut stream| {
        hello(&stream);
        for byte in flight("tls12-ecdhe-rsa.bin") {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(150));
        }
    });
    let (json, code) = ladder(&relay);
    assert_eq!(code, Some(1));
    let (_, accepted, how) = versions(&json)[4];
    assert_eq!((accepted, how), (None, "an answer that broke off"));
}

#[test]
fn a_version_that_was_never_offered_counts_for_none() {
    let relay = Relay::start(|mut stream| {
        hello(&stream);
        let _ = stream.write_all(&flight("tls10-ecdhe-rsa.bin"));
        close(&stream);
    });
    let (json, code) = ladder(&relay);
    assert_eq!(code, Some(0));
    let of = |name: &str| {
        versions(&json)
            .into_iter()
            .find(|(version, ..)| *version == name)
            .unwrap()
    };
    let (_, accepted, how) = of("TLS 1.2");
    assert_eq!(accepted, Some(false));
    assert!(how.starts_with("an answer in TLS 1.0"), "{how}");
    // where it was offered it counts, and its one suite is found once
    assert_eq!(of("TLS 1.0").1, Some(true));
    let suites = &relay_of(&json)["versions"][2]["suites"];
    assert_eq!(
        suites,
        &serde_json::json!(["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"])
    );
}

#[test]
fn endless_records_are_read_to_a_bound() {
    // a certificate of 16 MB behind a good hello, and warnings for ever
    let hello_only = |flight: Vec<u8>| {
        flight[..5 + usize::from(u16::from_be_bytes([flight[3], flight[4]]))].to_vec()
    };
    let certificate = [
        &[22, 3, 3, 0x40, 0, 11, 0xFF, 0xFF, 0xFF][..],
        &[0; 0x4000 - 4],
    ]
    .concat();
    let more = [&[22, 3, 3, 0x40, 0][..], &[0; 0x4000]].concat();
    let warnings = [21, 3, 3, 0, 2, 1, 112].repeat(1000);
    for (start, then) in [
        (
            [hello_only(flight("tls12-ecdhe-rsa.bin")), certificate].concat(),
            more,
        ),
        (Vec::new(), warnings),
    ] {
        let relay = Relay::start(move |mut stream| {
            hello(&stream);
            let _ = stream.write_all(&start);
            while stream.write_all(&then).is_ok() {}
        });
        let (json, _) = ladder(&relay);
        let connections = relay_of(&json)["connections"].as_u64().unwrap();
        assert!(connections < 60, "{json}");
    }
}
