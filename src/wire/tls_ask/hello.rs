//! A client's hello as bytes.

use super::{shares, ssl2};
use crate::record::ProtocolVersion;

/// Extensions (IANA "TLS ExtensionType Values").
const SERVER_NAME: u16 = 0;
const STATUS_REQUEST: u16 = 5;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;
const EXTENDED_MASTER_SECRET: u16 = 23;
const SESSION_TICKET: u16 = 35;
const SUPPORTED_VERSIONS: u16 = 43;
const PSK_MODES: u16 = 45;
const KEY_SHARE: u16 = 51;
const RENEGOTIATION_INFO: u16 = 0xFF01;

/// Signature schemes, all that a server may still sign with.
const SCHEMES: &[u16] = &[
    0x0804, 0x0403, 0x0807, 0x0805, 0x0503, 0x0806, 0x0603, 0x0808, 0x0809, 0x080A, 0x080B, 0x081A,
    0x081B, 0x081C, 0x0401, 0x0501, 0x0601, 0x0301, 0x0303, 0x0203, 0x0201, 0x0402, 0x0302, 0x0202,
];

/// Bytes of a split hello's first record: header, version and a piece of the random.
const FIRST_RECORD: usize = 20;

/// How a hello is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HelloShape {
    /// In one record, with nothing odd in it.
    #[default]
    Plain,
    /// In two records.
    Split,
    /// With values that nobody knows (RFC 8701), which a server must ignore.
    Grease,
}

/// A hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Versions that are offered. Before TLS 1.3 only a maximum can be, but a server that takes a lower one is not
    /// accepted unless it is among them.
    pub versions: Vec<ProtocolVersion>,
    /// Suites in the order in which they are wanted. SSL 2.0 offers its own.
    pub suites: Vec<u16>,
    /// Groups.
    pub groups: Vec<u16>,
    /// Groups of which a key is sent along, in TLS 1.3.
    pub shares: Vec<u16>,
    /// Name of the server (SNI).
    pub server_name: Option<String>,
    /// Application protocols.
    pub alpn: Vec<String>,
    /// Whether compression is offered.
    pub deflate: bool,
    /// How it is sent.
    pub shape: HelloShape,
}

impl Hello {
    /// A hello of one version, for a server of this name.
    pub fn new(
        version: ProtocolVersion,
        suites: &[u16],
        groups: &[u16],
        server_name: Option<&str>,
    ) -> Self {
        Self {
            versions: vec![version],
            suites: suites.to_vec(),
            groups: groups.to_vec(),
            shares: Vec::new(),
            server_name: server_name.map(str::to_owned),
            alpn: Vec::new(),
            deflate: false,
            shape: HelloShape::Plain,
        }
    }

    /// The highest version that it offers.
    pub fn version(&self) -> ProtocolVersion {
        let highest = self.versions.iter().max();
        highest.copied().unwrap_or(ProtocolVersion::Tls12)
    }

    /// Its bytes; each random byte is asked for.
    pub fn bytes(&self, mut random: impl FnMut() -> u8) -> Vec<u8> {
        let version = self.version();
        if version == ProtocolVersion::Ssl2 {
            return ssl2::hello(std::array::from_fn(|_| random()));
        }
        let is_13 = version == ProtocolVersion::Tls13;
        let legacy = version.min(ProtocolVersion::Tls12).number();
        let grease = (self.shape == HelloShape::Grease).then(|| grease(&mut random));
        let mut body = legacy.to_be_bytes().to_vec();
        body.extend((0..32).map(|_| random()));
        // one of TLS 1.3 looks like one of a session that goes on (RFC 8446 appendix D.4)
        let session: Vec<u8> = if is_13 {
            (0..32).map(|_| random()).collect()
        } else {
            Vec::new()
        };
        body.extend(with_length::<1>(&session));
        let suites = grease.iter().chain(&self.suites);
        body.extend(with_length::<2>(&numbers(suites)));
        body.extend(with_length::<1>(if self.deflate { &[1, 0] } else { &[0] }));
        if version != ProtocolVersion::Ssl3 {
            body.extend(with_length::<2>(&self.extensions(grease, &mut random)));
        }
        let message = [vec![1], with_length::<3>(&body)].concat();
        let record_version = legacy.min(ProtocolVersion::Tls10.number()).to_be_bytes();
        let at = match self.shape {
            HelloShape::Split => FIRST_RECORD.min(message.len()),
            HelloShape::Plain | HelloShape::Grease => message.len(),
        };
        let (first, second) = message.split_at(at);
        let record = |content: &[u8]| {
            [
                &[22, record_version[0], record_version[1]][..],
                &with_length::<2>(content),
            ]
            .concat()
        };
        let mut bytes = record(first);
        if !second.is_empty() {
            bytes.extend(record(second));
        }
        bytes
    }

    fn extensions(&self, grease: Option<u16>, random: &mut impl FnMut() -> u8) -> Vec<u8> {
        let (mut list, version) = (Vec::new(), self.version());
        let mut add = |kind: u16, content: &[u8]| {
            list.extend(kind.to_be_bytes());
            list.extend(with_length::<2>(content));
        };
        if let Some(grease) = grease {
            add(grease, &[]);
        }
        if let Some(name) = &self.server_name {
            let name = [vec![0], with_length::<2>(name.as_bytes())].concat();
            add(SERVER_NAME, &with_length::<2>(&name));
        }
        add(EXTENDED_MASTER_SECRET, &[]);
        add(RENEGOTIATION_INFO, &[0]);
        if !self.groups.is_empty() {
            let groups = grease.iter().chain(&self.groups);
            add(SUPPORTED_GROUPS, &with_length::<2>(&numbers(groups)));
            add(POINT_FORMATS, &[1, 0]);
        }
        add(SESSION_TICKET, &[]);
        if !self.alpn.is_empty() {
            let names = self
                .alpn
                .iter()
                .flat_map(|name| with_length::<1>(name.as_bytes()));
            let names: Vec<u8> = names.collect();
            add(ALPN, &with_length::<2>(&names));
        }
        add(STATUS_REQUEST, &[1, 0, 0, 0, 0]);
        // servers of older versions may stumble over it
        if version >= ProtocolVersion::Tls12 {
            add(SIGNATURE_ALGORITHMS, &with_length::<2>(&numbers(SCHEMES)));
        }
        if version == ProtocolVersion::Tls13 {
            let mut versions = self.versions.clone();
            versions.sort_unstable_by(|a, b| b.cmp(a));
            let versions: Vec<u16> = versions.into_iter().map(ProtocolVersion::number).collect();
            let versions = grease.iter().chain(&versions);
            add(SUPPORTED_VERSIONS, &with_length::<1>(&numbers(versions)));
            add(PSK_MODES, &[1, 1]);
            let mut shares = Vec::new();
            if let Some(grease) = grease {
                shares.extend(grease.to_be_bytes());
                shares.extend(with_length::<2>(&[0]));
            }
            for group in &self.shares {
                if let Some(share) = shares::share(*group, random) {
                    shares.extend(group.to_be_bytes());
                    shares.extend(with_length::<2>(&share));
                }
            }
            add(KEY_SHARE, &with_length::<2>(&shares));
        }
        if let Some(grease) = grease {
            // no extension may stand twice
            add(grease ^ 0x1010, &[0]);
        }
        list
    }
}

/// A value that nobody knows: 0x0A0A, 0x1A1A, ... 0xFAFA.
fn grease(random: &mut impl FnMut() -> u8) -> u16 {
    let byte = random() & 0xF0 | 0x0A;
    u16::from_be_bytes([byte, byte])
}

fn numbers<'a>(numbers: impl IntoIterator<Item = &'a u16>) -> Vec<u8> {
    numbers
        .into_iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

/// The content behind its length in so many bytes. What does not fit is not sent.
fn with_length<const N: usize>(content: &[u8]) -> Vec<u8> {
    let room = 256_usize.saturating_pow(u32::try_from(N).unwrap_or(u32::MAX));
    let content = content.get(..room.saturating_sub(1)).unwrap_or(content);
    let length = content.len().to_be_bytes();
    let length = length
        .get(length.len().saturating_sub(N)..)
        .unwrap_or_default();
    [length, content].concat()
}
