//! What the proxy adds: the part of the summary about slots that were measured both directly and through it.

use std::fmt::Write as _;

use crate::doc::number;
use crate::record::plain;
use crate::stats::{Added, Difference, Inspects, PhaseSpan};

/// Fewer columns have no room for the interval.
const WIDE: usize = 64;

/// The part, with an empty line before it; nothing unless both ways were measured.
pub(super) fn added(added: &Added, columns: usize) -> String {
    let mut out = String::new();
    if added.slots() == 0 {
        return out;
    }
    let differences = added.differences();
    if differences.is_empty() {
        out.push('\n');
    } else if columns < WIDE {
        let _ = writeln!(out, "\n{:<20}{:>8}{:>10}", "the proxy adds, ms", "n", "p50");
        for one in &differences {
            let (n, median) = (one.n, ms(one.median_us));
            let _ = writeln!(out, "{:<20}{n:>8}{median:>10}", name(one.span));
        }
    } else {
        let _ = writeln!(
            out,
            "\n{:<24}{:>8}{:>10}   95 % of the median",
            "the proxy adds, ms", "n", "p50"
        );
        for one in &differences {
            let _ = writeln!(out, "{:<24}{}", name(one.span), cells(one));
        }
    }
    let _ = writeln!(out, "{}", said(added));
    out
}

fn name(span: PhaseSpan) -> &'static str {
    match span {
        PhaseSpan::Dns => "dns",
        PhaseSpan::Open => "connect and tunnel",
        PhaseSpan::Tls => "tls",
        PhaseSpan::Turn => "turn",
        PhaseSpan::Total => "total",
    }
}

fn cells(one: &Difference) -> String {
    let interval = one
        .interval_us
        .map(|(low, high)| format!("   {} to {}", ms(low), ms(high)));
    format!(
        "{:>8}{:>10}{}",
        one.n,
        ms(one.median_us),
        interval.unwrap_or_default()
    )
}

/// Milliseconds with their sign.
fn ms(us: i64) -> String {
    let sign = if us < 0 { "-" } else { "+" };
    format!("{sign}{}", number::millis(us.unsigned_abs() as f64 / 1e3))
}

fn said(added: &Added) -> String {
    let [straight, through] = added.ok();
    let slots = added.slots();
    let mut said = format!(
        "Of {slots} measured both ways, {straight} worked directly and {through} through the proxy."
    );
    for (inspects, n) in added.inspects() {
        let of = if added.inspects().len() > 1 {
            format!(" ({n} of {slots})")
        } else {
            String::new()
        };
        let _ = match inspects {
            Inspects::No => write!(
                said,
                " It does not inspect TLS: the certificates are as good through it as without it{of}."
            ),
            Inspects::Yes(issuer) => write!(
                said,
                " It inspects TLS: through it the certificates are made by {}, without it they are not{of}.",
                plain(issuer)
            ),
            Inspects::AlsoStraight(issuer) => write!(
                said,
                " TLS is inspected both ways{of}, through the proxy by {}: it need not be the proxy.",
                plain(issuer)
            ),
            Inspects::Unknown => write!(
                said,
                " Whether it inspects TLS could not be determined{of}."
            ),
        };
    }
    said
}
