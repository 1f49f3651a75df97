//! What the certificates tell of the way to the relays, in words: the same at the end of a run and in a report.

use crate::doc::number::grouped;
use crate::judge::is_microsofts;
use crate::record::{TlsPath, plain};
use crate::stats::paths::{Finding, Paths, Seen};

/// Findings that are told; more are counted.
const MOST_TOLD: usize = 5;

/// A sentence for each finding, the gravest first; nothing where all is as it should be.
pub fn sentences(paths: &Paths) -> Vec<String> {
    let findings = paths.findings();
    let told = findings.iter().take(MOST_TOLD);
    let mut said: Vec<String> = told
        .map(|(finding, seen)| sentence(finding, seen, paths.judged()))
        .collect();
    if let Some(more @ 1..) = findings.len().checked_sub(MOST_TOLD) {
        said.push(format!("{more} more findings of this kind"));
    }
    said
}

fn sentence(finding: &Finding, seen: &Seen, judged: u64) -> String {
    let Finding { path, name, issuer } = finding;
    let (rows, is_one) = (seen.rows, seen.rows == 1);
    let are = if is_one { "is" } else { "are" };
    let of = format!("{} of {} certificates", grouped(rows), grouped(judged));
    let (what, kind) = match path {
        // a name of Microsoft's must have Microsoft's certificate; of any other it is not known whose it should be
        TlsPath::Inspected | TlsPath::PrivateRoot | TlsPath::SelfSigned if is_microsofts(name) => {
            (format!("{of} {are} not Microsoft's"), short(*path))
        }
        TlsPath::Inspected | TlsPath::PrivateRoot | TlsPath::SelfSigned => {
            (format!("{of} {are} not publicly trusted"), short(*path))
        }
        TlsPath::Unknown => (
            format!("of {of} it could not be told whose they are"),
            short(*path),
        ),
        TlsPath::Expired => {
            let have = if is_one { "has" } else { "have" };
            (format!("{of} {have} expired"), "")
        }
        TlsPath::NotYetValid => (format!("{of} {are} not valid yet"), ""),
        TlsPath::WrongName => (
            format!("{of} {are} for another name than {}", plain(name)),
            "",
        ),
        TlsPath::IncompleteChain => (
            format!(
                "{of} came without a certificate that should be sent with them, which is no fault of the path"
            ),
            "",
        ),
        TlsPath::Direct => (of, ""),
    };
    let kind = match kind {
        "" => String::new(),
        kind => format!("; {kind}"),
    };
    let evidence = match plain(&seen.evidence).as_ref() {
        "" => String::new(),
        evidence => format!(" ({evidence})"),
    };
    format!("{what}: issuer {}{kind}{evidence}", plain(issuer))
}

/// What it is, in a few words.
fn short(path: TlsPath) -> &'static str {
    match path {
        TlsPath::Inspected => "TLS inspection",
        TlsPath::PrivateRoot => "a root that only this system trusts",
        TlsPath::SelfSigned => "self-signed",
        _ => "nothing that is known here leads to a root",
    }
}
