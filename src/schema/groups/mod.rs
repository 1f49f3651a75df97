//! The groups of columns that kinds of row share. Each has a trait that says what a row must be
//! asked for, and a constant of [`Group`](super::group::Group) with the columns. A meaning is
//! worded for any row; where one means more, its table says so.

mod outcome;
mod run;
mod target;
mod tcp;
mod tls;
mod turn;

pub(crate) use outcome::{HasOutcome, HasTimes};
pub(crate) use run::{HasClock, HasRun, HasStart};
pub(crate) use target::{HasDns, HasHost, HasLocalEnd, HasPeer, HasProxy, HasRelay};
pub(crate) use tcp::{HasBytes, HasTcp};
pub(crate) use tls::HasTls;
pub(crate) use turn::HasTurn;

/// Says of a row which groups it has by its fields alone, of the names that stand here: `by_fields!(Burst: HasRun, HasClock)`. What
/// a row has elsewhere it says itself.
macro_rules! by_fields {
    ($row:ty: $($group:ident),+) => { $( $crate::schema::groups::by_fields!(@$group $row); )+ };
    (@HasRun $row:ty) => {
        impl $crate::schema::groups::HasRun for $row {
            fn run(&self) -> &$crate::record::Run { &self.run }
            fn slot(&self) -> u64 { self.slot }
        }
    };
    (@HasClock $row:ty) => {
        impl $crate::schema::groups::HasClock for $row {
            fn clock(&self) -> $crate::record::ClockChange { self.clock }
        }
    };
    (@HasStart $row:ty) => {
        impl $crate::schema::groups::HasStart for $row {
            fn lag(&self) -> Option<std::time::Duration> { self.lag }
        }
    };
    (@HasHost $row:ty) => {
        impl $crate::schema::groups::HasHost for $row {
            fn host(&self) -> &str { &self.host }
        }
    };
    (@HasDns $row:ty) => {
        impl $crate::schema::groups::HasDns for $row {
            fn dns(&self) -> &$crate::record::Dns { &self.dns }
        }
    };
    (@HasRelay $row:ty) => {
        impl $crate::schema::groups::HasRelay for $row {
            fn region(&self) -> &str { &self.region }
            fn in_teams_range(&self) -> Option<bool> { self.in_teams_range }
        }
    };
    (@HasProxy $row:ty) => {
        impl $crate::schema::groups::HasProxy for $row {
            fn via(&self) -> Option<&$crate::record::Via> { self.via.as_ref() }
        }
    };
    (@HasTimes $row:ty) => {
        impl $crate::schema::groups::HasTimes for $row {
            fn times(&self) -> $crate::record::PhaseTimes { self.times }
        }
    };
    (@HasTls $row:ty) => {
        impl $crate::schema::groups::HasTls for $row {
            fn tls(&self) -> &$crate::record::Tls { &self.tls }
        }
    };
    // the addresses of both ends of a socket, without the form that IPv4 has within IPv6
    (@HasPeer $row:ty) => {
        impl $crate::schema::groups::HasPeer for $row {
            fn remote_ip(&self) -> Option<std::net::IpAddr> { self.remote.map(|end| end.ip().to_canonical()) }
            fn port(&self) -> u16 { self.remote.map_or(self.port, |end| end.port()) }
        }
    };
    (@HasLocalEnd $row:ty) => {
        impl $crate::schema::groups::HasLocalEnd for $row {
            fn local_ip(&self) -> Option<std::net::IpAddr> { self.local.map(|end| end.ip().to_canonical()) }
            fn local_port(&self) -> Option<u16> { self.local.map(|end| end.port()) }
        }
    };
}
pub(crate) use by_fields;
