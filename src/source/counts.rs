//! The numbers in files of other programs, and the counts without which a row tells nothing of its losses.

use crate::schema::{Dialect, Id, Row, id};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellType {
    Whole,
    Signed,
    /// Also with a fraction.
    Fraction,
}

/// A time that no probe takes, in milliseconds: a day.
const DAY_MS: u64 = 86_400_000;

/// A column of numbers and the largest that is possible.
type NumberColumn = (Id, CellType, u64);

/// The numbers of End2End's files of probes: a port or a count, and milliseconds.
const END2END: &[NumberColumn] = &[
    (id!(Port), CellType::Whole, u16::MAX as u64),
    (id!(successrttcount), CellType::Whole, u64::MAX),
    (id!(dnstimems), CellType::Fraction, DAY_MS),
    (id!(connecttimems), CellType::Fraction, DAY_MS),
    (id!(tlstimems), CellType::Fraction, DAY_MS),
    (id!(totaltimems), CellType::Fraction, DAY_MS),
    (id!(averagertt), CellType::Fraction, DAY_MS),
];

/// The numbers of End2End-Ping: whole ones, and a mean.
const PING: &[NumberColumn] = &[
    (id!(Min), CellType::Whole, u64::MAX),
    (id!(Avg), CellType::Fraction, u64::MAX),
    (id!(Max), CellType::Whole, u64::MAX),
    (id!(Total), CellType::Whole, u64::MAX),
    (id!(lost), CellType::Whole, u64::MAX),
];

/// The numbers of the Network Assessment Tool for Skype for Business: parts of one, milliseconds and packets.
const SKYPE: &[NumberColumn] = &[
    (id!(PacketLossRate), CellType::Fraction, 1),
    (id!(RoundTripLatencyInMs), CellType::Fraction, 60_000),
    (id!(PacketsSent), CellType::Whole, u64::MAX),
    (id!(PacketsReceived), CellType::Whole, u64::MAX),
    (id!(AverageJitterInMs), CellType::Fraction, 60_000),
    (id!(PacketReorderRatio), CellType::Fraction, 1),
];

/// Those of the one for Teams: percent and milliseconds.
const TEAMS: &[NumberColumn] = &[
    (id!(PacketLossRate), CellType::Fraction, 100),
    (id!(RoundTripLatencyInMs), CellType::Fraction, 60_000),
    (id!(AverageJitterInMs), CellType::Fraction, 60_000),
];

/// The columns of numbers of a program that is not ours.
pub(super) fn numbers(dialect: Dialect) -> &'static [NumberColumn] {
    match dialect {
        Dialect::End2EndPing => PING,
        Dialect::SkypeAssessment => SKYPE,
        Dialect::TeamsAssessment => TEAMS,
        _ => END2END,
    }
}

/// Whether a number of this program may stand for a failure: -1, -2, -3. In a mean of any other a mark stands in front of decimals
/// where nothing else in the file tells: these means have many of them and are hardly ever above a thousand.
pub(super) fn has_sentinels(dialect: Dialect) -> bool {
    !matches!(dialect, Dialect::End2EndPing) && !is_assessment(dialect)
}

/// Whether it is a version of the Network Assessment Tool.
pub(super) fn is_assessment(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::SkypeAssessment | Dialect::TeamsAssessment)
}

/// Whether a row has no counts of what was sent and lost, though its program writes them.
pub(super) fn are_missing(row: &Row<'_>) -> bool {
    let counts = match row.layout.dialect {
        Dialect::End2EndPing => row.number(id!(Total)).zip(row.number(id!(lost))),
        // what comes twice is received twice
        Dialect::SkypeAssessment if row.layout.has(id!(PacketsReceived)) => {
            let received = row.number(id!(PacketsReceived));
            row.number(id!(PacketsSent)).zip(received.map(|_| 0))
        }
        _ => return false,
    };
    !counts.is_some_and(|(sent, lost)| sent > 0 && lost <= sent)
}
