//! What is judged stays the same, and of what is somebody's own nothing is left, in whatever spelling.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use serde_json::Value;

use super::{Class, RedactionLevel, redact};
use crate::endpoints::TEAMS_RANGES;
use crate::judge::diagnose::tests::overlay::{facts, scenarios};
use crate::judge::diagnose::{Facts, diagnose};

fn redacted(facts: &Facts, level: RedactionLevel) -> Facts {
    redact(facts, level, &TEAMS_RANGES).0
}

/// Findings without their numbers and names.
fn codes(facts: &Facts) -> Vec<String> {
    let judged = diagnose(facts);
    let told = judged.findings.iter().map(|finding| {
        format!(
            "{} {} {} {} {:?}",
            finding.code.as_str(),
            finding.severity.as_str(),
            finding.party.as_str(),
            finding.confidence.as_str(),
            finding.explained_by
        )
    });
    told.chain([format!("{:?}", judged.verdict.outcome)])
        .collect()
}

#[test]
fn every_situation_comes_to_the_same_at_every_level_also_read_back_from_a_file() {
    for scenario in scenarios() {
        let facts = facts(&[&scenario]);
        for level in [
            RedactionLevel::Standard,
            RedactionLevel::Full,
            RedactionLevel::None,
        ] {
            let less = redacted(&facts, level);
            assert_eq!(codes(&facts), codes(&less), "{} {level:?}", scenario.name);
            let text = serde_json::to_string(&less).unwrap();
            let back: Facts = serde_json::from_str(&text).unwrap();
            assert_eq!(back, less, "{}", scenario.name);
        }
    }
}

/// The base with a value at each of these places.
fn planted(values: &[(&str, Value)]) -> Facts {
    let text = include_str!("../../../../tests/data/diagnose/base.json");
    let mut all: Value = serde_json::from_str(text).unwrap();
    for (place, value) in values {
        *all.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value.clone();
    }
    serde_json::from_value(all).unwrap()
}

/// All texts of the facts that are of somebody, each with a canary.
fn with_canaries(word: &str, v4: Ipv4Addr, v6: Ipv6Addr) -> Facts {
    let failed = |word: &str| serde_json::json!({"unknown": {"failed": word}});
    let name = format!("{word}.example.de");
    planted(&[
        ("/about/host", word.into()),
        ("/about/target", name.clone().into()),
        ("/machine/way/known/interface/known", word.into()),
        ("/machine/way/known/local", v4.to_string().into()),
        (
            "/machine/other_tunnels/known",
            serde_json::json!([{"interface": format!("tun-{word}"), "by": "name"}]),
        ),
        (
            "/machine/hosts/known",
            serde_json::json!([{"name": name, "ip": v6.to_string()}]),
        ),
        (
            "/machine/proxy/known",
            serde_json::json!({"place": format!("{name}:3128"), "set_by": "environment"}),
        ),
        ("/machine/router/known/ip", v6.to_string().into()),
        ("/names/name", name.clone().into()),
        ("/names/system/known/0/server", format!("{v4}:53").into()),
        ("/names/system/known/0/chain/0", name.clone().into()),
        (
            "/names/system/known/0/chain/3",
            format!("{word}.westeurope.cloudapp.azure.com").into(),
        ),
        (
            "/names/system/known/1/answer",
            serde_json::json!({"other": word}),
        ),
        ("/web/page", failed(word)),
        (
            "/tcp/relays/known/0/name",
            format!("{word}.trafficmanager.net").into(),
        ),
        ("/tcp/relays/known/0/remote", format!("[{v6}]:443").into()),
        ("/tcp/relays/known/0/region", format!("{word}-9").into()),
        (
            "/encrypted/relays/known/0/certificate/known/issuer",
            format!("{word} Root CA").into(),
        ),
        (
            "/encrypted/relays/known/0/certificate/known/evidence",
            format!("issued by {word}").into(),
        ),
        (
            "/encrypted/relays/known/0/certificate/known/asked",
            name.into(),
        ),
        ("/udp/mapped/known/0/mapped", format!("{v4}:50000").into()),
    ])
}

/// Every spelling in which an address is known again.
fn spellings(address: IpAddr) -> Vec<String> {
    let mut all = vec![address.to_string()];
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            all.extend([
                format!("{d}.{c}.{b}.{a}"),
                format!("{a}-{b}-{c}-{d}"),
                format!("{:08x}", v4.to_bits()),
                v4.to_bits().to_string(),
                v4.to_ipv6_mapped().to_string(),
            ]);
        }
        IpAddr::V6(v6) => {
            let digits: String = v6.octets().iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
            let reversed: Vec<String> = digits.chars().rev().map(String::from).collect();
            all.extend([digits.clone(), reversed.join("."), v6.to_bits().to_string()]);
            // the half that holds a hardware address (EUI-64)
            let half: Vec<String> = v6.segments()[4..]
                .iter()
                .map(|part| format!("{part:x}"))
                .collect();
            all.push(half.join(":"));
        }
    }
    all
}

/// Every spelling of a word.
fn word_spellings(word: &str) -> Vec<String> {
    use base64::Engine as _;
    let hex = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    };
    let percent = word.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02x}");
        out
    });
    vec![
        word.to_lowercase(),
        base64::engine::general_purpose::STANDARD_NO_PAD.encode(word),
        hex(word),
        percent,
        word.chars().rev().collect(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_canary_is_left_in_any_spelling(
        letters in "[a-z]{9,16}",
        v4 in any::<u32>(),
        v6 in any::<u128>(),
    ) {
        let v4 = Ipv4Addr::from_bits(v4 | 0x0b00_0000);
        let v6 = Ipv6Addr::from_bits(v6 >> 3 | 0x2000_u128 << 112);
        let at = |ip: IpAddr| std::net::SocketAddr::new(ip, 443);
        prop_assume!(!v4.is_loopback() && !v4.is_multicast() && !v4.is_broadcast());
        prop_assume!(!TEAMS_RANGES.contains(at(v4.into()), false) && !TEAMS_RANGES.contains(at(v6.into()), false));
        let word = format!("q{letters}x");
        let facts = with_canaries(&word, v4, v6);
        for level in [RedactionLevel::Standard, RedactionLevel::Full] {
            let text = serde_json::to_string(&redacted(&facts, level)).unwrap().to_lowercase();
            let secrets = word_spellings(&word).into_iter()
                .chain(spellings(v4.into()))
                .chain(spellings(v6.into()));
            for secret in secrets {
                prop_assert!(!text.contains(&secret.to_lowercase()), "{secret} in {text}");
            }
        }
    }
}

#[test]
fn what_is_everybodys_stays_and_the_same_thing_has_the_same_placeholder() {
    let v4 = Ipv4Addr::new(10, 1, 2, 3);
    let facts = with_canaries("contoso", v4, "fd00:1:2:3::4".parse().unwrap());
    let less = redacted(&facts, RedactionLevel::Standard);
    let text = serde_json::to_string(&less).unwrap();
    for stays in [
        "52.113.20.1",
        "9.9.9.9:53",
        "tr.teams.microsoft.com",
        "worldaz.tr.teams.trafficmanager.net",
        "b-tr-teams-euno-02.northeurope.cloudapp.azure.com",
        "www.msftconnecttest.com",
    ] {
        assert!(text.contains(stays), "{stays}");
    }
    let way = less.machine.way.known().unwrap();
    let server = &less.names.system.known().unwrap()[0].server;
    assert_eq!(server.ip, way.local);
    assert_eq!(server.to_string(), "private4-1/net-a:53");
    // the end of the name stays, what a customer called a machine does not
    let chain = &less.names.system.known().unwrap()[0].chain;
    assert!(chain[3].as_str().starts_with("name-"));
    assert!(
        chain[3]
            .as_str()
            .ends_with(".westeurope.cloudapp.azure.com")
    );
    // labels that names share show
    assert_eq!(less.names.name, less.about.target);
}

#[test]
fn the_full_level_tells_neither_where_nor_when() {
    let facts = planted(&[]);
    let (less, by) = redact(&facts, RedactionLevel::Full, &TEAMS_RANGES);
    let text = serde_json::to_string(&less).unwrap();
    for gone in ["westeurope", "northeurope", "euwe", "9.9.9.9", "09:00:00"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    assert!(text.contains("2026-11-20T00:00:00Z"));
    let classes: Vec<Class> = by.replaced().map(|(class, _)| class).collect();
    assert!(classes.contains(&Class::Region) && classes.contains(&Class::Time));
}

#[test]
fn a_product_that_looks_into_tls_is_named_without_its_customer() {
    let place = "/encrypted/relays/known/0/certificate/known/issuer";
    for (issuer, left) in [
        ("Zscaler Intermediate Root CA (contoso.net)", "Zscaler"),
        ("ca.contoso.goskope.com", "Netskope"),
        ("Contoso Root CA 7", "issuer-1"),
        (
            "Microsoft Azure RSA TLS Issuing CA 03",
            "Microsoft Azure RSA TLS Issuing CA 03",
        ),
    ] {
        let less = redacted(
            &planted(&[(place, issuer.into())]),
            RedactionLevel::Standard,
        );
        let relays = less.encrypted.relays.known().unwrap();
        let certificate = relays[0].certificate.known().unwrap();
        assert_eq!(certificate.issuer.as_str(), left);
        // and once more
        let again = redacted(&less, RedactionLevel::Standard);
        let relays = again.encrypted.relays.known().unwrap();
        assert_eq!(relays[0].certificate.known().unwrap().issuer.as_str(), left);
    }
}
