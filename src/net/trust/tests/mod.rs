//! Verdicts on the certificates of `tests/data/certs/make.sh`. The expected ones follow from how
//! each was made; `openssl verify -CAfile root.pem -untrusted intermediate -verify_hostname
//! relay.test` says the same of those that are trusted, expired, unknown or for another name.

use super::*;
use crate::clock;

macro_rules! der {
    ($name:literal) => {
        CertificateDer::from(
            include_bytes!(concat!("../../../../tests/data/certs/", $name, ".der")).as_slice(),
        )
    };
}

mod limits;
mod path;
mod system;

fn roots(ders: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    for der in ders {
        roots.add(der.clone()).unwrap();
    }
    roots
}

/// A judge whose public roots are ours and who has no other.
fn public(ders: &[CertificateDer<'static>]) -> Judge {
    Judge::new(
        Roots::Given(roots(ders)),
        OsStore::Given(RootCertStore::empty()),
    )
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn in_2030() -> DateTime<Utc> {
    moment("2030-06-01T12:00:00Z")
}

fn relay() -> ServerName<'static> {
    ServerName::try_from("relay.test").unwrap()
}

/// Runs a future to its end, with timers.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

fn examine(judge: &Judge, chain: &[CertificateDer<'_>], now: DateTime<Utc>) -> Examined {
    run(judge.examine(chain, &relay(), now, clock::now()))
}

/// Verdict of the test root on a leaf of the test house.
fn verdict(leaf: CertificateDer<'static>) -> Trust {
    let chain = [leaf, der!("intermediate")];
    let judge = public(&[der!("root")]);
    examine(&judge, &chain, in_2030()).trust_public.unwrap()
}

#[test]
fn a_good_chain_is_trusted_whatever_its_key() {
    for leaf in [
        der!("leaf"),
        der!("p256"),
        der!("p384"),
        der!("p521"),
        der!("ed25519"),
        der!("psssigned"),
        der!("empty"),
        der!("forever"),
        der!("serial_neg"),
    ] {
        assert_eq!(verdict(leaf), Trust::Trusted);
    }
}

#[test]
fn every_fault_has_its_verdict() {
    assert_eq!(verdict(der!("expired")), Trust::Expired);
    assert_eq!(verdict(der!("notyet")), Trust::NotYetValid);
    assert_eq!(verdict(der!("other_host")), Trust::WrongName);
    assert_eq!(verdict(der!("no_san")), Trust::WrongName);
    assert_eq!(verdict(der!("stranger_leaf")), Trust::UnknownIssuer);
    assert_eq!(verdict(der!("critical")), Trust::Other);
    assert_eq!(verdict(der!("v1")), Trust::Other);
    assert_eq!(verdict(der!("sha1")), Trust::Other);
    let mut tampered = der!("leaf").to_vec();
    *tampered.last_mut().unwrap() ^= 1;
    assert_eq!(verdict(tampered.into()), Trust::BadSignature);
    assert_eq!(
        verdict(CertificateDer::from(b"no certificate".as_slice())),
        Trust::Other
    );
}

#[test]
fn a_self_signed_certificate_is_of_an_unknown_issuer() {
    assert_eq!(verdict(der!("self_leaf")), Trust::UnknownIssuer);
    assert_eq!(verdict(der!("self_ca")), Trust::UnknownIssuer);
    // time comes first, as with every other certificate
    assert_eq!(verdict(der!("self_expired")), Trust::Expired);
}

#[test]
fn a_self_signed_certificate_in_the_store_is_no_stranger() {
    let chain = [der!("self_leaf")];
    let judge = public(&chain);
    let examined = examine(&judge, &chain, in_2030());
    assert_eq!(examined.trust_public, Some(Trust::Trusted));
    // webpki takes no authority for a server; other verifiers do
    let chain = [der!("self_ca")];
    let judge = public(&chain);
    let examined = examine(&judge, &chain, in_2030());
    assert_eq!(examined.trust_public, Some(Trust::Trusted));
    let verdict = |now| examine(&public(&chain), &chain, moment(now)).trust_public;
    assert_eq!(verdict("2200-01-01T00:00:00Z"), Some(Trust::Expired));
    assert_eq!(verdict("1999-01-01T00:00:00Z"), Some(Trust::NotYetValid));
    let elsewhere = ServerName::try_from("elsewhere.test").unwrap();
    let examined = run(judge.examine(&chain, &elsewhere, in_2030(), clock::now()));
    assert_eq!(examined.trust_public, Some(Trust::WrongName));
}

#[test]
fn a_missing_intermediate_is_an_unknown_issuer() {
    let judge = public(&[der!("root")]);
    let verdict = |chain: &[CertificateDer<'_>]| examine(&judge, chain, in_2030()).trust_public;
    assert_eq!(verdict(&[der!("leaf")]), Some(Trust::UnknownIssuer));
    // the order behind the first does not matter, nor what else was sent
    let chain = [
        der!("leaf"),
        der!("root"),
        der!("stranger"),
        der!("intermediate"),
    ];
    assert_eq!(verdict(&chain), Some(Trust::Trusted));
}

#[test]
fn a_bundle_of_everything_is_searched_for_the_path() {
    let judge = public(&[der!("root")]);
    let mut chain = vec![der!("leaf")];
    chain.extend(std::iter::repeat_n(der!("stranger"), 60));
    chain.push(CertificateDer::from(b"no certificate".as_slice()));
    chain.extend(std::iter::repeat_n(der!("intermediate"), 60));
    let examined = examine(&judge, &chain, in_2030());
    assert_eq!(examined.trust_public, Some(Trust::Trusted));
    assert_eq!(verdict::intermediates(&chain), [der!("intermediate")]);
    chain[0] = CertificateDer::from(b"no certificate".as_slice());
    assert_eq!(verdict::intermediates(&chain).len(), 6);
}

#[test]
fn a_hundred_authorities_that_could_all_be_each_others_issuers_do_not_take_long() {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    let named = |is_ca| {
        let mut params = CertificateParams::new(vec!["relay.test".to_owned()]).unwrap();
        params
            .distinguished_name
            .push(DnType::CommonName, "One Name");
        params.is_ca = is_ca;
        params
    };
    let authority = named(IsCa::Ca(BasicConstraints::Unconstrained));
    let key = || KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority.clone(), key());
    let leaf = named(IsCa::NoCa).signed_by(&key(), &issuer).unwrap();
    let mut chain = vec![leaf.der().clone()];
    for number in 0..100 {
        // and that are over at different moments, each of which could be the one to judge at
        let mut authority = authority.clone();
        authority.not_after = rcgen::date_time_ymd(2015 + number % 10, 1, 1);
        chain.push(authority.signed_by(&key(), &issuer).unwrap().der().clone());
    }
    let root = authority.self_signed(&key()).unwrap().der().clone();
    for root in [der!("root"), root] {
        let judge = public(&[root]);
        let start = clock::now();
        assert!(examine(&judge, &chain, in_2030()).trust_public != Some(Trust::Trusted));
        // every path tried would take longer than anybody waits
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{:?}",
            start.elapsed()
        );
    }
}

#[test]
fn the_moment_decides_about_every_certificate_of_the_chain() {
    let judge = || public(&[der!("root")]);
    let chain = [der!("expired"), der!("intermediate")];
    let verdict = |now| examine(&judge(), &chain, moment(now)).trust_public;
    // the leaf is valid in 2020, its issuer begins in 2026
    assert_eq!(verdict("2020-06-01T00:00:00Z"), Some(Trust::NotYetValid));
    assert_eq!(verdict("2019-06-01T00:00:00Z"), Some(Trust::NotYetValid));
    assert_eq!(verdict("1960-06-01T00:00:00Z"), Some(Trust::NotYetValid));
    assert_eq!(verdict("2021-01-01T00:00:01Z"), Some(Trust::Expired));
}

#[test]
fn addresses_and_wildcards_count_as_names() {
    let judge = public(&[der!("root")]);
    let chain = [der!("leaf"), der!("intermediate")];
    let verdict = |name: &'static str| {
        let name = ServerName::try_from(name).unwrap();
        let examined = run(judge.examine(&chain, &name, in_2030(), clock::now()));
        examined.trust_public.unwrap()
    };
    assert_eq!(verdict("a.relay.test"), Trust::Trusted);
    assert_eq!(verdict("192.0.2.7"), Trust::Trusted);
    assert_eq!(verdict("2001:db8::7"), Trust::Trusted);
    assert_eq!(verdict("a.b.relay.test"), Trust::WrongName);
    assert_eq!(verdict("192.0.2.8"), Trust::WrongName);
}

#[test]
fn two_stores_tell_an_inspecting_proxy() {
    // the company's root is in the system's store only
    let judge = Judge::new(Roots::Public, OsStore::Given(roots(&[der!("root")])));
    let chain = [der!("leaf"), der!("intermediate")];
    let examined = examine(&judge, &chain, in_2030());
    assert_eq!(examined.trust_public, Some(Trust::UnknownIssuer));
    assert_eq!(examined.trust_os, Some(Trust::Trusted));
    let certificate = examined.certificate.unwrap();
    assert_eq!(certificate.issuer, "CN=Test Issuing CA, O=Test House, C=DE");
}

#[test]
fn without_roots_or_certificates_there_is_no_verdict() {
    let judge = Judge::new(
        Roots::Given(RootCertStore::empty()),
        OsStore::Given(RootCertStore::empty()),
    );
    let examined = examine(&judge, &[der!("leaf")], in_2030());
    assert_eq!((examined.trust_public, examined.trust_os), (None, None));
    assert!(examined.certificate.is_some());
    assert_eq!(examine(&judge, &[], in_2030()), Examined::default());
}

#[test]
fn what_cannot_be_decoded_keeps_its_fingerprints() {
    let judge = public(&[der!("root")]);
    let chain = [CertificateDer::from(b"not a certificate".as_slice())];
    let examined = examine(&judge, &chain, in_2030());
    // printf 'not a certificate' | sha1sum
    assert_eq!(
        examined.certificate.unwrap().thumbprint,
        "34491FE877745149646CE28C6B98961E9124390B"
    );
}

#[test]
fn a_chain_is_not_judged_again_within_a_minute() {
    let judge = public(&[der!("root")]);
    let chain = [der!("leaf"), der!("intermediate")];
    let start = clock::now();
    let examine = |seconds, now| {
        let at = start + Duration::from_secs(seconds);
        run(judge.examine(&chain, &relay(), moment(now), at))
    };
    let first = examine(0, "2030-01-01T00:00:00Z");
    // a year in which it is over tells a new verdict from a remembered one
    let second = examine(59, "2200-01-01T00:00:00Z");
    assert_eq!(second, first);
    let (first, second) = (first.certificate.unwrap(), second.certificate.unwrap());
    assert!(Arc::ptr_eq(&first, &second));
    let third = examine(60, "2200-01-01T00:00:00Z");
    assert_eq!(third.trust_public, Some(Trust::Expired));
}

#[test]
fn a_future_can_be_sent_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    let judge = public(&[der!("root")]);
    let (chain, name) = ([der!("leaf")], relay());
    is_send(&judge.examine(&chain, &name, in_2030(), clock::now()));
}
