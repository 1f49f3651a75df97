//! A store that verdicts come from, and the thread that asks one which may take its time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::sync::watch;

use super::verdict;
use crate::record::Trust;

/// Most threads that wait for the system at a time. Beyond that there is no verdict: something
/// hangs, and more threads would hang with it.
const MOST_THREADS: usize = 4;

/// Somebody who gives verdicts.
#[derive(Debug, Clone)]
pub(super) struct Store {
    verifier: Arc<dyn ServerCertVerifier>,
    /// The roots that webpki goes by; `None` if the system judges itself.
    roots: Option<Arc<RootCertStore>>,
}

impl Store {
    /// webpki with these roots; `None` if there are none.
    pub(super) fn of_roots(roots: RootCertStore) -> Option<Self> {
        let roots = Arc::new(roots);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots.clone(), provider()).build();
        Some(Self {
            verifier: verifier.ok()?,
            roots: Some(roots),
        })
    }

    /// A system that judges itself.
    #[cfg(any(windows, target_os = "macos", test))]
    pub(super) fn of_system(verifier: Arc<dyn ServerCertVerifier>) -> Self {
        Self {
            verifier,
            roots: None,
        }
    }

    /// The verdict on a chain; `None` if there was none to be had.
    pub(super) fn verdict(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Option<Trust> {
        let leaf = chain.first()?;
        let intermediates = verdict::intermediates(chain);
        let outcome = self
            .verifier
            .verify_server_cert(leaf, &intermediates, name, &[], now);
        match (outcome, &self.roots) {
            (Ok(_), _) => Some(Trust::Trusted),
            (Err(error), Some(roots)) => verdict::of_webpki_error(&error, leaf, &roots.roots),
            (Err(error), None) => verdict::of_system_error(&error, chain, now),
        }
    }
}

/// A verdict, or where it will come.
#[derive(Debug)]
pub(super) enum Answer {
    /// There it is, or there will be none.
    Known(Option<Trust>),
    /// A thread is at it. The channel closes without a verdict if there is none.
    Coming(watch::Receiver<Option<Trust>>),
}

/// The store of this system, read when it is first needed.
pub(super) struct System {
    load: Box<dyn Fn() -> Option<Store> + Send + Sync>,
    /// Whether a verdict itself may take long.
    blocks: bool,
    store: OnceLock<Store>,
    loading: Mutex<()>,
    threads: AtomicUsize,
}

impl System {
    pub(super) fn new() -> Self {
        // Windows and macOS may go to the network for a verdict
        Self::with(load, cfg!(any(windows, target_os = "macos")))
    }

    pub(super) fn with(
        load: impl Fn() -> Option<Store> + Send + Sync + 'static,
        blocks: bool,
    ) -> Self {
        Self {
            load: Box::new(load),
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
    ) -> Answer {
        match self.store.get() {
            Some(store) if !self.blocks => Answer::Known(store.verdict(chain, name, now)),
            _ => self.ask(chain, name, now),
        }
    }

    /// The store, read now if it is not there yet. One that cannot be read is not remembered: the
    /// system may only be short of descriptors.
    fn loaded(&self) -> Option<&Store> {
        let _one = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.store.get().is_none() {
            let store = (self.load)()?;
            let _ = self.store.set(store);
        }
        self.store.get()
    }

    /// Asks on a thread of its own. Not one of the runtime's: those are waited for at the end of
    /// the program, and a system that hangs must not hold that up.
    fn ask(
        self: &Arc<Self>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Answer {
        let Some(ticket) = Ticket::take(self) else {
            return Answer::Known(None);
        };
        let (sender, receiver) = watch::channel(None);
        let chain: Vec<_> = chain.iter().map(|der| der.clone().into_owned()).collect();
        let name = name.to_owned();
        let work = move || {
            let system = &ticket.0;
            let verdict = system
                .loaded()
                .and_then(|store| store.verdict(&chain, &name, now));
            drop(ticket);
            if verdict.is_some() {
                sender.send_replace(verdict);
            }
        };
        let thread = std::thread::Builder::new().name("trust-os".to_owned());
        match thread.spawn(work) {
            Ok(_) => Answer::Coming(receiver),
            Err(_) => Answer::Known(None),
        }
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

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[cfg(any(windows, target_os = "macos"))]
fn load() -> Option<Store> {
    let verifier = rustls_platform_verifier::Verifier::new(provider()).ok()?;
    Some(Store::of_system(Arc::new(verifier)))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn load() -> Option<Store> {
    // what cannot be read is left out, as every other program on the system does it
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    Store::of_roots(roots)
}

#[cfg(not(any(windows, unix)))]
fn load() -> Option<Store> {
    None
}
