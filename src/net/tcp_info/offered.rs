//! What this system does with every SYN: the options that it offers, when it sends it again.

use crate::explain::SynTimer;

/// `timestamps sack wscale ecn` as far as they are switched on; none where the system does not say.
/// Linux has a switch for each (Documentation/networking/ip-sysctl.rst).
pub fn offered() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    Some(words(
        switch("tcp_timestamps")?,
        switch("tcp_sack")?,
        switch("tcp_window_scaling")?,
        switch("tcp_ecn")?,
    ))
}

/// When this system sends a SYN again.
pub fn syn_timer() -> SynTimer {
    if cfg!(windows) {
        return SynTimer::Windows;
    }
    if !cfg!(target_os = "linux") {
        // macOS repeats five times after a second each
        return SynTimer::Linear(5);
    }
    switch("tcp_syn_linear_timeouts").map_or(SynTimer::Doubling, SynTimer::Linear)
}

/// A switch of Linux.
fn switch(name: &str) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")).ok()?;
    text.trim().parse().ok()
}

fn words(timestamps: u32, sack: u32, window_scaling: u32, ecn: u32) -> String {
    let all = [
        ("timestamps", timestamps > 0),
        ("sack", sack > 0),
        ("wscale", window_scaling > 0),
        // 2 and 5 only accept it from others
        ("ecn", matches!(ecn, 1 | 3 | 4)),
    ];
    let on = all.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    on.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecn_is_offered_only_where_it_is_asked_for() {
        assert_eq!(words(1, 1, 1, 2), "timestamps sack wscale");
        assert_eq!(words(0, 1, 0, 1), "sack ecn");
        assert_eq!(words(0, 0, 0, 5), "");
    }
}
