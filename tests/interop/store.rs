//! Odd stores of a system, as administrators make them, against what openssl makes of them; and
//! what a store's trust in a name of Microsoft's says of the way.

use crate::authority::{Authority, EC, NAME, Wanted, self_signed};
use crate::namespace::Namespace;
use crate::openssl::s_client;
use crate::probe::Row;
use crate::trust::serve_chains;

/// What the program says with that store, and what it writes to stderr.
fn row_and_notes(namespace: &Namespace, target: &str, store: &str) -> (Row, String) {
    let file = namespace.dir().join("rows.csv");
    let _ = std::fs::remove_file(&file);
    let mut program = namespace.command(env!("CARGO_BIN_EXE_turnprobe"), &["probe"]);
    program
        .env_remove("SSL_CERT_DIR")
        .env("SSL_CERT_FILE", store);
    program.args(["-n", "2", "-i", "100ms", "--sni", NAME, target]);
    program.args(["--columns", "all", "--output"]).arg(&file);
    let output = program.output().unwrap();
    let mut rows = csv::Reader::from_path(&file).unwrap();
    let header = rows.headers().unwrap().clone();
    let row = rows.records().next().unwrap().unwrap();
    let cells = header
        .iter()
        .map(str::to_owned)
        .zip(row.iter().map(str::to_owned));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (cells.collect(), told)
}

struct Case<'a> {
    what: &'a str,
    leaf: &'a str,
    chain: &'a [&'a str],
    /// Certificates of the store.
    store: &'a [&'a str],
    /// openssl's number, with `-partial_chain` as curl has it.
    code: u32,
    trust: &'a str,
    path: &'a str,
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn an_odd_store_of_the_system_is_judged_as_openssl_judges_it() {
    let mut namespace = Namespace::new("store");
    let dir = namespace.dir().to_owned();
    let root = Authority::root(&dir, "root", "Interop Root");
    let always = ("20200101000000Z", "20600101000000Z");
    let past = ("20200101000000Z", "20210101000000Z");
    let middle = root.intermediate("middle", always);
    middle.issue("leaf", &Wanted::default());
    root.issue("direct", &Wanted::default());
    self_signed(&dir, "self", &format!("/CN={NAME}"), EC);
    let with_ca = Wanted {
        extensions: "basicConstraints=CA:TRUE\nsubjectAltName=DNS:tr.teams.microsoft.com\n",
        ..Wanted::default()
    };
    // as `openssl req -x509` makes it unasked
    root.issue_itself("self-ca", &with_ca);
    let over = Wanted {
        validity: past,
        extensions: with_ca.extensions,
        ..Wanted::default()
    };
    root.issue_itself("self-over", &over);
    let elsewhere = Wanted {
        extensions: "basicConstraints=CA:TRUE\nsubjectAltName=DNS:other.example\n",
        ..Wanted::default()
    };
    root.issue_itself("self-elsewhere", &elsewhere);
    let old = Wanted {
        subject: "/O=Interop/CN=old root",
        extensions: "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
        validity: past,
        ..Wanted::default()
    };
    root.issue_itself("old", &old);
    let old = Authority::known(&dir, "old");
    old.issue("below-old", &Wanted::default());
    let microsofts = Wanted {
        subject: "/O=Microsoft Corporation/CN=Microsoft TLS G2 ECC CA OCSP 01",
        extensions: "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
        ..Wanted::default()
    };
    root.issue("microsofts", &microsofts);
    Authority::known(&dir, "microsofts").issue("below-microsofts", &Wanted::default());
    let case = |what, leaf, chain, store, (code, trust, path)| Case {
        what,
        leaf,
        chain,
        store,
        code,
        trust,
        path,
    };
    let cases: [Case; 11] = [
        case(
            "plain",
            "leaf",
            &["middle"],
            &["root"],
            (0, "trusted", "inspected"),
        ),
        case(
            "self-signed, in it",
            "self",
            &[],
            &["self"],
            (0, "trusted", "inspected"),
        ),
        case(
            "CA:TRUE, in it",
            "self-ca",
            &[],
            &["self-ca"],
            (0, "trusted", "inspected"),
        ),
        case(
            "CA:TRUE, not in it",
            "self-ca",
            &[],
            &["root"],
            (18, "unknown-issuer", "self-signed"),
        ),
        case(
            "in it and over",
            "self-over",
            &[],
            &["self-over"],
            (10, "expired", "inspected"),
        ),
        case(
            "in it for another name",
            "self-elsewhere",
            &[],
            &["self-elsewhere"],
            (62, "wrong-name", "inspected"),
        ),
        case(
            "root is over",
            "below-old",
            &[],
            &["old"],
            (10, "expired", "inspected"),
        ),
        case(
            "no more than the middle",
            "leaf",
            &["middle"],
            &["middle"],
            (0, "trusted", "inspected"),
        ),
        case(
            "no more than the leaf",
            "leaf",
            &["middle"],
            &["leaf"],
            (0, "trusted", "inspected"),
        ),
        case(
            "middle not sent",
            "leaf",
            &[],
            &["root"],
            (20, "unknown-issuer", "unknown"),
        ),
        case(
            "a new authority of Microsoft's",
            "below-microsofts",
            &["microsofts"],
            &["root"],
            (0, "trusted", "unknown"),
        ),
    ];
    let text = |name: &&str| std::fs::read_to_string(dir.join(format!("{name}.pem"))).unwrap();
    let chains: Vec<_> = cases.iter().map(|case| (case.leaf, case.chain)).collect();
    let targets = serve_chains(&mut namespace, &chains);
    for (n, (case, target)) in cases.iter().zip(&targets).enumerate() {
        let store = dir.join(format!("store-{n}")).display().to_string();
        std::fs::write(&store, case.store.iter().map(text).collect::<String>()).unwrap();
        let options = [
            &["-partial_chain", "-no-CApath", "-CAfile", &store][..],
            &["-verify_hostname", NAME],
        ];
        let session = s_client(&namespace, target, &options.concat());
        // of a single certificate that is not its own issuer there are two numbers: 20, then 21
        let code = if session.verify_code == 21 {
            20
        } else {
            session.verify_code
        };
        assert_eq!(code, case.code, "{}: {}", case.what, session.said);
        let (row, told) = row_and_notes(&namespace, target, &store);
        assert_eq!(row["trust_os"], case.trust, "{}: {row:?}", case.what);
        assert_eq!(row["tls_path"], case.path, "{}: {row:?}", case.what);
        assert!(!told.contains("trust_os"), "{}: {told}", case.what);
    }
    for missing in ["/nonexistent/roots.pem", env!("CARGO_MANIFEST_PATH")] {
        let (row, told) = row_and_notes(&namespace, &targets[0], missing);
        assert_eq!(
            (row["trust_os"].as_str(), row["Status"].as_str()),
            ("", "OK")
        );
        assert_eq!(row["tls_path"], "unknown");
        assert_eq!(told.matches("trust_os stays empty").count(), 1, "{told}");
        assert!(told.contains(missing), "{told}");
    }
}
