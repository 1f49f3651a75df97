//! Placeholders: the same one for the same thing, and no key to reverse it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};

use super::known;
use crate::endpoints::Ranges;
use crate::judge::diagnose::facts::text::{
    FreeText, Host, InterfaceName, Issuer, Name, ProxyPlace, Region,
};
use crate::judge::diagnose::facts::{Ip, IpKind};
use crate::judge::everybodys_issuer;
use crate::words::words;

words! {
    /// How much is replaced.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum RedactionLevel {
        /// Names, addresses and words that are somebody's own.
        #[default]
        Standard = "standard",
        /// Where and when it was, too: regions, public name servers, the time of the day.
        Full = "full",
        /// Nothing.
        None = "none",
    }
}

words! {
    /// What was replaced.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Class {
        Host = "host": "the name of the machine",
        Address = "address": "addresses",
        Name = "name": "parts of names",
        Interface = "interface": "interfaces",
        Proxy = "proxy": "proxies",
        Issuer = "issuer": "issuers of certificates",
        Region = "region": "regions",
        Time = "time": "times of the day",
        Text = "text": "words of the system or of strangers",
    }
}

/// What stands in the place of words that nobody can judge.
const LEFT_OUT: &str = "(left out)";

/// What stands for what.
#[derive(Debug)]
pub struct Redactor {
    level: RedactionLevel,
    ranges: Ranges,
    addresses: HashMap<IpAddr, Ip>,
    numbers: HashMap<IpKind, u32>,
    networks: HashMap<(IpKind, u128), String>,
    words: HashMap<(Class, String), String>,
    counts: HashMap<Class, u32>,
    replaced: BTreeMap<Class, BTreeSet<String>>,
}

impl Redactor {
    /// With nothing replaced yet.
    pub(super) fn new(level: RedactionLevel, ranges: Ranges) -> Self {
        Self {
            level,
            ranges,
            addresses: HashMap::new(),
            numbers: HashMap::new(),
            networks: HashMap::new(),
            words: HashMap::new(),
            counts: HashMap::new(),
            replaced: BTreeMap::new(),
        }
    }

    /// How many different things of each class were replaced.
    pub fn replaced(&self) -> impl Iterator<Item = (Class, usize)> {
        self.replaced
            .iter()
            .map(|(class, things)| (*class, things.len()))
    }

    /// Whether where and when is left out, too.
    pub(super) fn is_full(&self) -> bool {
        self.level == RedactionLevel::Full
    }

    /// Notes that a time was made less exact.
    pub(super) fn blurred(&mut self) {
        self.replaced
            .entry(Class::Time)
            .or_default()
            .insert(String::new());
    }

    pub(super) fn ip(&mut self, ip: &Ip) -> Ip {
        match ip {
            Ip::Real(address) if !self.is_everybodys(*address) => self.stand_in(*address),
            other => other.clone(),
        }
    }

    fn is_everybodys(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if let IpAddr::V6(v6) = address
            && let Some(inside) = known::translated(v6)
        {
            // the prefix itself has nothing inside
            return inside.is_unspecified() || self.is_everybodys(IpAddr::V4(inside));
        }
        let at = |port| SocketAddr::new(address, port);
        known::is_everywhere(address)
            || self.ranges.contains(at(443), false)
            || self.ranges.contains(at(3478), true)
            || (known::is_resolver(address) && !self.is_full())
    }

    fn stand_in(&mut self, address: IpAddr) -> Ip {
        let address = address.to_canonical();
        if let Some(known) = self.addresses.get(&address) {
            return known.clone();
        }
        let kind = Ip::Real(address).kind();
        let number = self.numbers.entry(kind).or_default();
        *number = number.saturating_add(1);
        let number = *number;
        let is_near = !matches!(kind, IpKind::Public4 | IpKind::Global6);
        let network = if is_near {
            self.network(kind, address)
        } else {
            String::new()
        };
        let stand_in = Ip::StandIn {
            kind,
            number,
            network,
        };
        self.addresses.insert(address, stand_in.clone());
        self.note(Class::Address, address.to_string());
        stand_in
    }

    /// The network that an address shares with others: the first 24 bits of IPv4, 64 of IPv6.
    fn network(&mut self, kind: IpKind, address: IpAddr) -> String {
        let bits = match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits() >> 8),
            IpAddr::V6(v6) => v6.to_bits() >> 64,
        };
        let next = self.networks.len();
        self.networks
            .entry((kind, bits))
            .or_insert_with(|| letters(next))
            .clone()
    }

    pub(super) fn name(&mut self, name: &Name) -> Name {
        Name(self.dns(name.as_str()))
    }

    /// A name of the DNS, or an address where a name is wanted.
    fn dns(&mut self, text: &str) -> String {
        if let Ok(address) = text.parse::<IpAddr>() {
            return self.ip(&Ip::Real(address)).to_string();
        }
        // what was replaced before stays
        if text.is_empty() || text.parse::<Ip>().is_ok() {
            return text.to_owned();
        }
        let lower = text.trim_end_matches('.').to_ascii_lowercase();
        let end = known::end_of(&lower);
        if known::is_name(&lower) && !(self.is_full() && end.is_some()) {
            return lower;
        }
        let (mut rest, mut out) = match end {
            Some(end) => {
                let before = lower.strip_suffix(end).unwrap_or_default();
                (before.trim_end_matches('.'), end.to_owned())
            }
            None => (lower.as_str(), String::new()),
        };
        let mut depth = 0_u32;
        while !rest.is_empty() {
            let (before, label) = rest.rsplit_once('.').unwrap_or(("", rest));
            let of_azure = end == Some("cloudapp.azure.com");
            let stands = match depth {
                0 if of_azure => self.region_word(label),
                1 if of_azure && known::is_relay(label) && !self.is_full() => label.to_owned(),
                _ => self.word(Class::Name, &format!("{label}.{out}")),
            };
            out = if out.is_empty() {
                stands
            } else {
                format!("{stands}.{out}")
            };
            rest = before;
            depth = depth.saturating_add(1);
        }
        out
    }

    pub(super) fn region(&mut self, region: &Region) -> Region {
        Region(self.region_word(region.as_str()))
    }

    fn region_word(&mut self, word: &str) -> String {
        if word.is_empty() || (known::is_region(word) && !self.is_full()) {
            return word.to_owned();
        }
        self.word(Class::Region, word)
    }

    pub(super) fn host(&mut self, host: &Host) -> Host {
        Host(self.word(Class::Host, host.as_str()))
    }

    pub(super) fn interface(&mut self, name: &InterfaceName) -> InterfaceName {
        InterfaceName(self.word(Class::Interface, name.as_str()))
    }

    pub(super) fn proxy(&mut self, place: &ProxyPlace) -> ProxyPlace {
        if place.is_empty() {
            return place.clone();
        }
        // a scheme, a user and a password never stand here; if they do, they go with the rest
        let port = place.as_str().rsplit_once(':').map(|(_, port)| port);
        let port = port.filter(|port| port.parse::<u16>().is_ok());
        let stands = self.word(Class::Proxy, place.as_str());
        ProxyPlace(match port {
            Some(port) => format!("{stands}:{port}"),
            None => stands,
        })
    }

    pub(super) fn issuer(&mut self, issuer: &Issuer) -> Issuer {
        match everybodys_issuer(issuer.as_str()) {
            Some(known) => Issuer(known.to_owned()),
            None => Issuer(self.word(Class::Issuer, issuer.as_str())),
        }
    }

    pub(super) fn free_text(&mut self, text: &FreeText) -> FreeText {
        if text.is_empty() || text.as_str() == LEFT_OUT {
            return text.clone();
        }
        self.note(Class::Text, text.as_str().to_owned());
        FreeText(LEFT_OUT.to_owned())
    }

    /// The placeholder of a word: `host-1`.
    fn word(&mut self, class: Class, word: &str) -> String {
        if word.is_empty() {
            return String::new();
        }
        let key = (class, word.to_owned());
        if let Some(known) = self.words.get(&key) {
            return known.clone();
        }
        let count = self.counts.entry(class).or_default();
        *count = count.saturating_add(1);
        let stands = format!("{}-{count}", class.as_str());
        self.words.insert(key, stands.clone());
        self.note(class, word.to_owned());
        stands
    }

    fn note(&mut self, class: Class, thing: String) {
        self.replaced.entry(class).or_default().insert(thing);
    }
}

/// a to z, then aa ...
fn letters(mut number: usize) -> String {
    let mut out = Vec::new();
    loop {
        let letter = u8::try_from(number % 26).unwrap_or(0);
        out.push(char::from(b'a'.saturating_add(letter)));
        number /= 26;
        match number.checked_sub(1) {
            Some(next) => number = next,
            None => break,
        }
    }
    out.iter().rev().collect()
}
