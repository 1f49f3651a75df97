//! One entry of Microsoft's list: names, ranges and ports that belong together. Not here: the list.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::Range;

/// The entry of media over UDP.
pub const MEDIA: u32 = 11;

/// The entry of everything else of Teams.
pub const TEAMS: u32 = 12;

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its number, which never changes.
    pub id: u32,
    /// The service it is of: `Skype` is Teams.
    pub area: Cow<'static, str>,
    /// `Optimize`, `Allow` or `Default`.
    pub category: Cow<'static, str>,
    /// Names of hosts.
    pub names: Vec<Pattern>,
    /// Addresses.
    pub ranges: Vec<Range>,
    /// Ports over TCP.
    pub tcp: Vec<Ports>,
    /// Ports over UDP.
    pub udp: Vec<Ports>,
}

impl Set {
    /// The service in words.
    pub fn service(&self) -> String {
        match &*self.area {
            "Skype" if self.is_teams() => "Microsoft Teams".to_owned(),
            "Skype" => "Microsoft Teams and Skype".to_owned(),
            area => format!("Microsoft 365 ({area})"),
        }
    }

    /// Whether it is one of the two that decide what is of Teams.
    pub fn is_teams(&self) -> bool {
        [MEDIA, TEAMS].contains(&self.id)
    }

    /// The first of its ranges with the address.
    pub fn range_of(&self, address: IpAddr) -> Option<&Range> {
        self.ranges.iter().find(|range| range.contains(address))
    }

    /// The first of its names that stands for this one.
    pub fn pattern_of(&self, name: &str) -> Option<&Pattern> {
        self.names.iter().find(|pattern| pattern.matches(name))
    }
}

/// A port, or several in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    /// From one to another.
    pub const fn new(first: u16, last: u16) -> Self {
        Self { first, last }
    }

    /// One.
    pub const fn one(port: u16) -> Self {
        Self::new(port, port)
    }

    /// Whether the port is one of them.
    pub fn contains(&self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<> {
        self.first..=self.last
    }

    /// Of a list such as `80,443` or `3478-3481`, those in a row together; none where it is no such list.
    pub fn list(text: &str) -> Option<Vec<Self>> {
        let port = |text: &str| text.trim().parse().ok().filter(|port| *port != 0);
        let mut all: Vec<Self> = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let ports = Self::new(port(first)?, port(last)?);
            if ports.first > ports.last {
                return None;
            }
            match all.last_mut() {
                Some(before) if before.last.checked_add(1) == Some(ports.first) => {
                    before.last = ports.last;
                }
                _ => all.push(ports),
            }
        }
        Some(all)
    }

    /// Several lists in one text: `TCP 443, 80; UDP 443`.
    pub fn told(tcp: &[Self], udp: &[Self]) -> String {
        let listed = |name: &str, ports: &[Self]| {
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            (!ports.is_empty()).then(|| format!("{name} {}", ports.join(", ")))
        };
        let parts: Vec<String> = [listed("TCP", tcp), listed("UDP", udp)]
            .into_iter()
            .flatten()
            .collect();
        parts.join("; ")
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last > self.first {
            write!(f, "-{}", self.last)?;
        }
        Ok(())
    }
}

/// The name of a host, or of many: a `*` that is the whole first label stands for one label or more,
/// any other for some characters of its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// As it is written, in lower case.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it stands for many names.
    pub fn is_wildcard(&self) -> bool {
        self.0.contains('*')
    }

    /// Whether it stands for this name.
    pub fn matches(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let name: Vec<&str> = name.split('.').collect();
        let pattern: Vec<&str> = self.0.split('.').collect();
        let is_same = |pattern: &[&str], name: &[&str]| {
            let mut labels = pattern.iter().zip(name);
            pattern.len() == name.len() && labels.all(|(one, other)| is_like(one, other))
        };
        match pattern.split_first() {
            Some((&"*", rest)) => {
                let some = name.len().checked_sub(rest.len()).filter(|n| *n > 0);
                // no label of a name is empty
                name.iter().all(|label| !label.is_empty())
                    && some.is_some_and(|n| is_same(rest, name.get(n..).unwrap_or_default()))
            }
            _ => is_same(&pattern, &name),
        }
    }
}

/// Whether a label is like one with at most a few `*` in it.
fn is_like(pattern: &str, label: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = label.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

/// A text that names no host.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no name of a host")]
pub struct NoName(pub String);

impl FromStr for Pattern {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Self, NoName> {
        let is_one = |c: char| c.is_ascii_alphanumeric() || "-_*".contains(c);
        let mut labels = text.split('.');
        let is_name = text.len() <= 253 && labels.all(|l| !l.is_empty() && l.chars().all(is_one));
        if !is_name {
            return Err(NoName(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(name)
    }

    #[test]
    fn a_wildcard_stands_for_one_label_or_more_and_not_for_the_name_behind_it() {
        let pattern = "*.teams.microsoft.com";
        for name in [
            "tr.teams.microsoft.com",
            "worldaz.tr.teams.microsoft.com",
            "TR.Teams.Microsoft.COM.",
        ] {
            assert!(matches(pattern, name), "{name}");
        }
        for name in [
            "teams.microsoft.com",
            "evilteams.microsoft.com",
            "tr.teams.microsoft.com.example.org",
            "microsoft.com",
            ".teams.microsoft.com",
            "",
        ] {
            assert!(!matches(pattern, name), "{name}");
        }
    }

    #[test]
    fn a_star_inside_a_label_stays_in_it() {
        let pattern = "autodiscover.*.onmicrosoft.com";
        assert!(matches(pattern, "autodiscover.contoso.onmicrosoft.com"));
        assert!(!matches(pattern, "autodiscover.a.b.onmicrosoft.com"));
        assert!(matches("*-my.sharepoint.com", "contoso-my.sharepoint.com"));
        assert!(!matches("*-my.sharepoint.com", "a.contoso.sharepoint.com"));
        assert!(matches("a*b*c.test", "axxbyc.test"));
        assert!(!matches("a*b*c.test", "axxc.test"));
        assert!(!matches("ab*ba.test", "aba.test"));
    }

    #[test]
    fn ports_are_read_as_the_list_writes_them() {
        let told = |tcp, udp: Option<&str>| {
            Ports::told(
                &Ports::list(tcp).unwrap(),
                &udp.map(|udp| Ports::list(udp).unwrap()).unwrap_or_default(),
            )
        };
        assert_eq!(
            told("80,443", Some("3478-3481")),
            "TCP 80, 443; UDP 3478-3481"
        );
        assert_eq!(told("443", None), "TCP 443");
        assert_eq!(
            told("443", Some("3478,3479,3480,3481,3483")),
            "TCP 443; UDP 3478-3481, 3483"
        );
        for wrong in ["", "0", "443-80", "70000", "443,", "a"] {
            assert_eq!(Ports::list(wrong), None, "{wrong}");
        }
    }
}
