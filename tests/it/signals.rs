//! Signals reach the program although whoever started the tests ignores them.

/// A job in the background of a script and `nohup` have signals ignored, and programs inherit that.
/// A handler they do not inherit: with one here the default holds in them (execve(2)). Where nothing
/// is ignored nothing is done, so that Ctrl-C ends the tests.
#[cfg(target_os = "linux")]
pub fn are_heard() {
    use tokio::signal::unix::{SignalKind, signal};

    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let mut lines = status.lines();
        let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
        let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let _entered = runtime.enter();
        for kind in [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ] {
            if ignored & (1 << (kind.as_raw_value() - 1)) != 0 {
                drop(signal(kind).unwrap());
            }
        }
    });
}

/// Other systems do not tell what is ignored.
#[cfg(not(target_os = "linux"))]
pub fn are_heard() {}
