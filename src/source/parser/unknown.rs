//! Lines that are no rows of the layout at hand: without a header, JSON, or packets.

use super::Parser;
use crate::source::foreign;
use crate::source::json;
use crate::source::trouble::TroubleKind;

/// Lines without a header after which the rest is not looked at.
const MOST_UNKNOWN: u64 = 10_000;

impl Parser<'_> {
    /// A line without a header before it.
    pub(super) fn no_header(&mut self, line: &str) {
        if self.trouble.of(TroubleKind::NoHeader) == 0
            && !foreign::is_row(line, self.separator_hint, &mut self.scratch)
        {
            let told = foreign::told(line, self.separator_hint, &mut self.scratch);
            self.trouble.looks(told);
        }
        self.unknown_line();
    }

    /// An object that is none of ours, or none at all.
    pub(super) fn no_json(&mut self, line: &str, ended: bool) {
        let pairs = json::pairs(line).filter(|_| self.rows.dialect.is_none());
        let Some(pairs) = pairs else {
            if ended {
                self.trouble.json(self.line, json::fault(line));
            } else {
                self.trouble.count(TroubleKind::Torn, self.line);
            }
            return;
        };
        if self.trouble.of(TroubleKind::NoHeader) == 0 {
            let keys: Vec<String> = pairs.into_iter().map(|(key, _)| key).collect();
            self.trouble.looks(foreign::of_names(&keys, "keys"));
        }
        self.unknown_line();
    }

    fn unknown_line(&mut self) {
        self.trouble.count(TroubleKind::NoHeader, self.line);
        if self.trouble.of(TroubleKind::NoHeader) == MOST_UNKNOWN && self.rows.count == 0 {
            self.hopeless = true;
            let what = format!(
                "no header in the first {} lines: the rest of the file was not read",
                self.line
            );
            self.trouble.file(Some(self.line), what);
        }
    }

    /// Gives a file of packets up; false when it is none.
    pub(super) fn packets(&mut self) -> bool {
        if self.rows.packets {
            self.hopeless = true;
            let what = "packets of a burst or watch: a report reads probes, bursts and held connections; left out";
            self.trouble.file(Some(self.line), what.to_owned());
        }
        self.rows.packets
    }

    /// An object of JSON Lines; false when it is none of ours.
    pub(super) fn json(&mut self, line: &str, text: &str) -> bool {
        match self.rows.json(line, self.line, &mut self.trouble) {
            Some(ended) => {
                self.odd_end(ended, text, true);
                true
            }
            None => false,
        }
    }
}
