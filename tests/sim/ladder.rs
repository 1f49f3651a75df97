//! How long a ladder takes on a path with a delay, against sslscan, which asks the same.

use std::time::Duration;

use turnprobe::clock;

use crate::link::SERVER;
use crate::namespace::Namespace;
use crate::path::Path;

/// Each way: 16 ms there and back.
const DELAY: Duration = Duration::from_millis(8);

/// The shortest of three runs.
fn shortest(namespace: &Namespace, program: &str, args: &[&str]) -> Duration {
    let times = (0..3).map(|_| {
        let began = clock::now();
        namespace.output(program, args);
        began.elapsed()
    });
    times.min().unwrap()
}

#[test]
#[ignore = "needs root, openssl and sslscan"]
#[allow(clippy::print_stderr)] // the figures
fn a_ladder_takes_no_longer_than_sslscan() {
    let mut path = Path::new("ladder-time", DELAY);
    let dir = path.server.dir().to_owned();
    let file = |name: &str| dir.join(name).display().to_string();
    let (key, pem) = (file("key.pem"), file("cert.pem"));
    let made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=relay.test",
        "-keyout",
        &key,
        "-out",
        &pem,
    ];
    path.server.output("openssl", &made);
    for (port, versions) in [
        (443, &["-tls1_2", "-serverpref"][..]),
        (444, &["-serverpref", "-cipher", "DEFAULT:@SECLEVEL=0"]),
    ] {
        let target = format!("{SERVER}:{port}");
        let server = [
            "s_server", "-www", "-accept", &target, "-key", &key, "-cert", &pem,
        ];
        let log = dir.join(format!("{port}.log"));
        path.server
            .start("openssl", &[&server[..], versions].concat(), &log);
        path.server.wait_for(&target);
        let ours = shortest(
            &path.client,
            env!("CARGO_BIN_EXE_turnprobe"),
            &["tls", "-i", "0", "--format", "json", &target],
        );
        let theirs = shortest(&path.client, "sslscan", &["--no-colour", &target]);
        eprintln!("openssl {versions:?}: ladder {ours:?}, sslscan {theirs:?}");
        assert!(
            ours <= theirs.mul_f64(1.2),
            "{versions:?}: ladder {ours:?}, sslscan {theirs:?}"
        );
    }
}
