//! Roots that webpki goes by: whether a path leads to one, and at which moment.

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{Error, RootCertStore};

use super::chain::{Chain, ValidityPeriod, seconds, unix};
use super::{refused, verdict};
use crate::judge::Reach;
use crate::record::Trust;

/// Most moments that a path is looked for at.
const MOST_MOMENTS: usize = 14;

/// Roots and what is known of them beyond their names and keys.
#[derive(Debug, Clone)]
pub(super) struct RootSet {
    pub(super) all: RootCertStore,
    /// When each is valid; none for those of which that is not known.
    spans: Vec<Option<ValidityPeriod>>,
    /// Whether each is its own issuer, as a root is.
    are_own_issuers: Vec<bool>,
    /// Those that are there, and not where the system's programs look for them.
    loose: RootCertStore,
    /// Those whose dates cannot be read: no path that leads to one is taken, as by OpenSSL.
    dateless: RootCertStore,
}

/// What is told of a chain that only such a root would verify.
const LOOSE: &str = "its root is in a folder of the store without the hash link that OpenSSL needs (openssl rehash)";

/// What a store says of a chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Judged {
    /// Its verdict; `None` if there was none to be had.
    pub(super) trust: Option<Trust>,
    /// Whether a path leads to it, whatever the dates and the name; `None` if it cannot be told.
    pub(super) reaches: Option<bool>,
    /// What is remarkable about the path.
    pub(super) note: &'static str,
    /// Why the chain is not taken, where the verdict is `other` and the verifier said so; else empty.
    pub(super) why: &'static str,
}

impl Judged {
    /// The same with why the chain is not taken, where its verdict does not say it.
    pub(super) fn because(self, why: &'static str) -> Self {
        let is_other = self.trust == Some(Trust::Other);
        Self {
            why: if is_other { why } else { "" },
            ..self
        }
    }
}

impl RootSet {
    /// Roots without dates; `None` if there are none.
    pub(super) fn given(all: RootCertStore) -> Option<Self> {
        let count = all.roots.len();
        (count > 0).then(|| Self {
            all,
            spans: vec![None; count],
            are_own_issuers: vec![true; count],
            loose: RootCertStore::empty(),
            dateless: RootCertStore::empty(),
        })
    }

    /// Roots by their certificates, and those that do not count; `None` if none of the first can be one.
    #[cfg(any(all(unix, not(target_os = "macos")), test))]
    pub(super) fn of_certificates(
        ders: Vec<CertificateDer<'static>>,
        loose: Vec<CertificateDer<'static>>,
    ) -> Option<Self> {
        let mut roots = Self {
            all: RootCertStore::empty(),
            spans: Vec::new(),
            are_own_issuers: Vec::new(),
            loose: RootCertStore::empty(),
            dateless: RootCertStore::empty(),
        };
        roots.loose.add_parsable_certificates(loose);
        for der in ders {
            let (span, is_own) = Chain::of(std::slice::from_ref(&der)).leaf_facts();
            if span.is_none() {
                // one that webpki does not take leads nowhere
                let _ = roots.dateless.add(der);
            } else if roots.all.add(der).is_ok() {
                roots.spans.push(span);
                roots.are_own_issuers.push(is_own);
            }
        }
        let others = [&roots.loose, &roots.dateless];
        let has_any = !roots.spans.is_empty() || others.iter().any(|all| !all.is_empty());
        has_any.then_some(roots)
    }

    /// The roots that are as they should be.
    fn only(&self, fits: impl Fn(usize) -> bool) -> RootCertStore {
        let all = self.all.roots.iter().enumerate();
        let fitting = all.filter(|(index, _)| fits(*index));
        RootCertStore {
            roots: fitting.map(|(_, root)| root.clone()).collect(),
        }
    }

    fn valid_at(&self, moment: i64) -> RootCertStore {
        self.only(|index| self.spans[index].is_none_or(|span| span.holds(moment)))
    }

    /// What they say of a chain.
    pub(super) fn judged(&self, chain: &Chain<'_>, name: &ServerName<'_>, now: UnixTime) -> Judged {
        let Some(leaf) = chain.leaf() else {
            return Judged::default();
        };
        if chain.leaf_is_in(&self.all) {
            let (trust, why) = by_itself(chain, leaf, name, now);
            let judged = Judged {
                trust: Some(trust),
                reaches: Some(true),
                note: "the certificate itself is in the store",
                why: "",
            };
            return judged.because(why);
        }
        let reaches = self.reach(chain, &chain.intermediates, now) != Reach::Never;
        let judged = |trust, note| Judged {
            trust,
            reaches: Some(reaches),
            note,
            why: "",
        };
        let moment = seconds(now);
        let error = match leads_to(&self.valid_at(moment), leaf, &chain.intermediates, now) {
            Ok(parsed) => {
                let trust = match verify_server_name(&parsed, name) {
                    Ok(()) => Some(Trust::Trusted),
                    Err(error) => verdict::of_error(&error),
                };
                let own = self.only(|index| self.are_own_issuers[index]);
                let is_partial = own.len() < self.all.len()
                    && leads_to(&own, leaf, &chain.intermediates, now).is_err();
                let note = if is_partial {
                    "the store holds an intermediate of it and no root"
                } else {
                    ""
                };
                return judged(trust, note);
            }
            Err(error) => error,
        };
        // roots have no dates for webpki
        let is_over = |span: &Option<ValidityPeriod>| span.is_some_and(|span| !span.holds(moment));
        if self.spans.iter().any(is_over)
            && leads_to(&self.all, leaf, &chain.intermediates, now).is_ok()
        {
            let late = self.only(|index| self.spans[index].is_some_and(|span| moment > span.end));
            return if leads_to(&late, leaf, &chain.intermediates, now).is_ok() {
                judged(Some(Trust::Expired), "its root has expired")
            } else {
                judged(Some(Trust::NotYetValid), "its root is not valid yet")
            };
        }
        if chain.leaf_is_in(&self.dateless)
            || leads_to(&self.dateless, leaf, &chain.intermediates, now).is_ok()
        {
            let judged = Judged {
                reaches: Some(true),
                ..judged(Some(Trust::Other), "")
            };
            return judged.because("the dates of its root cannot be read");
        }
        let (span, is_own) = chain.leaf_facts();
        let trust = match verdict::of_webpki_error(&error, is_own) {
            // webpki does not read an end before 1970, and would look at it before all else
            Some(_) if span.is_some_and(|span| span.end < 0) => Some(Trust::Expired),
            trust => trust,
        };
        let is_loose = || {
            chain.leaf_is_in(&self.loose)
                || leads_to(&self.loose, leaf, &chain.intermediates, now).is_ok()
        };
        let note = if trust == Some(Trust::UnknownIssuer) && is_loose() {
            LOOSE
        } else {
            ""
        };
        judged(trust, note).because(refused::why(&error))
    }

    /// Whether a path leads to one of them.
    pub(super) fn reach(
        &self,
        chain: &Chain<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Reach {
        let Some(leaf) = chain.leaf() else {
            return Reach::Never;
        };
        if chain.leaf_is_in(&self.all) {
            return Reach::Yes;
        }
        reach(&self.all, chain, leaf, intermediates, now)
    }
}

/// Whether a path leads to one of the roots, at a moment when the server's certificate is valid.
pub(super) fn reach(
    roots: &RootCertStore,
    chain: &Chain<'_>,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
) -> Reach {
    let at = |moment: i64| leads_to(roots, leaf, intermediates, unix(moment));
    let (now, span) = (seconds(now), chain.leaf_facts().0);
    let base = span.map_or(now, |span| now.clamp(span.start, span.end.max(span.start)));
    let Err(error) = at(base) else {
        return Reach::Yes;
    };
    let is_of_dates = matches!(
        verdict::of_error(&error),
        Some(Trust::Expired | Trust::NotYetValid)
    );
    let Some(span) = span.filter(|_| is_of_dates) else {
        return Reach::Never;
    };
    let ends = chain.spans.iter().flatten();
    let mut moments: Vec<i64> = ends.flat_map(|other| [other.start, other.end]).collect();
    moments.retain(|moment| *moment != base && span.holds(*moment));
    moments.sort_unstable_by_key(|moment| moment.abs_diff(base));
    moments.dedup();
    let mut moments = moments.into_iter().take(MOST_MOMENTS);
    match moments.find(|moment| at(*moment).is_ok()) {
        Some(_) if base != now => Reach::Yes,
        Some(moment) if moment < base => Reach::Before,
        Some(_) => Reach::Later,
        None => Reach::Never,
    }
}

fn leads_to<'a>(
    roots: &RootCertStore,
    leaf: &'a CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
) -> Result<ParsedCertificate<'a>, Error> {
    let parsed = ParsedCertificate::try_from(leaf)?;
    let all = ring::default_provider()
        .signature_verification_algorithms
        .all;
    verify_server_cert_signed_by_trust_anchor(&parsed, roots, intermediates, now, all)?;
    Ok(parsed)
}

/// The verdict on a certificate that is itself in the store: dates and name.
fn by_itself(
    chain: &Chain<'_>,
    leaf: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> (Trust, &'static str) {
    let moment = seconds(now);
    match chain.leaf_facts().0 {
        Some(span) if moment > span.end => return (Trust::Expired, ""),
        Some(span) if moment < span.start => return (Trust::NotYetValid, ""),
        _ => {}
    }
    match for_name(leaf, name) {
        Ok(()) => (Trust::Trusted, ""),
        Err(error) => (
            verdict::of_error(&error).unwrap_or(Trust::Other),
            refused::why(&error),
        ),
    }
}

fn for_name(leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    verify_server_name(&ParsedCertificate::try_from(leaf)?, name)
}

/// Whether a certificate is for that name; `None` where it cannot be told, as the verifier takes the certificate for
/// another reason not at all.
pub(super) fn fits_name(leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> Option<bool> {
    match for_name(leaf, name) {
        Ok(()) => Some(true),
        Err(error) => (verdict::of_error(&error) == Some(Trust::WrongName)).then_some(false),
    }
}
