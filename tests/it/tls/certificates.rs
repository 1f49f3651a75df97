//! Certificates of every kind in whole handshakes: the probe is OK, whatever the certificate is
//! worth, and the two verdicts say what that is.
//!
//! Fingerprints and serial numbers are what this prints, in `tests/data`:
//! `openssl x509 -inform DER -in NAME.der -noout -serial -fingerprint -sha1` (and `-sha256`).

use rustls::RootCertStore;
use turnprobe::net::trust::{OsStore, Roots};
use turnprobe::net::{Plan, TlsVersion};

use crate::rows::{Row, probe, target};
use crate::servers::dns::DnsServer;
use crate::servers::tcp::Relay;
use crate::servers::tls::{Offer, named, names, roots};
use crate::servers::wire::a;

/// What the rows are judged by: `trust_public` by the roots of the test house, `trust_os` by a
/// root that has signed nothing here.
fn judged(plan: Plan) -> Plan {
    Plan {
        public_roots: Roots::Given(roots(&["certs/root", "servers/root"])),
        os_store: OsStore::Given(roots(&["certs/stranger"])),
        ..plan
    }
}

fn visit(relay: &Relay) -> Row {
    let names = names();
    let (plan, target) = named(&names, relay);
    let row = probe(judged(plan), target);
    row.assert_ok();
    row
}

struct Expected {
    name: &'static str,
    above: &'static [&'static str],
    thumbprint: &'static str,
    serial: &'static str,
    key: &'static str,
    signature: &'static str,
    /// By the roots of the test house, and by the stranger's.
    trust: [&'static str; 2],
}

const INTERMEDIATE: &[&str] = &["certs/intermediate"];
const UNKNOWN: &str = "unknown-issuer";

const EXPECTED: &[Expected] = &[
    Expected {
        name: "certs/leaf",
        above: INTERMEDIATE,
        thumbprint: "F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B",
        serial: "6B000364481F8F4E48698325",
        key: "rsa-2048",
        signature: "sha256RSA",
        trust: ["trusted", UNKNOWN],
    },
    Expected {
        name: "certs/psssigned",
        above: INTERMEDIATE,
        thumbprint: "C511614F9C5A9D3EB8C8732FAC45997C3A46769C",
        serial: "15",
        key: "rsa-2048",
        signature: "RSASSA-PSS",
        trust: ["trusted", UNKNOWN],
    },
    Expected {
        name: "certs/p256",
        above: INTERMEDIATE,
        thumbprint: "E6890017C5A92DA07C6150349838C668B1235C47",
        serial: "0100",
        key: "ec-p256",
        signature: "sha256RSA",
        trust: ["trusted", UNKNOWN],
    },
    Expected {
        name: "certs/p384",
        above: INTERMEDIATE,
        thumbprint: "8D5A66785E78E1381127D26B2469E3A5E405D8A7",
        serial: "0180",
        key: "ec-p384",
        signature: "sha256RSA",
        trust: ["trusted", UNKNOWN],
    },
    Expected {
        name: "certs/ed25519",
        above: INTERMEDIATE,
        thumbprint: "00C6D817392181D2989A9A9868EB9BE8A663A598",
        serial: "63AF",
        key: "ed25519",
        signature: "sha256RSA",
        trust: ["trusted", UNKNOWN],
    },
    // the intermediate is missing
    Expected {
        name: "certs/leaf",
        above: &[],
        thumbprint: "F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B",
        serial: "6B000364481F8F4E48698325",
        key: "rsa-2048",
        signature: "sha256RSA",
        trust: [UNKNOWN, UNKNOWN],
    },
    Expected {
        name: "certs/self_ca",
        above: &[],
        thumbprint: "31071A63EED58734EB04BFA85AE346A03BCEFBE8",
        serial: "33",
        key: "ec-p256",
        signature: "sha256ECDSA",
        trust: [UNKNOWN, UNKNOWN],
    },
    // webpki refuses to look at these two at all
    Expected {
        name: "certs/v1",
        above: INTERMEDIATE,
        thumbprint: "50A74583C84FE75BFAC9F3B428DA296FC318D57A",
        serial: "39",
        key: "rsa-2048",
        signature: "sha256RSA",
        trust: ["other", "other"],
    },
    Expected {
        name: "certs/critical",
        above: INTERMEDIATE,
        thumbprint: "D854535DB6FB79A4664815ADBB365BE359621CBE",
        serial: "38",
        key: "rsa-2048",
        signature: "sha256RSA",
        trust: ["other", "other"],
    },
    Expected {
        name: "servers/odd",
        above: &[],
        thumbprint: "95C2003CDEC20F2C35F2FE1AE2D7EBC7C295EBE1",
        serial: "7001",
        key: "ec-p256",
        signature: "sha256RSA",
        trust: ["trusted", UNKNOWN],
    },
    Expected {
        name: "servers/empty",
        above: &[],
        thumbprint: "F14C3167BB1FD5F2456C2B3BB9F689D6FA3D34A7",
        serial: "7002",
        key: "ec-p256",
        signature: "sha256RSA",
        trust: ["trusted", UNKNOWN],
    },
    // RFC 9525 section 6.3: the common name does not count
    Expected {
        name: "servers/no_san",
        above: &[],
        thumbprint: "7C14E3C625BBDD661EE12A59261C9DFFF2D74B54",
        serial: "7003",
        key: "ec-p256",
        signature: "sha256RSA",
        trust: ["wrong-name", UNKNOWN],
    },
    // nobody signs with SHA-1 any more: what is signed so is not what it says
    Expected {
        name: "servers/sha1",
        above: &[],
        thumbprint: "A6AB700BE6B22600134367605E2960764E34D7D3",
        serial: "7004",
        key: "rsa-2048",
        signature: "sha1RSA",
        trust: ["other", UNKNOWN],
    },
    Expected {
        name: "servers/expired",
        above: &[],
        thumbprint: "5D744E10989063D04D6EF677B3BEF405236EE1FF",
        serial: "7005",
        key: "ec-p256",
        signature: "sha256RSA",
        trust: ["expired", "expired"],
    },
    Expected {
        name: "servers/notyet",
        above: &[],
        thumbprint: "883CF4CF332885AF75BAEEEBB64318459ACD73B0",
        serial: "7006",
        key: "ec-p256",
        signature: "sha256RSA",
        trust: ["not-yet-valid", "not-yet-valid"],
    },
];

#[test]
fn every_certificate_is_read_and_judged_and_the_handshake_goes_on() {
    for expected in EXPECTED {
        let relay = Offer::tls12(expected.name, expected.above).start();
        let row = visit(&relay);
        assert_eq!(
            row.cells(["Thumbprint", "SerialNumber", "cert_key"]),
            [expected.thumbprint, expected.serial, expected.key],
            "{}",
            expected.name
        );
        assert_eq!(
            row.cell("SignatureAlgorithmFriendlyName"),
            expected.signature,
            "{}",
            expected.name
        );
        assert_eq!(
            row.cells(["trust_public", "trust_os"]),
            expected.trust,
            "{}",
            expected.name
        );
        let length = 1 + expected.above.len();
        assert_eq!(row.cell("chain_length"), length.to_string());
        assert_eq!(row.cells(["tls_version", "Status"]), ["TLSv1.2", "OK"]);
    }
}

#[test]
fn they_are_read_over_tls_1_3_as_well() {
    for expected in EXPECTED {
        let relay = Offer {
            version: &rustls::version::TLS13,
            ..Offer::tls12(expected.name, expected.above)
        }
        .start();
        let names = names();
        let (plan, target) = named(&names, &relay);
        let plan = Plan {
            tls: TlsVersion::V13,
            ..judged(plan)
        };
        let row = probe(plan, target);
        row.assert_ok();
        assert_eq!(
            row.cells(["Thumbprint", "tls_version"]),
            [expected.thumbprint, "TLSv1.3"],
            "{}",
            expected.name
        );
        assert_eq!(row.cells(["trust_public", "trust_os"]), expected.trust);
    }
}

#[test]
fn all_fields_of_a_certificate_stand_in_the_references_columns() {
    let row = visit(&Offer::good().start());
    // openssl x509 ... -subject -issuer -dates -nameopt RFC2253,utf8,-esc_msb
    assert_eq!(
        row.cells(["CN", "Subject", "Issuer", "NotBefore", "NotAfter"]),
        [
            "CN=relay.test",
            "CN=relay.test",
            "CN=Test Issuing CA, O=Test House, C=DE",
            "2026-11-22 04:00:32Z",
            "2126-11-23 04:00:32Z"
        ]
    );
    assert_eq!(
        row.cell("cert_sha256"),
        "E94B6868C2720D9E9AE5109F515FF52FF6F8A710EA862BE6B36EB6F56DF617CB"
    );
}

#[test]
fn a_date_that_there_is_not_is_named_in_a_row_that_is_ok_and_costs_no_other_field() {
    let (old, new) = (b"21261123040032Z", b"21261323040032Z");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut offer = Offer::good();
        let mut leaf = offer.chain[0].to_vec();
        let at = leaf.windows(old.len()).position(|bytes| bytes == old);
        leaf[at.unwrap()..][..new.len()].copy_from_slice(new);
        (offer.chain[0], offer.version) = (leaf.into(), version);
        let relay = offer.start();
        let names = names();
        let (plan, target) = named(&names, &relay);
        let plan = Plan {
            tls: TlsVersion::Auto,
            ..judged(plan)
        };
        let row = probe(plan, target);
        row.assert_ok();
        assert_eq!(
            row.cells(["CN", "Issuer", "NotBefore", "NotAfter", "cert_key"]),
            [
                "CN=relay.test",
                "CN=Test Issuing CA, O=Test House, C=DE",
                "2026-11-22 04:00:32Z",
                "",
                "rsa-2048"
            ]
        );
        let said = "NotAfter cannot be read: 21261323040032Z is no date";
        assert_eq!(row.cell("detail"), said);
    }
}

#[test]
fn an_odd_subject_is_quoted_as_net_does_and_harmless_in_the_csv() {
    let row = visit(&Offer::tls12("servers/odd", &[]).start());
    // openssl prints CN==relay,O=Müller\, Söhne \+ Co\; \<KG\>,L=München,C=DE; .NET quotes such
    // a value as a whole, and the quotes that make it
    assert_eq!(
        row.cell("Subject"),
        "CN=\"=relay\", O=\"Müller, Söhne + Co; <KG>\", L=München, C=DE"
    );
    assert_eq!(row.cell("NotAfter"), "2120-01-01 00:00:00Z");
}

#[test]
fn an_empty_subject_is_an_empty_cell() {
    let row = visit(&Offer::tls12("servers/empty", &[]).start());
    assert_eq!(row.cells(["CN", "Subject"]), ["", ""]);
    assert_eq!(row.cell("Issuer"), "CN=Server Root, O=Test House, C=DE");
    assert_eq!(row.cell("cert_sans"), "relay.test");
}

#[test]
fn a_certificate_for_another_host_is_the_wrong_name() {
    let relay = Offer::good().start();
    let server = DnsServer::start(|query| vec![query.answer(&[a("elsewhere.example", 9)], &[])]);
    let row = probe(
        judged(server.plan()),
        target("elsewhere.example", relay.port()),
    );
    row.assert_ok();
    assert_eq!(
        row.cells(["trust_public", "trust_os", "tls_path"]),
        ["wrong-name", UNKNOWN, "wrong-name"]
    );
    // nor does it hold for the bare address
    let row = probe(judged(server.plan()), relay.target());
    assert_eq!(row.cell("trust_public"), "wrong-name");
}

#[test]
fn a_root_of_the_system_only_is_seen_by_the_second_verdict_only() {
    let relay = Offer::good().start();
    let names = names();
    let (plan, target) = named(&names, &relay);
    let row = probe(
        Plan {
            public_roots: Roots::Given(roots(&["certs/stranger"])),
            os_store: OsStore::Given(roots(&["certs/root"])),
            ..plan
        },
        target,
    );
    row.assert_ok();
    assert_eq!(
        row.cells(["trust_public", "trust_os", "tls_path"]),
        [UNKNOWN, "trusted", "private-root"]
    );
    assert!(row.cell("tls_path_evidence").contains("Test Issuing CA"));
}

#[test]
fn without_roots_there_is_no_verdict() {
    let relay = Offer::good().start();
    let names = names();
    let (plan, target) = named(&names, &relay);
    let row = probe(
        Plan {
            public_roots: Roots::Given(RootCertStore::empty()),
            os_store: OsStore::Given(RootCertStore::empty()),
            ..plan
        },
        target,
    );
    row.assert_ok();
    let verdicts = row.cells(["trust_public", "trust_os", "tls_path"]);
    assert_eq!(verdicts, ["", "", "unknown"]);
    assert!(!row.cell("Thumbprint").is_empty());
}
