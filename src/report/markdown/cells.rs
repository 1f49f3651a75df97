//! Texts in Markdown.

use crate::report::text::cut;

/// A text from a file in which nothing is Markdown or HTML.
pub(super) fn text(from: &str) -> String {
    let mut out = String::new();
    for c in cut(from, 300).chars() {
        if "\\`*_{}[]<>#|!~&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
