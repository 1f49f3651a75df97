//! Certificates of many kinds on `openssl s_server`: each cell against `openssl x509`.

use crate::authority::{Authority, EC, NAME, Wanted, self_signed};
use crate::namespace::Namespace;
use crate::openssl::{AS_WE_DO, agrees, agrees_on_certificate, columns_of, s_client};
use crate::probe::Row;
use crate::servers::pair;
use crate::tls::{rows_of, serve};

const SUBJECT: &str = "/C=DE/O=Interop/CN=tr.teams.microsoft.com";
const WEAK: &str = "DEFAULT:@SECLEVEL=0";

/// Serves the certificates of these names and gives a row of each, all agreed on with openssl.
fn agreed(namespace: &mut Namespace, names: &[&str], ours: &[&str], its: &[&str]) -> Vec<Row> {
    let pairs: Vec<_> = names
        .iter()
        .map(|name| pair(namespace.dir(), name))
        .collect();
    let servers: Vec<_> = pairs
        .iter()
        .map(|(key, pem)| vec!["-cipher", WEAK, "-key", key, "-cert", pem])
        .collect();
    let targets = serve(namespace, &servers);
    let rows = rows_of(namespace, &targets, ours);
    for ((target, row), name) in targets.iter().zip(&rows).zip(names) {
        assert_eq!(row["Status"], "OK", "{name}: {row:?}");
        agrees(&s_client(namespace, target, its), row);
    }
    rows
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn keys_and_signatures_of_all_usual_kinds_are_read_and_used() {
    let mut namespace = Namespace::new("keys");
    let curve = |name| vec!["-newkey", "ec", "-pkeyopt", name];
    #[rustfmt::skip]
    let cases = [
        ("rsa2048", vec!["-newkey", "rsa:2048", "-sha256"]),
        ("rsa3072", vec!["-newkey", "rsa:3072", "-sha384"]),
        ("rsa4096", vec!["-newkey", "rsa:4096", "-sha512"]),
        ("p256", curve("ec_paramgen_curve:P-256")),
        ("p384", [curve("ec_paramgen_curve:P-384"), vec!["-sha384"]].concat()),
        ("ed25519", vec!["-newkey", "ed25519"]),
        ("pss", vec!["-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss"]),
        ("sha1", vec!["-newkey", "rsa:2048", "-sha1"]),
    ];
    for (name, options) in cases {
        self_signed(namespace.dir(), name, SUBJECT, &options);
    }
    let names = [
        "rsa2048", "rsa3072", "rsa4096", "p256", "p384", "ed25519", "pss", "sha1",
    ];
    let rows = agreed(&mut namespace, &names, &[], AS_WE_DO);
    let keys: Vec<_> = rows.iter().map(|row| row["cert_key"].as_str()).collect();
    let expected = [
        "rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ed25519", "rsa-2048", "rsa-2048",
    ];
    assert_eq!(keys, expected);
    let targets: Vec<_> = (1..=names.len())
        .map(|n| format!("127.0.1.{n}:443"))
        .collect();
    for (target, row) in targets
        .iter()
        .zip(rows_of(&namespace, &targets, &["--tls", "1.3"]))
    {
        assert_eq!(row["Status"], "OK", "{row:?}");
        agrees(&s_client(&namespace, target, &["-tls1_3"]), &row);
    }
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn subjects_of_all_kinds_are_printed_with_the_parts_that_openssl_prints() {
    let mut namespace = Namespace::new("subjects");
    #[rustfmt::skip]
    let subjects = [
        ("empty", "/"),
        ("utf8", "/C=DE/ST=Bayern/L=München/O=Müller & Söhne, Co/OU=東京 😀/CN=tr.teams.microsoft.com"),
        ("multi", "/DC=com/DC=contoso/O=Interop/OU=one+OU=two+CN=many/CN=last+UID=u1"),
        ("quotes", "/O=the \"best\" <of> all; #1/OU=a=b/CN= spaces at both ends "),
        (
            "types",
            "/SN=Muster/GN=Erika/title=Dr/serialNumber=4711/street=Weg 1/postalCode=12345/emailAddress=a@b.example/CN=x",
        ),
        ("formula", "/CN=@SUM(1)"),
        ("nameless", "/O=no common name here"),
    ];
    for (name, subject) in subjects {
        self_signed(namespace.dir(), name, subject, EC);
    }
    let names: Vec<_> = subjects.iter().map(|(name, _)| *name).collect();
    let rows = agreed(&mut namespace, &names, &[], AS_WE_DO);
    // as .NET prints them, by hand
    let printed: Vec<_> = rows.iter().map(|row| row["Subject"].as_str()).collect();
    assert_eq!(printed[0], "");
    assert_eq!(
        printed[1],
        "CN=tr.teams.microsoft.com, OU=東京 😀, O=\"Müller & Söhne, Co\", L=München, S=Bayern, C=DE"
    );
    assert!(printed[3].starts_with(
        "CN=\" spaces at both ends \", OU=\"a=b\", O=\"the \"\"best\"\" <of> all; #1\""
    ));
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn dates_serial_numbers_and_alternative_names_of_all_kinds_are_read() {
    let mut namespace = Namespace::new("fields");
    let root = Authority::root(namespace.dir(), "root", "Interop Root");
    for (name, validity) in [
        ("past", ("19700101000000Z", "20210101000000Z")),
        ("future", ("20490101000000Z", "20500101000000Z")),
        ("forever", ("20200229235959Z", "99991231235959Z")),
    ] {
        root.issue(
            name,
            &Wanted {
                validity,
                ..Wanted::default()
            },
        );
    }
    let sans = format!(
        "basicConstraints=CA:FALSE\nsubjectAltName=critical,DNS:{NAME},DNS:*.example.com,\
         IP:192.0.2.7,email:a@b.example,URI:https://a.example/x\n"
    );
    root.issue(
        "sans",
        &Wanted {
            extensions: &sans,
            ..Wanted::default()
        },
    );
    root.issue(
        "sanless",
        &Wanted {
            extensions: "basicConstraints=CA:FALSE\n",
            ..Wanted::default()
        },
    );
    let serials = [
        ("serial0", "0"),
        ("serial1", "0x80A1"),
        ("serial2", "0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
    ];
    for (name, serial) in serials {
        self_signed(
            namespace.dir(),
            name,
            SUBJECT,
            &[EC, &["-set_serial", serial]].concat(),
        );
    }
    let names = [
        "past", "future", "forever", "sans", "sanless", "serial0", "serial1", "serial2",
    ];
    let rows = agreed(&mut namespace, &names, &[], AS_WE_DO);
    let days: Vec<_> = rows.iter().map(|row| &row["NotAfter"][..10]).collect();
    assert_eq!(days[..3], ["2021-01-01", "2050-01-01", "9999-12-31"]);
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn chains_are_counted_as_s_client_counts_them_and_the_first_certificate_is_the_servers() {
    let mut namespace = Namespace::new("chains");
    let dir = namespace.dir().to_owned();
    let validity = Wanted::default().validity;
    let root = Authority::root(&dir, "root", "Interop Root");
    let upper = root.intermediate("upper", validity);
    let lower = upper.intermediate("lower", validity);
    lower.issue("leaf", &Wanted::default());
    let file = |name: &str| std::fs::read_to_string(dir.join(format!("{name}.pem"))).unwrap();
    let mut servers = Vec::new();
    let (key, pem) = pair(&dir, "leaf");
    let chains = [
        &[][..],
        &["lower"],
        &["lower", "upper"],
        &["root", "upper", "lower", "root"],
    ];
    for (n, chain) in chains.iter().enumerate() {
        let path = dir.join(format!("chain{n}"));
        std::fs::write(
            &path,
            chain.iter().map(|name| file(name)).collect::<String>(),
        )
        .unwrap();
        servers.push((path.display().to_string(), chain.len()));
    }
    let options: Vec<_> = servers
        .iter()
        .map(|(path, length)| {
            let mut options = vec!["-key", &*key, "-cert", &*pem];
            if *length > 0 {
                options.extend(["-cert_chain", path]);
            }
            options
        })
        .collect();
    let targets = serve(&mut namespace, &options);
    for version in [&["-tls1_2"][..], &["-tls1_3"]] {
        let ours = if version == ["-tls1_2"] { "1.2" } else { "1.3" };
        for ((target, row), chain) in targets
            .iter()
            .zip(rows_of(&namespace, &targets, &["--tls", ours]))
            .zip(chains)
        {
            agrees(&s_client(&namespace, target, version), &row);
            assert_eq!(row["chain_length"], (chain.len() + 1).to_string());
            assert_eq!(row["cert_sha256"], columns_of(&file("leaf"))["cert_sha256"]);
        }
    }
}

#[test]
#[ignore = "needs root and openssl; .ci/run runs it"]
fn keys_that_cannot_be_checked_are_a_failure_that_says_so() {
    let mut namespace = Namespace::new("odd-keys");
    #[rustfmt::skip]
    let cases = [
        ("rsa1024", vec!["-newkey", "rsa:1024"]),
        ("psskey", vec!["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"]),
        ("p521", vec!["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
        ("ed448", vec!["-newkey", "ed448"]),
    ];
    for (name, options) in cases {
        self_signed(namespace.dir(), name, SUBJECT, &options);
    }
    let pairs = ["rsa1024", "psskey", "p521", "ed448"].map(|name| pair(namespace.dir(), name));
    let servers: Vec<_> = pairs
        .iter()
        .map(|(key, pem)| vec!["-cipher", WEAK, "-key", key, "-cert", pem])
        .collect();
    let targets = serve(&mut namespace, &servers);
    let rows = rows_of(&namespace, &targets, &[]);
    let weak = ["-tls1_2", "-cipher", WEAK];
    for (target, row) in targets.iter().zip(&rows) {
        let session = s_client(&namespace, target, &weak);
        assert_eq!(session.version, "TLSv1.2", "{}", session.said);
        assert!(row["detail"].contains("RSA"), "{row:?}");
    }
    // the key is used before it turns out to be too short
    assert_eq!(rows[0]["Status"], "tls-certificate", "{:?}", rows[0]);
    agrees_on_certificate(&s_client(&namespace, &targets[0], &weak), &rows[0]);
    assert_eq!(rows[0]["cert_key"], "rsa-1024");
    // for the others the server has nothing that was offered, as s_client finds with our offer
    for (target, row) in targets.iter().zip(&rows).skip(1) {
        assert_eq!(row["Status"], "tls-alert", "{row:?}");
        let session = s_client(&namespace, target, AS_WE_DO);
        assert_eq!(session.alert, Some(40), "{}", session.said);
        assert!(row["detail"].starts_with("handshake_failure: "), "{row:?}");
    }
}
