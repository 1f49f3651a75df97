//! What is public: names and addresses that reveal nothing about the user.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::judge::is_microsofts;

/// Name servers that anybody may ask: Google, Cloudflare, Quad9, OpenDNS, and Azure's own.
const RESOLVERS4: [[u8; 4]; 9] = [
    [8, 8, 8, 8],
    [8, 8, 4, 4],
    [1, 1, 1, 1],
    [1, 0, 0, 1],
    [9, 9, 9, 9],
    [149, 112, 112, 112],
    [208, 67, 222, 222],
    [208, 67, 220, 220],
    [168, 63, 129, 16],
];

/// The same of IPv6.
const RESOLVERS6: [&str; 8] = [
    "2001:4860:4860::8888",
    "2001:4860:4860::8844",
    "2606:4700:4700::1111",
    "2606:4700:4700::1001",
    "2620:fe::fe",
    "2620:fe::9",
    "2620:119:35::35",
    "2620:119:53::53",
];

/// Names of this program's own that are not Microsoft's.
const NAMES: [&str; 2] = ["ipv4only.arpa", "login.microsoftonline.com"];

/// Where only the names of the relays are Microsoft's: customers have names beside them.
const TRAFFIC: &str = ".tr.teams.trafficmanager.net";

/// Whether anybody may ask this name server.
pub fn is_resolver(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => RESOLVERS4.contains(&v4.octets()),
        IpAddr::V6(v6) => RESOLVERS6.iter().any(|known| known.parse() == Ok(v6)),
    }
}

/// Whether an address is the same on every machine: loopback, none, all.
pub fn is_everywhere(address: IpAddr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

/// The IPv4 address in one of the well-known prefix for translation, 64:ff9b::/96 (RFC 6052 section 2.1).
pub fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() else {
        return None;
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

/// Whether a whole name is everybody's.
pub fn is_name(name: &str) -> bool {
    is_microsofts(name) || name.ends_with(TRAFFIC) || NAMES.contains(&name)
}

/// The end of a name that is everybody's although what stands before it need not be.
pub fn end_of(name: &str) -> Option<&'static str> {
    const ENDS: [&str; 4] = [
        "cloudapp.azure.com",
        "trafficmanager.net",
        "azure.com",
        "cloudapp.net",
    ];
    let is_end = |end: &&&str| {
        let rest = name.strip_suffix(**end);
        rest.is_some_and(|rest| rest.ends_with('.'))
    };
    ENDS.iter().find(is_end).copied()
}

/// Whether a label is one that relays have, such as `a-tr-teasc-euwe-04`.
pub fn is_relay(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let are =
        |text: &str, is: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|one| is(&one));
    matches!(parts[..], [letter, "tr", service, place, number]
        if letter.len() == 1 && are(letter, u8::is_ascii_lowercase)
            && service.starts_with("tea") && service.len() <= 6 && are(service, u8::is_ascii_lowercase)
            && place.len() == 4 && are(place, u8::is_ascii_lowercase)
            && number.len() <= 3 && are(number, u8::is_ascii_digit))
}

/// Whether a word can be a region of Azure: letters, and perhaps a digit at its end.
pub fn is_region(word: &str) -> bool {
    let letters = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    letters.len() >= 4
        && word.len() <= letters.len().saturating_add(1)
        && word.len() <= 24
        && letters.bytes().all(|letter| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_are_told_from_what_a_customer_calls_a_machine() {
        for label in ["a-tr-teasc-euwe-04", "b-tr-teams-frcn-08"] {
            assert!(is_relay(label), "{label}");
        }
        for label in [
            "contoso-gw",
            "a-tr-contoso-euwe-04",
            "a-tr-teasc-contoso-04",
            "a-tr-teasc-euwe",
            "a-tr-teasc-euwe-secret",
        ] {
            assert!(!is_relay(label), "{label}");
        }
    }

    #[test]
    fn names_beside_those_of_the_relays_are_somebodys() {
        assert!(is_name("tr.teams.microsoft.com"));
        assert!(is_name("worldaz.tr.teams.trafficmanager.net"));
        assert!(!is_name("contoso.trafficmanager.net"));
        assert!(!is_name("microsoft.com.contoso.de"));
        assert_eq!(
            end_of("contoso.westeurope.cloudapp.azure.com"),
            Some("cloudapp.azure.com")
        );
        assert_eq!(end_of("evilcloudapp.azure.com"), Some("azure.com"));
        assert_eq!(end_of("eviltrafficmanager.net"), None);
    }

    // RFC 6052 section 2.4: 192.0.2.33 in the well-known prefix is 64:ff9b::192.0.2.33
    #[test]
    fn an_address_in_the_well_known_prefix_is_taken_out_of_it() {
        let of = |text: &str| translated(text.parse().unwrap());
        assert_eq!(
            of("64:ff9b::192.0.2.33"),
            Some(Ipv4Addr::new(192, 0, 2, 33))
        );
        assert_eq!(of("2001:db8::192.0.2.33"), None);
    }

    #[test]
    fn a_region_is_a_word_of_azure() {
        for word in ["westeurope", "germanywestcentral", "eastus2"] {
            assert!(is_region(word), "{word}");
        }
        for word in ["", "contoso-secret", "kunde12345", "Geheim", "a1"] {
            assert!(!is_region(word), "{word}");
        }
    }
}
