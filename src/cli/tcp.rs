//! The raw flags of this end of a connection, and what they ask of it.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{bail, ensure};
use clap::Args;

use super::args::ProbeArgs;
use super::config::transports::source_ports;
use crate::net::LocalEnd;
use crate::net::dns::Families;
use crate::target::{Host, Target};

/// Where these flags stand in the help.
const HEADING: &str = "Advanced: this end of the connection";

/// This end of every connection.
#[derive(Debug, Args)]
pub struct TcpArgs {
    /// Local address to probe from; name servers are asked as the system routes
    #[arg(long, value_name = "IP", help_heading = HEADING, hide_short_help = true)]
    pub source: Option<IpAddr>,
    /// Local port or range for TCP and UDP, such as 50000-50019, given out in turn; TCP holds each
    /// for a minute or more after its use, so the range must be wide enough for the interval
    #[arg(long, value_name = "RANGE", help_heading = HEADING, hide_short_help = true)]
    pub source_port: Option<String>,
    /// DSCP of what is sent: 0 to 63, or EF, AF41 and so on (RFC 4594); not on Windows, where a
    /// policy sets it
    #[arg(long, value_name = "CLASS", value_parser = dscp, help_heading = HEADING, hide_short_help = true)]
    pub dscp: Option<u8>,
    /// TCP receive buffer; the summary states the ceiling that the window sets to throughput
    #[arg(long, value_name = "BYTES", help_heading = HEADING, hide_short_help = true,
          value_parser = clap::value_parser!(u32).range(1024..=1 << 30))]
    pub receive_buffer: Option<u32>,
    /// TCP congestion control, such as cubic or bbr (Linux)
    #[arg(long, value_name = "ALGO", help_heading = HEADING, hide_short_help = true)]
    pub congestion: Option<String>,
    /// Try TCP Fast Open over tls: the first probe of an address asks for a cookie, the next ones
    /// send the ClientHello in the SYN; `fast_open` tells what became of it (Linux)
    #[arg(long, help_heading = HEADING, hide_short_help = true)]
    pub fast_open: bool,
}

/// This end as it is wanted.
pub(super) fn local_end(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<LocalEnd> {
    let tcp = &args.tcp;
    if let Some(source) = tcp.source {
        fits(source, args, targets)?;
    }
    Ok(LocalEnd {
        address: tcp.source,
        ports: tcp
            .source_port
            .as_deref()
            .map(source_ports)
            .transpose()?
            .map(Arc::new),
        dscp: tcp.dscp,
        receive_buffer: tcp.receive_buffer.map(|bytes| bytes as usize),
        congestion: tcp.congestion.clone(),
        fast_open: tcp.fast_open,
    })
}

fn fits(source: IpAddr, args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<()> {
    let is_broadcast = matches!(source, IpAddr::V4(v4) if v4.is_broadcast());
    ensure!(
        !source.is_unspecified() && !source.is_multicast() && !is_broadcast,
        "--source {source}: no address of one machine; give one that this machine has"
    );
    let other = match (args.ipv4, args.ipv6) {
        (true, _) if source.is_ipv6() => Some("-4"),
        (_, true) if source.is_ipv4() => Some("-6"),
        _ => None,
    };
    if let Some(flag) = other {
        bail!("{flag} does not fit --source {source}: leave one of them out");
    }
    let literal = targets.iter().filter_map(|target| match target.host {
        Host::Address(address) => Some(address),
        Host::Name(_) => None,
    });
    for address in literal.chain(args.address) {
        ensure!(
            address.is_ipv4() == source.is_ipv4(),
            "--source {source} does not fit the address {address}: one is IPv4, the other IPv6"
        );
    }
    ensure!(
        !args.lab || source.is_loopback(),
        "--source {source}: the lab has only loopback addresses; give 127.0.0.1, or leave --source out"
    );
    Ok(())
}

/// The kinds of addresses that the source can reach.
pub(super) fn reachable(source: Option<IpAddr>, families: Families) -> Families {
    match source {
        None => families,
        Some(IpAddr::V4(_)) => Families::OnlyV4,
        Some(IpAddr::V6(_)) => Families::OnlyV6,
    }
}

/// A differentiated services code point by its number or its name (RFC 2474, 2597, 3246, 8622).
fn dscp(text: &str) -> Result<u8, String> {
    let name = text.trim().to_ascii_uppercase();
    if let Ok(number) = name.parse::<u8>()
        && number < 64
    {
        return Ok(number);
    }
    let digits: Vec<u8> = name
        .bytes()
        .skip(2)
        .map(|digit| digit.wrapping_sub(b'0'))
        .collect();
    match (name.get(..2), digits.as_slice()) {
        (Some("EF"), []) => Ok(46),
        (Some("LE"), []) => Ok(1),
        (Some("CS"), [class @ 0..=7]) => Ok(class * 8),
        (Some("AF"), [class @ 1..=4, drop @ 1..=3]) => Ok(class * 8 + drop * 2),
        _ => Err("give 0 to 63, EF, LE, CS0 to CS7, or AF11 to AF43".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4594 section 1.4.4: values in decimal
    #[test]
    fn service_classes_have_their_numbers() {
        for (name, number) in [
            ("EF", 46),
            ("af41", 34),
            ("AF31", 26),
            ("AF11", 10),
            ("AF43", 38),
            ("CS1", 8),
            ("cs7", 56),
            ("0", 0),
            ("63", 63),
        ] {
            assert_eq!(dscp(name), Ok(number), "{name}");
        }
        for wrong in ["64", "AF51", "AF14", "CS8", "EF1", "", "x", "AF411", "Ü"] {
            assert!(dscp(wrong).is_err(), "{wrong}");
        }
    }
}
