//! Distinguished names as .NET prints them.
//!
//! The order is the reverse of the DER form, so the most specific part comes first; the parts of
//! a multi-valued one keep theirs. A value is quoted if it is empty, holds one of `,+="<>#;` or a
//! line feed, or starts or ends with white space; quotes within are doubled. Source: .NET's
//! X500NameEncoder, which follows Windows' CertNameToStr. Deviation: where .NET gives up, we
//! print `#` and the DER form of the value (RFC 4514 section 2.4), unquoted.

use x509_parser::asn1_rs::{Any, Class, Header, Oid, Tag, ToDer};
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, X509Name};

use super::fields::{LONGEST_FIELD, bounded, hex};
use super::key::oid_text;

pub(super) const ORGANIZATION: &str = "2.5.4.10";
pub(super) const UNIT: &str = "2.5.4.11";
pub(super) const COMMON_NAME: &str = "2.5.4.3";

/// Keys of the attribute types (.NET's OID table). Any other is `OID.` and its number.
const KEYS: &[(&str, &str)] = &[
    (COMMON_NAME, "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "S"),
    ("2.5.4.9", "STREET"),
    (ORGANIZATION, "O"),
    (UNIT, "OU"),
    ("2.5.4.12", "T"),
    ("2.5.4.17", "PostalCode"),
    ("2.5.4.42", "G"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "E"),
];

/// The whole name; empty when it has no parts.
pub(super) fn distinguished_name(name: &X509Name<'_>) -> String {
    // the parser stops without a word at a part that it cannot read
    let mut out = if is_cut_short(name) {
        "...".to_owned()
    } else {
        String::new()
    };
    let parts: Vec<_> = name.iter_rdn().collect();
    for part in parts.iter().rev() {
        let mut separator = ", ";
        for attribute in part.iter() {
            if !out.is_empty() {
                out.push_str(separator);
            }
            out.push_str(&pair(attribute));
            separator = " + ";
        }
        // every character has four bytes at most: enough for the field, and bounded work
        if out.len() > 4 * LONGEST_FIELD {
            break;
        }
    }
    out
}

/// `CN=` and the first common name in that order; empty when there is none.
pub(super) fn common_name(name: &X509Name<'_>) -> String {
    let parts: Vec<_> = name.iter_rdn().collect();
    let mut attributes = parts.iter().rev().flat_map(|part| part.iter());
    attributes
        .find(|attribute| oid_text(attribute.attr_type()) == COMMON_NAME)
        .map(pair)
        .unwrap_or_default()
}

/// The values of one attribute in a name that are text; bounded.
pub(super) fn values(name: &X509Name<'_>, wanted: &str) -> Vec<String> {
    const MOST: usize = 16;
    let attributes = name.iter_attributes();
    let fitting = attributes.filter(|attribute| oid_text(attribute.attr_type()) == wanted);
    let texts = fitting.filter_map(|attribute| text(attribute.attr_value()));
    texts.map(bounded).take(MOST).collect()
}

fn pair(attribute: &AttributeTypeAndValue<'_>) -> String {
    let value = match text(attribute.attr_value()) {
        Some(text) if needs_quotes(&text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Some(text) => text,
        None => raw(attribute.attr_value()),
    };
    format!("{}={value}", key(attribute.attr_type()))
}

fn key(oid: &Oid<'_>) -> String {
    let number = oid_text(oid);
    match KEYS.iter().find(|(known, _)| *known == number) {
        Some((_, key)) => (*key).to_owned(),
        None => format!("OID.{number}"),
    }
}

fn needs_quotes(value: &str) -> bool {
    // only these, whatever else Unicode counts as white space
    let is_space = |c: char| c == ' ' || ('\t'..='\r').contains(&c);
    value.is_empty()
        || value.starts_with(is_space)
        || value.ends_with(is_space)
        || value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';'])
}

/// The value as text (X.690 section 8.23); `None` when it is no string, or a broken one.
fn text(value: &Any<'_>) -> Option<String> {
    if value.class() != Class::Universal || value.header.is_constructed() {
        return None;
    }
    let bytes = value.data;
    match value.tag() {
        Tag::Utf8String
        | Tag::NumericString
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::VisibleString
        | Tag::GraphicString
        | Tag::GeneralString => std::str::from_utf8(bytes).ok().map(str::to_owned),
        // T.61 is a standard that nobody follows: in practice it holds Latin-1
        Tag::T61String => Some(bytes.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units = pairs.iter().copied().map(u16::from_be_bytes);
            let text = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
            rest.is_empty().then_some(text)
        }
        Tag::UniversalString => {
            let (quads, rest) = bytes.as_chunks::<4>();
            let text = quads
                .iter()
                .map(|quad| char::from_u32(u32::from_be_bytes(*quad)))
                .collect();
            rest.is_empty().then_some(text)?
        }
        _ => None,
    }
}

/// A value that is no text.
fn raw(value: &Any<'_>) -> String {
    let der = value
        .to_der_vec_raw()
        .unwrap_or_else(|_| value.data.to_vec());
    format!("#{}", hex(&der))
}

/// Whether the DER form holds more than the parser read. Its `as_raw` ends where it stopped.
pub(super) fn is_cut_short(name: &X509Name<'_>) -> bool {
    Header::from_der(name.as_raw()).is_ok_and(|(rest, header)| {
        header
            .length()
            .definite()
            .is_ok_and(|length| length > rest.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name of one-valued parts, each an OID's content bytes, a string tag and its bytes.
    fn printed(parts: &[(&[u8], u8, &[u8])]) -> String {
        let der = |tag: u8, content: Vec<u8>| {
            [vec![tag, u8::try_from(content.len()).unwrap()], content].concat()
        };
        let sets = parts.iter().flat_map(|(oid, tag, value)| {
            der(
                0x31,
                der(
                    0x30,
                    [der(6, oid.to_vec()), der(*tag, value.to_vec())].concat(),
                ),
            )
        });
        let name = der(0x30, sets.collect());
        distinguished_name(&X509Name::from_der(&name).unwrap().1)
    }

    const CN: &[u8] = &[0x55, 4, 3];

    #[test]
    fn every_string_type_is_decoded() {
        // X.690: 12 UTF8, 18 Numeric, 19 Printable, 20 T61, 22 IA5, 26 Visible, 28 Universal, 30 BMP
        assert_eq!(printed(&[(CN, 12, "Köln ☂".as_bytes())]), "CN=Köln ☂");
        assert_eq!(printed(&[(CN, 18, b"42")]), "CN=42");
        assert_eq!(printed(&[(CN, 19, b"a b")]), "CN=a b");
        assert_eq!(printed(&[(CN, 20, b"K\xF6ln")]), "CN=Köln");
        assert_eq!(printed(&[(CN, 22, b"a@b")]), "CN=a@b");
        assert_eq!(printed(&[(CN, 26, b"v")]), "CN=v");
        assert_eq!(printed(&[(CN, 28, b"\0\0\0K\0\x01\xF6\x00")]), "CN=K😀");
        assert_eq!(
            printed(&[(CN, 30, b"\0K\0\xF6\xD8\x3D\xDE\x00")]),
            "CN=Kö😀"
        );
    }

    #[test]
    fn a_value_that_is_no_text_is_shown_as_its_der_form() {
        assert_eq!(printed(&[(CN, 12, b"\xFF\xFE")]), "CN=#0C02FFFE");
        assert_eq!(printed(&[(CN, 30, b"\0K\0")]), "CN=#1E03004B00");
        assert_eq!(printed(&[(CN, 30, b"\xD8\x3D\0K")]), "CN=#1E04D83D004B");
        assert_eq!(printed(&[(CN, 28, b"\0\x11\0\0")]), "CN=#1C0400110000");
        assert_eq!(printed(&[(CN, 4, b"ab")]), "CN=#04026162");
        assert_eq!(printed(&[(CN, 3, b"\x06\x6E")]), "CN=#0302066E");
    }

    #[test]
    fn quotes_stand_where_dot_net_puts_them() {
        let value = |text: &str| printed(&[(CN, 12, text.as_bytes())]);
        assert_eq!(value(""), "CN=\"\"");
        assert_eq!(value("a,b"), "CN=\"a,b\"");
        assert_eq!(value("say \"hi\""), "CN=\"say \"\"hi\"\"\"");
        assert_eq!(value(" a"), "CN=\" a\"");
        assert_eq!(value("a\r"), "CN=\"a\r\"");
        assert_eq!(value("a\rb"), "CN=a\rb");
        assert_eq!(value("a\nb"), "CN=\"a\nb\"");
        assert_eq!(value("\u{a0}a"), "CN=\u{a0}a");
        assert_eq!(value("a/b\\c'd"), "CN=a/b\\c'd");
    }

    #[test]
    fn the_part_that_the_parser_cannot_read_is_not_passed_over_in_silence() {
        // SEQUENCE { SET { SEQUENCE { CN, "a" } }, INTEGER 1 }
        let name = [
            0x30, 0x0F, 0x31, 0x0A, 0x30, 0x08, 0x06, 3, 0x55, 4, 3, 0x0C, 1, b'a', 2, 1, 1,
        ];
        let parsed = X509Name::from_der(&name).unwrap().1;
        assert_eq!(distinguished_name(&parsed), "..., CN=a");
    }

    #[test]
    fn the_first_common_name_is_the_most_specific_one() {
        assert_eq!(printed(&[(CN, 12, b"a"), (CN, 12, b"b")]), "CN=b, CN=a");
        let der = [
            0x30, 0x18, 0x31, 0x0A, 0x30, 0x08, 6, 3, 0x55, 4, 3, 0x0C, 1, b'a', 0x31, 0x0A, 0x30,
            0x08, 6, 3, 0x55, 4, 3, 0x0C, 1, b'b',
        ];
        assert_eq!(common_name(&X509Name::from_der(&der).unwrap().1), "CN=b");
    }
}
