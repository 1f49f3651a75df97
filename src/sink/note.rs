//! What the user should know although the sink goes on. Not here: printing it.

use std::fmt::{self, Write as _};

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
    Completed {
        /// The file.
        path: String,
    },
    /// This file system knows no locks, so a second run would not be noticed.
    Unlocked {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The name no longer stood for the open file: rows go to the file that now has it.
    Replaced {
        /// The file.
        path: String,
    },
    /// Lab rows go to a file that cannot say so.
    LabUnmarked {
        /// The file.
        path: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut { path, columns } => {
                write!(
                    f,
                    "{path} was begun without these columns, they are left out: "
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
                    "the end of {path} was torn, {bytes} bytes were cut off and are kept in {kept}: {text}"
                )
            }
            Self::Completed { path } => {
                write!(f, "the last line of {path} had no newline, it was added")
            }
            Self::Unlocked { path, reason } => {
                write!(
                    f,
                    "{path} cannot be locked, let no second run write to it: {reason}"
                )
            }
            Self::Replaced { path } => {
                write!(
                    f,
                    "{path} was moved, deleted or replaced, it was opened again"
                )
            }
            Self::LabUnmarked { path } => {
                write!(
                    f,
                    "{path} has no column world, nothing in it will tell lab rows from real"
                )
            }
        }
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
        let all = [
            (
                Note::LeftOut {
                    path: path(),
                    columns: vec!["slot", "cause"],
                },
                "/srv/probes.csv was begun without these columns, they are left out: slot, cause",
            ),
            (
                Note::Cut {
                    path: path(),
                    bytes: 4,
                    kept: "/srv/probes.csv.torn".to_owned(),
                    text: "\"202".to_owned(),
                },
                "the end of /srv/probes.csv was torn, 4 bytes were cut off and are kept in \
                 /srv/probes.csv.torn: \"202",
            ),
            (
                Note::Completed { path: path() },
                "the last line of /srv/probes.csv had no newline, it was added",
            ),
            (
                Note::Unlocked {
                    path: path(),
                    reason: "no locks available".to_owned(),
                },
                "/srv/probes.csv cannot be locked, let no second run write to it: no locks \
                 available",
            ),
            (
                Note::Replaced { path: path() },
                "/srv/probes.csv was moved, deleted or replaced, it was opened again",
            ),
            (
                Note::LabUnmarked { path: path() },
                "/srv/probes.csv has no column world, nothing in it will tell lab rows from real",
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
