//! Rows that run over several lines.

use super::{Behind, Parser};
use crate::record::Counter as _;
use crate::source::header::header;
use crate::source::json;
use crate::source::line::{BlockLine, end_of, line_at, start_of};
use crate::source::split::{Shape, split};
use crate::source::trouble::TroubleKind;

/// Lines that a quoted field may run over.
const MOST_JOINED: usize = 20;

/// Bytes of a row that runs over several lines.
const LONGEST_JOINED: usize = 64 << 10;

/// Open quotes that joined nothing, after which no more is tried: a file with so many is damaged.
const MOST_TORN: u64 = 1000;

impl Parser<'_> {
    /// A line whose last quote is open.
    pub(super) fn open(
        &mut self,
        text: &str,
        line: BlockLine<'_>,
        behind: Behind,
    ) -> Option<usize> {
        let start = start_of(text, line);
        let mut end = line;
        let most = if self.trouble.of(TroubleKind::Open) < MOST_TORN {
            MOST_JOINED
        } else {
            0
        };
        for joined in 1..=most {
            let Some(following) = line_at(text, end.next) else {
                if behind == Behind::More {
                    return None;
                }
                break;
            };
            if following.next.saturating_sub(start) > LONGEST_JOINED
                || self.stands_alone(line, following)
            {
                break;
            }
            end = following;
            let whole = text[start..].get(..end_of(text, following).saturating_sub(start))?;
            let (separator, width) = self.rows.csv().map(|csv| (csv.separator, csv.width))?;
            let shape = split(whole, separator, &mut self.rows.batch);
            if shape == Shape::Open {
                self.rows.batch.drop_row();
                continue;
            }
            if shape == Shape::Whole && self.rows.batch.width() == width {
                let ended = self.rows.finish(self.line, &mut self.trouble);
                self.odd_end(ended, text, false);
                self.line.raise(joined as u64);
                return Some(following.next);
            }
            self.rows.batch.drop_row();
            break;
        }
        let kind = if line.ended {
            TroubleKind::Open
        } else {
            TroubleKind::Torn
        };
        self.trouble.count(kind, self.line);
        Some(line.next)
    }

    /// Whether a line is a row or a header by itself, written like the torn one before it.
    fn stands_alone(&mut self, torn: BlockLine<'_>, line: BlockLine<'_>) -> bool {
        if line.text.starts_with('{') && json::pairs(line.text).is_some() {
            return true;
        }
        if header(line.text, self.separator_hint, &mut self.scratch).is_some() {
            return true;
        }
        let Some((separator, width)) = self.rows.csv().map(|csv| (csv.separator, csv.width)) else {
            return true;
        };
        if torn.text.starts_with('"') != line.text.starts_with('"') {
            return false;
        }
        let shape = split(line.text, separator, &mut self.scratch);
        let alone = shape == Shape::Whole && self.scratch.width() == width;
        self.scratch.drop_row();
        alone
    }
}
