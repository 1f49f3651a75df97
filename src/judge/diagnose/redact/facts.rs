//! The class of every field of the facts. A field that is missing here does not compile, as does a type without a class.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::Redact;
use super::place::Redactor;
use crate::judge::diagnose::Facts;
use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::text::{
    FreeText, Host, InterfaceName, Issuer, Name, ProxyPlace, Public, Region,
};
use crate::judge::diagnose::facts::{
    About, AddressOrigin, Answered, ClockOffset, Closed, ConnectFacts, ConnectOutcome, Dates,
    DnsAnswer, Encrypted, Endpoint, Fact, HeldFacts, HostsEntryFacts, Ip, Loaded, LocalEndFacts,
    MachineFacts, Mapping, NameFacts, NameServerFacts, NeighbourFacts, ProxyConnect, ProxyFacts,
    Quality, Rejection, RelayCertificate, RelayPortFacts, RelayReply, Reply, Router, RouterPacket,
    RouterTripFacts, Segments, SignInPage, Size, Slower, StreamFacts, TcpFacts, TlsFacts,
    TlsOutcome, TriedFacts, Tunnel, TunnelSign, Udp, VdiSign, WebFacts, WhyUnknown, WindowScale,
};
use crate::record::{LossWindow, TlsPath, Trust};

/// Types that tell nothing of anybody: numbers, moments of certificates, words of this program.
macro_rules! nobodys {
    ($($name:ty),+ $(,)?) => {$(
        impl Redact for $name {
            fn redact(&self, _: &mut Redactor) -> Self {
                self.clone()
            }
        }
    )+};
}

nobodys!(
    bool,
    u8,
    u16,
    u32,
    u64,
    f64,
    NaiveDate,
    Public,
    Code,
    Closed,
    ProxyConnect,
    ConnectOutcome,
    Dates,
    Loaded,
    LossWindow,
    NeighbourFacts,
    AddressOrigin,
    Reply,
    RouterPacket,
    Segments,
    Size,
    Slower,
    TlsOutcome,
    TlsPath,
    Trust,
    TunnelSign,
    VdiSign,
    WindowScale,
);

/// Types that the redactor has a place for.
macro_rules! somebodys {
    ($($name:ty: $how:ident,)+) => {$(
        impl Redact for $name {
            fn redact(&self, by: &mut Redactor) -> Self {
                by.$how(self)
            }
        }
    )+};
}

somebodys! {
    Ip: ip,
    Name: name,
    Host: host,
    InterfaceName: interface,
    ProxyPlace: proxy,
    Issuer: issuer,
    FreeText: free_text,
    Region: region,
}

/// Types of several fields, all of which stand here.
macro_rules! of_fields {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Redact for $name {
            fn redact(&self, redactor: &mut Redactor) -> Self {
                let Self { $($field),+ } = self;
                $(let $field = $field.redact(redactor);)+
                Self { $($field),+ }
            }
        }
    )+};
}

of_fields! {
    Facts { about, machine, names, web, tcp, encrypted, udp, quality }
    MachineFacts { has_address, has_route4, has_route6, way, other_tunnels, hosts, vdi, proxy, router }
    LocalEndFacts { local, interface, interface_mtu_bytes, tunnel }
    Tunnel { interface, by, product }
    HostsEntryFacts { name, ip, in_teams_range }
    ProxyFacts { place, set_by }
    Router { ip, neighbour, trips }
    RouterTripFacts { sent, answered, p50_us, p95_us, samples }
    NameFacts { name, system, comparison }
    NameServerFacts { server, asked, answered, times_us, answer, chain, is_behind_router, waits_ms, waited_ms, closed }
    Answered { ip, in_teams_range, region }
    WebFacts { page, clocks, connect, tunnel }
    SignInPage { url, status, is_expected, redirects, is_html }
    ClockOffset { source, low_s, high_s }
    TcpFacts { relays, control, port80, again, v6, nat64_prefix }
    ConnectFacts { remote, name, region, origin, in_teams_range, tried, rejected_by, window_scale }
    TriedFacts { outcome, took_us, syn_retransmits, rtt_us }
    Rejection { sender, icmp_type, icmp_code }
    Encrypted { relays, control, pseudo_tls, turn_clear, turn_tls }
    TlsFacts {
        remote, outcome, took_us, segments, hello_acknowledged, received_bytes,
        works_with_small_segments, certificate,
    }
    RelayCertificate {
        path, evidence, is_certain, trust_public, trust_os, os_reaches, dates, fits_name, issuer,
        asked, has_microsofts_names, has_known_issuer, not_before, not_after,
    }
    RelayReply { remote, reply, took_us }
    Udp { cells, mapped, allocate, sizes }
    RelayPortFacts { remote, port, region, sent, answered, denied, rejected, rejected_by, rtt_us, others }
    Mapping { remote, mapped }
    Quality { stream, slower, held, loaded }
    StreamFacts {
        remote, sent, received, rate_per_s, worst_200ms, worst_15s, rtt_p50_us, rtt_p95_us,
        jitter_us, jitter_n, reordered, before_first_loss, answers_per_s, samples, was_interrupted,
    }
    HeldFacts { remote, held_ms, was_cut, sent, answered, rtt_p50_us, retransmits }
}

impl Redact for About {
    fn redact(&self, by: &mut Redactor) -> Self {
        let Self {
            format,
            tool_version,
            system,
            world,
            host,
            started,
            took_ms,
            target,
            quick,
            offline,
            list_date,
        } = self;
        let started = started.map(|at| {
            if !by.is_full() {
                return at;
            }
            by.blurred();
            at.with_time(NaiveTime::MIN).single().unwrap_or(at)
        });
        Self {
            format: *format,
            tool_version: tool_version.redact(by),
            system: system.redact(by),
            world: world.redact(by),
            host: host.redact(by),
            started,
            took_ms: *took_ms,
            target: target.redact(by),
            quick: *quick,
            offline: *offline,
            list_date: *list_date,
        }
    }
}

impl Redact for Endpoint {
    fn redact(&self, by: &mut Redactor) -> Self {
        let Self { ip, port } = self;
        Self {
            ip: ip.redact(by),
            port: *port,
        }
    }
}

impl Redact for DnsAnswer {
    fn redact(&self, by: &mut Redactor) -> Self {
        match self {
            Self::Addresses(all) => Self::Addresses(all.redact(by)),
            Self::Other(words) => Self::Other(words.redact(by)),
            Self::NoData | Self::NxDomain | Self::ServFail | Self::Refused | Self::Silent => {
                self.clone()
            }
        }
    }
}

impl Redact for WhyUnknown {
    fn redact(&self, by: &mut Redactor) -> Self {
        match self {
            Self::Failed(words) => Self::Failed(words.redact(by)),
            Self::Masked(code) => Self::Masked(*code),
            Self::NotAsked
            | Self::OutOfTime
            | Self::Interrupted
            | Self::NotOnThisSystem
            | Self::NotReached
            | Self::NoMappedAddress
            | Self::WaitedBriefly(_) => self.clone(),
        }
    }
}

/// Moments of certificates, which everybody can read off a relay.
impl Redact for DateTime<Utc> {
    fn redact(&self, _: &mut Redactor) -> Self {
        *self
    }
}

impl<T: Redact> Redact for Fact<T> {
    fn redact(&self, by: &mut Redactor) -> Self {
        match self {
            Self::Known(value) => Self::Known(value.redact(by)),
            Self::Unknown(why) => Self::Unknown(why.redact(by)),
        }
    }
}

impl<T: Redact> Redact for Option<T> {
    fn redact(&self, by: &mut Redactor) -> Self {
        self.as_ref().map(|value| value.redact(by))
    }
}

impl<T: Redact> Redact for Vec<T> {
    fn redact(&self, by: &mut Redactor) -> Self {
        self.iter().map(|value| value.redact(by)).collect()
    }
}
