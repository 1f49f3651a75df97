//! A proxy as a URL. No error tells of the credentials in it.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

use super::named::{Credentials, Proxy, ProxyScheme};
use crate::target::Host;

/// Why a text is no proxy; what is shown of it has no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyUrlError {
    /// Another scheme, or none of the rest.
    #[error("{0}: give http://host:port, https://, socks5:// or socks5h://, or env or system")]
    NoProxy(String),
    /// There is more than a place.
    #[error("{0}: a proxy has no path; give only scheme, host and port")]
    Path(String),
    /// Nobody listens there.
    #[error("{0}: the port may not be 0")]
    Port(String),
    /// Bytes that are no text.
    #[error("{0}: user and password must be UTF-8")]
    Credentials(String),
}

/// `scheme://user:password@host:port`; without a scheme it is HTTP.
impl FromStr for Proxy {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = without_credentials(text);
        let whole = match split_scheme(text) {
            Some(_) => text.to_owned(),
            None => format!("http://{text}"),
        };
        let url = Url::parse(&whole).map_err(|_| ProxyUrlError::NoProxy(shown.clone()))?;
        let Some(scheme) = ProxyScheme::of_word(url.scheme()) else {
            return Err(ProxyUrlError::NoProxy(shown));
        };
        let is_place =
            matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !is_place {
            return Err(ProxyUrlError::Path(shown));
        }
        let host = url.host_str().unwrap_or_default();
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let host: Host = host
            .parse()
            .map_err(|_| ProxyUrlError::NoProxy(shown.clone()))?;
        let port = url.port().unwrap_or(match scheme {
            ProxyScheme::Http => 80,
            ProxyScheme::Https => 443,
            ProxyScheme::Socks5 | ProxyScheme::Socks5h => 1080,
        });
        if port == 0 {
            return Err(ProxyUrlError::Port(shown));
        }
        let Some(credentials) = credentials(&url) else {
            return Err(ProxyUrlError::Credentials(shown));
        };
        Ok(Self {
            scheme,
            host,
            port,
            credentials,
            dns: scheme.usual_dns(),
        })
    }
}

/// User and password of a URL; none where they are no text.
#[allow(clippy::option_option)] // one may have neither
fn credentials(url: &Url) -> Option<Option<Credentials>> {
    if url.username().is_empty() && url.password().is_none() {
        return Some(None);
    }
    let decoded = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.ok().map(String::from)
    };
    Some(Some(Credentials {
        user: decoded(url.username())?,
        password: decoded(url.password().unwrap_or_default())?,
    }))
}

/// The scheme of a URL and what stands behind it (RFC 3986 section 3.1); none where it begins with something else, such as
/// a password with `://` in it.
pub fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let is_scheme = |text: &str| {
        let is_of_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_of_it)
    };
    text.split_once("://")
        .filter(|(scheme, _)| is_scheme(scheme))
}

/// A URL as it may be shown.
fn without_credentials(text: &str) -> String {
    let (scheme, rest) = split_scheme(text).unwrap_or(("", text));
    let rest = match rest.rfind('@') {
        Some(at) => rest.get(at + 1..).unwrap_or_default(),
        // a user and password without the place, perhaps
        None if !has_port(rest) => "...",
        None => rest,
    };
    if scheme.is_empty() {
        rest.to_owned()
    } else {
        format!("{scheme}://{rest}")
    }
}

/// Whether what stands behind the last colon, if one does, is a port.
fn has_port(place: &str) -> bool {
    let place = place.split(['/', '?', '#']).next().unwrap_or_default();
    let port = place.rsplit_once(':').map_or("", |(_, port)| port);
    place.starts_with('[') || port.bytes().all(|byte| byte.is_ascii_digit())
}
