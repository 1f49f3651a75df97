//! The chapter of the manual that lists every code, made from the rules and sentences themselves.

use std::fmt::Write as _;

use super::words::{with_names, words};
use crate::judge::diagnose::RULES;

/// Parts of sentences of which each situation has one, and how all of them are listed.
const CHOICES: [(&str, &str); 8] = [
    (
        "[by!=route?In this machine's firewall, allow outbound UDP 3478 to 3481 and TCP 443 to {ranges}][by=route?Look at \
         this machine's routes to {ranges}, and at what sets them, such as a VPN client: they must lead to the router].",
        "In this machine's firewall, allow outbound UDP 3478 to 3481 and TCP 443 to {ranges} (if a firewall refuses). Look at \
         this machine's routes to {ranges}, and at what sets them, such as a VPN client: they must lead to the router (if \
         there is no route).",
    ),
    (
        "[closed=port?check that a name server runs there, allow UDP and TCP 53 to it][closed=no-way?check the routes to \
         it][closed=denied?allow UDP and TCP 53 to it in this machine's firewall]",
        "check that a name server runs there, allow UDP and TCP 53 to it (if the port is closed), or allow UDP and TCP 53 \
         to it in this machine's firewall (if this system refuses to send), or check the routes to it (if there is no path)",
    ),
    (
        "[other-names!=answered?allow UDP and TCP 53][other-names=answered?find out whether that server is only slow with \
         that name, or a filter drops it, and run this again, as lost packets look the same]",
        "allow UDP and TCP 53 (if other names are not answered either), or find out whether that server is only slow with \
         that name, or a filter drops it, and run this again, as lost packets look the same (if they are)",
    ),
    (
        "[then=provider?Ask the provider about packet loss on the line towards the relays][then=cable?Run \
         this again over a cable: if the loss is gone, it was on this network, such as on its Wi-Fi; if it \
         stays, ask whoever looks after the router, then the provider][then=flows?In the firewall, in the NAT \
         router and on this machine, look for what ends UDP flows to the relays: a rule, a limit to sessions, \
         a protection against floods].",
        "Ask the provider about packet loss on the line towards the relays (if the path to the router loses less). Run this \
         again over a cable: if the loss is gone, it was on this network, such as on its Wi-Fi; if it stays, ask whoever \
         looks after the router, then the provider (if that is not known). In the firewall, in the NAT router and on this \
         machine, look for what ends UDP flows to the relays: a rule, a limit to sessions, a protection against floods (if \
         the stream stopped for good).",
    ),
    (
        "[closed!=no-way|denied?repair it][closed=no-way?check the routes to it][closed=denied?allow UDP and TCP 53 to it \
         in this machine's firewall]",
        "repair it (if it does not answer), or check the routes to it (if there is no path), or allow UDP and TCP 53 to it \
         in this machine's firewall (if this system refuses to send)",
    ),
    (
        "[whose=microsoft?see Microsoft's service health page][whose!=microsoft?find out which server or device has this \
         certificate][, issued by {issuer}]",
        "see Microsoft's service health page (if the certificate is Microsoft's), or find out which server or device has \
         this certificate, issued by {issuer}",
    ),
    (
        "[whose=other?Ask whoever looks after this name][whose!=other?See Microsoft's service health page, and try another relay's name]",
        "Ask whoever looks after this name (if it is not Microsoft's). See Microsoft's service health page, and try another relay's name (if it is)",
    ),
    (
        "[whose=other?ask whoever runs this relay][whose!=other?see Microsoft's service health page]",
        "ask whoever runs this relay (if it is not Microsoft's), or see Microsoft's service health page",
    ),
];

/// The part, as Markdown.
pub fn codes() -> String {
    let mut out = String::from(
        "# Findings of `turnprobe diagnose`\n\n\
         Each finding has a code, which is stable. A code says what was seen; it names a cause only if there can be no other.\n\n\
         - Severity: `fail`, calls suffer; `warn`, worth a look; `note`, good to know. A note is nobody's fault, explains nothing and does not affect the verdict.\n\
         - Party: who can fix it: `machine`, `dns`, `local` (cable, Wi-Fi, router), `firewall`, `proxy`, `vpn`, `path` (the provider), `microsoft`, `unknown`, `nobody`.\n\
         - Confidence: `certain`, the system or the protocol said so; `likely`, a control worked; `possible`, there was only silence; the finding says what would settle it.\n\
         - A finding that would disappear if the cause of another one were fixed follows from \
         that one, and is not a root cause. The verdict names at most three root causes: the \
         most severe first, among equals the most certain, then the one at the lowest layer.\n\
         - What is not known never counts as good, and never blames anybody.\n",
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
            "\n### `{}`\n\n{}.\n\n- Condition: {}.\n- Reason: {}.\n- Grade: {}.\n- Next: {}\n",
            rule.code.as_str(),
            first_upper(rule.code.meaning()),
            rule.condition,
            rule.why,
            rule.grade,
            with_names(&listed(words.next))
        );
        if !words.settle.is_empty() {
            let _ = writeln!(out, "- What would settle it: {}.", words.settle);
        }
    }
    out
}

/// With all choices of a sentence.
pub fn listed(next: &str) -> String {
    let choices = CHOICES.iter();
    choices.fold(next.to_owned(), |next, (part, all)| next.replace(part, all))
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
