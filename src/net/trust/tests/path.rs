//! What is on the way, by chains of made-up authorities: which of them stand in which store is what
//! each test is about, and what the right answer is follows from how they were made.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::*;
use crate::judge::{Circumstances, tls_path};
use crate::net::trust::helpers::Helper;
use crate::record::TlsPath;

pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;

pub(super) const RELAY: &str = "tr.teams.microsoft.com";

pub(super) fn params(
    organization: &str,
    common_name: &str,
    years: (i32, i32),
) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let name = &mut params.distinguished_name;
    name.push(DnType::OrganizationName, organization);
    name.push(DnType::CommonName, common_name);
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params
}

pub(super) fn authority(
    organization: &str,
    common_name: &str,
    years: (i32, i32),
) -> CertificateParams {
    let mut params = params(organization, common_name, years);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

pub(super) fn root(organization: &str, common_name: &str) -> Authority {
    let params = authority(organization, common_name, (2020, 2050));
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

pub(super) fn below(
    issuer: &Authority,
    organization: &str,
    common_name: &str,
    years: (i32, i32),
) -> Authority {
    let params = authority(organization, common_name, years);
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
}

fn leaf(issuer: &Authority, years: (i32, i32)) -> CertificateDer<'static> {
    let mut params = params("Microsoft Corporation", RELAY, years);
    params.subject_alt_names = vec![rcgen::SanType::DnsName(RELAY.try_into().unwrap())];
    let key = KeyPair::generate().unwrap();
    params.signed_by(&key, issuer).unwrap().der().clone()
}

pub(super) fn der(authority: &Authority) -> CertificateDer<'static> {
    authority.der().clone()
}

/// A judge by these public and system roots.
fn judge(public: &[&Authority], system: &[&Authority]) -> Judge {
    let store = |all: &[&Authority]| {
        let ders: Vec<_> = all.iter().map(|one| der(one)).collect();
        roots(&ders)
    };
    let public = Roots::Given(store(public));
    Judge::new(public, OsStore::Given(store(system)))
}

fn judged(judge: &Judge, chain: &[CertificateDer<'_>]) -> (TlsPath, String) {
    let name = ServerName::try_from(RELAY).unwrap();
    let examined = run(judge.examine(chain, &name, in_2030(), clock::now()));
    let beside = Circumstances {
        nearness: None,
        system: examined.os_reaches,
        system_note: examined.os_note,
        why: examined.os_why,
        verdict: examined.trust_os,
        is_microsofts: false,
        is_whole: true,
    };
    tls_path(&examined.facts.unwrap(), beside)
}

const MICROSOFT: &str = "Microsoft Corporation";

#[test]
fn nothing_of_microsofts_is_called_inspected_known_or_not() {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let unknown = root(MICROSOFT, "Microsoft TLS ECC Root G2");
    let authority = below(
        &unknown,
        MICROSOFT,
        "Microsoft TLS G2 ECC CA OCSP 01",
        (2025, 2035),
    );
    let leaf = leaf(&authority, (2029, 2031));
    let chains = [
        vec![leaf.clone()],
        vec![leaf.clone(), der(&authority)],
        vec![leaf.clone(), der(&authority), der(&unknown)],
        vec![leaf.clone(), der(&unknown)],
    ];
    for chain in &chains {
        // whether this system knows the root, the authority, both or none
        for system in [
            vec![],
            vec![&unknown],
            vec![&authority],
            vec![&unknown, &authority],
        ] {
            let (path, said) = judged(&judge(&[&public], &system), chain);
            assert_eq!(path, TlsPath::Unknown, "{said}");
            assert!(said.contains("Microsoft TLS G2 ECC CA OCSP 01"), "{said}");
        }
    }
}

#[test]
fn a_proxy_is_found_whether_its_root_is_installed_or_not() {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let house = root("Some House", "Some House Proxy CA");
    let chain = [leaf(&house, (2029, 2031))];
    let (path, said) = judged(&judge(&[&public], &[&public, &house]), &chain);
    assert_eq!(path, TlsPath::Inspected, "{said}");
    let (path, _) = judged(&judge(&[&public], &[&public]), &chain);
    assert_eq!(path, TlsPath::Unknown);
    let cloud = root("Zscaler Inc.", "Zscaler Root CA");
    let chain = [leaf(&cloud, (2029, 2031))];
    let (path, said) = judged(&judge(&[&public], &[&public]), &chain);
    assert_eq!(path, TlsPath::Inspected, "{said}");
    // a date that is over does not hide it
    let chain = [leaf(&cloud, (2021, 2022))];
    for system in [vec![&public], vec![&public, &cloud]] {
        assert_eq!(
            judged(&judge(&[&public], &system), &chain).0,
            TlsPath::Inspected
        );
    }
}

#[test]
fn what_a_server_leaves_out_is_made_good_with_what_is_known_here() {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let known = below(&public, MICROSOFT, "Microsoft CA 1", (2025, 2035));
    let chain = [leaf(&known, (2029, 2031))];
    let mut judge = judge(&[&public], &[]);
    assert_eq!(judged(&judge, &chain).0, TlsPath::Unknown);
    judge.helpers.authorities = vec![Helper::of(der(&known)).unwrap()];
    judge.cache = Mutex::default();
    let (path, said) = judged(&judge, &chain);
    assert_eq!(
        (path, said.as_str()),
        (TlsPath::IncompleteChain, "not sent: Microsoft CA 1")
    );
    let whole = [chain[0].clone(), der(&known)];
    assert_eq!(judged(&judge, &whole).0, TlsPath::Direct);
}

#[test]
fn microsofts_own_root_counts_where_no_public_root_signed_it() {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let own = root(MICROSOFT, "Microsoft Root G2");
    let authority = below(&own, MICROSOFT, "Microsoft CA OCSP 02", (2025, 2035));
    let mut judge = judge(&[&public], &[]);
    judge.helpers.roots = vec![Helper::of(der(&own)).unwrap()];
    let leaf = leaf(&authority, (2029, 2031));
    for chain in [
        vec![leaf.clone(), der(&authority)],
        vec![leaf.clone(), der(&authority), der(&own)],
    ] {
        let (path, said) = judged(&judge, &chain);
        assert_eq!(path, TlsPath::IncompleteChain, "{said}");
        assert_eq!(
            said,
            "not sent: Microsoft Root G2 as a public root signed it"
        );
    }
    judge.helpers.authorities = vec![Helper::of(der(&authority)).unwrap()];
    let (path, said) = judged(&judge, &[leaf]);
    assert_eq!(path, TlsPath::IncompleteChain);
    assert!(
        said.starts_with("not sent: Microsoft CA OCSP 02 and "),
        "{said}"
    );
}

#[test]
fn an_authority_that_was_sent_and_is_over_is_repaired_by_the_one_that_is_known() {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let key = || KeyPair::generate().unwrap();
    let known = authority(MICROSOFT, "Microsoft CA 3", (2025, 2035));
    let known = CertifiedIssuer::signed_by(known, key(), &public).unwrap();
    // the same name and key in a certificate that has ended
    let old = authority(MICROSOFT, "Microsoft CA 3", (2020, 2029));
    let old = old.signed_by(known.key(), &public).unwrap();
    let chain = [leaf(&known, (2028, 2031)), old.der().clone()];
    let mut judge = judge(&[&public], &[]);
    // without help: the path was good while the leaf was valid already
    let (path, said) = judged(&judge, &chain);
    assert_eq!(path, TlsPath::Expired, "{said}");
    judge.helpers.authorities = vec![Helper::of(der(&known)).unwrap()];
    judge.cache = Mutex::default();
    let (path, said) = judged(&judge, &chain);
    assert_eq!(path, TlsPath::IncompleteChain, "{said}");
    assert_eq!(said, "sent intermediate has expired: Microsoft CA 3");
}

#[test]
fn a_date_that_is_over_does_not_hide_the_way() {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let authority = below(&public, MICROSOFT, "Microsoft CA 1", (2025, 2035));
    let judge = judge(&[&public], &[]);
    for (years, expected) in [
        ((2026, 2028), TlsPath::Expired),
        // valid before and after its issuer: some moment of it is good
        ((2021, 2026), TlsPath::Expired),
        ((2031, 2033), TlsPath::NotYetValid),
        ((2029, 2031), TlsPath::Direct),
    ] {
        let (path, said) = judged(&judge, &[leaf(&authority, years), der(&authority)]);
        assert_eq!(path, expected, "{years:?} {said}");
    }
}

#[test]
fn a_root_of_the_system_that_is_over_is_told() {
    let over = authority("Some House", "old root", (2000, 2029));
    let over = CertifiedIssuer::self_signed(over, KeyPair::generate().unwrap()).unwrap();
    let store = |ders: Vec<CertificateDer<'static>>| {
        roots::RootSet::of_certificates(ders, Vec::new()).unwrap()
    };
    let chain = [leaf(&over, (2028, 2031))];
    let chain = Chain::of(&chain);
    let (name, now) = (ServerName::try_from(RELAY).unwrap(), unix_time(in_2030()));
    let judged = store(vec![der(&over)]).judged(&chain, &name, now);
    assert_eq!(
        (judged.trust, judged.note),
        (Some(Trust::Expired), "its root has expired")
    );
    // a certificate of the same root that is not over makes it good
    let renewed = authority("Some House", "old root", (2028, 2040));
    let renewed = renewed.self_signed(over.key()).unwrap().der().clone();
    let judged = store(vec![der(&over), renewed]).judged(&chain, &name, now);
    assert_eq!((judged.trust, judged.note), (Some(Trust::Trusted), ""));
}

/// A certificate with other digits in the end of its validity, a UTCTime of 1 January 2040.
fn ending(der: &CertificateDer<'_>, digits: [u8; 6]) -> CertificateDer<'static> {
    let mut der = der.to_vec();
    let at = der.windows(6).rposition(|part| part == b"400101").unwrap();
    der[at..at + 6].copy_from_slice(&digits);
    CertificateDer::from(der)
}

// `openssl verify` says "format error in certificate's notAfter field" of such a root: month 13
#[test]
fn a_root_whose_dates_cannot_be_read_makes_no_chain_good() {
    let odd = authority("Some House", "odd root", (2020, 2040));
    let odd = CertifiedIssuer::self_signed(odd, KeyPair::generate().unwrap()).unwrap();
    let store = |ders| roots::RootSet::of_certificates(ders, Vec::new()).unwrap();
    let chain = [leaf(&odd, (2028, 2031))];
    let chain = Chain::of(&chain);
    let (name, now) = (ServerName::try_from(RELAY).unwrap(), unix_time(in_2030()));
    let judged = |ders| store(ders).judged(&chain, &name, now);
    assert_eq!(judged(vec![der(&odd)]).trust, Some(Trust::Trusted));
    let unread = judged(vec![ending(&der(&odd), *b"401301")]);
    assert_eq!(
        (unread.trust, unread.reaches),
        (Some(Trust::Other), Some(true))
    );
    assert_eq!(unread.why, "the dates of its root cannot be read");
}

#[test]
fn the_certificate_whose_date_is_wrong_is_named() {
    let top = root("Some House", "root");
    let old = below(&top, "Some House", "Old CA", (2020, 2025));
    let renewed = authority("Some House", "Old CA", (2024, 2040));
    let renewed = renewed.signed_by(old.key(), &top).unwrap().der().clone();
    let odd = below(&top, "Some House", "Odd CA", (2020, 2040));
    let unread = ending(&der(&odd), *b"401301");
    let bad_dates = |chain: &[_]| Chain::of(chain).bad_dates(unix_time(in_2030()));
    let good = (2029, 2031);
    for (chain, expected) in [
        (vec![leaf(&top, good)], ""),
        (
            vec![leaf(&old, good), der(&old)],
            "certificate 2 of the chain (CN=Old CA) expired on 2025-01-01 00:00:00Z",
        ),
        // one that nobody needs, and one that makes up for another of its name
        (vec![leaf(&top, good), der(&old)], ""),
        (vec![leaf(&old, good), der(&old), renewed], ""),
        (
            vec![leaf(&odd, (2031, 2032)), der(&top), unread.clone()],
            "certificate 1 of the chain (the server's, CN=tr.teams.microsoft.com) is not valid before 2031-01-01 00:00:00Z; \
             certificate 3 of the chain (CN=Odd CA) has a date that cannot be read",
        ),
        (vec![], ""),
        (vec![CertificateDer::from(vec![1, 2, 3])], ""),
    ] {
        assert_eq!(bad_dates(&chain), expected);
    }
}

// RFC 5280 section 4.1.2.5.1: a year of 50 is 1950; webpki reads no time before 1970
#[test]
fn a_certificate_that_ended_before_1970_has_expired() {
    let own = authority("Some House", "own", (2020, 2040));
    let own = CertifiedIssuer::self_signed(own, KeyPair::generate().unwrap()).unwrap();
    let store = roots::RootSet::of_certificates(vec![der(&root("Other", "root"))], Vec::new());
    let (name, now) = (ServerName::try_from(RELAY).unwrap(), unix_time(in_2030()));
    for (digits, trust) in [
        (*b"500101", Trust::Expired),
        (*b"490101", Trust::UnknownIssuer),
    ] {
        let chain = [ending(&der(&own), digits)];
        let judged = store
            .as_ref()
            .unwrap()
            .judged(&Chain::of(&chain), &name, now);
        assert_eq!(judged.trust, Some(trust), "{digits:?}");
    }
}

#[test]
fn a_root_that_is_not_linked_does_not_count_and_is_told() {
    let top = root("Some House", "root");
    let chain = [leaf(&top, (2029, 2031))];
    let chain = Chain::of(&chain);
    let (name, now) = (ServerName::try_from(RELAY).unwrap(), unix_time(in_2030()));
    let store = roots::RootSet::of_certificates(Vec::new(), vec![der(&top)]).unwrap();
    let judged = store.judged(&chain, &name, now);
    assert_eq!(judged.trust, Some(Trust::UnknownIssuer));
    assert!(judged.note.contains("openssl rehash"), "{}", judged.note);
}

#[test]
fn a_store_with_a_part_of_the_chain_only_is_enough_and_told() {
    let top = root("Some House", "root");
    let middle = below(&top, "Some House", "middle", (2025, 2035));
    let chain = [leaf(&middle, (2029, 2031)), der(&middle)];
    let chain = Chain::of(&chain);
    let (name, now) = (ServerName::try_from(RELAY).unwrap(), unix_time(in_2030()));
    let judged = |ders| {
        let store = roots::RootSet::of_certificates(ders, Vec::new()).unwrap();
        let judged = store.judged(&chain, &name, now);
        (judged.trust, judged.note)
    };
    let partial = judged(vec![der(&middle)]);
    assert_eq!(partial.0, Some(Trust::Trusted));
    assert!(partial.1.contains("intermediate"), "{}", partial.1);
    assert_eq!(
        judged(vec![der(&middle), der(&top)]),
        (Some(Trust::Trusted), "")
    );
    let itself = judged(vec![chain.leaf().unwrap().clone().into_owned()]);
    assert_eq!(itself.0, Some(Trust::Trusted));
    assert!(itself.1.contains("itself"), "{}", itself.1);
}

#[test]
fn the_public_roots_know_the_parents_of_the_shipped_authorities_but_not_microsofts_own() {
    let judge = Judge::new(Roots::Public, OsStore::Given(RootCertStore::empty()));
    let public = &judge.public.as_ref().unwrap().all;
    let is_public = |helper: &Helper| {
        let der = std::slice::from_ref(&helper.der);
        Chain::of(der).leaf_is_in(public)
    };
    assert!(judge.is_real);
    assert!(!judge.helpers.roots.iter().any(is_public));
    let named = |text: &[u8]| {
        public
            .roots
            .iter()
            .any(|root| text.ends_with(&root.subject))
    };
    for helper in &judge.helpers.authorities {
        let is_of_own_root = judge.helpers.roots[0].subject == helper.issuer;
        assert_eq!(named(&helper.issuer), !is_of_own_root, "{}", helper.name);
    }
}

/// What an authority that this system trusts issued, and the public roots do not know.
fn refused(authority: CertificateParams, change: impl Fn(&mut CertificateParams)) -> String {
    let public = root("DigiCert Inc", "DigiCert Global Root G2");
    let house = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut params = params("Some House", "relay", (2029, 2031));
    params.subject_alt_names = vec![rcgen::SanType::DnsName(RELAY.try_into().unwrap())];
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let leaf = params.signed_by(&key, &house).unwrap().der().clone();
    judged(&judge(&[&public], &[&house]), &[leaf]).1
}

#[test]
fn each_reason_of_a_verifier_has_its_own_words_and_none_is_called_another_name() {
    let house = || authority("Some House", "Some House CA", (2020, 2050));
    let good = refused(house(), |_| {});
    assert!(good.contains("which this system trusts"), "{good}");
    // 1.2.3.4 is an extension that nobody knows; RFC 5280 section 4.2: it must be refused
    let critical = refused(house(), |params| {
        let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    });
    assert!(critical.contains("critical extension"), "{critical}");
    let client = refused(house(), |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    assert!(client.contains("extended key usage"), "{client}");
    let mut bounded = house();
    bounded.name_constraints = Some(rcgen::NameConstraints {
        permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("house.example".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let names = refused(bounded, |_| {});
    assert!(names.contains("name constraints"), "{names}");
    for said in [critical, client, names] {
        assert!(!said.contains("another name"), "{said}");
    }
}
