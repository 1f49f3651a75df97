//! A finding: what was seen, how bad it is, who can fix it, how certain that is, and the numbers behind it. No words.

use chrono::{DateTime, NaiveDate, Utc};

use super::code::Code;
use super::facts::text::{InterfaceName, Issuer, Name, ProxyPlace, Public, Region};
use super::facts::{Endpoint, Ip, Rejection};
use crate::judge::diagnose::facts::Facts;
use crate::judge::severity::Severity;
use crate::words::{words, words_as_text};

words! {
    /// Who can mend it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Party {
        /// Whoever looks after this machine.
        Machine = "machine",
        /// Whoever runs the name servers.
        Dns = "dns",
        /// The local network: cable, Wi-Fi, router.
        Local = "local",
        /// A firewall.
        Firewall = "firewall",
        /// A proxy, or a gateway that looks into TLS.
        Proxy = "proxy",
        /// A VPN.
        Vpn = "vpn",
        /// The provider, or whoever carries packets between it and Microsoft.
        Path = "path",
        /// Microsoft.
        Microsoft = "microsoft",
        /// Somebody whom this evidence does not name.
        Unknown = "unknown",
        /// Nobody: it is good to know, no fault.
        Nobody = "nobody",
    }
}

words! {
    /// How sure it is whose it is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Confidence {
        /// The system or the protocol said so.
        Certain = "certain",
        /// A control worked.
        Likely = "likely",
        /// There is silence only.
        Possible = "possible",
    }
}

words_as_text!(Party, Confidence);

/// A value with its kind, so that its unit and whose secret it is are known.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// So many.
    Count(u64),
    /// Microseconds.
    Micros(u64),
    /// Milliseconds.
    Millis(u64),
    /// Seconds, of either sign.
    Seconds(f64),
    /// A share in parts per million.
    Ppm(u64),
    /// Bytes.
    Bytes(u64),
    /// Bits a second.
    BitsPerSecond(u64),
    /// So many a second.
    PerSecond(f64),
    /// A number that stands for itself: a status, a code.
    Number(u64),
    /// Words that are nobody's.
    Word(&'static str),
    /// See [`Public`].
    Public(Public),
    /// A region of Azure.
    Region(Region),
    /// A name of the DNS.
    Name(Name),
    /// An interface.
    Interface(InterfaceName),
    /// An issuer of a certificate.
    Issuer(Issuer),
    /// A proxy.
    Proxy(ProxyPlace),
    /// An address.
    Ip(Ip),
    /// Addresses.
    Ips(Vec<Ip>),
    /// An address and a port.
    Endpoint(Endpoint),
    /// Ports, in order.
    Ports(Vec<u16>),
    /// A moment.
    Time(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
}

macro_rules! from_facts {
    ($($kind:ident: $fact:ty,)+) => {$(
        impl From<&$fact> for Datum {
            fn from(fact: &$fact) -> Self {
                Self::$kind(fact.clone())
            }
        }
    )+};
}

from_facts! {
    Public: Public,
    Region: Region,
    Name: Name,
    Interface: InterfaceName,
    Issuer: Issuer,
    Proxy: ProxyPlace,
    Ip: Ip,
    Endpoint: Endpoint,
}

impl From<&'static str> for Datum {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

/// A number or a name that a finding rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What it is.
    pub name: &'static str,
    /// The value.
    pub value: Datum,
    /// How many measurements are behind it; none where it is no statistic.
    pub n: Option<u64>,
    /// The facts that it comes from, as they stand in `facts.json`: `udp.cells`.
    pub source: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How bad it is. A note is no fault: it explains nothing and makes no verdict.
    pub severity: Severity,
    /// Who can mend it.
    pub party: Party,
    /// How sure that is.
    pub confidence: Confidence,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The root cause that it follows from; none where it is one itself.
    pub explained_by: Option<Code>,
}

impl Finding {
    /// A finding without evidence yet.
    pub fn new(code: Code, severity: Severity, party: Party, confidence: Confidence) -> Self {
        Self {
            code,
            severity,
            party,
            confidence,
            evidence: Vec::new(),
            explained_by: None,
        }
    }

    /// What is good to know, and nobody's fault.
    pub fn note(code: Code, confidence: Confidence) -> Self {
        Self::new(code, Severity::Note, Party::Nobody, confidence)
    }

    /// With something that it rests on.
    pub fn with(self, name: &'static str, value: impl Into<Datum>, source: &'static str) -> Self {
        self.counted(name, value, None, source)
    }

    /// The same, made of so many measurements.
    pub fn counted(
        mut self,
        name: &'static str,
        value: impl Into<Datum>,
        n: impl Into<Option<u64>>,
        source: &'static str,
    ) -> Self {
        self.evidence.push(Evidence {
            name,
            value: value.into(),
            n: n.into(),
            source,
        });
        self
    }

    /// The same where there is a value.
    pub fn maybe(
        self,
        name: &'static str,
        value: Option<impl Into<Datum>>,
        source: &'static str,
    ) -> Self {
        match value {
            Some(value) => self.with(name, value, source),
            None => self,
        }
    }

    /// With who rejected something, by ICMP, where that is known.
    pub fn rejected_by(self, by: Option<&Rejection>, source: &'static str) -> Self {
        let code = by.map(|by| Datum::Number(by.icmp_code.into()));
        self.maybe("sender", by.map(|by| &by.sender), source)
            .maybe("icmp-code", code, source)
    }

    /// Whether it is a fault.
    pub fn is_fault(&self) -> bool {
        self.severity != Severity::Note
    }

    /// A value by its name.
    pub fn value(&self, name: &str) -> Option<&Datum> {
        let found = self.evidence.iter().find(|one| one.name == name);
        found.map(|one| &one.value)
    }
}

/// One rule: when its code is found, and what would vanish if that were mended. The texts are for the manual; the
/// sentences of findings are made elsewhere, of code and evidence.
pub struct Rule {
    /// What it finds.
    pub code: Code,
    /// From 0, this machine, to 9, this program: of equal findings the lower layer comes first.
    pub layer: u8,
    /// The condition with its thresholds.
    pub condition: &'static str,
    /// Why so.
    pub why: &'static str,
    /// Severity, party and how sure.
    pub grade: &'static str,
    /// The rule itself.
    pub check: fn(&Facts) -> Option<Finding>,
    /// What follows from it, given that it was found.
    pub explains: fn(&Facts) -> Vec<Code>,
}

/// Of rules from which nothing follows.
pub fn nothing(_: &Facts) -> Vec<Code> {
    Vec::new()
}
