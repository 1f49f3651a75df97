//! The rules, by layer. One code has one rule; what several of them use is in `view`.

mod addresses;
mod certificates;
mod list;
mod local;
mod machine;
mod names;
mod proxy;
mod quality;
mod some_relays;
mod some_servers;
mod tcp;
mod tls;
mod udp;

use super::code::Code;
use super::finding::Rule;

/// All of them, the lowest layer first; within a layer the one that explains others first.
pub static RULES: [&Rule; Code::ALL.len()] = [
    &machine::NO_ADDRESS,
    &machine::SEND_DENIED,
    &machine::CLOCK_WRONG,
    &machine::HOSTS_ENTRY,
    &machine::VDI,
    &local::GATEWAY_DEAD,
    &local::NO_ROUTE4,
    &local::NAT64,
    &local::PORTAL,
    &local::GATEWAY_BAD,
    &local::TUNNEL,
    &local::TUNNEL_UNUSED,
    &names::NO_SERVER,
    &names::UNREACHABLE,
    &names::TIMEOUT,
    &names::ERROR,
    &names::NAME_GONE,
    &addresses::BLOCKED,
    &addresses::OUTSIDE,
    &addresses::REGION,
    &some_servers::SERVER_DOWN,
    &some_servers::SLOW,
    &names::IPV6_BROKEN,
    &proxy::NEEDED,
    &proxy::FORBIDS,
    &proxy::SILENT,
    &proxy::UNUSED,
    &tcp::CONTROL_SILENT,
    &tcp::SILENT,
    &tcp::REFUSED,
    &some_relays::REGION_SILENT,
    &some_relays::ONE_SILENT,
    &tcp::SYN_LOSS,
    &tcp::WINDOW_SCALING,
    &tcp::RTT_HIGH,
    &tls::NOT_TLS,
    &tls::RESET,
    &tls::MTU,
    &tls::TIMEOUT,
    &certificates::DATE,
    &certificates::INSPECTED,
    &certificates::WRONG_NAME,
    &certificates::NOT_MICROSOFT,
    &certificates::UNVERIFIED,
    &certificates::MS_ROOT,
    &udp::ALL_SILENT,
    &udp::SOME_SILENT,
    &udp::RELAY_SILENT,
    &udp::UDP443_SILENT,
    &udp::NAT_VARIES,
    &udp::NAT_EGRESSES,
    &udp::TURN_ERROR,
    &udp::MTU_HOLE,
    &udp::MTU_SMALL,
    &quality::UDP_RATE,
    &quality::LOSS,
    &quality::MARGINAL,
    &quality::BURST,
    &quality::RTT,
    &quality::JITTER,
    &quality::PEAKS,
    &quality::REORDER,
    &quality::BLOAT,
    &list::LIST_OLD,
];

pub use certificates::{is_asked_by_name, is_tls_trusted};
pub use list::age_days;
pub use tls::brief_wait_us;
