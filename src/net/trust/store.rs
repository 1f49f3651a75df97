//! A store that verdicts come from, and the thread that asks one which may take its time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::sync::watch;

use super::roots::Judged;
use super::{refused, verdict};
use crate::record::Trust;

/// Most threads that wait for the system at a time. Beyond that there is no verdict: something
/// hangs, and more threads would hang with it.
const MOST_THREADS: usize = 4;

/// Somebody who gives verdicts.
#[derive(Debug, Clone)]
pub(super) enum TrustSource {
    /// webpki by these roots, and what was not read of the others.
    #[cfg(all(unix, not(target_os = "macos")))]
    Roots(Arc<super::roots::RootSet>, Option<String>),
    /// Windows.
    #[cfg(windows)]
    Windows,
    /// A system that judges itself.
    #[cfg_attr(not(any(target_os = "macos", test)), expect(dead_code))]
    System(Arc<dyn ServerCertVerifier>),
}

impl TrustSource {
    /// What of it was not read, in words.
    fn unread(&self) -> Option<String> {
        match self {
            #[cfg(all(unix, not(target_os = "macos")))]
            Self::Roots(_, unread) => unread.clone(),
            #[cfg(windows)]
            Self::Windows => None,
            Self::System(_) => None,
        }
    }

    /// What it says of a chain.
    pub(super) fn judged(
        &self,
        sent: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Judged {
        match self {
            #[cfg(all(unix, not(target_os = "macos")))]
            Self::Roots(roots, _) => roots.judged(&super::chain::Chain::of(sent), name, now),
            #[cfg(windows)]
            Self::Windows => super::windows::judged(sent, name, now),
            Self::System(verifier) => by_system(verifier.as_ref(), sent, name, now),
        }
    }
}

/// A system looks at a name only behind the path; of any other complaint it cannot be told what it
/// thinks of the path, but where it knows no issuer.
fn by_system(
    verifier: &dyn ServerCertVerifier,
    sent: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    now: UnixTime,
) -> Judged {
    let Some(leaf) = sent.first() else {
        return Judged::default();
    };
    let intermediates = verdict::intermediates(sent);
    let outcome = verifier.verify_server_cert(leaf, &intermediates, name, &[], now);
    let (trust, why) = match outcome {
        Ok(_) => (Some(Trust::Trusted), ""),
        Err(error) => (
            verdict::of_system_error(&error, sent, now),
            refused::why(&error),
        ),
    };
    let reaches = match trust {
        Some(Trust::Trusted | Trust::WrongName) => Some(true),
        Some(Trust::UnknownIssuer) => Some(false),
        _ => None,
    };
    let judged = Judged {
        trust,
        reaches,
        note: "",
        why: "",
    };
    judged.because(why)
}

/// A verdict, or where it will come.
#[derive(Debug)]
pub(super) enum PendingVerdict {
    /// There it is, or there will be none.
    Known(Judged),
    /// A thread is at it. The channel closes without a verdict if there is none.
    Coming(watch::Receiver<Option<Judged>>),
}

/// The store of this system, read when it is first needed.
pub(super) struct System {
    load: Box<dyn Fn() -> Result<TrustSource, String> + Send + Sync>,
    /// What is wrong with the store, until somebody asks.
    problem: Mutex<ToldOnce>,
    /// Whether a verdict itself may take long.
    blocks: bool,
    store: OnceLock<TrustSource>,
    loading: Mutex<()>,
    threads: AtomicUsize,
}

impl System {
    pub(super) fn new() -> Self {
        // Windows and macOS may go to the network for a verdict
        Self::with(load, cfg!(any(windows, target_os = "macos")))
    }

    pub(super) fn with(
        load: impl Fn() -> Result<TrustSource, String> + Send + Sync + 'static,
        blocks: bool,
    ) -> Self {
        Self {
            load: Box::new(load),
            problem: Mutex::default(),
            blocks,
            store: OnceLock::new(),
            loading: Mutex::new(()),
            threads: AtomicUsize::new(0),
        }
    }

    /// The verdict on a chain; never blocks.
    pub(super) fn verdict(
        self: &Arc<Self>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> PendingVerdict {
        match self.store.get() {
            Some(store) if !self.blocks => PendingVerdict::Known(store.judged(chain, name, now)),
            _ => self.ask(chain, name, now),
        }
    }

    /// The store, read now if it is not there yet. One that cannot be read is not remembered: the
    /// system may only be short of descriptors.
    fn loaded(&self) -> Option<&TrustSource> {
        let _one = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.store.get().is_none() {
            match (self.load)() {
                Ok(store) => {
                    if let Some(unread) = store.unread() {
                        self.problem().found(StoreProblem::Partly(unread));
                    }
                    drop(self.store.set(store));
                }
                Err(why) => self.problem().found(StoreProblem::Unusable(why)),
            }
        }
        self.store.get()
    }

    /// What is wrong with the store; told once.
    pub(super) fn take_problem(&self) -> Option<StoreProblem> {
        self.problem().take()
    }

    fn problem(&self) -> MutexGuard<'_, ToldOnce> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks on a thread of its own. Not one of the runtime's: those are waited for at the end of
    /// the program, and a system that hangs must not hold that up.
    fn ask(
        self: &Arc<Self>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> PendingVerdict {
        let Some(ticket) = Ticket::take(self) else {
            return PendingVerdict::Known(Judged::default());
        };
        let (sender, receiver) = watch::channel(None);
        let chain: Vec<_> = chain.iter().map(|der| der.clone().into_owned()).collect();
        let name = name.to_owned();
        let work = move || {
            let system = &ticket.0;
            let judged = system
                .loaded()
                .map(|store| store.judged(&chain, &name, now))
                .filter(|judged| judged.trust.is_some());
            drop(ticket);
            if judged.is_some() {
                sender.send_replace(judged);
            }
        };
        let thread = std::thread::Builder::new().name("trust-os".to_owned());
        match thread.spawn(work) {
            Ok(_) => PendingVerdict::Coming(receiver),
            Err(_) => PendingVerdict::Known(Judged::default()),
        }
    }
}

/// What is wrong with the store of this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreProblem {
    /// It could not be read, so that there is no verdict.
    Unusable(String),
    /// Some of it was not read; the rest counts.
    Partly(String),
}

impl StoreProblem {
    /// In words; `effect` is what it means that there is no verdict.
    pub fn words(self, effect: &str) -> String {
        match self {
            Self::Unusable(why) => format!("{effect}: {why}"),
            Self::Partly(what) => what,
        }
    }
}

/// What is told once.
#[derive(Debug, Default)]
enum ToldOnce {
    #[default]
    Nothing,
    Found(StoreProblem),
    Already,
}

impl ToldOnce {
    fn found(&mut self, problem: StoreProblem) {
        if let Self::Nothing = self {
            *self = Self::Found(problem);
        }
    }

    fn take(&mut self) -> Option<StoreProblem> {
        let Self::Found(problem) = self else {
            return None;
        };
        let problem = problem.clone();
        *self = Self::Already;
        Some(problem)
    }
}

/// The right to one of the threads, given back when dropped.
struct Ticket(Arc<System>);

impl Ticket {
    fn take(system: &Arc<System>) -> Option<Self> {
        let more = |threads| (threads < MOST_THREADS).then_some(threads + 1);
        system
            .threads
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        Some(Self(system.clone()))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.threads.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps)] // as other systems have it
fn load() -> Result<TrustSource, String> {
    Ok(TrustSource::Windows)
}

#[cfg(target_os = "macos")]
fn load() -> Result<TrustSource, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new(provider);
    let verifier = verifier.map_err(|error| format!("the system's verifier gives {error}"))?;
    Ok(TrustSource::System(Arc::new(verifier)))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn load() -> Result<TrustSource, String> {
    let (roots, unread) = super::found::roots()?;
    Ok(TrustSource::Roots(Arc::new(roots), unread))
}

#[cfg(not(any(windows, unix)))]
fn load() -> Result<TrustSource, String> {
    Err("there is none on this system".to_owned())
}
