//! Whether an interface is a tunnel: by its kind where the system tells, else by its name. Pure.

use crate::judge::diagnose::facts::TunnelSign;

/// Beginnings of names, behind which a number or nothing stands.
const NAMES: [&str; 18] = [
    "tun",
    "tap",
    "utun",
    "wg",
    "ppp",
    "ipsec",
    "tailscale",
    "zt",
    "nordlynx",
    "nordtun",
    "gpd",
    "cscotun",
    "vti",
    "xfrm",
    "vpn",
    "proton",
    "mullvad",
    "cloudflarewarp",
];

/// What Windows' adapters of known products are called. No bare "TUN", "Cisco" or "adapter", which others have too.
const DESCRIPTIONS: [&str; 22] = [
    "anyconnect",
    "cisco secure client",
    "globalprotect",
    "pangp",
    "forticlient",
    "fortinet ssl",
    "wireguard",
    "wintun",
    "tap-windows",
    "openvpn",
    "pulse secure",
    "juniper networks virtual",
    "sonicwall",
    "check point",
    "netmotion",
    "zscaler",
    "netskope",
    "cloudflare warp",
    "nordvpn",
    "tailscale",
    "zerotier",
    "softether",
];

/// Pseudo-interfaces for IPv6 that carry no VPN.
const NONE: [&str; 3] = ["teredo", "isatap", "6to4"];

/// Kinds of interface that are tunnels (IANA ifType): PPP, TUNNEL.
const TYPES: [u32; 2] = [23, 131];

/// Products by what their interfaces or adapters are called; the rest of the names above are nobody's alone.
const PRODUCTS: [(&str, &str); 21] = [
    ("tailscale", "Tailscale"),
    ("zt", "ZeroTier"),
    ("zerotier", "ZeroTier"),
    ("nordlynx", "NordVPN"),
    ("nordtun", "NordVPN"),
    ("nordvpn", "NordVPN"),
    ("gpd", "GlobalProtect"),
    ("globalprotect", "GlobalProtect"),
    ("pangp", "GlobalProtect"),
    ("cscotun", "Cisco AnyConnect"),
    ("anyconnect", "Cisco AnyConnect"),
    ("cisco secure client", "Cisco Secure Client"),
    ("forticlient", "FortiClient"),
    ("fortinet ssl", "FortiClient"),
    ("pulse secure", "Pulse Secure"),
    ("zscaler", "Zscaler"),
    ("netskope", "Netskope"),
    ("cloudflare", "Cloudflare WARP"),
    ("mullvad", "Mullvad VPN"),
    ("proton", "Proton VPN"),
    ("netmotion", "NetMotion"),
];

impl TunnelSign {
    /// The product that an interface of this name is of, or an adapter of this description; empty where none is known.
    pub fn product(text: &str) -> &'static str {
        let text = text.to_ascii_lowercase();
        let found = PRODUCTS.iter().find(|(begin, _)| match *begin {
            // two letters stand in many words
            "zt" | "gpd" => text.starts_with(begin),
            begin => text.contains(begin),
        });
        found.map_or("", |(_, product)| product)
    }

    /// By a name as Linux and macOS have it.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let begins = NAMES.iter().any(|begin| {
            let rest = name.strip_prefix(begin);
            // zerotier has letters behind its own
            rest.is_some_and(|rest| {
                *begin == "zt" && rest.len() >= 6
                    || rest
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'-')
            })
        });
        begins.then_some(Self::Name)
    }

    /// By the kind and the description that Windows has.
    pub fn of_adapter(kind: u32, description: &str) -> Option<Self> {
        let description = description.to_ascii_lowercase();
        if NONE.iter().any(|none| description.contains(none)) {
            return None;
        }
        if TYPES.contains(&kind) {
            return Some(Self::Type);
        }
        let known = DESCRIPTIONS.iter().any(|known| description.contains(known));
        known.then_some(Self::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_known_by_their_own_names_alone() {
        for (text, product) in [
            ("tailscale0", "Tailscale"),
            ("gpd0", "GlobalProtect"),
            ("Zscaler Network Adapter 1.0.2.0", "Zscaler"),
            (
                "Cisco AnyConnect Virtual Miniport Adapter",
                "Cisco AnyConnect",
            ),
            ("tun0", ""),
            ("wg0", ""),
            ("WAN Miniport (SSTP)", ""),
        ] {
            assert_eq!(TunnelSign::product(text), product, "{text}");
        }
    }

    #[test]
    fn interfaces_are_known_by_their_names_and_ordinary_ones_are_not() {
        for name in [
            "tun0",
            "utun4",
            "wg0",
            "ppp0",
            "tailscale0",
            "ztabcdefgh",
            "gpd0",
            "CloudflareWARP",
        ] {
            assert_eq!(TunnelSign::of_name(name), Some(TunnelSign::Name), "{name}");
        }
        for name in [
            "eth0",
            "enp3s0",
            "wlan0",
            "tunnel-to-cellar",
            "ztx",
            "wgx",
            "lo",
            "br0",
            "",
        ] {
            assert_eq!(TunnelSign::of_name(name), None, "{name}");
        }
    }

    #[test]
    fn adapters_are_known_by_kind_or_product_and_helpers_of_ipv6_are_not() {
        assert_eq!(
            TunnelSign::of_adapter(23, "WAN Miniport (SSTP)"),
            Some(TunnelSign::Type)
        );
        assert_eq!(
            TunnelSign::of_adapter(53, "Wintun Userspace Tunnel"),
            Some(TunnelSign::Name)
        );
        assert_eq!(
            TunnelSign::of_adapter(6, "PANGP Virtual Ethernet Adapter Secure"),
            Some(TunnelSign::Name)
        );
        assert_eq!(
            TunnelSign::of_adapter(131, "Microsoft Teredo Tunneling Adapter"),
            None
        );
        assert_eq!(
            TunnelSign::of_adapter(6, "Cisco USB Ethernet adapter"),
            None
        );
        assert_eq!(TunnelSign::of_adapter(6, "Fortune TUNed NIC"), None);
    }
}
