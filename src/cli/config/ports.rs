//! Ports as they are written on the command line.

use anyhow::{Context as _, bail, ensure};

use crate::net::SourcePorts;

/// Most ports of a relay that a slot asks: each is a probe.
const MOST_PORTS: usize = 16;

/// Ports and ranges, separated by commas: `3478`, `3478-3481`, `3478,3480-3481`.
pub(super) fn ports(text: &str) -> anyhow::Result<Vec<u16>> {
    let mut ports = Vec::new();
    for part in text.split(',') {
        let (first, last) = range(part).with_context(|| format!("--ports {text}"))?;
        ensure!(
            ports.len() + usize::from(last - first) < MOST_PORTS,
            "--ports {text}: at most {MOST_PORTS} ports, as each one is a separate probe"
        );
        for port in first..=last {
            ensure!(
                !ports.contains(&port),
                "--ports {text}: {port} appears twice"
            );
            ports.push(port);
        }
    }
    Ok(ports)
}

/// The ports of this end.
pub(super) fn source_ports(text: &str) -> anyhow::Result<SourcePorts> {
    let (first, last) = range(text).with_context(|| format!("--source-port {text}"))?;
    Ok(SourcePorts::new(first, last))
}

/// `50000` or `50000-50019`.
fn range(text: &str) -> anyhow::Result<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    match (port(first), port(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => bail!("give a port from 1 to 65535, or a range such as 3478-3481"),
    }
}
