//! Roots that webpki goes by: whether a path leads to one, and at which moment.

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{Error, RootCertStore};

use super::chain::{Chain, ValidityPeriod, seconds, unix};
use super::limits::{self, RootLimits};
use super::named::{by_alternative_name, by_any_name};
use super::{refused, verdict};
use crate::judge::Reach;
use crate::record::Trust;

/// Most moments that a path is looked for at.
const MOST_MOMENTS: usize = 14;

/// Roots and what is known of them beyond their names and keys.
#[derive(Debug, Clone)]
pub(super) struct RootSet {
    pub(super) all: RootCertStore,
    /// What their certificates say, in the same order; empty where only names and keys are known.
    known: Vec<KnownRoot>,
    /// Those that are there, and not where the system's programs look for them.
    loose: RootCertStore,
    /// Those whose dates cannot be read: no path that leads to one is taken, as by OpenSSL.
    dateless: RootCertStore,
}

/// What is known of a root beyond its name and its key.
#[derive(Debug, Clone)]
struct KnownRoot {
    der: CertificateDer<'static>,
    span: ValidityPeriod,
    /// Whether it is its own issuer, as a root is.
    is_own_issuer: bool,
    limits: RootLimits,
}

/// What is told of a chain that only such a root would verify.
const LOOSE: &str = "its root is in a folder of the store, but not in PEM with the hash link that OpenSSL needs (openssl rehash)";

/// What is told of a certificate that is its own issuer, where the store has one with its name and key.
const ANOTHER: &str = "the store holds another certificate with its name and key, not this one";

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
    /// The same with why the chain is not taken, or cannot be judged, where its verdict does not say it.
    pub(super) fn because(self, why: &'static str) -> Self {
        let is_untold = matches!(self.trust, None | Some(Trust::Other));
        Self {
            why: if is_untold { why } else { "" },
            ..self
        }
    }
}

impl RootSet {
    /// Roots without dates; `None` if there are none.
    pub(super) fn given(all: RootCertStore) -> Option<Self> {
        (!all.is_empty()).then(|| Self {
            all,
            known: Vec::new(),
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
            known: Vec::new(),
            loose: RootCertStore::empty(),
            dateless: RootCertStore::empty(),
        };
        roots.loose.add_parsable_certificates(loose);
        for der in ders {
            let chain = Chain::of(std::slice::from_ref(&der));
            let (span, is_own_issuer) = chain.leaf_facts();
            let limits = chain.leaf_fields().map(RootLimits::of).unwrap_or_default();
            if let Some(span) = span {
                if roots.all.add(der.clone()).is_ok() {
                    roots.known.push(KnownRoot {
                        der,
                        span,
                        is_own_issuer,
                        limits,
                    });
                }
            } else {
                // one that webpki does not take leads nowhere
                let _ = roots.dateless.add(der);
            }
        }
        let all = [&roots.all, &roots.loose, &roots.dateless];
        all.iter().any(|all| !all.is_empty()).then_some(roots)
    }

    /// The roots that are as they should be, as far as that is known.
    fn only(&self, fits: impl Fn(&KnownRoot) -> bool) -> RootCertStore {
        let all = self.all.roots.iter().enumerate();
        let fitting = all.filter(|(index, _)| self.known.get(*index).is_none_or(&fits));
        RootCertStore {
            roots: fitting.map(|(_, root)| root.clone()).collect(),
        }
    }

    /// Whether the certificate itself is there; where only names and keys are known, one with both of its own.
    fn holds(&self, chain: &Chain<'_>, leaf: &CertificateDer<'_>) -> bool {
        if self.known.is_empty() {
            chain.leaf_is_in(&self.all)
        } else {
            self.known.iter().any(|root| root.der == *leaf)
        }
    }

    /// What the roots with the name and the key of an anchor may do.
    fn limits(&self, anchor: &TrustAnchor<'_>, moment: i64) -> Vec<RootLimits> {
        let all = self.all.roots.iter().zip(&self.known);
        let same = all.filter(|(root, known)| {
            root.subject == anchor.subject
                && root.subject_public_key_info == anchor.subject_public_key_info
                && known.span.holds(moment)
        });
        same.map(|(_, known)| known.limits).collect()
    }

    /// Whether the path leads only to an intermediate certificate of the store, and the store has none for that one either.
    fn is_partial(&self, chain: &Chain<'_>, leaf: &CertificateDer<'_>, now: UnixTime) -> bool {
        let own = self.only(|root| root.is_own_issuer);
        if own.len() == self.all.len() {
            return false;
        }
        let others = self.known.iter().filter(|root| !root.is_own_issuer);
        let others = others.map(|root| root.der.clone());
        let all: Vec<_> = std::iter::once(leaf.clone())
            .chain(chain.intermediates.iter().cloned())
            .chain(others)
            .collect();
        leads_to(&own, leaf, &verdict::intermediates(&all), now).is_err()
    }

    /// What they say of a chain.
    pub(super) fn judged(&self, chain: &Chain<'_>, name: &ServerName<'_>, now: UnixTime) -> Judged {
        let Some(leaf) = chain.leaf() else {
            return Judged::default();
        };
        if self.holds(chain, leaf) {
            let (trust, why) = self.by_itself(chain, leaf, name, now);
            let judged = Judged {
                trust,
                reaches: Some(true),
                note: "the certificate itself is in the store",
                why: "",
            };
            return judged.because(why);
        }
        // one that is its own issuer has to be there itself
        let is_another = chain.leaf_facts().1 && chain.leaf_is_in(&self.all);
        let reaches = !is_another && self.reach(chain, &chain.intermediates, now) != Reach::Never;
        let judged = |trust, note| Judged {
            trust,
            reaches: Some(reaches),
            note,
            why: "",
        };
        let moment = seconds(now);
        let error = match leads_to(&self.valid_at(moment), leaf, &chain.intermediates, now) {
            Ok(_) if is_another => return judged(Some(Trust::UnknownIssuer), ANOTHER),
            Ok(_) => {
                let refusal = self.refusal(chain, leaf, now);
                if !refusal.is_empty() {
                    return judged(Some(Trust::Other), "").because(refusal);
                }
                let trust = match self.for_name(leaf, name) {
                    Ok(()) => Some(Trust::Trusted),
                    Err(error) => verdict::of_error(&error),
                };
                let note = if self.is_partial(chain, leaf, now) {
                    "the store holds an intermediate of it and no root"
                } else {
                    ""
                };
                return judged(trust, note);
            }
            Err(error) => error,
        };
        // roots have no dates for webpki
        if self.known.iter().any(|root| !root.span.holds(moment))
            && leads_to(&self.all, leaf, &chain.intermediates, now).is_ok()
        {
            let late = self.only(|root| moment > root.span.end);
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
        let (trust, why) = self.refused(chain, &error);
        let is_loose = || {
            chain.leaf_is_in(&self.loose)
                || leads_to(&self.loose, leaf, &chain.intermediates, now).is_ok()
        };
        let note = if trust == Some(Trust::UnknownIssuer) && is_loose() {
            LOOSE
        } else {
            ""
        };
        judged(trust, note).because(why)
    }

    /// The verdict that webpki's error is, and why the chain is not taken. Where only webpki does not take it and other
    /// verifiers of a system do, there is none.
    fn refused(&self, chain: &Chain<'_>, error: &Error) -> (Option<Trust>, &'static str) {
        let (span, is_own) = chain.leaf_facts();
        let (trust, why) = (verdict::of_webpki_error(error, is_own), refused::why(error));
        // webpki does not read an end before 1970, and would look at it before all else
        if trust.is_some() && span.is_some_and(|span| span.end < 0) {
            return (Some(Trust::Expired), "");
        }
        match trust {
            Some(Trust::BadSignature) => {
                match chain.unusual_key(self.known.iter().map(|root| &root.der)) {
                    Some(bits) if bits < 2048 => (Some(Trust::Other), refused::KEY_SIZE),
                    Some(_) => (None, ""),
                    None => (trust, why),
                }
            }
            Some(Trust::Other) if !self.known.is_empty() => {
                let is_webpkis = refused::is_of_webpki(error)
                    || refused::is_of_algorithms_here(error) && !chain.has_weak_digest()
                    || chain.starts_before_1970();
                (trust.filter(|_| !is_webpkis), why)
            }
            trust => (trust, why),
        }
    }

    /// The verdict on a certificate that is itself in the store: dates, use and name.
    fn by_itself(
        &self,
        chain: &Chain<'_>,
        leaf: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> (Option<Trust>, &'static str) {
        let moment = seconds(now);
        match chain.leaf_facts().0 {
            Some(span) if moment > span.end => return (Some(Trust::Expired), ""),
            Some(span) if moment < span.start => return (Some(Trust::NotYetValid), ""),
            _ => {}
        }
        let refusal = chain.leaf_fields().map_or("", limits::of_server);
        match self.for_name(leaf, name) {
            _ if !refusal.is_empty() => (Some(Trust::Other), refusal),
            Ok(()) => (Some(Trust::Trusted), ""),
            Err(error) if refused::is_of_webpki(&error) => (None, refused::why(&error)),
            Err(error) => (
                verdict::of_error(&error).or(Some(Trust::Other)),
                refused::why(&error),
            ),
        }
    }

    fn for_name(&self, leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
        if self.known.is_empty() {
            by_alternative_name(leaf, name)
        } else {
            by_any_name(leaf, name)
        }
    }

    /// Why the path is none for a TLS server though its signatures and dates are right; empty if it is.
    fn refusal(&self, chain: &Chain<'_>, leaf: &CertificateDer<'_>, now: UnixTime) -> &'static str {
        let of_leaf = chain.leaf_fields().map_or("", limits::of_server);
        if !of_leaf.is_empty() {
            return of_leaf;
        }
        let moment = seconds(now);
        let roots = self.valid_at(moment);
        let of_root = |anchor: &TrustAnchor<'_>| self.limits(anchor, moment);
        limits::of_paths(&roots, of_root, leaf, &chain.intermediates, now)
    }

    fn valid_at(&self, moment: i64) -> RootCertStore {
        self.only(|root| root.span.holds(moment))
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
        if self.holds(chain, leaf) {
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
