//! Certificates of `tests/data/certs/make.sh`. Unless it says otherwise, an expected value is
//! what `openssl x509 -inform DER -in NAME.der -noout -text -fingerprint` prints, put into the
//! reference's form by hand.

use proptest::prelude::*;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::fields::LONGEST_FIELD;
use super::*;

macro_rules! der {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/data/certs/", $name, ".der")).as_slice()
    };
}

const ALL: &[&[u8]] = &[
    der!("leaf"),
    der!("odd"),
    der!("quotes"),
    der!("empty"),
    der!("bmp"),
    der!("psskey"),
    der!("psssigned"),
    der!("dsa"),
    der!("ed25519"),
    der!("brainpool"),
    der!("critical"),
    der!("v1"),
    der!("serial_neg"),
];

fn at(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

#[test]
fn a_plain_certificate_gives_all_fields() {
    assert_eq!(
        read(der!("leaf")).unwrap(),
        Certificate {
            common_name: "CN=relay.test".to_owned(),
            subject: "CN=relay.test".to_owned(),
            issuer: "CN=Test Issuing CA, O=Test House, C=DE".to_owned(),
            not_before: at("2026-11-22T04:00:32Z"),
            not_after: at("2126-11-23T04:00:32Z"),
            thumbprint: "F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B".to_owned(),
            // openssl sha256 leaf.der
            sha256: "E94B6868C2720D9E9AE5109F515FF52FF6F8A710EA862BE6B36EB6F56DF617CB".to_owned(),
            serial_number: "6B000364481F8F4E48698325".to_owned(),
            signature_algorithm: "sha256RSA".to_owned(),
            key: "rsa-2048".to_owned(),
            sans: "relay.test *.relay.test ip:192.0.2.7 ip:2001:db8::7 email:noc@relay.test \
                   uri:https://relay.test/a"
                .to_owned(),
            faults: String::new(),
        }
    );
}

#[test]
fn an_odd_subject_prints_as_in_dot_net() {
    // -subject -nameopt RFC2253,utf8,-esc_msb: same order, other keys and other quoting
    let odd = read(der!("odd")).unwrap();
    assert_eq!(
        odd.subject,
        "CN=lead, OID.2.3.4.5.6=x y, SERIALNUMBER=4711, E=a@b.example, DC=com, DC=contoso, \
         OU=one + OU=two, O=\"Müller, Söhne + Co; <KG>\", L=München, S=Bayern, C=DE"
    );
    assert_eq!(odd.common_name, "CN=lead");
    let quotes = read(der!("quotes")).unwrap();
    assert_eq!(
        quotes.subject,
        "CN=\"#1\", PostalCode=80331, SN=Lovelace, G=Ada, T=\"say \"\"hello\"\"\", \
         STREET=\"  Am Wall 1\", C=DE"
    );
    assert_eq!(quotes.common_name, "CN=\"#1\"");
}

#[test]
fn old_string_types_are_read() {
    // -nameopt show_type: BMPSTRING and T61STRING
    assert_eq!(read(der!("bmp")).unwrap().subject, "CN=relay.test, O=Köln");
    assert_eq!(read(der!("t61")).unwrap().subject, "CN=relay.test, O=Köln");
}

#[test]
fn an_empty_subject_is_empty() {
    let empty = read(der!("empty")).unwrap();
    assert_eq!(
        (empty.subject.as_str(), empty.common_name.as_str()),
        ("", "")
    );
    assert!(empty.sans.starts_with("relay.test "));
    assert_eq!(read(der!("no_san")).unwrap().sans, "");
}

#[test]
fn every_kind_of_key_has_its_name() {
    let key = |der| read(der).unwrap().key;
    assert_eq!(key(der!("rsa1024")), "rsa-1024");
    assert_eq!(key(der!("psskey")), "rsa-pss-2048");
    assert_eq!(key(der!("dsa")), "dsa-2048");
    assert_eq!(key(der!("p256")), "ec-p256");
    assert_eq!(key(der!("p384")), "ec-p384");
    assert_eq!(key(der!("p521")), "ec-p521");
    // openssl asn1parse -inform DER -in brainpool.der: brainpoolP256r1, its OID by RFC 5639
    assert_eq!(key(der!("brainpool")), "ec-1.3.36.3.3.2.8.1.1.7");
    assert_eq!(key(der!("ed25519")), "ed25519");
    assert_eq!(key(der!("ed448")), "ed448");
}

#[test]
fn signature_algorithms_have_dot_nets_names() {
    let algorithm = |der| read(der).unwrap().signature_algorithm;
    assert_eq!(algorithm(der!("sha1")), "sha1RSA");
    assert_eq!(algorithm(der!("sha384")), "sha384RSA");
    assert_eq!(algorithm(der!("sha512")), "sha512RSA");
    assert_eq!(algorithm(der!("psssigned")), "RSASSA-PSS");
    assert_eq!(algorithm(der!("self_ca")), "sha256ECDSA");
}

#[test]
fn serial_numbers_keep_every_byte_of_their_der_form() {
    // openssl asn1parse -inform DER -in NAME.der: the INTEGER and its length, which tells of a
    // leading 00 (l=5 for F0A1B2C3, l=3 for 80A1)
    let serial = |der| read(der).unwrap().serial_number;
    assert_eq!(serial(der!("serial_high")), "00F0A1B2C3");
    assert_eq!(serial(der!("serial_lead")), "0080A1");
    assert_eq!(serial(der!("serial_neg")), "FB"); // -5
    assert_eq!(serial(der!("serial_zero")), "00");
}

#[test]
fn any_validity_is_read() {
    let forever = read(der!("forever")).unwrap();
    assert_eq!(forever.not_before, at("2020-01-01T00:00:00Z"));
    assert_eq!(forever.not_after, at("9999-12-31T23:59:59Z"));
    assert_eq!(
        read(der!("notyet")).unwrap().not_before,
        at("2090-01-01T00:00:00Z")
    );
    assert_eq!(
        read(der!("expired")).unwrap().not_after,
        at("2021-01-01T00:00:00Z")
    );
}

#[test]
fn what_a_verifier_refuses_is_still_read() {
    let v1 = read(der!("v1")).unwrap();
    assert_eq!(v1.thumbprint, "50A74583C84FE75BFAC9F3B428DA296FC318D57A");
    assert_eq!(
        (v1.subject.as_str(), v1.sans.as_str()),
        ("CN=relay.test", "")
    );
    let critical = read(der!("critical")).unwrap();
    assert_eq!(
        (critical.serial_number.as_str(), critical.sans.as_str()),
        ("38", "relay.test")
    );
}

/// The certificate with other bytes in the place of some, as many of them.
fn with_bytes(der: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut at = der.windows(old.len()).enumerate();
    let (at, _) = at.find(|(_, window)| *window == old).unwrap();
    let mut der = der.to_vec();
    der[at..at + new.len()].copy_from_slice(new);
    der
}

#[test]
fn a_field_that_cannot_be_read_is_named_and_costs_no_other() {
    let whole = read(der!("leaf")).unwrap();
    // the end of leaf's validity as openssl asn1parse prints it, with a month that there is not
    let month = with_bytes(der!("leaf"), b"21261123040032Z", b"21261323040032Z");
    let month = read(&month).unwrap();
    assert_eq!(
        month.faults,
        "NotAfter cannot be read: 21261323040032Z is no date"
    );
    let expected = Certificate {
        not_after: None,
        faults: month.faults.clone(),
        thumbprint: month.thumbprint.clone(),
        sha256: month.sha256.clone(),
        ..whole.clone()
    };
    assert_eq!(month, expected);
    // its start without the Z, and with bytes that are no text
    for (date, shown) in [
        (b"2611220400321".as_slice(), "2611220400321"),
        (b"26112204003\x1B\x80", "#32363131323230343030331B80"),
    ] {
        let read = read(&with_bytes(der!("leaf"), b"261122040032Z", date)).unwrap();
        assert_eq!(
            read.faults,
            format!("NotBefore cannot be read: {shown} is no date")
        );
        assert_eq!((read.not_before, read.not_after), (None, whole.not_after));
        assert_eq!((&read.subject, &read.sans), (&whole.subject, &whole.sans));
    }
    // a tag that no serial number has
    let serial = b"\x02\x0C\x6B\x00\x03\x64";
    let serial = with_bytes(der!("leaf"), serial, b"\x04\x0C\x6B\x00\x03\x64");
    let serial = read(&serial).unwrap();
    assert!(serial.faults.starts_with("SerialNumber cannot be read"));
    assert_eq!(
        (serial.serial_number.as_str(), &serial.key),
        ("", &whole.key)
    );
}

#[test]
fn what_is_no_certificate_still_has_its_fingerprints() {
    // printf 'not a certificate' | sha1sum; ... | sha256sum
    let error = read(b"not a certificate").unwrap_err();
    assert_eq!(
        error.certificate.thumbprint,
        "34491FE877745149646CE28C6B98961E9124390B"
    );
    assert_eq!(
        error.certificate.sha256,
        "47209C9B7AF839DE69E9A9CD625E9182C1AD63DAE79ED88A2DD680FE34218620"
    );
    assert_eq!(error.certificate.subject, "");
    assert_eq!(error.certificate.faults, error.to_string());
    // 'n', 'o' read as a tag and a length of 111 bytes
    assert_eq!(
        error.to_string(),
        "the certificate cannot be decoded: it ends too early"
    );
}

#[test]
fn a_huge_field_is_cut_visibly() {
    assert_eq!(bounded("a".repeat(1024)).len(), 1024);
    let cut = bounded("ü".repeat(1025));
    assert_eq!(cut.chars().count(), 1024);
    assert!(cut.ends_with("ü..."));
    // a common name of 60,000 letters in the place of leaf's, lengths mended
    let huge = with_subject(der!("leaf"), &vec![b'x'; 60_000]);
    let read = read(&huge).unwrap();
    assert_eq!(read.subject, format!("CN={}...", "x".repeat(1018)));
    assert_eq!(read.common_name, read.subject);
    assert_eq!(read.key, "rsa-2048");
}

/// The certificate with another common name as its whole subject. Its signature is wrong then.
fn with_subject(der: &[u8], name: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x84], length.as_slice(), content].concat()
    };
    let certificate = X509Certificate::from_der(der).unwrap().1;
    let old = certificate.subject().as_raw();
    let tbs = certificate.tbs_certificate.as_ref();
    let at = tbs
        .windows(old.len())
        .position(|window| window == old)
        .unwrap();
    let attribute = [&[6, 3, 0x55, 4, 3], element(0x0C, name).as_slice()].concat();
    let subject = element(0x30, &element(0x31, &element(0x30, &attribute)));
    let inner = [&tbs[4..at], &subject, &tbs[at + old.len()..]].concat();
    element(
        0x30,
        &[&element(0x30, &inner), &der[4 + tbs.len()..]].concat(),
    )
}

#[test]
fn every_truncation_is_an_error_with_fingerprints() {
    for der in ALL {
        for end in 0..der.len() {
            let error = read(&der[..end]).unwrap_err();
            assert_eq!(error.certificate.thumbprint.len(), 40);
        }
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic_and_give_bounded_fields(
        which in 0..ALL.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut der = ALL[which].to_vec();
        for (index, value) in changes {
            let at = index.index(der.len());
            der[at] = value;
        }
        let certificate = read(&der).unwrap_or_else(|error| *error.certificate);
        prop_assert_eq!(certificate.sha256.len(), 64);
        for field in [&certificate.subject, &certificate.issuer, &certificate.serial_number] {
            prop_assert!(field.chars().count() <= LONGEST_FIELD);
        }
    }

    #[test]
    fn any_bytes_never_panic(der in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&der).is_err());
    }
}
