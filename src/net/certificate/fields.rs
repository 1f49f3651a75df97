//! The fields of a certificate, each read by itself: one that cannot be read costs no other.
//!
//! RFC 5280 section 4.1 says which element stands where; only their order and their outermost
//! tags and lengths have to be right.

use std::fmt::Write as _;

use x509_parser::asn1_rs::{Any, Class, Tag};
use x509_parser::nom::{self, error::ErrorKind};
use x509_parser::prelude::{
    ASN1Time, AlgorithmIdentifier, FromDer, ParsedExtension, SubjectPublicKeyInfo, X509Error,
    X509Extension, X509Name,
};

/// Most bytes of a broken value that are shown.
const SHOWN: usize = 32;
/// Most extensions that are looked at.
const MOST_EXTENSIONS: usize = 256;

/// What could be read of a certificate.
#[derive(Debug, Default)]
pub(in crate::net) struct Fields<'a> {
    pub(super) serial: Option<&'a [u8]>,
    pub(in crate::net) issuer: Option<X509Name<'a>>,
    pub(in crate::net) subject: Option<X509Name<'a>>,
    pub(in crate::net) not_before: Option<ASN1Time>,
    pub(in crate::net) not_after: Option<ASN1Time>,
    pub(in crate::net) key: Option<SubjectPublicKeyInfo<'a>>,
    pub(in crate::net) extensions: Vec<X509Extension<'a>>,
    /// Whether it is of version 1, which has no extensions.
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code))]
    // it counts for roots that are judged here
    pub(in crate::net) is_v1: bool,
    pub(in crate::net) signature: Option<AlgorithmIdentifier<'a>>,
    /// What could not be read and why, one for each.
    pub(super) faults: Vec<String>,
}

/// An element and all of its bytes.
#[derive(Clone)]
struct Element<'a> {
    any: Any<'a>,
    raw: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of a certificate in its DER form.
    ///
    /// # Errors
    ///
    /// When the elements of a certificate are not there; the text says why.
    pub(in crate::net) fn of(der: &'a [u8]) -> Result<Self, String> {
        let (outer, _) = one(der)?;
        let outer = within(&outer)?;
        let [tbs, algorithm, _signature] = outer.as_slice() else {
            return Err("it does not have three parts".to_owned());
        };
        let mut tbs = within(tbs)?.into_iter().peekable();
        // version 1 is the default and left out
        let version = tbs.next_if(|element| is_marked(element, 0));
        let mut fields = Self {
            is_v1: version.is_none(),
            ..Self::default()
        };
        let mut next = |name: &str| tbs.next().ok_or_else(|| format!("it ends before {name}"));
        let (serial, _, issuer) = (
            next("its serial number")?,
            next("its signature")?,
            next("its issuer")?,
        );
        let (validity, subject, key) = (next("its dates")?, next("its subject")?, next("its key")?);
        if serial.any.tag() == Tag::Integer {
            fields.serial = Some(serial.any.data);
        } else {
            fields.fault("SerialNumber", "it is no number");
        }
        fields.issuer = fields.read("Issuer", &issuer);
        fields.subject = fields.read("Subject", &subject);
        fields.key = fields.read("cert_key", &key);
        fields.signature = fields.read("SignatureAlgorithmFriendlyName", algorithm);
        match within(&validity).as_deref() {
            Ok([start, end]) => {
                fields.not_before = fields.date("NotBefore", start);
                fields.not_after = fields.date("NotAfter", end);
            }
            _ => fields.fault("NotBefore and NotAfter", "they are no two dates"),
        }
        if let Some(marked) = tbs.find(|element| is_marked(element, 3)) {
            fields.read_extensions(&marked);
        }
        Ok(fields)
    }

    fn fault(&mut self, name: &str, why: &str) {
        self.faults.push(format!("{name} cannot be read: {why}"));
    }

    fn read<T: FromDer<'a, X509Error>>(&mut self, name: &str, element: &Element<'a>) -> Option<T> {
        match T::from_der(element.raw) {
            Ok((_, value)) => Some(value),
            Err(error) => {
                self.fault(name, &reason(&error));
                None
            }
        }
    }

    fn date(&mut self, name: &str, element: &Element<'a>) -> Option<ASN1Time> {
        if let Ok((_, time)) = ASN1Time::from_der(element.raw) {
            return Some(time);
        }
        let bytes = element.any.data;
        let shown = bytes.get(..SHOWN).unwrap_or(bytes);
        let shown = match std::str::from_utf8(shown) {
            Ok(text) if text.chars().all(|c| c.is_ascii_graphic()) => text.to_owned(),
            _ => format!("#{}", hex(shown)),
        };
        self.fault(name, &format!("{shown} is no date"));
        None
    }

    fn read_extensions(&mut self, marked: &Element<'a>) {
        let list = one(marked.any.data).and_then(|(list, _)| within(&list));
        let list = match list {
            Ok(list) => list,
            Err(why) => return self.fault("cert_sans", &why),
        };
        for element in list.iter().take(MOST_EXTENSIONS) {
            let Some(extension) = self.read::<X509Extension<'a>>("an extension", element) else {
                continue;
            };
            let is_names = extension.oid.as_bytes() == [0x55, 0x1D, 0x11];
            if is_names && let ParsedExtension::ParseError { error } = extension.parsed_extension()
            {
                let why = error.to_string();
                self.fault("cert_sans", &why);
            }
            self.extensions.push(extension);
        }
    }
}

/// The parser's complaint without the bytes that it stumbled on.
fn reason(error: &nom::Err<X509Error>) -> String {
    match error {
        nom::Err::Incomplete(_)
        | nom::Err::Error(X509Error::NomError(ErrorKind::Eof))
        | nom::Err::Failure(X509Error::NomError(ErrorKind::Eof)) => "it ends too early".to_owned(),
        nom::Err::Error(error) | nom::Err::Failure(error) => error.to_string(),
    }
}

/// The first element and what stands behind it.
fn one(bytes: &[u8]) -> Result<(Element<'_>, &[u8]), String> {
    let parsed: x509_parser::asn1_rs::ParseResult<'_, Any<'_>> = Any::from_der(bytes);
    let (rest, any) = parsed.map_err(|error| match error {
        nom::Err::Incomplete(_) => "it ends too early".to_owned(),
        nom::Err::Error(error) | nom::Err::Failure(error) => error.to_string(),
    })?;
    let raw = bytes.get(..bytes.len() - rest.len()).unwrap_or(bytes);
    Ok((Element { any, raw }, rest))
}

/// The elements within a sequence.
fn within<'a>(element: &Element<'a>) -> Result<Vec<Element<'a>>, String> {
    if element.any.tag() != Tag::Sequence || element.any.class() != Class::Universal {
        return Err("it is no sequence".to_owned());
    }
    let (mut found, mut rest) = (Vec::new(), element.any.data);
    while !rest.is_empty() {
        let (next, behind) = one(rest)?;
        found.push(next);
        rest = behind;
    }
    Ok(found)
}

/// Whether the element has that mark of its own context.
fn is_marked(element: &Element<'_>, mark: u32) -> bool {
    element.any.class() == Class::ContextSpecific && element.any.tag() == Tag(mark)
}

/// Longest text of a field, in characters. The alternative names have a limit of their own.
pub(super) const LONGEST_FIELD: usize = 1024;

/// Upper-case hexadecimal.
pub(in crate::net) fn hex(bytes: &[u8]) -> String {
    // more than that would be cut off anyway
    let bytes = bytes.get(..LONGEST_FIELD).unwrap_or(bytes);
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
            let _ = write!(out, "{byte:02X}");
            out
        })
}

/// The text, cut to the longest that a field may hold.
pub(super) fn bounded(mut text: String) -> String {
    if text.chars().nth(LONGEST_FIELD).is_some() {
        let end = text
            .char_indices()
            .nth(LONGEST_FIELD - 3)
            .map_or(0, |(at, _)| at);
        text.truncate(end);
        text.push_str("...");
    }
    text
}
