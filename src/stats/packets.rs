//! The packets of a row of many: how many were sent, and how many of them were lost.

use crate::schema::{CellView, id};

/// Packets of which a share in millionths is that of one number of lost ones alone.
const MOST_OF_SHARE: u64 = 500_000;

/// Sent and lost packets by the share that was lost.
fn of_share(sent: u64, ppm: u64) -> Option<[u64; 2]> {
    let lost = sent.checked_mul(ppm)?.checked_add(500_000)? / 1_000_000;
    (sent <= MOST_OF_SHARE && lost <= sent).then_some([sent, lost])
}

/// What a row says of its packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketCounts {
    /// Sent, and of them not answered in time.
    Counted([u64; 2]),
    /// Nothing, and nothing is missing: none were sent, or none came back, as its status says.
    Untold,
    /// Packets came back, and its counts are missing, cannot be read or contradict each other: nobody knows what was lost.
    Unknown,
}

impl PacketCounts {
    /// Of a burst, or of a minute of a watch. A count that is missing follows from the others, or from the share.
    pub fn of(row: &impl CellView) -> Self {
        let [sent, received, lost] = [id!(sent), id!(received), id!(lost)].map(|id| row.number(id));
        let counted = match (sent, received, lost) {
            (Some(sent), Some(received), Some(lost)) => {
                let all = received.checked_add(lost);
                (all == Some(sent)).then_some([sent, lost])
            }
            (Some(sent), None, Some(lost)) => (lost <= sent).then_some([sent, lost]),
            (Some(sent), Some(received), None) => {
                sent.checked_sub(received).map(|lost| [sent, lost])
            }
            (None, Some(received), Some(lost)) => received.checked_add(lost).map(|all| [all, lost]),
            (Some(sent), None, None) => row
                .number(id!(loss_ppm))
                .and_then(|ppm| of_share(sent, ppm)),
            _ => None,
        };
        match counted {
            Some(counts) => Self::Counted(counts),
            None if row.is_ok() => Self::Unknown,
            None => Self::Untold,
        }
    }

    /// Sent and lost, where the row tells.
    pub fn counted(self) -> Option<[u64; 2]> {
        match self {
            Self::Counted(counts) => Some(counts),
            Self::Untold | Self::Unknown => None,
        }
    }
}
