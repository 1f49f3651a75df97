//! The kinds of measurement, a line each: its folder, the tables of its rows, and what many of its rows
//! in files become, with the name that this has there.

/// Hands the kinds to a macro.
macro_rules! kinds {
    ($to:ident) => {
        $to! {
            probe [columns::PROBE];
            burst [columns::BURST, packet_columns::PACKET] bursts: fold::BurstRows;
            hold [columns::HOLD, sample_columns::SAMPLE] held: fold::HeldRows;
        }
    };
}
pub(crate) use kinds;
