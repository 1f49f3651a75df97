//! Ctrl-C, SIGTERM and what Windows sends when it closes a window, signs out or shuts down. The first one ends the
//! series in order, the second one shortens the time that probes in flight get, and the third one, or ten seconds,
//! ends the program. Windows gives a program whose window is closed five seconds in all: it is done within three then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;

use super::exit::{Exit, PluginState};
use super::message;
use crate::measure::Stop;

/// How long an orderly end may take, whatever stands still.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take where the system ends the program by itself soon. Windows gives five seconds (HandlerRoutine,
/// CTRL_CLOSE_EVENT).
const PATIENCE_WHEN_CLOSING: Duration = Duration::from_millis(2800);

/// How long probes in flight may go on then.
const GRACE_WHEN_CLOSING: Duration = Duration::from_secs(1);

/// How long the last word may take, and the end where it cannot be said.
const FOR_THE_LAST_WORD: Duration = Duration::from_millis(500);
const UNHEARD: Exit = Exit::Plugin(PluginState::Unknown);

/// Why the series is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Somebody asks for it.
    Asked,
    /// The window is closed, or Windows ends: the system does not wait long.
    #[cfg_attr(unix, allow(dead_code))]
    Closing,
}

/// Whether the user interrupted.
#[derive(Debug, Clone, Default)]
pub struct Interrupted {
    came: Arc<AtomicBool>,
    measured: Arc<AtomicBool>,
    last_word: Arc<OnceLock<fn() -> Exit>>,
}

impl Interrupted {
    /// Whether a signal came.
    pub fn yes(&self) -> bool {
        self.came.load(Ordering::Relaxed)
    }

    /// The same for a thread that looks by itself.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.came.clone()
    }

    /// Notes that something was measured: from now on an interruption is an end like another.
    pub fn measured(&self) {
        self.measured.store(true, Ordering::Relaxed);
    }

    /// Says at a forced end what somebody waits for who reads stdout alone, and how the program ends then.
    pub fn ends_with(&self, last_word: fn() -> Exit) {
        // it is said once, by whoever began to listen
        let _ = self.last_word.set(last_word);
    }

    /// Ends the program where an orderly end is not waited for any longer.
    fn end(&self) -> ! {
        let mut exit = Exit::Interrupted;
        if self.measured.load(Ordering::Relaxed) {
            message::error("ended before all rows were written and summarised");
            exit = Exit::Io;
        }
        if let Some(last_word) = self.last_word.get().copied() {
            let (said, heard) = std::sync::mpsc::channel();
            // stdout may be what stands still
            std::thread::spawn(move || said.send(last_word()));
            exit = heard.recv_timeout(FOR_THE_LAST_WORD).unwrap_or(UNHEARD);
        }
        message::flush();
        std::process::exit(i32::from(u8::from(exit)))
    }
}

/// Waits for them on a thread of its own, whatever the other threads wait for; what is measured is stopped.
///
/// # Errors
///
/// When the system gives no thread, no event queue, or too few file descriptors.
pub fn listen(stop: Option<Stop>) -> anyhow::Result<Interrupted> {
    let why = "signals cannot be handled; there may be too few file descriptors (ulimit -n)";
    begin(stop).context(why)
}

fn begin(stop: Option<Stop>) -> std::io::Result<Interrupted> {
    enough_descriptors()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let interrupted = Interrupted::default();
    let flag = interrupted.clone();
    let (ready, installed) = std::sync::mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let mut signals = Signals::install();
                let _ = ready.send(());
                let wish = signals.next().await;
                flag.came.store(true, Ordering::Relaxed);
                if let Some(stop) = &stop {
                    stop.ask();
                }
                let patience = match wish {
                    Wish::Asked => PATIENCE,
                    Wish::Closing => PATIENCE_WHEN_CLOSING,
                };
                let hurry = async {
                    if wish == Wish::Closing {
                        tokio::time::sleep(GRACE_WHEN_CLOSING).await;
                        stop.iter().for_each(Stop::cut_short);
                    }
                    std::future::pending::<()>().await;
                };
                let more = async {
                    signals.next().await;
                    // where nothing is measured there is no grace to cut short
                    if let Some(stop) = &stop {
                        stop.cut_short();
                        signals.next().await;
                    }
                };
                tokio::select! {
                    _ = tokio::time::timeout(patience, more) => {}
                    () = hurry => {}
                }
                flag.end()
            });
        })?;
    let _ = installed.recv();
    Ok(interrupted)
}

/// The signals are handed over through descriptors; without any the library would panic.
fn enough_descriptors() -> std::io::Result<()> {
    let mut held = Vec::new();
    if cfg!(unix) {
        for _ in 0..12 {
            held.push(std::fs::File::open("/dev/null")?);
        }
    }
    Ok(())
}

#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// Signals that the parent wants ignored, as nohup does with SIGHUP, stay ignored.
    fn install() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // with a handler a write beyond the largest file is an error and not the end of the program
        let _ = signal(SignalKind::from_raw(libc::SIGXFSZ));
        let ignored = ignored();
        let mut wanted = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if ignored.is_some() {
            wanted.push(SignalKind::hangup());
        }
        let ignored = ignored.unwrap_or(0);
        wanted.retain(|kind| ignored & (1 << (kind.as_raw_value() - 1)) == 0);
        Self(
            wanted
                .into_iter()
                .filter_map(|kind| signal(kind).ok())
                .collect(),
        )
    }

    async fn next(&mut self) -> Wish {
        let any = std::future::poll_fn(|context| {
            let came = self
                .0
                .iter_mut()
                .any(|signal| signal.poll_recv(context).is_ready());
            if came {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        });
        any.await;
        Wish::Asked
    }
}

/// The ignored signals as a bit mask; none where the system does not tell (proc(5), Linux only).
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(windows)]
struct Signals {
    interrupt: Option<tokio::signal::windows::CtrlC>,
    brk: Option<tokio::signal::windows::CtrlBreak>,
    close: Option<tokio::signal::windows::CtrlClose>,
    logoff: Option<tokio::signal::windows::CtrlLogoff>,
    shutdown: Option<tokio::signal::windows::CtrlShutdown>,
}

#[cfg(windows)]
impl Signals {
    fn install() -> Self {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
        Self {
            interrupt: ctrl_c().ok(),
            brk: ctrl_break().ok(),
            close: ctrl_close().ok(),
            logoff: ctrl_logoff().ok(),
            shutdown: ctrl_shutdown().ok(),
        }
    }

    async fn next(&mut self) -> Wish {
        tokio::select! {
            Some(()) = async { self.interrupt.as_mut()?.recv().await } => Wish::Asked,
            Some(()) = async { self.brk.as_mut()?.recv().await } => Wish::Asked,
            Some(()) = async { self.close.as_mut()?.recv().await } => Wish::Closing,
            Some(()) = async { self.logoff.as_mut()?.recv().await } => Wish::Closing,
            Some(()) = async { self.shutdown.as_mut()?.recv().await } => Wish::Closing,
            else => std::future::pending().await,
        }
    }
}
