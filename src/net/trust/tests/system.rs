//! The system's verdict: one that is slow, hangs or falls over, and the real store of this one.

use std::sync::Condvar;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::*;
use crate::net::trust::store::{StoreProblem, TrustSource};

/// A system that trusts everybody as soon as the gate is open.
#[derive(Debug, Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar, AtomicUsize)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// How often it was asked.
    fn asked(&self) -> usize {
        self.0.2.load(Ordering::SeqCst)
    }

    /// A judge by this system, who waits that long for it.
    fn judge(&self, limit: Duration) -> Judge {
        let gate = self.clone();
        let load = move || Ok(TrustSource::System(Arc::new(gate.clone()) as Arc<_>));
        Judge::with(None, Os::System(Arc::new(System::with(load, true))), limit)
    }
}

impl ServerCertVerifier for Gate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.0.2.fetch_add(1, Ordering::SeqCst);
        assert!(name.to_str() != "panic.test", "it fell over, as it should");
        let closed = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(closed, |open| !*open).unwrap());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::HandshakeNotComplete)
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::HandshakeNotComplete)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Vec::new()
    }
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(20);

async fn trust_os(judge: &Judge, name: &'static str, at: Instant) -> Option<Trust> {
    let name = ServerName::try_from(name).unwrap();
    let chain = [der!("leaf")];
    judge.examine(&chain, &name, in_2030(), at).await.trust_os
}

/// Asks again and again until there is a verdict.
async fn trust_os_at_last(judge: &Judge, name: &'static str, at: Instant) -> Trust {
    loop {
        if let Some(trust) = trust_os(judge, name, at).await {
            return trust;
        }
        tokio::time::sleep(SHORT).await;
    }
}

#[tokio::test]
async fn a_slow_system_is_waited_for_while_others_go_on() {
    let gate = Gate::default();
    let judge = gate.judge(LONG);
    let others = async {
        for _ in 0..5 {
            tokio::time::sleep(SHORT).await;
        }
        gate.open();
    };
    let (trust, ()) = tokio::join!(trust_os(&judge, "a.test", clock::now()), others);
    assert_eq!(trust, Some(Trust::Trusted));
}

#[tokio::test]
async fn the_wait_is_bounded_and_a_late_verdict_serves_later() {
    let gate = Gate::default();
    let judge = gate.judge(SHORT);
    let start = clock::now();
    assert_eq!(trust_os(&judge, "a.test", start).await, None);
    assert_eq!(trust_os(&judge, "a.test", start + SHORT).await, None);
    gate.open();
    let later = start + Duration::from_secs(10);
    let trust = trust_os_at_last(&judge, "a.test", later).await;
    assert_eq!(trust, Trust::Trusted);
    assert_eq!(gate.asked(), 1);
}

#[tokio::test]
async fn once_the_limit_is_over_nobody_waits_a_second_time() {
    let judge = Gate::default().judge(LONG);
    let start = clock::now();
    let first = trust_os(&judge, "a.test", start);
    assert!(tokio::time::timeout(SHORT, first).await.is_err());
    // the gate stays closed: without the limit this would not come back
    assert_eq!(trust_os(&judge, "a.test", start + LONG).await, None);
}

#[tokio::test]
async fn several_who_ask_at_once_ask_the_system_once() {
    let gate = Gate::default();
    let judge = gate.judge(LONG);
    let ask = || trust_os(&judge, "a.test", clock::now());
    let open = async { gate.open() };
    let (first, second, third, ()) = tokio::join!(ask(), ask(), ask(), open);
    assert_eq!([first, second, third], [Some(Trust::Trusted); 3]);
    assert_eq!(gate.asked(), 1);
}

#[tokio::test]
async fn a_system_that_hangs_costs_few_threads() {
    let gate = Gate::default();
    let judge = gate.judge(SHORT);
    let start = clock::now();
    for name in ["a.test", "b.test", "c.test", "d.test"] {
        assert_eq!(trust_os(&judge, name, start).await, None);
    }
    assert_eq!(trust_os(&judge, "e.test", start).await, None);
    gate.open();
    for name in ["a.test", "b.test", "c.test", "d.test"] {
        let trust = trust_os_at_last(&judge, name, start).await;
        assert_eq!(trust, Trust::Trusted);
    }
    // the fifth was never asked about, and is not until the minute is over
    assert_eq!(trust_os(&judge, "e.test", start).await, None);
    assert_eq!(gate.asked(), 4);
    let later = start + Duration::from_secs(60);
    let trust = trust_os_at_last(&judge, "e.test", later).await;
    assert_eq!(trust, Trust::Trusted);
}

#[tokio::test]
async fn a_system_that_falls_over_gives_no_verdict_and_does_not_hold_us_up() {
    let judge = Gate::default().judge(LONG);
    let trust = trust_os(&judge, "panic.test", clock::now());
    let trust = tokio::time::timeout(LONG / 2, trust).await;
    assert_eq!(trust.unwrap(), None);
}

#[tokio::test]
async fn a_store_that_could_not_be_read_is_read_the_next_time() {
    let gate = Gate::default();
    gate.open();
    let reads = AtomicUsize::new(0);
    let load = move || {
        let readable = reads.fetch_add(1, Ordering::SeqCst) > 0;
        let store = || TrustSource::System(Arc::new(gate.clone()) as Arc<_>);
        readable.then(store).ok_or_else(|| "no room".to_owned())
    };
    let judge = Judge::with(None, Os::System(Arc::new(System::with(load, false))), LONG);
    let start = clock::now();
    assert_eq!(judge.take_os_problem(), None);
    assert_eq!(trust_os(&judge, "a.test", start).await, None);
    let problem = Some(StoreProblem::Unusable("no room".to_owned()));
    assert_eq!(judge.take_os_problem(), problem);
    let trust = trust_os(&judge, "b.test", start).await;
    assert_eq!(trust, Some(Trust::Trusted));
    assert_eq!(judge.take_os_problem(), None);
}

/// The system's store, in a process of its own as environment variables belong to all threads.
#[cfg(all(unix, not(target_os = "macos")))]
mod found {
    use super::*;

    /// What a process with that `SSL_CERT_FILE` says of the good chain.
    fn verdict_with(file: &str) -> String {
        verdict_of("SSL_CERT_FILE", file)
    }

    fn verdict_of(variable: &str, value: &str) -> String {
        told_of(variable, value).0
    }

    /// The verdict, and what is wrong with the store.
    fn told_of(variable: &str, value: &str) -> (String, String) {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "net::trust::tests::system::found::says_what_it_finds",
            ])
            .args(["--ignored", "--nocapture"])
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR")
            .env(variable, value)
            .output()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let line = |begin| {
            let (_, line) = output.split_once(begin).unwrap();
            line.lines().next().unwrap().to_owned()
        };
        (line("verdict: "), line("problem: "))
    }

    #[test]
    #[ignore = "run by the others with an environment of its own"]
    fn says_what_it_finds() {
        let judge = Judge::new(Roots::Public, OsStore::System);
        let chain = [der!("leaf"), der!("intermediate")];
        let first = examine(&judge, &chain, in_2030());
        // the second time the store is there and no thread is needed
        let name = ServerName::try_from("elsewhere.test").unwrap();
        let second = run(judge.examine(&chain, &name, in_2030(), clock::now()));
        let note = first.os_note;
        let all = format!("{:?} {:?} {note}", first.trust_os, second.trust_os);
        let problem = judge.take_os_problem();
        let problem = problem.map(|problem| problem.words("empty"));
        println!("problem: {}", problem.unwrap_or_default());
        println!("verdict: {}", all.trim_end());
    }

    #[test]
    fn the_roots_that_the_environment_names_are_used() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/certs/root.pem");
        assert_eq!(verdict_with(file), "Some(Trusted) Some(WrongName)");
    }

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/certs/root.pem");

    // `openssl verify -CApath` takes the root only under the name of its own hash; `openssl x509 -subject_hash` tells it
    #[test]
    fn a_root_in_a_folder_counts_only_under_a_name_made_of_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let verdict = || verdict_of("SSL_CERT_DIR", folder.path().to_str().unwrap());
        std::fs::copy(ROOT, folder.path().join("my-root.pem")).unwrap();
        assert_eq!(
            verdict(),
            "Some(UnknownIssuer) Some(UnknownIssuer) its root is in a folder of the store, but not in PEM with the hash link that OpenSSL needs (openssl rehash)"
        );
        std::os::unix::fs::symlink("my-root.pem", folder.path().join("0a1b2c3d.0")).unwrap();
        assert!(verdict().starts_with("Some(UnknownIssuer)"), "another's");
        std::os::unix::fs::symlink("my-root.pem", folder.path().join("2cbc8948.0")).unwrap();
        assert_eq!(verdict(), "Some(Trusted) Some(WrongName)");
    }

    // `openssl verify -CApath` of 3.0.22 says OK or error 20 of each
    #[test]
    fn a_file_in_a_folder_counts_where_openssl_reads_it_and_is_named_where_it_does_not() {
        const TRUSTED: &str = "Some(Trusted) Some(WrongName)";
        let folder = tempfile::tempdir().unwrap();
        let pem = std::fs::read(ROOT).unwrap();
        let other = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let damaged = |number| format!("certificate {number} of the file is damaged or cut off");
        let none = "it holds no certificate in PEM".to_owned();
        for (files, is_trusted, why) in [
            (vec![("2cbc8948.0", pem.clone())], true, String::new()),
            (vec![("2CBC8948.0", pem.clone())], false, String::new()),
            (vec![("2cbc8948.1", pem.clone())], false, String::new()),
            (
                vec![("2cbc8948.0", b"hi".to_vec()), ("2cbc8948.1", pem.clone())],
                true,
                none,
            ),
            (
                vec![("2cbc8948.0", der!("root").to_vec())],
                false,
                "it is in DER, and only PEM is read".to_owned(),
            ),
            (
                vec![("2cbc8948.0", [&pem, &other[..]].concat())],
                true,
                damaged(2),
            ),
            (
                vec![("2cbc8948.0", [&other[..], &pem].concat())],
                false,
                damaged(1),
            ),
        ] {
            for (name, text) in &files {
                std::fs::write(folder.path().join(name), text).unwrap();
            }
            let (verdict, problem) = told_of("SSL_CERT_DIR", folder.path().to_str().unwrap());
            assert_eq!(verdict == TRUSTED, is_trusted, "{files:?}: {verdict}");
            if why.is_empty() {
                assert_eq!(problem, "", "{files:?}");
            } else {
                let path = folder.path().join("2cbc8948.0");
                let named = format!("{} ({why})", path.display());
                assert!(problem.ends_with(&named), "{problem}");
            }
            for (name, _) in &files {
                std::fs::remove_file(folder.path().join(name)).unwrap();
            }
        }
    }

    // what `openssl x509 -trustout -addtrust serverAuth` and `-addreject serverAuth` put behind it: lists of object
    // identifiers, the second with the tag of a context
    #[test]
    fn a_certificate_with_its_uses_behind_it_counts_where_servers_are_among_them() {
        use base64::Engine as _;

        let list = [0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
        let mut rejected = list;
        rejected[0] = 0xa0;
        // emailProtection
        let mut mail = list;
        mail[11] = 4;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trusted.pem");
        for (uses, expected) in [
            (&list[..], "Some(Trusted) Some(WrongName)"),
            (&[], "Some(Trusted) Some(WrongName)"),
            (&rejected, "None None"),
            (&mail, "None None"),
        ] {
            let mut der = der!("root").to_vec();
            der.extend([0x30, u8::try_from(uses.len()).unwrap()]);
            der.extend(uses);
            let text = base64::engine::general_purpose::STANDARD.encode(der);
            let pem = format!(
                "-----BEGIN TRUSTED CERTIFICATE-----\n{text}\n-----END TRUSTED CERTIFICATE-----\n"
            );
            std::fs::write(&file, pem).unwrap();
            assert_eq!(verdict_with(file.to_str().unwrap()), expected);
        }
    }

    #[test]
    fn a_file_that_was_named_and_holds_no_roots_gives_no_verdict() {
        // the default folder, which has roots on most systems, does not stand in for it
        assert_eq!(verdict_with("/nonexistent/roots.pem"), "None None");
        let garbage = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert_eq!(verdict_with(garbage), "None None");
    }
}
