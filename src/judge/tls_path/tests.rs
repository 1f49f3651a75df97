//! The lines of the table in their order, one test each.

use super::*;
use crate::judge::{Nearness, Repair};

fn name(organization: &str, common_name: &str) -> Name {
    Name {
        organizations: vec![organization.to_owned()],
        units: Vec::new(),
        common_names: vec![common_name.to_owned()],
    }
}

/// A chain for one of Microsoft's names, issued by that organization, that leads nowhere.
fn issued_by(organization: &str, common_name: &str) -> PathFacts {
    let issuer = name(organization, common_name);
    PathFacts {
        asked: "tr.teams.microsoft.com".to_owned(),
        is_real: true,
        fits_name: Some(true),
        names: vec![name("Microsoft Corporation", "tr.teams"), issuer.clone()],
        issuers: vec![issuer],
        ..PathFacts::default()
    }
}

const MICROSOFT: &str = "Microsoft Corporation";

fn system(says: Option<bool>) -> Circumstances {
    Circumstances {
        system: says,
        is_whole: true,
        ..Circumstances::default()
    }
}

fn path(facts: &PathFacts, says: Option<bool>) -> TlsPath {
    tls_path(facts, system(says)).0
}

fn evidence(facts: &PathFacts, says: Option<bool>) -> String {
    tls_path(facts, system(says)).1
}

#[test]
fn a_path_to_a_public_root_is_direct_whatever_the_system_says() {
    let facts = PathFacts {
        public: Reach::Yes,
        ..issued_by(MICROSOFT, "Microsoft TLS G2 RSA CA OCSP 02")
    };
    for says in [None, Some(false), Some(true)] {
        assert_eq!(path(&facts, says), TlsPath::Direct);
        assert!(!evidence(&facts, says).contains("suspicious"));
    }
}

#[test]
fn a_public_root_of_others_on_a_name_of_microsofts_is_direct_and_suspicious() {
    let facts = PathFacts {
        public: Reach::Yes,
        ..issued_by("Let's Encrypt", "R11")
    };
    assert_eq!(path(&facts, Some(true)), TlsPath::Direct);
    let said = evidence(&facts, Some(true));
    assert!(
        said.contains("suspicious") && said.contains("R11"),
        "{said}"
    );
    let elsewhere = PathFacts {
        asked: "relay.example".to_owned(),
        ..facts
    };
    assert!(!evidence(&elsewhere, Some(true)).contains("suspicious"));
}

#[test]
fn a_chain_that_is_good_with_what_is_known_here_is_incomplete() {
    let repair = |sent_is_over| {
        Some(Repair {
            missing: "Microsoft TLS RSA Root G2".to_owned(),
            sent_is_over,
        })
    };
    let facts = PathFacts {
        repair: repair(false),
        ..issued_by(MICROSOFT, "Microsoft TLS G2 RSA CA OCSP 02")
    };
    for says in [None, Some(false), Some(true)] {
        assert_eq!(path(&facts, says), TlsPath::IncompleteChain);
        let said = evidence(&facts, says);
        assert_eq!(said, "not sent: Microsoft TLS RSA Root G2");
    }
    let facts = PathFacts {
        repair: repair(true),
        ..facts
    };
    let said = evidence(&facts, None);
    assert!(said.starts_with("sent intermediate has expired"), "{said}");
}

#[test]
fn a_name_of_microsofts_by_a_stranger_that_this_system_trusts_is_inspected() {
    let facts = issued_by("Some House", "Some House Proxy CA");
    assert_eq!(path(&facts, Some(true)), TlsPath::Inspected);
    let said = evidence(&facts, Some(true));
    assert!(said.starts_with("likely: "), "{said}");
    assert!(said.contains("Some House Proxy CA"), "{said}");
    let facts = issued_by("Zscaler Inc.", "Zscaler Intermediate Root CA (zscaler.net)");
    assert_eq!(path(&facts, Some(true)), TlsPath::Inspected);
    let said = evidence(&facts, Some(true));
    assert!(said.starts_with("certain: Zscaler"), "{said}");
}

#[test]
fn the_address_tells_microsofts_where_the_name_does_not() {
    let facts = PathFacts {
        asked: "52.112.0.1".to_owned(),
        ..issued_by("Some House", "Some House Proxy CA")
    };
    assert_eq!(path(&facts, Some(true)), TlsPath::PrivateRoot);
    let beside = Circumstances {
        is_microsofts: true,
        ..system(Some(true))
    };
    assert_eq!(tls_path(&facts, beside).0, TlsPath::Inspected);
}

#[test]
fn an_authority_of_microsofts_that_is_not_known_yet_is_unknown_and_never_inspected() {
    // an authority may have a common name alone
    for organization in [
        MICROSOFT,
        "DigiCert Inc",
        "DigiCert, Inc.",
        "microsoft corporation ",
        "",
    ] {
        let mut facts = issued_by(organization, "Microsoft TLS G2 ECC CA OCSP 01");
        assert_eq!(path(&facts, Some(true)), TlsPath::Unknown);
        let said = evidence(&facts, Some(true));
        assert!(
            said.contains("a CA of Microsoft's or DigiCert's that this version cannot verify"),
            "{said}"
        );
        for says in [None, Some(false)] {
            assert_eq!(path(&facts, says), TlsPath::Unknown);
        }
        // nor does a product's certificate that was sent along make it so
        facts.names.push(name("Zscaler Inc.", "x"));
        for says in [None, Some(false), Some(true)] {
            assert_eq!(path(&facts, says), TlsPath::Unknown);
        }
    }
}

#[test]
fn a_proxy_whose_authority_is_named_after_microsoft_is_told_from_microsofts() {
    let tmg = "Microsoft Forefront TMG HTTPS Inspection Certification Authority";
    assert_eq!(path(&issued_by("", tmg), Some(true)), TlsPath::Inspected);
}

#[test]
fn another_name_by_a_root_that_only_this_system_trusts_is_private() {
    let facts = PathFacts {
        asked: "turn.some-house.example".to_owned(),
        ..issued_by("Some House", "Some House CA")
    };
    assert_eq!(path(&facts, Some(true)), TlsPath::PrivateRoot);
    let customers = PathFacts {
        asked: "vm.westeurope.cloudapp.azure.com".to_owned(),
        ..facts
    };
    assert_eq!(path(&customers, Some(true)), TlsPath::PrivateRoot);
}

#[test]
fn a_product_whose_root_nobody_installed_is_inspected_by_its_name() {
    for asked in ["tr.teams.microsoft.com", "relay.example"] {
        let facts = PathFacts {
            asked: asked.to_owned(),
            ..issued_by("Netskope Inc.", "ca.house.goskope.com")
        };
        for says in [None, Some(false)] {
            assert_eq!(path(&facts, says), TlsPath::Inspected);
            assert!(evidence(&facts, says).contains("Netskope"));
        }
    }
}

#[test]
fn a_stranger_that_is_its_own_issuer_is_self_signed() {
    let facts = PathFacts {
        is_own_issuer: true,
        ..issued_by("Some House", "relay.test")
    };
    assert_eq!(path(&facts, Some(false)), TlsPath::SelfSigned);
    assert_eq!(path(&facts, None), TlsPath::SelfSigned);
}

#[test]
fn of_any_other_stranger_nothing_is_known() {
    let facts = issued_by("Some House", "Some House CA");
    assert_eq!(path(&facts, Some(false)), TlsPath::Unknown);
    assert_eq!(path(&facts, None), TlsPath::Unknown);
    assert!(evidence(&facts, None).contains("Some House CA"));
}

#[test]
fn dates_and_names_count_only_where_the_chain_is_good() {
    let good = PathFacts {
        public: Reach::Yes,
        fits_name: Some(false),
        ..issued_by(MICROSOFT, "x")
    };
    let with = |validity, facts: &PathFacts| PathFacts {
        validity,
        ..facts.clone()
    };
    assert_eq!(path(&good, None), TlsPath::WrongName);
    assert_eq!(
        path(&with(Validity::Expired, &good), None),
        TlsPath::Expired
    );
    let early = with(Validity::NotYetValid, &good);
    assert_eq!(path(&early, None), TlsPath::NotYetValid);
    let inspected = PathFacts {
        fits_name: Some(false),
        ..issued_by("Zscaler Inc.", "x")
    };
    for validity in [Validity::Valid, Validity::Expired, Validity::NotYetValid] {
        let facts = with(validity, &inspected);
        assert_eq!(path(&facts, Some(true)), TlsPath::Inspected);
        assert_eq!(path(&facts, Some(false)), TlsPath::Inspected);
    }
}

#[test]
fn a_certificate_above_that_is_over_or_early_is_told_as_such() {
    let with = |public| PathFacts {
        public,
        ..issued_by(MICROSOFT, "x")
    };
    assert_eq!(path(&with(Reach::Before), Some(true)), TlsPath::Expired);
    assert_eq!(path(&with(Reach::Later), Some(true)), TlsPath::NotYetValid);
}

#[test]
fn half_a_chain_is_not_called_incomplete_as_the_rest_may_have_been_sent() {
    let facts = PathFacts {
        repair: Some(Repair {
            missing: "Microsoft TLS RSA Root G2".to_owned(),
            sent_is_over: false,
        }),
        ..issued_by(MICROSOFT, "x")
    };
    let (path, said) = tls_path(&facts, Circumstances::default());
    assert_eq!(path, TlsPath::Direct);
    assert!(said.contains("cut short"), "{said}");
}

#[test]
fn names_of_microsofts_are_known_by_their_domain() {
    for name in [
        "tr.teams.microsoft.com",
        "TR.TEAMS.MICROSOFT.COM.",
        "gateway-eu.az.relay.teams.cloud.microsoft",
        "x.lync.com",
        "skype.com",
    ] {
        assert!(is_microsofts(name), "{name}");
    }
    for name in [
        "notmicrosoft.com",
        "microsoft.com.example",
        "",
        "x.azure.com",
    ] {
        assert!(!is_microsofts(name), "{name}");
    }
}

#[test]
fn evidence_is_bounded_whatever_a_stranger_calls_itself() {
    let said = evidence(&issued_by("x", &"ü".repeat(10_000)), None);
    assert!(said.len() <= 200 && said.ends_with("..."), "{}", said.len());
}

// 40 ms away over UDP, and a connect of 0.34 ms: whoever took it is nearby
#[test]
fn a_connect_far_quicker_than_udp_tells_who_ends_tls_where_the_chain_does_not() {
    let near = |connect_us, udp_us| Circumstances {
        nearness: Some(Nearness {
            connect: Duration::from_micros(connect_us),
            udp: Duration::from_micros(udp_us),
        }),
        ..system(Some(false))
    };
    let house = issued_by("Contoso", "Contoso proxy");
    let (path, said) = tls_path(&house, near(340, 43_700));
    assert_eq!(path, TlsPath::Inspected);
    assert!(
        said.contains("connect 0.3 ms, UDP to the same address 43.7 ms"),
        "{said}"
    );
    // as far, or too near for a judgement
    for beside in [
        near(42_000, 43_700),
        near(1_000, 9_000),
        near(25_000, 43_700),
    ] {
        assert_eq!(tls_path(&house, beside).0, TlsPath::Unknown);
    }
    // Microsoft's own, a good chain, and another's name stay what they are
    let microsofts = issued_by(MICROSOFT, "Microsoft TLS G2 ECC CA OCSP 01");
    assert_eq!(tls_path(&microsofts, near(340, 43_700)).0, TlsPath::Unknown);
    let good = PathFacts {
        public: Reach::Yes,
        ..microsofts
    };
    assert_eq!(tls_path(&good, near(340, 43_700)).0, TlsPath::Direct);
    let other = PathFacts {
        asked: "relay.example".to_owned(),
        ..house
    };
    assert_eq!(tls_path(&other, near(340, 43_700)).0, TlsPath::Unknown);
}

#[test]
fn what_else_is_wrong_with_a_certificate_of_a_private_authority_is_told() {
    let own = PathFacts {
        asked: "relay.example".to_owned(),
        ..issued_by("Some House", "Some House CA")
    };
    let told = |facts: &PathFacts, verdict| {
        let beside = Circumstances {
            verdict: Some(verdict),
            ..system(Some(true))
        };
        tls_path(facts, beside)
    };
    let over = PathFacts {
        validity: Validity::Expired,
        ..own.clone()
    };
    let (path, said) = told(&over, Trust::Expired);
    assert_eq!(path, TlsPath::PrivateRoot);
    assert!(said.ends_with("Some House CA; it has expired"), "{said}");
    let early = PathFacts {
        validity: Validity::NotYetValid,
        ..own.clone()
    };
    assert!(
        told(&early, Trust::NotYetValid)
            .1
            .ends_with("; it is not valid yet")
    );
    let other = PathFacts {
        fits_name: Some(false),
        ..own.clone()
    };
    assert!(
        told(&other, Trust::WrongName)
            .1
            .ends_with("; it is for another name")
    );
    // its own dates and name are good
    #[rustfmt::skip]
    let cases = [
        (Trust::Expired, "; a certificate above it has expired"),
        (Trust::NotYetValid, "; a certificate above it is not valid yet"),
        (Trust::Revoked, "; it is revoked"),
        (Trust::Other, "; this system's verifier does not take it and does not say why"),
        (Trust::Trusted, "Some House CA"),
    ];
    for (verdict, end) in cases {
        let said = told(&own, verdict).1;
        assert!(said.ends_with(end), "{said}");
    }
    // where the class says it, it is said once
    let direct = PathFacts {
        public: Reach::Yes,
        ..over
    };
    let (path, said) = told(&direct, Trust::Expired);
    assert_eq!(
        (path, said.as_str()),
        (TlsPath::Expired, "leads to a public root")
    );
}

#[test]
fn why_a_verifier_does_not_take_a_chain_is_said_and_no_other_reason() {
    let refused = PathFacts {
        asked: "relay.example".to_owned(),
        // a certificate that the verifier cannot read: whether the name fits is not known
        fits_name: None,
        ..issued_by("Some House", "Some House CA")
    };
    let beside = Circumstances {
        verdict: Some(Trust::Other),
        why: "it has a critical extension",
        ..system(Some(false))
    };
    let (path, said) = tls_path(&refused, beside);
    assert_eq!(path, TlsPath::Unknown);
    assert_eq!(
        said,
        "no path that is taken from the issuer, Some House CA; it has a critical extension"
    );
    // what the public roots' verifier says counts where this system does not trust it
    let by_public = PathFacts {
        public_why: "it is not for servers",
        ..refused
    };
    let told = |verdict| {
        let beside = Circumstances {
            verdict,
            ..system(Some(verdict == Some(Trust::Trusted)))
        };
        tls_path(&by_public, beside).1
    };
    assert!(told(None).ends_with("; it is not for servers"));
    assert!(!told(Some(Trust::Trusted)).contains("servers"));
    let half = Circumstances {
        is_whole: false,
        ..system(Some(false))
    };
    assert!(!tls_path(&by_public, half).1.contains("servers"));
}

#[test]
fn an_address_of_microsofts_does_not_make_the_name_theirs() {
    let facts = PathFacts {
        asked: "relay.example.com".to_owned(),
        ..issued_by("Some House", "Some House CA")
    };
    let beside = Circumstances {
        is_microsofts: true,
        ..system(Some(true))
    };
    let (path, said) = tls_path(&facts, beside);
    assert_eq!(path, TlsPath::Inspected);
    assert!(
        said.starts_with("likely: an address of Microsoft's"),
        "{said}"
    );
    let named = issued_by("Some House", "Some House CA");
    let said = evidence(&named, Some(true));
    assert!(said.starts_with("likely: a name of Microsoft's"), "{said}");
}
