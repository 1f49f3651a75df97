//! What `openssl s_client` and `openssl x509` say of a server, in the words of our columns.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::authority::NAME;
use crate::namespace::{Namespace, run};
use crate::probe::Row;

/// A handshake as s_client tells it.
#[derive(Debug)]
pub struct Session {
    /// TLSv1.2, TLSv1.3; empty if there was none.
    pub version: String,
    /// IANA name of the suite.
    pub cipher: String,
    /// IANA name of the group.
    pub group: String,
    /// The certificates in the PEM form, the server's own first.
    pub chain: Vec<String>,
    /// Number of the alert that ended it.
    pub alert: Option<u8>,
    /// Number of the verdict on the chain.
    pub verify_code: u32,
    /// All that it said.
    pub said: String,
}

/// Connects with further options of s_client.
pub fn s_client(namespace: &Namespace, target: &str, options: &[&str]) -> Session {
    let args = ["s_client", "-connect", target, "-showcerts", "-servername"];
    let output = namespace
        .command("openssl", &[&args[..], &[NAME], options].concat())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let after = |before: &str| {
        let rest = said.split_once(before).map(|(_, rest)| rest);
        rest.and_then(|r| r.lines().next())
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let mut chain = Vec::new();
    for part in said.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let body = part.split("-----END CERTIFICATE-----").next().unwrap();
        let pem = format!("-----BEGIN CERTIFICATE-----{body}-----END CERTIFICATE-----\n");
        chain.push(pem);
    }
    // the first one stands alone when s_client was not asked for the chain: never twice
    let agreed = after("\nNew, ");
    let (version, cipher) = agreed.split_once(", Cipher is ").unwrap_or_default();
    let none = cipher == "(NONE)";
    // a suite that TLS 1.0 had already is "New, TLSv1.0" there
    let protocol = after("    Protocol  : ");
    let version = if protocol.is_empty() {
        version
    } else {
        &protocol
    };
    Session {
        version: if none {
            String::new()
        } else {
            version.to_owned()
        },
        cipher: if none {
            String::new()
        } else {
            iana_cipher(cipher)
        },
        group: group(&after("Server Temp Key: ")),
        chain,
        alert: after("SSL alert number ").parse().ok(),
        verify_code: after("Verify return code: ")
            .split(' ')
            .next()
            .and_then(|code| code.parse().ok())
            .unwrap_or_default(),
        said,
    }
}

/// `openssl ciphers -stdname` knows the IANA names.
fn iana_cipher(name: &str) -> String {
    static NAMES: OnceLock<String> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut command = Command::new("openssl");
        command.args(["ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
        String::from_utf8(run(&mut command).stdout).unwrap()
    });
    let mut lines = names
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>());
    let found = lines.find(|words| words.get(2) == Some(&name));
    found.unwrap_or_else(|| panic!("openssl has no IANA name for {name:?}"))[0].to_owned()
}

/// `X25519, 253 bits`, `ECDH, prime256v1, 256 bits`.
fn group(temp_key: &str) -> String {
    let words: Vec<_> = temp_key.split(", ").collect();
    match words.as_slice() {
        ["ECDH", "prime256v1", _] => "secp256r1".to_owned(),
        ["ECDH", curve, _] => (*curve).to_owned(),
        ["X25519", _] => "x25519".to_owned(),
        _ => temp_key.to_owned(),
    }
}

/// `openssl x509` with the certificate as its input.
fn x509(pem: &str, options: &[&str]) -> String {
    let mut child = Command::new("openssl")
        .args(["x509", "-noout"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(pem.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{options:?}: {pem}");
    String::from_utf8(output.stdout).unwrap()
}

/// The columns about a certificate, from what openssl prints.
pub fn columns_of(pem: &str) -> Row {
    let names = ["-nameopt", "utf8,sep_multiline,sname"];
    let said = x509(
        pem,
        &[
            &[
                "-subject",
                "-issuer",
                "-serial",
                "-dates",
                "-fingerprint",
                "-sha1",
            ],
            &names[..],
        ]
        .concat(),
    );
    let value = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_else(|| panic!("{key}: {said}")).to_owned()
    };
    let sha256 = x509(pem, &["-fingerprint", "-sha256"]);
    let text = x509(pem, &["-text"]);
    let of_text = |key: &str| {
        let rest = text.split_once(key).map(|(_, rest)| rest);
        rest.and_then(|r| r.lines().next())
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let subject = distinguished_name(&said, "subject=");
    let mut attributes = subject.iter().flat_map(|part| part.split(" + "));
    let common = attributes.find(|attribute| attribute.starts_with("CN="));
    Row::from(
        [
            ("CN", common.unwrap_or_default().to_owned()),
            ("Subject", subject.join(", ")),
            ("Issuer", distinguished_name(&said, "issuer=").join(", ")),
            ("SerialNumber", serial(&value("serial="))),
            ("NotBefore", date(&value("notBefore="))),
            ("NotAfter", date(&value("notAfter="))),
            ("Thumbprint", value("sha1 Fingerprint=").replace(':', "")),
            (
                "cert_sha256",
                sha256.trim().split_once('=').unwrap().1.replace(':', ""),
            ),
            (
                "SignatureAlgorithmFriendlyName",
                signature(&of_text("Signature Algorithm: ")),
            ),
            (
                "cert_key",
                key(
                    &of_text("Public Key Algorithm: "),
                    &of_text("Public-Key: ("),
                    &of_text("ASN1 OID: "),
                ),
            ),
            (
                "cert_sans",
                sans(&of_text("X509v3 Subject Alternative Name:"), &text),
            ),
        ]
        .map(|(column, value)| (column.to_owned(), value)),
    )
}

/// The parts of a name in the order and with the keys and quotes of .NET. openssl prints one
/// part a line, in the order of the DER form, and nothing escaped.
fn distinguished_name(said: &str, key: &str) -> Vec<String> {
    let lines = said
        .lines()
        .skip_while(|line| !line.starts_with(key))
        .skip(1);
    let mut parts: Vec<_> = lines
        .take_while(|line| line.starts_with("    ") && !line.trim().is_empty())
        .map(|line| {
            line.trim_start()
                .split(" + ")
                .map(attribute)
                .collect::<Vec<_>>()
                .join(" + ")
        })
        .collect();
    parts.reverse();
    parts
}

/// `ST=Bayern` as `S=Bayern`, `O=Söhne, Co` as `O="Söhne, Co"`.
fn attribute(text: &str) -> String {
    let (key, value) = text.split_once('=').unwrap();
    let key = match key {
        "ST" => "S".to_owned(),
        "emailAddress" => "E".to_owned(),
        "GN" => "G".to_owned(),
        "title" => "T".to_owned(),
        "serialNumber" => "SERIALNUMBER".to_owned(),
        "street" => "STREET".to_owned(),
        "postalCode" => "PostalCode".to_owned(),
        "UID" => "OID.0.9.2342.19200300.100.1.1".to_owned(),
        number if number.starts_with(|c: char| c.is_ascii_digit()) => format!("OID.{number}"),
        same => same.to_owned(),
    };
    let quoted = value.contains([',', '+', '=', '"', '<', '>', '#', ';'])
        || value.trim_matches(' ') != value
        || value.is_empty();
    if quoted {
        format!("{key}=\"{}\"", value.replace('"', "\"\""))
    } else {
        format!("{key}={value}")
    }
}

/// openssl prints the number, .NET the bytes of its DER form: a high first bit has 00 before it.
fn serial(number: &str) -> String {
    if number.starts_with(|c: char| c >= '8') {
        format!("00{number}")
    } else {
        number.to_owned()
    }
}

/// `Nov 22 04:52:02 2026 GMT` as `2026-11-22 04:52:02Z`.
fn date(text: &str) -> String {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%b %e %H:%M:%S %Y GMT").unwrap();
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn signature(algorithm: &str) -> String {
    match algorithm {
        "sha1WithRSAEncryption" => "sha1RSA",
        "sha256WithRSAEncryption" => "sha256RSA",
        "sha384WithRSAEncryption" => "sha384RSA",
        "sha512WithRSAEncryption" => "sha512RSA",
        "ecdsa-with-SHA256" => "sha256ECDSA",
        "ecdsa-with-SHA384" => "sha384ECDSA",
        "rsassaPss" => "RSASSA-PSS",
        "ED25519" => "Ed25519",
        "ED448" => "Ed448",
        other => panic!("no .NET name is known here for {other}"),
    }
    .to_owned()
}

fn key(algorithm: &str, size: &str, curve: &str) -> String {
    let bits = size.split(' ').next().unwrap();
    match (algorithm, curve) {
        ("rsaEncryption", _) => format!("rsa-{bits}"),
        ("rsassaPss", _) => format!("rsa-pss-{bits}"),
        ("id-ecPublicKey", "prime256v1") => "ec-p256".to_owned(),
        ("id-ecPublicKey", "secp384r1") => "ec-p384".to_owned(),
        ("id-ecPublicKey", "secp521r1") => "ec-p521".to_owned(),
        (edwards, _) => edwards.to_lowercase(),
    }
}

/// The line after the heading: `DNS:a, IP Address:192.0.2.7, email:x@y`.
fn sans(heading: &str, text: &str) -> String {
    let title = "X509v3 Subject Alternative Name:";
    let line = text.lines().skip_while(|l| !l.contains(title)).nth(1);
    let line = line.unwrap_or_default().trim();
    assert!(matches!(heading, "" | "critical"), "{heading}");
    let names = line.split(", ").map(|name| {
        name.replace("DNS:", "")
            .replace("IP Address:", "ip:")
            .replace("URI:", "uri:")
    });
    names.collect::<Vec<_>>().join(" ")
}

/// What a client offers that can do no more than this program, for s_client: TLS 1.2.
pub const AS_WE_DO: &[&str] = &[
    "-tls1_2",
    "-cipher",
    "ECDHE+AESGCM:ECDHE+CHACHA20",
    "-groups",
    "X25519:P-256:P-384",
    "-sigalgs",
    "ECDSA+SHA384:ECDSA+SHA256:ed25519:RSA-PSS+SHA512:RSA-PSS+SHA384:RSA-PSS+SHA256:\
     RSA+SHA512:RSA+SHA384:RSA+SHA256",
];

/// The row says of the handshake and the certificate what openssl says.
pub fn agrees(session: &Session, row: &Row) {
    let said = &session.said;
    let column = |name: &str| row[name].as_str();
    assert_eq!(column("tls_version"), session.version, "{said}");
    assert_eq!(column("tls_cipher"), session.cipher, "{said}");
    assert_eq!(column("tls_group"), session.group, "{said}");
    agrees_on_certificate(session, row);
}

/// The row says of the certificate what openssl says.
pub fn agrees_on_certificate(session: &Session, row: &Row) {
    assert_eq!(
        row["chain_length"],
        session.chain.len().to_string(),
        "{}",
        session.said
    );
    for (column, expected) in columns_of(&session.chain[0]) {
        assert_eq!(row[&column], expected, "{column} of {row:?}");
    }
}
