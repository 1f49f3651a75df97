//! The lab's certificates and the TLS configurations of its relays.
//!
//! The private keys in `data/` are worthless: they are published with this source, were made once with
//! `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 | openssl pkcs8 -topk8 -nocrypt
//! -outform DER`, and nothing outside the lab trusts them. They are fixed because ring makes no RSA keys, and so that the certificates
//! are the same at each start within a calendar year: fixed serial numbers, validity from the
//! start of the year, signatures (PKCS#1 v1.5) that depend on nothing else.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, SerialNumber,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, DnsName, PrivatePkcs8KeyDer, ServerName};
use rustls::server::NoServerSessionStorage;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion, version};

use super::error::LabError;
use super::fault::Fault;

const CA_KEY: &[u8] = include_bytes!("data/ca.pk8");
const RELAY_KEY: &[u8] = include_bytes!("data/relay.pk8");

const HOST: &str = "tr.teams.microsoft.com";
/// Names as on a relay's certificate.
const HOSTS: &[&str] = &[
    HOST,
    "*.tr.teams.microsoft.com",
    "*.teams.microsoft.com",
    "*.teams.cloud.microsoft",
    "*.tr.teams.trafficmanager.net",
];
const OTHER_HOST: &str = "relay.example.org";

/// The relays' certificates as TLS configurations, and the root that signed them.
pub(super) struct Certificates {
    /// The lab's own root.
    pub(super) root: CertificateDer<'static>,
    /// The root of a proxy that breaks TLS open, as a company gives it to its machines.
    pub(super) inspector: CertificateDer<'static>,
    healthy: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    self_signed: Arc<ServerConfig>,
    wrong_host: Arc<ServerConfig>,
    tls13_only: Arc<ServerConfig>,
    inspected: Arc<ServerConfig>,
    /// How the proxy goes on to a relay.
    inside: Arc<ClientConfig>,
}

/// What relays send in their handshakes, leaf first, and the root.
struct Chains {
    root: CertificateDer<'static>,
    healthy: Vec<CertificateDer<'static>>,
    expired: Vec<CertificateDer<'static>>,
    self_signed: Vec<CertificateDer<'static>>,
    wrong_host: Vec<CertificateDer<'static>>,
    inspector: CertificateDer<'static>,
    inspected: Vec<CertificateDer<'static>>,
}

impl Chains {
    fn new(year: i32) -> Result<Self, LabError> {
        let ca_key = key(CA_KEY)?;
        let relay_key = key(RELAY_KEY)?;
        let inspector = ca("turnprobe lab web gateway CA", 2, year)?;
        let ca = ca("turnprobe lab CA", 1, year)?;
        let root = ca.self_signed(&ca_key)?.der().clone();
        let issuer = Issuer::from_params(&ca, &ca_key);
        let issue = |leaf: &CertificateParams| -> Result<_, LabError> {
            Ok(vec![
                leaf.signed_by(&relay_key, &issuer)?.der().clone(),
                root.clone(),
            ])
        };
        let by_inspector = Issuer::from_params(&inspector, &ca_key);
        let inspected = leaf(HOSTS, 0x15, year)?.signed_by(&relay_key, &by_inspector)?;
        let mut own = leaf(HOSTS, 0x14, year)?;
        own.use_authority_key_identifier_extension = false;
        Ok(Self {
            healthy: issue(&leaf(HOSTS, 0x11, year)?)?,
            // ended at the start of last year
            expired: issue(&leaf(HOSTS, 0x12, year - 3)?)?,
            wrong_host: issue(&leaf(&[OTHER_HOST], 0x13, year)?)?,
            self_signed: vec![own.self_signed(&relay_key)?.der().clone()],
            inspected: vec![inspected.der().clone()],
            inspector: inspector.self_signed(&ca_key)?.der().clone(),
            root,
        })
    }
}

impl Certificates {
    /// The certificates of a calendar year.
    pub(super) fn new(year: i32) -> Result<Self, LabError> {
        let chains = Chains::new(year)?;
        let (tls12, tls13) = (&version::TLS12, &version::TLS13);
        Ok(Self {
            healthy: config(chains.healthy.clone(), &[tls12])?,
            expired: config(chains.expired, &[tls12])?,
            self_signed: config(chains.self_signed, &[tls12])?,
            wrong_host: config(chains.wrong_host, &[tls12])?,
            tls13_only: config(chains.healthy, &[tls13])?,
            // as those do that are bought, which are newer than the relays
            inspected: config(chains.inspected, &[tls12, tls13])?,
            inside: inside(&chains.root)?,
            inspector: chains.inspector,
            root: chains.root,
        })
    }

    /// What a relay shows under that fault.
    pub(super) fn config(&self, fault: Option<Fault>) -> Arc<ServerConfig> {
        let config = match fault {
            Some(Fault::Expired) => &self.expired,
            Some(Fault::SelfSigned) => &self.self_signed,
            Some(Fault::WrongHost) => &self.wrong_host,
            Some(Fault::Tls13Only) => &self.tls13_only,
            Some(Fault::ProxyInspects) => &self.inspected,
            _ => &self.healthy,
        };
        Arc::clone(config)
    }

    /// How a proxy that breaks TLS open goes on, and the name that it asks for.
    pub(super) fn inside(&self) -> (Arc<ClientConfig>, ServerName<'static>) {
        let name = DnsName::try_from(HOST).map_or_else(
            |_| ServerName::from(std::net::IpAddr::from([127, 0, 0, 1])),
            ServerName::DnsName,
        );
        (Arc::clone(&self.inside), name)
    }
}

fn inside(root: &CertificateDer<'static>) -> Result<Arc<ClientConfig>, LabError> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn key(pkcs8: &[u8]) -> Result<KeyPair, LabError> {
    let key = PrivatePkcs8KeyDer::from(pkcs8);
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(
        &key,
        &PKCS_RSA_SHA256,
    )?)
}

fn ca(common_name: &str, serial: u8, year: i32) -> Result<CertificateParams, LabError> {
    let mut name = DistinguishedName::new();
    name.push(
        DnType::CountryName,
        DnValue::PrintableString("DE".try_into()?),
    );
    name.push(DnType::OrganizationName, "turnprobe lab");
    name.push(DnType::CommonName, common_name);
    let mut params = params(&[], name, serial, year)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn leaf(hosts: &[&str], serial: u8, year: i32) -> Result<CertificateParams, LabError> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, hosts.first().copied().unwrap_or(HOST));
    let mut params = params(hosts, name, serial, year)?;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Valid from the start of the year for two years.
fn params(
    hosts: &[&str],
    name: DistinguishedName,
    serial: u8,
    year: i32,
) -> Result<CertificateParams, LabError> {
    // as long as those of Microsoft's issuing CAs, which start with the number of the CA
    const SERIAL: [u8; 19] = [
        0x6B, 0x00, 0x1A, 0xB0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x54, 0x50, 0, 0, 0, 0,
    ];
    let mut number = SERIAL.to_vec();
    number.push(serial);
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name = name;
    params.serial_number = Some(SerialNumber::from(number));
    params.not_before = date_time_ymd(year, 1, 1);
    params.not_after = date_time_ymd(year + 2, 1, 1);
    Ok(params)
}

/// Without session tickets or any other resumption: every handshake is a full one.
fn config(
    chain: Vec<CertificateDer<'static>>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Arc<ServerConfig>, LabError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(RELAY_KEY).into())?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    #[test]
    fn the_certificates_are_the_same_within_a_year_and_others_in_the_next() {
        let all = |year| {
            let chains = Chains::new(year).unwrap();
            let lists = [
                chains.healthy,
                chains.expired,
                chains.self_signed,
                chains.wrong_host,
                chains.inspected,
                vec![chains.inspector],
            ];
            lists.concat()
        };
        assert_eq!(all(2026), all(2026));
        for (this, next) in all(2026).iter().zip(all(2027)) {
            assert_ne!(*this, next);
        }
    }

    #[test]
    fn the_certificate_looks_like_a_relays() {
        let chain = Chains::new(2026).unwrap().healthy;
        assert_eq!(chain.len(), 2);
        let (rest, leaf) = X509Certificate::from_der(&chain[0]).unwrap();
        assert!(rest.is_empty());
        assert_eq!(leaf.subject().to_string(), "CN=tr.teams.microsoft.com");
        assert_eq!(
            leaf.issuer().to_string(),
            "C=DE, O=turnprobe lab, CN=turnprobe lab CA"
        );
        assert_eq!(
            leaf.signature_algorithm.algorithm.to_id_string(),
            "1.2.840.113549.1.1.11"
        );
        // 1 January 2026 and 2028, from `date -u -d`
        assert_eq!(leaf.validity().not_before.timestamp(), 1_767_225_600);
        assert_eq!(leaf.validity().not_after.timestamp(), 1_830_297_600);
        assert!(
            leaf.extended_key_usage()
                .unwrap()
                .unwrap()
                .value
                .server_auth
        );
        assert_eq!(
            leaf.subject_alternative_name()
                .unwrap()
                .unwrap()
                .value
                .general_names
                .len(),
            5
        );
        assert_eq!(leaf.raw_serial().len(), 20);
        assert!(!leaf.is_ca());
        let (_, ca) = X509Certificate::from_der(&chain[1]).unwrap();
        assert!(ca.is_ca());
        leaf.verify_signature(Some(ca.public_key())).unwrap();
    }

    #[test]
    fn the_expired_certificate_ended_before_the_year_began() {
        let chain = Chains::new(2026).unwrap().expired;
        let (_, leaf) = X509Certificate::from_der(&chain[0]).unwrap();
        // 1 January 2025
        assert_eq!(leaf.validity().not_after.timestamp(), 1_735_689_600);
    }
}
