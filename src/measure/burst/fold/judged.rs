//! How a row did against Microsoft's table: its verdicts, and where these are missing what its figures come to.

use std::time::Duration;

use crate::judge::limits::{CLIENT, EDGE, judge};
use crate::record::{Figures, LimitVerdict, LossWindow};
use crate::schema::{CellView, Id, id};
use crate::stats::{PacketCounts, share};

/// Lines of Microsoft's table, with the columns of their verdicts.
pub const VERDICTS: [(&str, Id); 5] = [
    ("round trip", id!(verdict_rtt)),
    ("loss in any 200 ms", id!(verdict_burst_loss)),
    ("loss in any 15 s", id!(verdict_loss)),
    ("jitter in any 15 s", id!(verdict_jitter)),
    ("reordering", id!(verdict_reordering)),
];

/// The verdict on a line, as far as the row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineVerdict {
    /// None where neither the verdict nor its figures are known.
    pub verdict: Option<LimitVerdict>,
    /// Whether its word is missing or none that is known.
    pub has_no_word: bool,
}

/// The verdicts of a row with figures, in the order of [`VERDICTS`].
pub fn verdicts(row: &impl CellView, counts: PacketCounts) -> [LineVerdict; 5] {
    let words = VERDICTS.map(|(_, field)| LimitVerdict::of_word(&row.word(field)));
    let again = if words.contains(&None) {
        of_figures(row, counts)
    } else {
        [None; 5]
    };
    let mut all = [LineVerdict {
        verdict: None,
        has_no_word: true,
    }; 5];
    for ((line, word), again) in all.iter_mut().zip(words).zip(again) {
        *line = LineVerdict {
            verdict: word.or(again),
            has_no_word: word.is_none(),
        };
    }
    all
}

/// What the figures of the row come to, by the same rules; none where the row lacks those of a line.
fn of_figures(row: &impl CellView, counts: PacketCounts) -> [Option<LimitVerdict>; 5] {
    let number = |field| row.number(field);
    let time = |field| number(field).map(Duration::from_micros);
    let window = |lost, sent| {
        let (lost, sent) = number(lost).zip(number(sent))?;
        (sent > 0 && lost <= sent).then_some(LossWindow { lost, sent })
    };
    let worst_15s = window(id!(worst_15s_lost), id!(worst_15s_sent));
    let counted = counts.counted();
    let received = counted.map(|[sent, lost]| sent.saturating_sub(lost));
    let reordering = number(id!(reordered)).zip(received);
    let figures = Figures {
        loss: counted.and_then(|[sent, lost]| share(lost, sent)),
        worst_window: window(id!(worst_window_lost), id!(worst_window_sent)),
        worst_15s,
        rtt_p95: time(id!(rtt_p95_us)),
        jitter_15s: time(id!(jitter_15s_us)),
        // no 15 s have fewer answers than those with the largest loss
        jitter_15s_count: worst_15s.map_or(0, |worst| worst.sent.saturating_sub(worst.lost)),
        reordering: reordering.and_then(|(reordered, received)| share(reordered, received)),
        ..Figures::default()
    };
    let limits = match &*row.word(id!(limits)) {
        "edge" => EDGE,
        _ => CLIENT,
    };
    let has_all = [
        figures.rtt_p95.is_some(),
        figures.worst_window.is_some(),
        counted.is_some(),
        figures.jitter_15s.is_some() && worst_15s.is_some(),
        figures.reordering.is_some(),
    ];
    let mut all = judge(&figures, &limits).all().map(Some);
    for (verdict, has_all) in all.iter_mut().zip(has_all) {
        // with less a line may fail, and too few packets are no reason
        *verdict = verdict.filter(|verdict| has_all || *verdict == LimitVerdict::Fail);
    }
    all
}
