//! What the user should know although the sink continues. Not here: printing it.

use std::fmt::{self, Write as _};
use std::time::Duration;

use chrono::NaiveDate;

use crate::record::plain;

/// What the user should know although the sink goes on; [`fmt::Display`] gives the message.
/// `path` is always absolute and safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// An existing file has no such columns.
    LeftOut {
        /// The file.
        path: String,
        /// The chosen columns that its header lacks.
        columns: Vec<&'static str>,
    },
    /// The end of the file was torn and is cut off; another file keeps it.
    Cut {
        /// The file.
        path: String,
        /// Number of bytes cut off.
        bytes: u64,
        /// The file that keeps them.
        kept: String,
        /// Their text, shortened and safe to print.
        text: String,
    },
    /// The last line was whole but for its newline.
    Completed(String),
    /// This file system knows no locks, so a second run would not be noticed.
    Unlocked {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The name no longer stood for the open file: rows go to the file that now has it.
    Replaced(String),
    /// Another program has made the open file shorter, which may have lost rows.
    Shortened {
        /// The file.
        path: String,
        /// Bytes that it had.
        from: u64,
        /// Bytes that are left.
        to: u64,
    },
    /// A file is held by another program, changed by one, or away: its rows wait.
    Held(String),
    /// It is back.
    Free {
        /// The file.
        path: String,
        /// Whether it has all rows.
        is_whole: bool,
    },
    /// Rows that were kept elsewhere were taken in.
    TakenIn {
        /// The file.
        path: String,
        /// The file that kept them.
        kept: String,
        /// How many.
        rows: usize,
    },
    /// Rows of an earlier run stay where they are.
    NotTakenIn {
        /// The file that keeps them.
        kept: String,
        /// Why.
        why: String,
    },
    /// Files of a series were deleted, as they are old.
    Deleted {
        /// The first of them.
        first: String,
        /// The last one.
        last: String,
        /// How many.
        files: usize,
        /// How long files are kept.
        keep: Duration,
    },
    /// What is old by the clock stays, as the clock may be wrong.
    Doubted {
        /// The files or rows.
        what: String,
        /// The date of the latest of them.
        last: NaiveDate,
        /// The first date after that of which there is anything.
        first: NaiveDate,
        /// The date until which they stay.
        until: NaiveDate,
    },
    /// Nothing can be done with files that are finished.
    NotKeptUp {
        /// The first of them.
        path: String,
        /// How many more.
        more: usize,
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        why: String,
    },
    /// A monitoring system is not reached, or is again.
    Monitoring(String),
    /// Lab rows go to a file that cannot say so.
    LabUnmarked(String),
}

/// Columns that a message names one by one.
const SOME: usize = 3;

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut { path, columns } => {
                let count = columns.len();
                if count > SOME {
                    let (some, more) = columns.split_at(SOME);
                    return write!(
                        f,
                        "{path} was started without {count} of the columns, which are left out: {} and {} more",
                        some.join(", "),
                        more.len()
                    );
                }
                write!(
                    f,
                    "{path} was started without these columns, which are left out: "
                )?;
                f.write_str(&columns.join(", "))
            }
            Self::Cut {
                path,
                bytes,
                kept,
                text,
            } => {
                write!(
                    f,
                    "{path} ended with a partial row: its {bytes} bytes were moved to {kept}: {text}"
                )
            }
            Self::Held(why) => {
                write!(
                    f,
                    "{why}; the series continues, and its rows are added to the file as soon as it can be written again"
                )
            }
            Self::Free {
                path,
                is_whole: true,
            } => write!(
                f,
                "{path} can be written again, and has every row that waited"
            ),
            Self::Free { path, .. } => {
                write!(
                    f,
                    "{path} can be written again; some rows stay in another file"
                )
            }
            Self::TakenIn { path, kept, rows } => {
                write!(f, "{path} was given {rows} rows that were kept in {kept}")
            }
            Self::NotTakenIn { kept, why } => {
                write!(f, "rows that are kept in {kept} stay there: {why}")
            }
            Self::Deleted {
                first,
                last,
                files,
                keep,
            } => {
                let keep = days(*keep);
                match files {
                    1 => write!(f, "deleted {first}, which ended more than {keep} ago"),
                    _ => write!(
                        f,
                        "deleted {files} files that ended more than {keep} ago: {first} to {last}"
                    ),
                }
            }
            Self::Doubted {
                what,
                last,
                first,
                until,
            } => write!(
                f,
                "{what} are old, but stay until {until}: there is nothing of the time from {last} to {first}, so the clock may be wrong; if it \
                 is right, you can delete them now"
            ),
            Self::NotKeptUp {
                path,
                more,
                what,
                why,
            } => {
                let more = match more {
                    0 => String::new(),
                    more => format!(" nor can {more} more"),
                };
                write!(f, "{path} cannot be {what}{more} and stays as it is: {why}")
            }
            Self::Monitoring(text) => f.write_str(&plain(text)),
            Self::Completed(path) => {
                write!(
                    f,
                    "the last line of {path} had no newline, so one was added"
                )
            }
            Self::Unlocked { path, reason } => {
                write!(
                    f,
                    "{path} cannot be locked, so do not let a second run write to it: {reason}"
                )
            }
            Self::Replaced(path) => {
                write!(
                    f,
                    "{path} was moved, deleted or replaced, so it was opened again"
                )
            }
            Self::Shortened { path, to: 0, .. } => {
                write!(
                    f,
                    "{path} was emptied by another program: what was in it is missing, and new rows follow"
                )
            }
            Self::Shortened { path, from, to } => {
                write!(
                    f,
                    "{path} is {} bytes shorter, as another program has changed it: rows may be missing, and new ones follow",
                    from.saturating_sub(*to)
                )
            }
            Self::LabUnmarked(path) => {
                write!(
                    f,
                    "{path} has no column world, so nothing in it will tell lab rows from real ones"
                )
            }
        }
    }
}

/// A length of days, or of hours where it is no whole number of them.
fn days(keep: Duration) -> String {
    let hours = keep.as_secs() / 3600;
    match hours % 24 {
        0 => format!("{}d", hours / 24),
        _ => format!("{hours}h"),
    }
}

/// Longest text of a file in a message, in bytes: more than a whole row.
const LONGEST: usize = 2000;

/// A piece of a file for a message: control characters as escapes, runs of NUL bytes counted, a
/// long text cut short. `total` is the length of the whole piece, which begins with `piece`.
pub(super) fn excerpt(piece: &[u8], total: u64) -> String {
    let mut out = String::new();
    let mut left = LONGEST;
    let mut shown = 0;
    for run in piece.chunk_by(|a, b| (*a == 0) == (*b == 0)) {
        if left == 0 {
            break;
        }
        if run[0] == 0 {
            let _ = write!(out, "[{} NUL bytes]", run.len());
            left -= 1;
            shown += run.len() as u64;
        } else {
            let run = &run[..run.len().min(left)];
            out.push_str(&plain(&String::from_utf8_lossy(run)));
            left -= run.len();
            shown += run.len() as u64;
        }
    }
    if total > shown {
        let _ = write!(out, "... ({} bytes more)", total - shown);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_names_the_path_and_what_was_done() {
        let path = || "/srv/probes.csv".to_owned();
        #[rustfmt::skip]
        let all = [
            (
                Note::LeftOut {
                    path: path(),
                    columns: vec!["slot", "cause"],
                },
                "/srv/probes.csv was started without these columns, which are left out: slot, cause",
            ),
            (
                Note::LeftOut {
                    path: path(),
                    columns: vec!["slot", "cause", "world", "label", "run_id"],
                },
                "/srv/probes.csv was started without 5 of the columns, which are left out: slot, cause, world and 2 more",
            ),
            (
                Note::Cut {
                    path: path(),
                    bytes: 4,
                    kept: "/srv/probes.csv.torn".to_owned(),
                    text: "\"202".to_owned(),
                },
                "/srv/probes.csv ended with a partial row: its 4 bytes were moved to \
                 /srv/probes.csv.torn: \"202",
            ),
            (Note::Completed(path()), "the last line of /srv/probes.csv had no newline, so one was added"),
            (
                Note::Unlocked {
                    path: path(),
                    reason: "no locks available".to_owned(),
                },
                "/srv/probes.csv cannot be locked, so do not let a second run write to it: no locks \
                 available",
            ),
            (
                Note::Doubted {
                    what: "files up to /srv/probes.csv".to_owned(),
                    last: NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(),
                    first: NaiveDate::from_ymd_opt(2031, 1, 1).unwrap(),
                    until: NaiveDate::from_ymd_opt(2031, 4, 1).unwrap(),
                },
                "files up to /srv/probes.csv are old, but stay until 2031-04-01: there is nothing of the time from 2026-11-29 to \
                 2031-01-01, so the clock may be wrong; if it is right, you can delete them now",
            ),
            (Note::Replaced(path()), "/srv/probes.csv was moved, deleted or replaced, so it was opened again"),
            (
                Note::Shortened {
                    path: path(),
                    from: 9000,
                    to: 0,
                },
                "/srv/probes.csv was emptied by another program: what was in it is missing, and new rows follow",
            ),
            (
                Note::Shortened {
                    path: path(),
                    from: 9000,
                    to: 7000,
                },
                "/srv/probes.csv is 2000 bytes shorter, as another program has changed it: rows may be missing, and new ones follow",
            ),
            (
                Note::LabUnmarked(path()),
                "/srv/probes.csv has no column world, so nothing in it will tell lab rows from real ones",
            ),
        ];
        for (note, message) in all {
            assert_eq!(note.to_string(), message);
        }
    }

    #[test]
    fn a_torn_piece_is_shown_without_control_characters_and_not_at_length() {
        assert_eq!(
            excerpt(b"\"20\x1b\0\0\0x\xff", 9),
            "\"20\\u{1b}[3 NUL bytes]x\u{fffd}"
        );
        let long = vec![b'a'; 3000];
        let shown = excerpt(&long, 1_000_000);
        assert_eq!(
            shown,
            format!("{}... (998000 bytes more)", "a".repeat(2000))
        );
        let full = format!("{}\0\0", "a".repeat(2000));
        assert_eq!(
            excerpt(full.as_bytes(), 2002),
            "a".repeat(2000) + "... (2 bytes more)"
        );
        let mut block = b"\"20".to_vec();
        block.resize(4099, 0);
        assert_eq!(excerpt(&block, 4099), "\"20[4096 NUL bytes]");
    }
}
