//! Whether a certificate chain is trusted: by the public roots, and by the operating system.
//!
//! Here: [`Judge`], which gives both verdicts, the certificate in the reference's formats beside
//! them and the facts about the chain that tell what is on the way, and remembers them for a
//! minute. Not here: the handshake, what follows from the facts (`judge`). RFC 5280 section 6, RFC
//! 9525 for the name.
//!
//! A verdict is the first problem on the way of the verifier. webpki looks at the validity of a
//! certificate before its issuer, at the issuer before signatures, and at the name last, so an
//! expired certificate of an unknown issuer is `expired`, and one for another name of an unknown
//! issuer is `unknown-issuer`. A system's own verifier has its own order.

mod cache;
mod chain;
mod facts;
#[cfg(all(unix, not(target_os = "macos")))]
mod found;
mod helpers;
mod limits;
mod named;
#[cfg(all(unix, not(target_os = "macos")))]
mod pem;
mod refused;
mod roots;
mod store;
#[cfg(all(unix, not(target_os = "macos")))]
mod subject_hash;
mod verdict;
#[cfg(windows)]
mod windows;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::sync::watch;

use crate::judge::PathFacts;
use crate::net::certificate;
use crate::record::{Certificate, Trust};

use cache::Cache;
use chain::Chain;
use helpers::Helpers;
use roots::Judged;
use store::{PendingVerdict, System};

pub use refused::refusal;
pub use store::StoreProblem;

/// How long a system's verifier may take before its verdict counts as missing.
const SYSTEM_LIMIT: Duration = Duration::from_secs(3);

/// Roots that the verdict `trust_public` goes by.
#[derive(Debug, Clone)]
pub enum Roots {
    /// Mozilla's, as they are compiled in.
    Public,
    /// Others, such as the lab's. There is no verdict if there are none.
    Given(RootCertStore),
}

/// What the verdict `trust_os` goes by.
#[derive(Debug, Clone)]
pub enum OsStore {
    /// The store of this system, read on first use and then kept.
    ///
    /// Windows and macOS judge themselves, as their stores fetch roots on demand. macOS may ask for
    /// revocations online, Windows is asked for those that it knows. Elsewhere webpki judges by the roots that are found; the environment
    /// variables `SSL_CERT_FILE` and `SSL_CERT_DIR` say where. There is no verdict if there are none,
    /// or if what these name cannot be read.
    System,
    /// Other roots, such as the lab's. There is no verdict if there are none.
    Given(RootCertStore),
}

/// What is known of a certificate chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// The server's certificate; only its fingerprints if it cannot be decoded, and `None` if the
    /// server sent none.
    pub certificate: Option<Arc<Certificate>>,
    /// Verdict of the public roots.
    pub trust_public: Option<Trust>,
    /// Verdict of the operating system; `None` if it has no roots or did not answer in time.
    pub trust_os: Option<Trust>,
    /// What else is known of the chain; `None` if the server sent none.
    pub facts: Option<Arc<PathFacts>>,
    /// Whether a path leads to the operating system's roots, whatever dates and name; `None` if it
    /// cannot be told.
    pub os_reaches: Option<bool>,
    /// What is remarkable about that path.
    pub os_note: &'static str,
    /// Why the operating system does not take the chain, where its verdict is `other` and it said so; else empty.
    pub os_why: &'static str,
    /// Which certificates of the chain are not valid now, or have a date that cannot be read; empty where all are fine.
    pub bad_dates: Arc<str>,
}

/// Gives verdicts on certificate chains, and remembers them for a minute.
pub struct Judge {
    public: Option<roots::RootSet>,
    /// Whether the public roots are those of the real world.
    is_real: bool,
    helpers: Helpers,
    os: Os,
    limit: Duration,
    cache: Mutex<Cache<CacheEntry>>,
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Judge")
    }
}

enum Os {
    Given(Option<roots::RootSet>),
    System(Arc<System>),
}

/// What is known of one chain and name. Everything in it is found out once.
struct CacheEntry {
    since: Instant,
    at_once: OnceLock<AtOnce>,
    os: OnceLock<PendingVerdict>,
}

/// What is found out at once.
struct AtOnce {
    certificate: Arc<Certificate>,
    trust_public: Option<Trust>,
    facts: Arc<PathFacts>,
    bad_dates: Arc<str>,
}

impl Judge {
    /// A judge by these roots. Cheap: the system's store is read on first use.
    pub fn new(public: Roots, os: OsStore) -> Self {
        let is_real = matches!(public, Roots::Public);
        let public = match public {
            Roots::Public => RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            },
            Roots::Given(roots) => roots,
        };
        let os = match os {
            OsStore::System => Os::System(Arc::new(System::new())),
            OsStore::Given(roots) => Os::Given(roots::RootSet::given(roots)),
        };
        Self {
            is_real,
            ..Self::with(roots::RootSet::given(public), os, SYSTEM_LIMIT)
        }
    }

    fn with(public: Option<roots::RootSet>, os: Os, limit: Duration) -> Self {
        Self {
            public,
            is_real: false,
            helpers: Helpers::shipped(),
            os,
            limit,
            cache: Mutex::new(Cache::default()),
        }
    }

    /// Both verdicts on the chain as the server sent it, its own certificate first.
    ///
    /// `now` is the moment that the certificates are judged at, `at` the present one of the
    /// monotonic clock. A chain that was judged within the last minute is not judged again.
    ///
    /// Verdicts by roots take about a millisecond. Whatever may take longer, which is reading the
    /// system's store and asking Windows or macOS, happens on a thread of its own and is waited
    /// for at most 3 seconds; a verdict that comes later serves those who ask later. Dropping the
    /// future loses nothing. With [`OsStore::System`] it needs a tokio runtime with timers.
    pub async fn examine(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: DateTime<Utc>,
        at: Instant,
    ) -> Examined {
        let Some(leaf) = chain.first() else {
            return Examined::default();
        };
        let now = unix_time(now);
        let entry = self.entry(chain, name, at);
        let at_once = entry
            .at_once
            .get_or_init(|| self.at_once(chain, leaf, name, now));
        let answer = entry.os.get_or_init(|| match &self.os {
            Os::Given(roots) => {
                PendingVerdict::Known(judged(roots.as_ref(), &Chain::of(chain), name, now))
            }
            Os::System(system) => system.verdict(chain, name, now),
        });
        let judged = match answer {
            PendingVerdict::Known(judged) => *judged,
            PendingVerdict::Coming(judged) => {
                let waited = at.saturating_duration_since(entry.since);
                wait(judged.clone(), self.limit.saturating_sub(waited)).await
            }
        };
        Examined {
            certificate: Some(at_once.certificate.clone()),
            trust_public: at_once.trust_public,
            trust_os: judged.trust,
            facts: Some(at_once.facts.clone()),
            os_reaches: judged.reaches,
            os_note: judged.note,
            os_why: judged.why,
            bad_dates: at_once.bad_dates.clone(),
        }
    }

    /// What is wrong with the system's store; told once.
    pub fn take_os_problem(&self) -> Option<StoreProblem> {
        match &self.os {
            Os::Given(_) => None,
            Os::System(system) => system.take_problem(),
        }
    }

    fn at_once(
        &self,
        sent: &[CertificateDer<'_>],
        leaf: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> AtOnce {
        let certificate = certificate::read(leaf).unwrap_or_else(|error| *error.certificate);
        let (chain, public) = (Chain::of(sent), self.public.as_ref());
        let by_public = judged(public, &chain, name, now);
        let facts = PathFacts {
            is_real: self.is_real,
            public_why: by_public.why,
            ..facts::facts(public, &self.helpers, &chain, name, now)
        };
        AtOnce {
            certificate: Arc::new(certificate),
            trust_public: by_public.trust,
            facts: Arc::new(facts),
            bad_dates: chain.bad_dates(now).into(),
        }
    }

    fn entry(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        at: Instant,
    ) -> Arc<CacheEntry> {
        let key = cache::key(chain, name);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.entry(key, at, || CacheEntry {
            since: at,
            at_once: OnceLock::new(),
            os: OnceLock::new(),
        })
    }
}

fn judged(
    roots: Option<&roots::RootSet>,
    chain: &Chain<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Judged {
    roots.map_or_else(Judged::default, |roots| roots.judged(chain, name, now))
}

/// The verdict once it has come; none when the limit is over or nobody is left to give it.
async fn wait(mut judged: watch::Receiver<Option<Judged>>, limit: Duration) -> Judged {
    if !limit.is_zero() {
        // either way it is what has come that counts
        let _ = crate::timer::timeout(limit, judged.wait_for(Option::is_some)).await;
    }
    judged.borrow().unwrap_or_default()
}

fn unix_time(moment: DateTime<Utc>) -> UnixTime {
    let seconds = u64::try_from(moment.timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
