//! What to probe: `host`, `host:port`, `[v6]:port`, or a URI: `tls://`, `udp://`, `tcp://`, `turn:`,
//! `turns:`, `stun:`, `stuns:` (RFC 7064, RFC 7065).

mod targets;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use crate::record::{Ask, Transport};

pub use targets::{NoTarget, Targets};

/// A relay to probe.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Host name in its DNS form, or address.
    pub host: Host,
    /// Port; without one, that of the transport.
    pub port: Option<u16>,
    /// What its URI says is spoken there.
    pub transport: Option<Transport>,
    /// What its URI says is to be asked there.
    pub ask: Option<Ask>,
}

impl Target {
    /// The port for a transport: that of the target, else the transport's own.
    pub fn port_for(&self, transport: Transport) -> u16 {
        self.port.unwrap_or(transport.default_port())
    }

    /// Whether no name has to be resolved.
    pub fn is_address(&self) -> bool {
        matches!(self.host, Host::Address(_))
    }
}

/// Endings of files that none of the domains of the Internet has.
const FILES: [&str; 4] = [".csv", ".jsonl", ".json", ".gz"];

/// Quotes and dashes that word processors put in the place of the keyboard's: IDNA would take some of them for letters.
const TYPOGRAPHIC: [char; 19] = [
    '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}', '\u{201C}', '\u{201D}', '\u{201E}', '\u{201F}',
    '\u{2039}', '\u{203A}', '\u{AB}', '\u{BB}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}',
    '\u{2014}', '\u{2015}', '\u{2212}',
];

/// A name or an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name to be resolved, in lower-case ASCII, without the final dot.
    Name(Arc<str>),
    /// An address: nothing to resolve.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// As it is read: what was parsed once is the same when it is parsed again.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.transport, self.ask) {
            (Some(Transport::Tls), None) => "tls://",
            (Some(Transport::Udp), None) => "udp://",
            (Some(Transport::Tcp), None) => "tcp://",
            (Some(Transport::Tls), Some(Ask::Binding)) => "stuns:",
            (Some(Transport::Tls), Some(_)) => "turns:",
            (Some(Transport::Udp), Some(Ask::Binding)) => "stun:",
            (Some(Transport::Udp | Transport::Tcp), Some(_)) => "turn:",
            // no text says these
            (None | Some(Transport::PseudoTls), _) => "",
        })?;
        match self.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            _ => self.host.fmt(f)?,
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        match (self.transport, self.ask) {
            (Some(Transport::Tcp), Some(_)) => f.write_str("?transport=tcp"),
            _ => Ok(()),
        }
    }
}

/// Why a text is no target.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    /// Nothing there.
    #[error("the target is empty; give a host, host:port or [v6-address]:port")]
    Empty,
    /// A colon, and no port behind it.
    #[error("`{0}` has no port behind the colon; write one, such as 443, or leave the colon out")]
    NoPort(String),
    /// The port is no number from 1 to 65535.
    #[error("`{0}` is no port; give a number from 1 to 65535")]
    Port(String),
    /// The host is neither a name nor an address.
    #[error("`{0}` is no host name and no address; give a host, host:port or [v6-address]:port")]
    Host(String),
    /// A part of a name that no name can have (RFC 1035 section 2.3.4).
    #[error("`{0}` has a part of {1} characters between its dots; a name can have 63 there")]
    Label(String, usize),
    /// An IPv6 address with an interface (RFC 4007 section 11).
    #[error(
        "`{0}` names an interface behind the %, as link-local addresses need it, and these are not supported; give another \
         address or a name"
    )]
    Zone(String),
    /// An address that counts on one network only, and that none can be reached by without its interface (RFC 4291
    /// section 2.5.6).
    #[error(
        "`{0}` is a link-local address, which is not supported; give another address or a name"
    )]
    LinkLocal(String),
    /// An IPv6 address with a port behind it, or what can be one.
    #[error("`{0}` is an IPv6 address without brackets whose end can be a port; write {1}")]
    Brackets(String, String),
    /// A user, as in a URI of the web.
    #[error("`{0}` has an @; give only a host and a port")]
    User(String),
    /// A URI scheme that is not spoken.
    #[error(
        "`{0}:` is not supported; give host:port, tls://, udp://, tcp://, turn:, turns: or stun:"
    )]
    Scheme(String),
    /// `turn:` and its like with slashes.
    #[error("`{0}` has slashes; write it as turn:host, turns:host or stun:host")]
    Slashes(String),
    /// TURN over DTLS.
    #[error("`{0}` is TURN over DTLS, which is not spoken; give turn:host for UDP")]
    Dtls(String),
    /// A transport of TURN that does not exist.
    #[error("`{0}` has an unknown transport; RFC 7065 has ?transport=udp and ?transport=tcp")]
    Transport(String),
    /// More than a host and a port.
    #[error("`{0}` has a path or a query; give only a host and a port")]
    Path(String),
    /// A range of addresses.
    #[error("`{0}` is a range of addresses; give one address")]
    Range(String),
    /// Several in one word.
    #[error("`{0}` has a {1}; separate several targets by spaces")]
    Several(String, &'static str),
    /// A file of rows.
    #[error("`{0}` is named like a file, which `turnprobe report` reads; give a host")]
    File(String),
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let (rest, transport, ask) = scheme(text)?;
        if rest.is_empty() {
            return Err(TargetError::Empty);
        }
        if rest.starts_with(':') && !rest.starts_with("::") {
            return Err(TargetError::Empty);
        }
        if rest.contains('@') {
            return Err(TargetError::User(text.to_owned()));
        }
        if rest.contains('%') && rest.matches(':').count() > 1 {
            return Err(TargetError::Zone(text.to_owned()));
        }
        for (separator, name) in [(',', "comma"), (';', "semicolon")] {
            if rest.contains(separator) {
                return Err(TargetError::Several(text.to_owned(), name));
            }
        }
        if is_range(rest) {
            return Err(TargetError::Range(text.to_owned()));
        }
        if rest.contains(['/', '?', '#']) {
            return Err(TargetError::Path(text.to_owned()));
        }
        if rest.ends_with(':') && rest.parse::<Ipv6Addr>().is_err() {
            let text = text.to_owned();
            return Err(if rest.ends_with("::") {
                TargetError::Host(text)
            } else {
                TargetError::NoPort(text)
            });
        }
        if let Some(mend) = bracketed(rest) {
            return Err(TargetError::Brackets(text.to_owned(), mend));
        }
        let (host, port) = split(rest)?;
        Ok(Self {
            host: host.parse()?,
            port,
            transport,
            ask,
        })
    }
}

/// The lowest number that is taken for a port: none below it is one of a relay, a proxy or a name server.
const LOWEST_PORT: u16 = 53;

/// How to write an IPv6 address without brackets whose last group is a port, or can be one: `::1:443`.
pub fn bracketed(text: &str) -> Option<String> {
    let (address, port) = text.rsplit_once(':')?;
    let number = port.bytes().all(|byte| byte.is_ascii_digit());
    let number = port
        .parse::<u16>()
        .ok()
        .filter(|_| number && !port.starts_with('0'))?;
    if number < LOWEST_PORT || address.parse::<Ipv6Addr>().is_err() {
        return None;
    }
    Some(match text.parse::<Ipv6Addr>() {
        Ok(_) => {
            format!("[{text}] for the address, or [{address}]:{port} for port {port} of {address}")
        }
        Err(_) => format!("[{address}]:{port}"),
    })
}

/// Whether it is an address with the length of its network (RFC 4632 section 3.1).
fn is_range(text: &str) -> bool {
    let parts = text.split_once('/');
    parts.is_some_and(|(of, length)| of.parse::<IpAddr>().is_ok() && length.parse::<u8>().is_ok())
}

/// What a URI names: host and port, transport, request.
type Named<'a> = (&'a str, Option<Transport>, Option<Ask>);

/// Takes a text apart by its scheme.
fn scheme(text: &str) -> Result<Named<'_>, TargetError> {
    if let Some((scheme, rest)) = text.split_once("://") {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        return match scheme.to_ascii_lowercase().as_str() {
            "tls" => Ok((rest, Some(Transport::Tls), None)),
            "udp" => Ok((rest, Some(Transport::Udp), None)),
            "tcp" => Ok((rest, Some(Transport::Tcp), None)),
            "turn" | "turns" | "stun" | "stuns" => Err(TargetError::Slashes(text.to_owned())),
            _ => Err(TargetError::Scheme(scheme.to_owned())),
        };
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return Ok((text, None, None));
    };
    // a number is no host: this is one that is called like a scheme, with its port
    if rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty() {
        return Ok((text, None, None));
    }
    match scheme.to_ascii_lowercase().as_str() {
        // RFC 7064
        "stun" => Ok((rest, Some(Transport::Udp), Some(Ask::Binding))),
        "stuns" => Ok((rest, Some(Transport::Tls), Some(Ask::Binding))),
        // RFC 7065
        "turn" => match over(rest, text)? {
            (rest, None | Some(Over::Udp)) => Ok((rest, Some(Transport::Udp), Some(Ask::Allocate))),
            (rest, Some(Over::Tcp)) => Ok((rest, Some(Transport::Tcp), Some(Ask::Allocate))),
        },
        "turns" => match over(rest, text)? {
            (rest, None | Some(Over::Tcp)) => Ok((rest, Some(Transport::Tls), Some(Ask::Allocate))),
            (_, Some(Over::Udp)) => Err(TargetError::Dtls(text.to_owned())),
        },
        "udp" | "tcp" | "tls" | "http" | "https" | "sip" | "sips" => {
            Err(TargetError::Scheme(scheme.to_owned()))
        }
        _ => Ok((text, None, None)),
    }
}

/// What `?transport=` can say.
enum Over {
    Udp,
    Tcp,
}

/// Cuts `?transport=` off.
fn over<'a>(rest: &'a str, text: &str) -> Result<(&'a str, Option<Over>), TargetError> {
    let Some((host, query)) = rest.split_once('?') else {
        return Ok((rest, None));
    };
    match query.to_ascii_lowercase().as_str() {
        "transport=udp" => Ok((host, Some(Over::Udp))),
        "transport=tcp" => Ok((host, Some(Over::Tcp))),
        _ => Err(TargetError::Transport(text.to_owned())),
    }
}

/// The host and the port of `host`, `host:port`, `[v6]`, `[v6]:port` or a bare `v6`.
fn split(text: &str) -> Result<(&str, Option<u16>), TargetError> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, after) = inner
            .split_once(']')
            .ok_or_else(|| TargetError::Host(text.to_owned()))?;
        if host.parse::<Ipv6Addr>().is_err() {
            return Err(TargetError::Host(text.to_owned()));
        }
        return match after.strip_prefix(':') {
            Some(number) => Ok((host, Some(port(number)?))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(TargetError::Host(text.to_owned())),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text, None));
    }
    match text.rsplit_once(':') {
        Some((host, number)) => Ok((host, Some(port(number)?))),
        None => Ok((text, None)),
    }
}

fn port(text: &str) -> Result<u16, TargetError> {
    match text.parse::<u16>() {
        Ok(port) if port > 0 && !text.starts_with('+') => Ok(port),
        _ => Err(TargetError::Port(text.to_owned())),
    }
}

impl FromStr for Host {
    type Err = TargetError;

    /// Names are brought into their DNS form (RFC 5891) and held to its lengths (RFC 1035 2.3.4).
    fn from_str(text: &str) -> Result<Self, TargetError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return match address {
                IpAddr::V6(v6) if v6.is_unicast_link_local() => {
                    Err(TargetError::LinkLocal(text.to_owned()))
                }
                address => Ok(Self::Address(address)),
            };
        }
        if text.contains(TYPOGRAPHIC) {
            return Err(TargetError::Host(text.to_owned()));
        }
        let wrong = || TargetError::Host(text.to_owned());
        let is_file = |name: &str| FILES.iter().any(|of_file| name.ends_with(of_file));
        if is_file(&text.to_ascii_lowercase()) {
            return Err(TargetError::File(text.to_owned()));
        }
        let name = idna::domain_to_ascii(text).map_err(|_| wrong())?;
        let name = name.strip_suffix('.').unwrap_or(&name);
        if is_file(name) {
            return Err(TargetError::File(text.to_owned()));
        }
        let longest = name.split('.').map(str::len).max().unwrap_or(0);
        if longest > 63 {
            return Err(TargetError::Label(text.to_owned(), longest));
        }
        // a name whose last label is a number is a mistyped address (192.168.1.256)
        let last_is_number = name
            .rsplit('.')
            .next()
            .is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
        let fits = (1..=253).contains(&name.len())
            && !last_is_number
            // RFC 1123 section 2.1; a hyphen or an option that lost its way
            && !name.starts_with('-')
            && name.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            });
        if fits {
            Ok(Self::Name(name.into()))
        } else {
            Err(wrong())
        }
    }
}

#[cfg(test)]
mod tests;
