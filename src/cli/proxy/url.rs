//! A proxy by its URL, and a URL as it may be shown.

use anyhow::{Context as _, bail, ensure};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::net::{Credentials, Proxy, ProxyDns, ProxyScheme};
use crate::target::Host;

/// A proxy by its URL; of its credentials no message tells.
pub fn of_url(text: &str) -> anyhow::Result<Proxy> {
    let shown = without_credentials(text);
    let wrong = || {
        format!(
            "--proxy {shown}: give http://host:port, https://, socks5:// or socks5h://, or env or system"
        )
    };
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let Ok(url) = Url::parse(&whole) else {
        bail!(wrong());
    };
    let Some(scheme) = ProxyScheme::of_word(url.scheme()) else {
        bail!(wrong());
    };
    ensure!(
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none(),
        "--proxy {shown}: a proxy has no path; give only scheme, host and port"
    );
    let host = url.host_str().unwrap_or_default();
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let host: Host = host.parse().map_err(|_| anyhow::anyhow!(wrong()))?;
    let port = url.port().unwrap_or(match scheme {
        ProxyScheme::Http => 80,
        ProxyScheme::Https => 443,
        ProxyScheme::Socks5 | ProxyScheme::Socks5h => 1080,
    });
    ensure!(port != 0, "--proxy {shown}: the port may not be 0");
    Ok(Proxy {
        scheme,
        host,
        port,
        credentials: credentials(&url)?,
        dns: default_dns(scheme),
    })
}

/// `socks5` resolves here, as everywhere else where the two schemes are known.
pub fn default_dns(scheme: ProxyScheme) -> ProxyDns {
    match scheme {
        ProxyScheme::Socks5 => ProxyDns::Local,
        ProxyScheme::Http | ProxyScheme::Https | ProxyScheme::Socks5h => ProxyDns::Remote,
    }
}

/// User and password of a URL.
fn credentials(url: &Url) -> anyhow::Result<Option<Credentials>> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from)
            .context("--proxy: user and password must be UTF-8")
    };
    Ok(Some(Credentials {
        user: decoded(url.username())?,
        password: decoded(url.password().unwrap_or_default())?,
    }))
}

/// A URL as it may be shown.
pub fn without_credentials(text: &str) -> String {
    let (scheme, rest) = text
        .split_once("://")
        .map_or(("", text), |(scheme, rest)| (scheme, rest));
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
