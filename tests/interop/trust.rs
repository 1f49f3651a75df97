//! Verdicts on certificates of an authority that only the test knows, trusted or not through
//! SSL_CERT_FILE, against the verdicts of `openssl s_client`.

use crate::authority::{Authority, NAME, SERVER, Wanted, self_signed};
use crate::namespace::Namespace;
use crate::openssl::{agrees_on_certificate, s_client};
use crate::probe::{Row, start_as};
use crate::servers::pair;
use crate::tls::serve;

const NOW: (&str, &str) = ("20200101000000Z", "20600101000000Z");
const PAST: (&str, &str) = ("20200101000000Z", "20210101000000Z");
const FUTURE: (&str, &str) = ("20590101000000Z", "20600101000000Z");

/// What openssl's verdict is in ours (openssl-verification-options, x509_vfy.h).
fn verdict(code: u32) -> &'static str {
    match code {
        0 => "trusted",
        7 => "bad-signature",
        9 => "not-yet-valid",
        10 => "expired",
        // self-signed, of an unknown root, issuer not found, first one not verified
        18..=21 => "unknown-issuer",
        62 | 64 => "wrong-name",
        // invalid CA, unsuitable purpose, forbidden by name constraints
        24 | 26 | 47 | 79 => "other",
        unknown => panic!("verdict {unknown} has no word here"),
    }
}

/// A server: certificate, certificates behind it, and what its authority thinks of it.
struct Case<'a> {
    leaf: &'a str,
    chain: &'a [&'a str],
    /// What openssl says when it trusts the root, told apart from our mapping of it.
    expected: &'a str,
}

/// Rows of all cases, in their order, with an environment variable that names the store.
fn rows(namespace: &Namespace, targets: &[String], variable: &str, value: &str) -> Vec<Row> {
    let mut program = namespace.command(env!("CARGO_BIN_EXE_turnprobe"), &["probe"]);
    program
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    program.env(variable, value);
    let count = targets.len().to_string();
    let mut args = vec!["-n", &count, "-i", "100ms", "--sni", NAME];
    args.extend(targets.iter().map(String::as_str));
    let mut rows = start_as(namespace, program, &args).rows();
    rows.sort_by_key(|row| row["slot"].parse::<usize>().unwrap());
    rows
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn the_systems_verdict_is_that_of_openssl_with_the_same_root_and_the_public_one_knows_no_issuer() {
    let mut namespace = Namespace::new("trust");
    let dir = namespace.dir().to_owned();
    let root = Authority::root(&dir, "root", "Interop Root");
    let middle = root.intermediate("middle", NOW);
    let old_middle = root.intermediate("old-middle", PAST);
    let stranger = Authority::root(&dir, "stranger", "Interop Stranger");
    // of the same name as the trusted one, with another key
    let impostor = Authority::root(&dir, "impostor", "Interop Root");
    let plain = Wanted::default;
    let extended = |more: &str| format!("{SERVER}{more}\n");
    // openssl takes another key identifier for another issuer and would not look at the signature
    let without_key_id = extended("authorityKeyIdentifier=none");
    let client_only = extended("extendedKeyUsage=clientAuth");
    let both = extended("extendedKeyUsage=serverAuth,clientAuth");
    let san = |san: &str| format!("basicConstraints=CA:FALSE\nsubjectAltName={san}\n");
    let (wildcard, other, deep) = (
        san("DNS:*.teams.microsoft.com"),
        san("DNS:other.example"),
        san("DNS:*.microsoft.com"),
    );
    middle.issue("good", &plain());
    root.issue("direct", &plain());
    middle.issue(
        "expired",
        &Wanted {
            validity: PAST,
            ..plain()
        },
    );
    middle.issue(
        "early",
        &Wanted {
            validity: FUTURE,
            ..plain()
        },
    );
    old_middle.issue("below-expired", &plain());
    stranger.issue("strange", &plain());
    impostor.issue(
        "false",
        &Wanted {
            extensions: &without_key_id,
            ..plain()
        },
    );
    root.issue(
        "client-only",
        &Wanted {
            extensions: &client_only,
            ..plain()
        },
    );
    root.issue(
        "both-purposes",
        &Wanted {
            extensions: &both,
            ..plain()
        },
    );
    root.issue(
        "wildcard",
        &Wanted {
            extensions: &wildcard,
            ..plain()
        },
    );
    root.issue(
        "wrong-host",
        &Wanted {
            extensions: &other,
            subject: "/CN=other.example",
            ..plain()
        },
    );
    root.issue(
        "deep",
        &Wanted {
            extensions: &deep,
            ..plain()
        },
    );
    self_signed(
        &dir,
        "self",
        "/CN=tr.teams.microsoft.com",
        crate::authority::EC,
    );
    let cases = [
        Case {
            leaf: "good",
            chain: &["middle"],
            expected: "trusted",
        },
        Case {
            leaf: "good",
            chain: &["root", "stranger", "middle"],
            expected: "trusted",
        },
        Case {
            leaf: "good",
            chain: &[],
            expected: "unknown-issuer",
        },
        Case {
            leaf: "good",
            chain: &["stranger"],
            expected: "unknown-issuer",
        },
        Case {
            leaf: "direct",
            chain: &[],
            expected: "trusted",
        },
        Case {
            leaf: "expired",
            chain: &["middle"],
            expected: "expired",
        },
        Case {
            leaf: "early",
            chain: &["middle"],
            expected: "not-yet-valid",
        },
        Case {
            leaf: "below-expired",
            chain: &["old-middle"],
            expected: "expired",
        },
        Case {
            leaf: "strange",
            chain: &["stranger"],
            expected: "unknown-issuer",
        },
        Case {
            leaf: "false",
            chain: &[],
            expected: "bad-signature",
        },
        Case {
            leaf: "client-only",
            chain: &[],
            expected: "other",
        },
        Case {
            leaf: "both-purposes",
            chain: &[],
            expected: "trusted",
        },
        Case {
            leaf: "wildcard",
            chain: &[],
            expected: "trusted",
        },
        Case {
            leaf: "wrong-host",
            chain: &[],
            expected: "wrong-name",
        },
        Case {
            leaf: "deep",
            chain: &[],
            expected: "wrong-name",
        },
        Case {
            leaf: "self",
            chain: &[],
            expected: "unknown-issuer",
        },
    ];
    let chains: Vec<_> = cases.iter().map(|case| (case.leaf, case.chain)).collect();
    let targets = serve_chains(&mut namespace, &chains);
    let root_file = dir.join("root.pem").display().to_string();
    let trusting = rows(&namespace, &targets, "SSL_CERT_FILE", &root_file);
    let verify = [
        "-tls1_2",
        "-purpose",
        "sslserver",
        "-verify_hostname",
        NAME,
        "-CAfile",
        &root_file,
    ];
    for ((target, case), row) in targets.iter().zip(&cases).zip(&trusting) {
        let session = s_client(&namespace, target, &verify);
        let told = format!("{} with {:?}: {}", case.leaf, case.chain, session.said);
        assert_eq!(verdict(session.verify_code), case.expected, "{told}");
        assert_eq!(row["trust_os"], case.expected, "{told}");
        // a bad certificate is a finding, no failure
        assert_eq!(row["Status"], "OK", "{told}");
        agrees_on_certificate(&session, row);
        // a problem of the certificates that were sent is seen before their unknown issuer
        let own = matches!(case.expected, "expired" | "not-yet-valid" | "other");
        let public = if own { case.expected } else { "unknown-issuer" };
        assert_eq!(row["trust_public"], public, "{told}");
    }
    // another store: nothing is trusted by it
    let stranger_file = dir.join("stranger.pem").display().to_string();
    let doubting = rows(&namespace, &targets, "SSL_CERT_FILE", &stranger_file);
    assert_eq!(doubting[0]["trust_os"], "unknown-issuer");
    assert_eq!(doubting[8]["trust_os"], "trusted");
    // the same as a directory with hashed names
    let hashed = dir.join("hashed");
    std::fs::create_dir(&hashed).unwrap();
    std::fs::copy(&root_file, hashed.join("root.pem")).unwrap();
    namespace.output("openssl", &["rehash", hashed.to_str().unwrap()]);
    let by_directory = rows(
        &namespace,
        &targets,
        "SSL_CERT_DIR",
        hashed.to_str().unwrap(),
    );
    for (one, other) in trusting.iter().zip(&by_directory) {
        assert_eq!(one["trust_os"], other["trust_os"], "{other:?}");
    }
}

/// A server for each certificate and the certificates behind it; the targets.
pub fn serve_chains(namespace: &mut Namespace, cases: &[(&str, &[&str])]) -> Vec<String> {
    let dir = namespace.dir().to_owned();
    let text = |name: &&str| std::fs::read_to_string(dir.join(format!("{name}.pem"))).unwrap();
    let mut servers = Vec::new();
    for (n, (leaf, behind)) in cases.iter().enumerate() {
        let (key, pem) = pair(&dir, leaf);
        let chain = dir.join(format!("chain-{n}"));
        std::fs::write(&chain, behind.iter().map(text).collect::<String>()).unwrap();
        let mut options = vec!["-key".to_owned(), key, "-cert".to_owned(), pem];
        if !behind.is_empty() {
            options.extend(["-cert_chain".to_owned(), chain.display().to_string()]);
        }
        servers.push(options);
    }
    let options: Vec<Vec<&str>> = servers
        .iter()
        .map(|options| options.iter().map(String::as_str).collect())
        .collect();
    serve(namespace, &options)
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn a_target_that_is_an_address_is_judged_by_the_addresses_of_the_certificate() {
    let mut namespace = Namespace::new("trust-address");
    let dir = namespace.dir().to_owned();
    let root = Authority::root(&dir, "root", "Interop Root");
    let address = "basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.1.1\n";
    root.issue(
        "right",
        &Wanted {
            extensions: address,
            ..Wanted::default()
        },
    );
    root.issue("name-only", &Wanted::default());
    let cases = [
        ("right", "trusted"),
        ("right", "wrong-name"),
        ("name-only", "wrong-name"),
    ]
    .map(|(leaf, expected)| Case {
        leaf,
        chain: &[],
        expected,
    });
    let chains: Vec<_> = cases.iter().map(|case| (case.leaf, case.chain)).collect();
    let targets = serve_chains(&mut namespace, &chains);
    let root_file = dir.join("root.pem").display().to_string();
    for (target, case) in targets.iter().zip(&cases) {
        let ip = target.strip_suffix(":443").unwrap();
        let mut program = namespace.command(env!("CARGO_BIN_EXE_turnprobe"), &["probe"]);
        program.env("SSL_CERT_FILE", &root_file);
        let row = start_as(&namespace, program, &["-n", "1", target])
            .rows()
            .remove(0);
        let verify = ["-tls1_2", "-verify_ip", ip, "-CAfile", &root_file];
        let session = s_client(&namespace, target, &verify);
        assert_eq!(
            verdict(session.verify_code),
            case.expected,
            "{}",
            session.said
        );
        assert_eq!(row["trust_os"], case.expected, "{row:?}");
    }
}
