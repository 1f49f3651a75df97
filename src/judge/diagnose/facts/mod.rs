//! What one look at the whole way found out: what the rules go by, and what `facts.json` holds.
//!
//! Each field is known or unknown with a reason ([`Fact`]); units stand in the names; whether an address is one of
//! Microsoft's is told beside it (`in_teams_range`), as the list that decides it may be another one than this
//! program's. Texts have types by their kind ([`text`]), addresses are real or stand-ins ([`Ip`]). Fields that a file
//! lacks are unknown, not asked for. Whoever measures leaves the judgement to the rules: silence is told as silence.

mod connections;
mod datagrams;
mod encrypted;
mod fact;
mod ip;
mod machine;
mod names;
mod quality;
pub mod text;
mod web;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use connections::{
    AddressOrigin, ConnectFacts, ConnectOutcome, Rejection, TcpFacts, TriedFacts, WindowScale,
};
pub use datagrams::{Mapping, RelayPortFacts, Size, Udp};
pub use encrypted::{
    Dates, Encrypted, RelayCertificate, RelayReply, Reply, Segments, TlsFacts, TlsOutcome,
};
pub use fact::{Fact, WhyUnknown};
pub use ip::{Endpoint, Ip, IpKind};
pub use machine::{
    HostsEntryFacts, LocalEndFacts, MachineFacts, NeighbourFacts, ProxyFacts, Router, RouterPacket,
    RouterTripFacts, Tunnel, TunnelSign, VdiSign,
};
pub use names::{Answered, Closed, DnsAnswer, NameFacts, NameServerFacts};
pub use quality::{HeldFacts, Loaded, Quality, Slower, StreamFacts};
pub use web::{ClockOffset, ProxyConnect, SignInPage, WebFacts};

use text::{Name, Public};

/// The version of the file; one that is higher is not read.
pub const FORMAT: u32 = 1;

/// All that was found out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The run.
    pub about: About,
    /// This machine and its way out.
    pub machine: MachineFacts,
    /// What the name servers say.
    pub names: NameFacts,
    /// Sign-in page, clocks, proxy.
    pub web: WebFacts,
    /// TCP.
    pub tcp: TcpFacts,
    /// What is spoken on port 443.
    pub encrypted: Encrypted,
    /// UDP.
    pub udp: Udp,
    /// How good the way is.
    pub quality: Quality,
}

/// The run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of the program that measured.
    pub tool_version: Public,
    /// `linux`, `windows`, `macos` ...
    pub system: Public,
    /// `real` or `lab`.
    pub world: Public,
    /// The name of this machine; empty where it is not told.
    pub host: text::Host,
    /// When it began.
    pub started: Option<DateTime<Utc>>,
    /// What it took, in milliseconds.
    pub took_ms: u64,
    /// The relay's name or address.
    pub target: Name,
    /// Whether the short form was asked for.
    pub quick: bool,
    /// Whether nothing but the way to the relays was to be looked at.
    pub offline: bool,
    /// The day of the list of Microsoft's ranges.
    pub list_date: Option<NaiveDate>,
}
