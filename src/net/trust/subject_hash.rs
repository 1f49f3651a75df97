//! The number by which OpenSSL names the file of a certificate (`openssl x509 -subject_hash`): the first four bytes of the
//! SHA-1 of its subject in a form in which letters' case, white space and kinds of text make no difference.
//!
//! Source: `X509_NAME_hash_ex` and `x509_name_canon` of OpenSSL 1.0.0 to 3.x.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use x509_parser::asn1_rs::{Any, FromDer};

use crate::net::certificate::Fields;

/// The hash of a certificate's subject; `None` if that cannot be read.
pub(super) fn subject_hash(der: &[u8]) -> Option<u32> {
    let subject = Fields::of(der).ok()?.subject?;
    of_name(subject.as_raw())
}

/// The hash of a name in its DER form.
fn of_name(der: &[u8]) -> Option<u32> {
    let mut canonical = Vec::new();
    for set in elements(content(der)?)? {
        let attributes = elements(content(set)?)?;
        let attributes: Option<Vec<_>> = attributes.into_iter().map(attribute).collect();
        let mut attributes = attributes?;
        attributes.sort_unstable();
        canonical.extend(element(SET, &attributes.concat()));
    }
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, &canonical);
    let first = digest.as_ref().first_chunk()?;
    Some(u32::from_le_bytes(*first))
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const UTF8: u8 = 0x0c;

/// A type with its value, of which text is folded and everything else stays.
fn attribute(der: &[u8]) -> Option<Vec<u8>> {
    let parts = elements(content(der)?)?;
    let [kind, value] = parts.as_slice() else {
        return None;
    };
    let bytes = content(value)?;
    let is_single = |byte: &u8| char::from(*byte);
    let text: Option<String> = match value.first()? {
        &UTF8 => String::from_utf8(bytes.to_vec()).ok(),
        // PrintableString, T61String, IA5String, VisibleString: Latin-1
        0x13 | 0x14 | 0x16 | 0x1a => Some(bytes.iter().map(is_single).collect()),
        // BMPString, UniversalString
        0x1e => wide(bytes.as_chunks::<2>(), |pair| {
            u16::from_be_bytes(pair).into()
        }),
        0x1c => wide(bytes.as_chunks::<4>(), u32::from_be_bytes),
        _ => return Some(element(SEQUENCE, &[*kind, *value].concat())),
    };
    let text = element(UTF8, folded(&text?).as_bytes());
    Some(element(SEQUENCE, &[*kind, &text].concat()))
}

/// Text of characters that have so many bytes.
fn wide<const N: usize>(
    (characters, rest): (&[[u8; N]], &[u8]),
    number: impl Fn([u8; N]) -> u32,
) -> Option<String> {
    let text = characters.iter().map(|one| char::from_u32(number(*one)));
    text.collect::<Option<String>>().filter(|_| rest.is_empty())
}

/// Without white space at the ends, with one space in place of any other, and with small letters; only of ASCII.
fn folded(text: &str) -> String {
    let is_space = |c: char| c == ' ' || ('\t'..='\r').contains(&c);
    let words = text.split(is_space).filter(|word| !word.is_empty());
    let words: Vec<_> = words.collect();
    words.join(" ").to_ascii_lowercase()
}

fn content(der: &[u8]) -> Option<&[u8]> {
    let (_, any): (_, Any<'_>) = Any::from_der(der).ok()?;
    Some(any.data)
}

/// Elements one after the other, each with its tag and length.
fn elements(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (rest, _): (_, Any<'_>) = Any::from_der(bytes).ok()?;
        let (one, behind) = bytes.split_at(bytes.len() - rest.len());
        found.push(one);
        bytes = behind;
    }
    Some(found)
}

/// An element of a tag and what is in it (X.690 section 8.1.3).
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let first = length.iter().position(|byte| *byte != 0);
    let length = &length[first.unwrap_or(length.len() - 1)..];
    let mut out = vec![tag];
    match length {
        [short] if *short < 0x80 => out.push(*short),
        _ => {
            // at most eight bytes
            out.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
            out.extend(length);
        }
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(hex: &str) -> Vec<u8> {
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    }

    // `openssl x509 -inform der -in NAME.der -noout -subject_hash` of OpenSSL 3.0.22
    #[test]
    fn the_hash_of_a_certificate_is_that_of_openssl() {
        for (name, hash) in [
            ("root", 0x2cbc_8948),
            ("bmp", 0xcdf8_2aef),
            ("quotes", 0xe2b9_f90b),
            ("odd", 0x93f6_108a),
            ("empty", 0xeea3_39da),
            ("leaf", 0xa057_fc96),
        ] {
            let file = format!("{}/tests/data/certs/{name}.der", env!("CARGO_MANIFEST_DIR"));
            let der = std::fs::read(file).unwrap();
            assert_eq!(subject_hash(&der), Some(hash), "{name}");
        }
        assert_eq!(subject_hash(b"no certificate"), None);
    }

    // the same of certificates that have such a name
    #[test]
    fn every_kind_of_text_in_a_name_is_folded_as_openssl_does() {
        for (name, hash) in [
            // BMPString
            ("300f310d300b060355040a1e0465e5672c", 0x4c9a_49fc),
            // UniversalString with white space in it
            (
                "30173115301306035504031c0c000000e90000002000000020",
                0x7799_dc1a,
            ),
            // T61String with letters beyond ASCII
            ("30123110300e060355040714077fe9c9453d6d63", 0x3ccd_dd98),
            // UTF8String with capitals beyond ASCII
            ("3010310e300c06035504050c05c39c6ec3af", 0x09dc_d845),
            // several values in one part, not in order
            (
                "3020311e300d060355040a0306003f43412032300d06035504060c06cea922712209",
                0xb998_f2ee,
            ),
            // NumericString and BIT STRING, which stay
            (
                "3030310e300c0603550405160509524f4f54310d300b06035504031e0400c9007f310f300d060355040a1206313220333420",
                0x076e_2e4c,
            ),
            // nothing but white space
            (
                "302131123010060a0992268993f22c64011916020cc9310b3009060355040316022020",
                0x75d2_20e1,
            ),
        ] {
            assert_eq!(of_name(&bytes_of(name)), Some(hash), "{name}");
        }
    }

    // 60 times "Long " is 300 characters, of which the last is white space; lengths need two bytes more than short ones
    #[test]
    fn a_long_name_has_its_length_in_several_bytes() {
        let text = "Long ".repeat(60);
        let kind = [6, 3, 0x55, 4, 3];
        let value = element(UTF8, text.as_bytes());
        let attribute = element(SEQUENCE, &[&kind[..], &value].concat());
        let name = element(SEQUENCE, &element(SET, &attribute));
        assert_eq!(name[..4], [0x30, 0x82, 1, 61]);
        assert_eq!(of_name(&name), Some(0x4b73_966d));
    }
}
