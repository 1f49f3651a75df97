//! The kinds of measurement, a line each: its folder, the tables of its rows, and, by the name that it has in
//! a report, how many of its rows are folded and what that comes to. A kind with a fold has `finished::of` and
//! `sections::section` too.

/// Hands the kinds to a macro.
macro_rules! kinds {
    ($to:ident) => {
        $to! {
            probe [columns::PROBE];
            burst [columns::BURST, packet_columns::PACKET] bursts: fold::BurstRows => finished::BurstTotals;
            hold [columns::HOLD, sample_columns::SAMPLE] held: fold::HeldRows => finished::HeldTotals;
        }
    };
}
pub(crate) use kinds;
