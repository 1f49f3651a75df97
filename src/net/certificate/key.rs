//! Names of algorithms: .NET's friendly names of signatures, and kind and size of public keys.
//!
//! Sizes come from the modulus or the curve's OID, as x509-parser counts P-521 as 528 bits and
//! Ed25519 as none.

use x509_parser::asn1_rs::{Any, FromDer, Oid, Sequence};
use x509_parser::prelude::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use x509_parser::public_key::RSAPublicKey;

use super::fields::hex;

/// Longest OID that is printed in its dotted form, in bytes.
const LONGEST_OID: usize = 64;

/// .NET's friendly names (its OID table). .NET has no name for Ed25519 and Ed448 that could be
/// confirmed: they get their own. An algorithm without a name is printed as its OID, so that the
/// column says something where .NET leaves it empty.
const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.4", "md5RSA"),
    ("1.2.840.113549.1.1.5", "sha1RSA"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256RSA"),
    ("1.2.840.113549.1.1.12", "sha384RSA"),
    ("1.2.840.113549.1.1.13", "sha512RSA"),
    ("1.2.840.10045.4.1", "sha1ECDSA"),
    ("1.2.840.10045.4.3", "specifiedECDSA"),
    ("1.2.840.10045.4.3.2", "sha256ECDSA"),
    ("1.2.840.10045.4.3.3", "sha384ECDSA"),
    ("1.2.840.10045.4.3.4", "sha512ECDSA"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

/// The signature algorithm of a certificate.
pub(super) fn signature_name(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let number = oid_text(&algorithm.algorithm);
    match SIGNATURES.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => (*name).to_owned(),
        None => number,
    }
}

/// `rsa-2048`, `rsa-pss-2048`, `ec-p256`, `ec-` and the OID of another curve, `ed25519`, `ed448`,
/// `dsa-2048`; the OID of anything else. The size is missing where the key cannot be read.
pub(super) fn kind(key: &SubjectPublicKeyInfo<'_>) -> String {
    let parameters = key.algorithm.parameters.as_ref();
    let number = oid_text(&key.algorithm.algorithm);
    match number.as_str() {
        "1.2.840.113549.1.1.1" => sized("rsa", modulus_bits(key)),
        "1.2.840.113549.1.1.10" => sized("rsa-pss", modulus_bits(key)),
        "1.2.840.10040.4.1" => sized("dsa", parameters.and_then(prime_bits)),
        "1.2.840.10045.2.1" => format!("ec{}", curve(parameters)),
        "1.3.101.112" => "ed25519".to_owned(),
        "1.3.101.113" => "ed448".to_owned(),
        _ => number,
    }
}

/// The dotted form; `#` and the bytes in hexadecimal if it is absurdly long.
pub(in crate::net) fn oid_text(oid: &Oid<'_>) -> String {
    match oid.as_bytes() {
        long if long.len() > LONGEST_OID => format!("#{}", hex(long)),
        _ => oid.to_id_string(),
    }
}

fn sized(kind: &str, bits: Option<usize>) -> String {
    bits.map_or_else(|| kind.to_owned(), |bits| format!("{kind}-{bits}"))
}

/// RFC 5480 section 2.1.1.
fn curve(parameters: Option<&Any<'_>>) -> String {
    // parameters in full instead of a name are allowed nowhere, and seen now and then
    let Some(oid) = parameters.and_then(|any| Oid::try_from(any.clone()).ok()) else {
        return String::new();
    };
    match oid_text(&oid).as_str() {
        "1.2.840.10045.3.1.7" => "-p256".to_owned(),
        "1.3.132.0.34" => "-p384".to_owned(),
        "1.3.132.0.35" => "-p521".to_owned(),
        other => format!("-{other}"),
    }
}

/// The size of an RSA key (RFC 8017), in bits; none for other keys.
pub(in crate::net) fn rsa_bits(key: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    let is_rsa = oid_text(&key.algorithm.algorithm) == "1.2.840.113549.1.1.1";
    modulus_bits(key).filter(|_| is_rsa)
}

/// RFC 8017 appendix A.1.1.
fn modulus_bits(key: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    let (_, key) = RSAPublicKey::from_der(&key.subject_public_key.data).ok()?;
    Some(bits(key.modulus))
}

/// RFC 3279 section 2.3.2: the first of the parameters is the prime.
fn prime_bits(parameters: &Any<'_>) -> Option<usize> {
    let sequence = Sequence::try_from(parameters.clone()).ok()?;
    let (_, prime) = Any::from_der(&sequence.content).ok()?;
    Some(bits(prime.data))
}

fn bits(number: &[u8]) -> usize {
    let start = number
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(number.len());
    let significant = number.get(start..).unwrap_or_default();
    let unused = significant
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    8 * significant.len() - unused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_without_leading_zeros() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
        assert_eq!(bits(&[0, 1]), 1);
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[0x7F, 0xFF]), 15);
    }

    #[test]
    fn an_algorithm_without_a_name_is_its_number() {
        let named = |oid: Oid<'_>| signature_name(&AlgorithmIdentifier::new(oid.to_owned(), None));
        // sha224WithRSAEncryption (RFC 4055), Ed448 (RFC 8410)
        assert_eq!(
            named(Oid::from(&[1, 2, 840, 113_549, 1, 1, 14]).unwrap()),
            "1.2.840.113549.1.1.14"
        );
        assert_eq!(named(Oid::from(&[1, 3, 101, 113]).unwrap()), "Ed448");
        let long = Oid::new(vec![0x81; 65].into());
        assert_eq!(named(long), format!("#{}", "81".repeat(65)));
    }
}
