//! How much of a page is left for its pieces.

use std::cell::Cell;

use maud::{Markup, PreEscaped};

/// Bytes that are left for charts and lists.
pub(super) struct ByteBudget(Cell<usize>);

impl ByteBudget {
    pub(super) fn of(bytes: usize) -> Self {
        Self(Cell::new(bytes))
    }

    /// Takes what a piece needs, if that is left.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let left = self.0.get().checked_sub(bytes);
        if let Some(left) = left {
            self.0.set(left);
        }
        left.is_some()
    }

    /// As many of the rows as fit, in `most` bytes at most; how many did not.
    pub(super) fn rows<T>(
        &self,
        most: usize,
        of: &[T],
        row: impl Fn(&T) -> Markup,
    ) -> (Markup, usize) {
        let own = Self::of(most.min(self.0.get()));
        let mut out = String::new();
        let mut shown = 0;
        for item in of {
            let row = row(item).into_string();
            if !own.take(row.len()) {
                break;
            }
            out.push_str(&row);
            shown += 1;
        }
        self.take(out.len());
        (PreEscaped(out), of.len() - shown)
    }
}
