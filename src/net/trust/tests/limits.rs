//! What OpenSSL asks of a path beyond signatures, dates and names. The verdicts are those of curl 7.88 with OpenSSL 3.0 for
//! certificates with the same extensions.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, ServerName};

use super::super::chain::Chain;
use super::super::roots::{Judged, RootSet};
use super::super::unix_time;
use super::in_2030;
use super::path::{Authority, RELAY, authority, below, der, params, root};
use crate::record::Trust;

fn judged(store: Vec<CertificateDer<'static>>, sent: &[CertificateDer<'static>]) -> Judged {
    judged_for(RELAY, store, sent)
}

fn judged_for(
    name: &'static str,
    store: Vec<CertificateDer<'static>>,
    sent: &[CertificateDer<'static>],
) -> Judged {
    let store = RootSet::of_certificates(store, Vec::new()).unwrap();
    let name = ServerName::try_from(name).unwrap();
    store.judged(&Chain::of(sent), &name, unix_time(in_2030()))
}

fn own(change: impl Fn(&mut CertificateParams)) -> Authority {
    let mut params = authority("Some House", "root", (2020, 2040));
    change(&mut params);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn server(issuer: &Authority, change: impl Fn(&mut CertificateParams)) -> CertificateDer<'static> {
    let mut params = params("Some House", RELAY, (2029, 2031));
    params.subject_alt_names = vec![SanType::DnsName(RELAY.try_into().unwrap())];
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    params.signed_by(&key, issuer).unwrap().der().clone()
}

fn unknown_critical() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    extension.set_criticality(true);
    extension
}

#[test]
fn a_root_that_may_not_issue_for_servers_makes_no_chain_good() {
    type Change = fn(&mut CertificateParams);
    let good: Change = |_| {};
    let cases: [(Change, &str); 6] = [
        (good, ""),
        (
            |params| params.is_ca = IsCa::ExplicitNoCa,
            "no CA by its basic constraints",
        ),
        (
            |params| params.is_ca = IsCa::NoCa,
            "no CA by its basic constraints",
        ),
        (
            |params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature],
            "not for signing certificates",
        ),
        (
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            "not for TLS servers",
        ),
        (
            |params| params.custom_extensions = vec![unknown_critical()],
            "critical extension",
        ),
    ];
    for (change, why) in cases {
        let top = own(change);
        let judged = judged(vec![der(&top)], &[server(&top, |_| {})]);
        let trust = if why.is_empty() {
            Trust::Trusted
        } else {
            Trust::Other
        };
        assert_eq!(judged.trust, Some(trust), "{why}");
        assert!(judged.why.contains(why), "{why}: {}", judged.why);
    }
}

#[test]
fn a_root_says_how_many_cas_may_be_below_it() {
    let top = own(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let direct = judged(vec![der(&top)], &[server(&top, |_| {})]);
    assert_eq!(direct.trust, Some(Trust::Trusted));
    let middle = below(&top, "Some House", "middle", (2025, 2035));
    let chain = [server(&middle, |_| {}), der(&middle)];
    let longer = judged(vec![der(&top)], &chain);
    assert_eq!(longer.trust, Some(Trust::Other));
    assert!(longer.why.contains("path length"), "{}", longer.why);
}

#[test]
fn key_usage_counts_for_cas_and_for_servers() {
    let top = root("Some House", "root");
    let mut between = authority("Some House", "middle", (2025, 2035));
    between.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let middle = CertifiedIssuer::signed_by(between, KeyPair::generate().unwrap(), &top).unwrap();
    let chain = [server(&middle, |_| {}), der(&middle)];
    let by_middle = judged(vec![der(&top)], &chain);
    assert_eq!(by_middle.trust, Some(Trust::Other));
    assert!(
        by_middle.why.contains("not for signing"),
        "{}",
        by_middle.why
    );
    let signer = |params: &mut CertificateParams| {
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    };
    let by_server = judged(vec![der(&top)], &[server(&top, signer)]);
    assert_eq!(by_server.trust, Some(Trust::Other));
    assert!(by_server.why.contains("its key usage"), "{}", by_server.why);
    // in the store itself, as well
    let leaf = server(&top, signer);
    assert_eq!(
        judged(vec![leaf.clone()], &[leaf]).trust,
        Some(Trust::Other)
    );
}

// a certificate that was renewed with its key is another one: "self-signed certificate"
#[test]
fn what_counts_in_the_store_is_the_certificate_and_not_its_name_and_key() {
    let key = KeyPair::generate().unwrap();
    let own = |serial: u64| {
        let mut params = params("Some House", RELAY, (2029, 2031));
        params.subject_alt_names = vec![SanType::DnsName(RELAY.try_into().unwrap())];
        params.serial_number = Some(serial.into());
        params.self_signed(&key).unwrap().der().clone()
    };
    let first = own(1);
    let itself = judged(vec![first.clone()], std::slice::from_ref(&first));
    assert_eq!(itself.trust, Some(Trust::Trusted));
    let renewed = judged(vec![first], &[own(2)]);
    assert_eq!(renewed.trust, Some(Trust::UnknownIssuer));
    assert_eq!(renewed.reaches, Some(false));
    assert!(renewed.note.contains("not this one"), "{}", renewed.note);
    let top = root("Some House", "root");
    let leaf = server(&top, |_| {});
    assert_eq!(
        judged(vec![leaf], &[server(&top, |_| {})]).trust,
        Some(Trust::UnknownIssuer)
    );
}

#[test]
fn an_intermediate_of_the_store_whose_root_is_there_is_no_part_of_a_chain_only() {
    let top = root("Some House", "root");
    let middle = below(&top, "Some House", "middle", (2025, 2035));
    let sent = [server(&middle, |_| {})];
    let whole = judged(vec![der(&top), der(&middle)], &sent);
    assert_eq!((whole.trust, whole.note), (Some(Trust::Trusted), ""));
    let part = judged(vec![der(&middle)], &sent);
    assert!(part.note.contains("no root"), "{}", part.note);
}

#[test]
fn a_certificate_without_alternative_names_is_for_its_common_name() {
    let top = root("Some House", "root");
    let bare = |params: &mut CertificateParams| params.subject_alt_names.clear();
    let sent = [server(&top, bare)];
    let verdict = |name| judged_for(name, vec![der(&top)], &sent).trust;
    assert_eq!(verdict(RELAY), Some(Trust::Trusted));
    assert_eq!(verdict("elsewhere.test"), Some(Trust::WrongName));
    // with names, the common name is none of them
    let named = |params: &mut CertificateParams| {
        params.subject_alt_names = vec![SanType::DnsName("elsewhere.test".try_into().unwrap())];
    };
    let sent = [server(&top, named)];
    let judged = judged_for(RELAY, vec![der(&top)], &sent);
    assert_eq!(judged.trust, Some(Trust::WrongName));
}

// OpenSSL takes a CA's certificate for a server; webpki does not, and cannot tell
#[test]
fn what_only_webpki_does_not_take_has_no_verdict() {
    let top = root("Some House", "root");
    let authority = |params: &mut CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    let judged = judged(vec![der(&top)], &[server(&top, authority)]);
    assert_eq!(judged.trust, None);
    assert!(judged.why.contains("a CA's certificate"), "{}", judged.why);
}
