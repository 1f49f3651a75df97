//! What Windows is set up with: the name servers of its interfaces, and its rules for some names.

use super::interfaces::{DnsInterface, setup};
use super::setup::{NameRule, Setup};

/// Where rules for names stand (NRPT): those that VPNs and commands made, and those of group policies.
const RULES: [&str; 2] = [
    r"SYSTEM\CurrentControlSet\Services\Dnscache\Parameters\DnsPolicyConfig",
    r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient\DnsPolicyConfig",
];

/// The servers in their order, and the rules.
///
/// # Errors
///
/// What Windows says when it does not list its interfaces.
pub fn configuration() -> Result<Setup, String> {
    let adapters = ipconfig::get_adapters().map_err(|error| said(&error))?;
    let up = adapters
        .iter()
        .filter(|adapter| adapter.oper_status() == ipconfig::OperStatus::IfOperStatusUp);
    let interfaces = up.map(|adapter| DnsInterface {
        metrics: (adapter.ipv4_metric(), adapter.ipv6_metric()),
        scope: adapter.ipv6_if_index(),
        servers: adapter.dns_servers().to_vec(),
    });
    Ok(Setup {
        rules: RULES.iter().flat_map(|path| rules(path)).collect(),
        ..setup(interfaces.collect())
    })
}

/// What the system says; the sentence of an error that the library passes on is in the user's language.
fn said(error: &(impl std::error::Error + 'static)) -> String {
    let source = error.source().and_then(|source| source.downcast_ref());
    source.map_or_else(|| error.to_string(), crate::net::plain_error)
}

/// The rules below a key; none where there is no such key.
fn rules(path: &str) -> Vec<NameRule> {
    let Ok(key) = windows_registry::LOCAL_MACHINE.open(path) else {
        return Vec::new();
    };
    let Ok(names) = key.keys() else {
        return Vec::new();
    };
    let rules = names.filter_map(|name| {
        let rule = key.open(name).ok()?;
        let names = rule
            .get_multi_string("Name")
            .or_else(|_| rule.get_string("Name").map(|name| vec![name]));
        let names: Vec<_> = names
            .ok()?
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        let servers = ["GenericDNSServers", "DirectAccessDNSServers"]
            .into_iter()
            .find_map(|value| {
                rule.get_string(value)
                    .ok()
                    .filter(|servers| !servers.is_empty())
            });
        (!names.is_empty()).then(|| NameRule {
            names,
            servers: servers.unwrap_or_default(),
        })
    });
    rules.collect()
}
