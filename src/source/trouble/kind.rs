//! What can be wrong with a line.

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Before any header.
    NoHeader,
    /// The header once more, as of files put together.
    Header,
    /// Another header, as of other files put together.
    OtherHeader,
    /// Another number of fields than the header.
    Fields,
    /// Decimal commas have split numbers, and more than one way puts them together.
    Commas,
    /// Something follows a closing quote.
    Quotes,
    /// A quote is never closed.
    Open,
    /// The last line of the file, torn.
    Torn,
    /// No JSON object in a line that begins as one.
    Json,
    /// More than can be taken.
    Long,
    /// Zero bytes around a line.
    Zeros,
    /// Zero bytes in the middle of a line.
    Binary,
    /// A line of nothing but zero bytes.
    Nuls,
    /// Not UTF-8.
    Encoding,
    /// UTF-16 in a file that is not.
    Utf16,
    /// A time that cannot be read.
    Time,
    /// No row: neither time, address nor status.
    Totals,
    /// A success with the cause of a failure.
    Contradicts,
    /// No counts of what was sent and lost, where a row has nothing else to tell its losses.
    Counts,
    /// A success without the time that it took, where its file has such times.
    NoTimes,
}

/// All of them.
pub const KINDS: [TroubleKind; 20] = [
    TroubleKind::NoHeader,
    TroubleKind::Header,
    TroubleKind::OtherHeader,
    TroubleKind::Fields,
    TroubleKind::Commas,
    TroubleKind::Quotes,
    TroubleKind::Open,
    TroubleKind::Torn,
    TroubleKind::Json,
    TroubleKind::Long,
    TroubleKind::Zeros,
    TroubleKind::Binary,
    TroubleKind::Nuls,
    TroubleKind::Encoding,
    TroubleKind::Utf16,
    TroubleKind::Time,
    TroubleKind::Totals,
    TroubleKind::Contradicts,
    TroubleKind::Counts,
    TroubleKind::NoTimes,
];
