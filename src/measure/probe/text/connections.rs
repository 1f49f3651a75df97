//! What the kernel reported about the connections of a series: where the time went, options that were not agreed, Fast
//! Open, and the limit set by the receive window.

use std::fmt::Write as _;

use super::times::counted_line;
use crate::doc::number::{bit_rate, millis};
use crate::doc::wrapped;
use crate::record::Explanation;
use crate::stats::{ReceiveWindow, Tally};

/// The part of a summary; empty when there is nothing to tell.
pub(super) fn connections(tally: &Tally, window_chosen: bool, columns: usize) -> String {
    let mut times = String::new();
    for (explanation, count) in &tally.explanations {
        if *explanation != Explanation::None {
            let (code, meaning) = (explanation.as_str(), explanation.meaning());
            counted_line(&mut times, *count, code, meaning, columns);
        }
    }
    let mut others = String::new();
    for (outcome, count) in &tally.fast_open {
        let (code, meaning) = (outcome.as_str(), outcome.meaning());
        counted_line(&mut others, *count, code, meaning, columns);
    }
    for (option, count) in &tally.refused_options {
        let meaning = "offered by this end and not in use: refused, or stripped on the way";
        counted_line(&mut others, *count, option, meaning, columns);
    }
    if window_chosen {
        for said in wrapped(&ceiling(&tally.window), columns) {
            let _ = writeln!(others, "{said}");
        }
    }
    let parts = [("where the time went", times), ("the connections", others)];
    let mut out = String::new();
    for (title, lines) in parts.iter().filter(|(_, lines)| !lines.is_empty()) {
        let _ = write!(out, "\n{title}:\n{lines}");
    }
    out
}

/// What the window lets through, with the formula.
fn ceiling(window: &ReceiveWindow) -> String {
    let known = window
        .bytes
        .mean()
        .zip(window.rtt_us.mean())
        .zip(window.ceiling());
    let Some(((bytes, rtt_us), bits)) = known else {
        return "the kernel does not report the receive window here: its ceiling is window x 8 / \
                round trip"
            .to_owned();
    };
    format!(
        "receive window {bytes:.0} bytes, round trip {} ms, on average: at most {} = window x 8 / \
         round trip",
        millis(rtt_us / 1e3),
        bit_rate(bits)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // the example of every text on window scaling: 65,535 bytes at 100 ms
    #[test]
    fn an_unscaled_window_at_100_ms_lets_5_24_mbit_a_second_through() {
        let mut window = ReceiveWindow::default();
        window.bytes.add(65_535);
        window.rtt_us.add(100_000);
        assert_eq!(
            ceiling(&window),
            "receive window 65535 bytes, round trip 100 ms, on average: at most 5.24 Mbit/s = \
             window x 8 / round trip"
        );
    }

    #[test]
    fn without_the_kernels_numbers_the_formula_stays() {
        assert!(ceiling(&ReceiveWindow::default()).contains("window x 8 / round trip"));
        assert_eq!(connections(&Tally::default(), false, 80), "");
    }
}
