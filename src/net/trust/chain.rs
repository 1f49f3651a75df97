//! A chain as a server sent it, read as far as it can be.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::DateTime;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, UnixTime};
use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::prelude::X509Name;

use super::verdict;
use crate::judge::{Name, Validity};
use crate::net::certificate::{Fields, first_common_name, name_parts, oid_text, rsa_bits};

/// Most certificates of a chain whose names are looked at.
const MOST: usize = 32;

/// The sizes of RSA keys that webpki verifies with, in bits.
const USUAL_RSA: RangeInclusive<usize> = 2048..=8192;

/// Signatures with MD5 and SHA-1: RSA, RSA, ECDSA.
const WEAK_DIGESTS: [&str; 3] = [
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10045.4.1",
];

/// When a certificate is valid, in seconds since 1970; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValidityPeriod {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl ValidityPeriod {
    pub(super) fn holds(self, moment: i64) -> bool {
        (self.start..=self.end).contains(&moment)
    }
}

/// The certificates of a server, its own first.
pub(super) struct Chain<'a> {
    sent: &'a [CertificateDer<'a>],
    read: Vec<Option<Fields<'a>>>,
    /// Those behind the first that a path could be made of.
    pub(super) intermediates: Vec<CertificateDer<'a>>,
    /// When each is valid.
    pub(super) spans: Vec<Option<ValidityPeriod>>,
}

impl<'a> Chain<'a> {
    pub(super) fn of(sent: &'a [CertificateDer<'a>]) -> Self {
        let read: Vec<_> = sent
            .iter()
            .take(MOST)
            .map(|der| Fields::of(der).ok())
            .collect();
        let spans = read.iter().map(|fields| {
            let fields = fields.as_ref()?;
            Some(ValidityPeriod {
                start: fields.not_before?.timestamp(),
                end: fields.not_after?.timestamp(),
            })
        });
        Self {
            spans: spans.collect(),
            intermediates: verdict::intermediates(sent),
            read,
            sent,
        }
    }

    pub(super) fn leaf(&self) -> Option<&'a CertificateDer<'a>> {
        self.sent.first()
    }

    /// What could be read of the server's certificate.
    pub(super) fn leaf_fields(&self) -> Option<&Fields<'a>> {
        self.read.first()?.as_ref()
    }

    /// When the server's certificate is valid, and whether it is its own issuer.
    pub(super) fn leaf_facts(&self) -> (Option<ValidityPeriod>, bool) {
        let span = self.spans.first().copied().flatten();
        let fields = self.read.first().and_then(Option::as_ref);
        let is_own = fields.is_some_and(|fields| {
            let subject = fields.subject.as_ref().map(X509Name::as_raw);
            subject.is_some() && subject == fields.issuer.as_ref().map(X509Name::as_raw)
        });
        (span, is_own)
    }

    /// Whether the server's certificate is valid at a moment.
    pub(super) fn validity(&self, now: UnixTime) -> Validity {
        let now = seconds(now);
        match self.leaf_facts().0 {
            Some(span) if now > span.end => Validity::Expired,
            Some(span) if now < span.start => Validity::NotYetValid,
            _ => Validity::Valid,
        }
    }

    /// Which of the server's certificate and those above it, by number and name, are not valid at a moment, or have a date
    /// that cannot be read; empty where all are fine.
    pub(super) fn bad_dates(&self, now: UnixTime) -> String {
        let now = seconds(now);
        let (mut found, mut seen) = (Vec::new(), Vec::new());
        let mut same_name = vec![0];
        loop {
            let mut bad = same_name
                .iter()
                .map(|index| (*index, self.bad_date(*index, now)));
            // one that is valid makes up for others of its name
            let next = bad
                .clone()
                .find(|(_, bad)| bad.is_none())
                .or_else(|| bad.next());
            let Some((index, bad)) = next else {
                break;
            };
            found.extend(bad);
            let fields = self.read.get(index).and_then(Option::as_ref);
            let issuer = fields.and_then(|fields| fields.issuer.as_ref());
            let Some(issuer) = issuer
                .map(X509Name::as_raw)
                .filter(|raw| !seen.contains(raw))
            else {
                break;
            };
            seen.push(issuer);
            let others = self.read.iter().enumerate().skip(1);
            let is_named = |fields: &Option<Fields<'_>>| {
                let subject = fields.as_ref().and_then(|fields| fields.subject.as_ref());
                subject.is_some_and(|subject| subject.as_raw() == issuer)
            };
            let others = others.filter(|(_, fields)| is_named(fields));
            same_name = others.map(|(index, _)| index).collect();
        }
        found.join("; ")
    }

    /// What is wrong with the dates of a certificate, where something is.
    fn bad_date(&self, index: usize, now: i64) -> Option<String> {
        let fields = self.read.get(index)?.as_ref()?;
        let what = match self.spans.get(index)? {
            Some(span) if now > span.end => format!("expired on {}", day(span.end)),
            Some(span) if now < span.start => format!("is not valid before {}", day(span.start)),
            Some(_) => return None,
            // of the server's certificate its own field tells it
            None if index == 0 => return None,
            None => "has a date that cannot be read".to_owned(),
        };
        let name = fields.subject.as_ref().map(first_common_name);
        let name = name.filter(|name| !name.is_empty());
        let name = name.map(|name| format!("CN={name}"));
        let whose = (index == 0).then(|| "the server's".to_owned());
        let told: Vec<_> = whose.into_iter().chain(name).collect();
        let told = match told.join(", ") {
            told if told.is_empty() => told,
            told => format!(" ({told})"),
        };
        Some(format!(
            "certificate {} of the chain{told} {what}",
            index + 1
        ))
    }

    /// Whether the server's certificate has the name and the key of a root.
    pub(super) fn leaf_is_in(&self, roots: &RootCertStore) -> bool {
        let Some(Some(leaf)) = self.read.first() else {
            return false;
        };
        let (Some(subject), Some(key)) = (&leaf.subject, &leaf.key) else {
            return false;
        };
        // an anchor holds both without their outermost tag and length
        let (subject, key) = (content(subject.as_raw()), content(key.raw));
        roots.roots.iter().any(|root| {
            root.subject.as_ref() == subject && root.subject_public_key_info.as_ref() == key
        })
    }

    /// Subjects and issuers of all certificates.
    pub(super) fn names(&self) -> Vec<Name> {
        let read = self.read.iter().flatten();
        let names = read.flat_map(|fields| [&fields.subject, &fields.issuer]);
        names.flatten().map(name_parts).collect()
    }

    /// The issuers from the server's certificate on, as far as the chain leads.
    pub(super) fn issuers(&self) -> Vec<Name> {
        let (mut found, mut seen) = (Vec::new(), Vec::new());
        let mut next = self.read.first().and_then(Option::as_ref);
        while let Some(issuer) = next.and_then(|fields| fields.issuer.as_ref()) {
            if seen.contains(&issuer.as_raw()) {
                break;
            }
            found.push(name_parts(issuer));
            seen.push(issuer.as_raw());
            let mut others = self.read.iter().skip(1).flatten();
            next = others.find(|fields| {
                let subject = fields.subject.as_ref();
                subject.is_some_and(|subject| subject.as_raw() == issuer.as_raw())
            });
        }
        found
    }

    /// The first size of an RSA key of a CA of the chain that webpki cannot verify with, in bits; `roots` may be such CAs.
    pub(super) fn unusual_key<'b>(
        &self,
        roots: impl Iterator<Item = &'b CertificateDer<'static>>,
    ) -> Option<usize> {
        let wanted = self.wanted();
        let of_root = |der: &CertificateDer<'static>| {
            let fields = Fields::of(der).ok()?;
            let is_wanted = wanted.iter().any(|name| {
                let subject = fields.subject.as_ref();
                subject.is_some_and(|subject| subject.as_raw() == name)
            });
            rsa_bits(fields.key.as_ref().filter(|_| is_wanted)?)
        };
        let sent = self.read.iter().skip(1).flatten();
        let sent = sent.filter_map(|fields| rsa_bits(fields.key.as_ref()?));
        let mut all = sent.chain(roots.filter_map(of_root));
        all.find(|bits| !USUAL_RSA.contains(bits))
    }

    /// Whether a certificate is signed by a digest that OpenSSL takes no longer.
    pub(super) fn has_weak_digest(&self) -> bool {
        let signatures = self.read.iter().flatten();
        let mut signatures = signatures.filter_map(|fields| fields.signature.as_ref());
        signatures.any(|one| WEAK_DIGESTS.contains(&oid_text(&one.algorithm).as_str()))
    }

    /// Whether a certificate became valid before 1970, which webpki does not read.
    pub(super) fn starts_before_1970(&self) -> bool {
        self.spans.iter().flatten().any(|span| span.start < 0)
    }

    /// Names of issuers in their DER form.
    pub(super) fn wanted(&self) -> Vec<Vec<u8>> {
        let read = self.read.iter().flatten();
        let issuers = read.filter_map(|fields| fields.issuer.as_ref());
        issuers.map(|name| name.as_raw().to_vec()).collect()
    }

    /// Whether a certificate of that name was sent that is over at a moment.
    pub(super) fn sent_is_over(&self, subject: &[u8], now: UnixTime) -> bool {
        let now = seconds(now);
        let sent = self.read.iter().zip(&self.spans).skip(1);
        let mut named = sent.filter(|(fields, _)| {
            let name = fields.as_ref().and_then(|fields| fields.subject.as_ref());
            name.is_some_and(|name| name.as_raw() == subject)
        });
        named.any(|(_, span)| span.is_some_and(|span| now > span.end))
    }
}

fn day(moment: i64) -> String {
    let moment = DateTime::from_timestamp(moment, 0);
    let told = moment.map(|moment| moment.format("%Y-%m-%d %H:%M:%SZ").to_string());
    told.unwrap_or_else(|| "a day that cannot be told".to_owned())
}

fn content(der: &[u8]) -> &[u8] {
    Any::from_der(der).map_or(der, |(_, any): (_, Any<'_>)| any.data)
}

pub(super) fn seconds(moment: UnixTime) -> i64 {
    i64::try_from(moment.as_secs()).unwrap_or(i64::MAX)
}

pub(super) fn unix(moment: i64) -> UnixTime {
    let seconds = u64::try_from(moment).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
