//! Subject alternative names (RFC 5280 section 4.2.1.6) as a list.
//!
//! DNS names stand bare, other kinds with a prefix: `ip:192.0.2.7`, `email:a@b`, `uri:https://a`.
//! The separator is one space, so white space within a name is escaped. Directory names, other
//! names and the rest of the kinds name no server and are left out.

use std::net::{Ipv4Addr, Ipv6Addr};

use x509_parser::prelude::{GeneralName, ParsedExtension, X509Extension};

use super::fields::hex;

/// Longest list, in bytes.
const LONGEST: usize = 16 * 1024;
/// Stands where names were left out.
const MARK: &str = "...";

/// All names of a certificate; empty when it has none.
pub(super) fn list(extensions: &[X509Extension<'_>]) -> String {
    let extensions = extensions.iter();
    let names = extensions.filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
        _ => None,
    });
    joined(names.flatten().filter_map(text))
}

fn joined(names: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for name in names {
        if !out.is_empty() {
            out.push(' ');
        }
        if out.len() + name.len() + 1 + MARK.len() > LONGEST {
            out.push_str(MARK);
            break;
        }
        out.push_str(&name);
    }
    out
}

fn text(name: &GeneralName<'_>) -> Option<String> {
    let text = match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => format!("ip:{}", address(bytes)),
        GeneralName::RFC822Name(name) => format!("email:{name}"),
        GeneralName::URI(name) => format!("uri:{name}"),
        GeneralName::Invalid(_, bytes) => format!("#{}", hex(bytes)),
        _ => return None,
    };
    if !text.contains(char::is_whitespace) {
        return Some(text);
    }
    let escape = |c: char| {
        if c.is_whitespace() {
            c.escape_unicode().collect()
        } else {
            c.to_string()
        }
    };
    Some(text.chars().map(escape).collect())
}

fn address(bytes: &[u8]) -> String {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        Ipv4Addr::from(bytes).to_string()
    } else if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        Ipv6Addr::from(bytes).to_string()
    } else {
        format!("#{}", hex(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_in_a_name_does_not_make_two_names() {
        assert_eq!(text(&GeneralName::DNSName("a b")).unwrap(), "a\\u{20}b");
        assert_eq!(
            text(&GeneralName::IPAddress(&[1, 2, 3])).unwrap(),
            "ip:#010203"
        );
        assert_eq!(text(&GeneralName::RFC822Name("a@b")).unwrap(), "email:a@b");
    }

    #[test]
    fn a_long_list_ends_between_two_names() {
        let name = "a".repeat(100);
        let list = joined(std::iter::repeat_n(name, 1000));
        assert!(list.len() <= LONGEST);
        assert!(list.len() > LONGEST - 110);
        assert!(list.ends_with("aaa ..."));
        assert_eq!(joined(std::iter::once("a".repeat(100_000))), "...");
    }
}
