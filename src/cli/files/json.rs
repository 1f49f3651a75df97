//! What is told, as JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use anyhow::Context as _;
use serde::Serialize;

use crate::record::plain;

/// JSON in which no character can drive a terminal or turn its direction.
pub fn json(of: &impl Serialize) -> anyhow::Result<String> {
    let text = serde_json::to_string_pretty(of).context("the report as JSON")?;
    let mut out = String::with_capacity(text.len() + 1);
    let mut units = [0; 2];
    for c in text.chars() {
        if c == '\n'
            || c.is_ascii() && !c.is_ascii_control()
            || matches!(plain(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_))
        {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out.push('\n');
    Ok(out)
}
