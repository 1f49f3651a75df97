//! The part of the manual that lists every code, made of the rules and sentences themselves.

use std::fmt::Write as _;

use super::words::{with_names, words};
use crate::judge::diagnose::RULES;

/// The part, as Markdown.
pub fn codes() -> String {
    let mut out = String::from(
        "# Findings of `turnprobe diagnose`\n\n\
         Each finding has a code, which is stable. A code says what was seen; it names a cause only where nothing else can be it.\n\n\
         - Severity: `fail`, calls suffer; `warn`, worth a look; `note`, good to know. A note is nobody's fault, explains nothing and makes no verdict.\n\
         - Party: who can mend it: `machine`, `dns`, `local` (cable, Wi-Fi, router), `firewall`, `proxy`, `vpn`, `path` (the provider), `microsoft`, `unknown`, `nobody`.\n\
         - Confidence: `certain`, the system or the protocol said so; `likely`, a control worked; `possible`, there is silence only, and what would settle it is said.\n\
         - A finding that would vanish if another one's cause were mended follows from it, and is no root cause. The verdict names at most three root causes: \
         the gravest first, of equal ones the surest, then the one of the lowest layer.\n\
         - What is not known is never taken for well, and never blames anybody.\n",
    );
    let mut layer = u8::MAX;
    for rule in RULES {
        if rule.layer != layer {
            layer = rule.layer;
            let _ = write!(out, "\n## Layer {layer}: {}\n", name(layer));
        }
        let words = words(rule.code);
        let _ = write!(
            out,
            "\n### `{}`\n\n{}.\n\n- Condition: {}.\n- Why so: {}.\n- Grade: {}.\n- Next: {}\n",
            rule.code.as_str(),
            first_upper(rule.code.meaning()),
            rule.condition,
            rule.why,
            rule.grade,
            with_names(words.next)
        );
        if !words.settle.is_empty() {
            let _ = writeln!(out, "- What would settle it: {}.", words.settle);
        }
    }
    out
}

fn name(layer: u8) -> &'static str {
    match layer {
        0 => "this machine",
        1 => "the local network",
        2 => "names",
        3 => "the proxy",
        4 => "connections",
        5 => "TLS",
        6 => "UDP",
        7 => "quality",
        _ => "this program",
    }
}

fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
