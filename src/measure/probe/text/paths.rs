//! What the certificates show about the path to the relays, in words: the same at the end of a run and in a report.

use crate::doc::number::grouped;
use crate::doc::text::cut;
use crate::judge::is_microsofts;
use crate::record::{TlsPath, plain};
use crate::stats::paths::{Occurrences, PathFinding, Paths};
use crate::stats::survey::OTHER;

/// Findings that are told; more are counted.
const MOST_TOLD: usize = 5;

/// Characters of an issuer that are shown.
const LONGEST_ISSUER: usize = 160;

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

fn sentence(finding: &PathFinding, seen: &Occurrences, judged: u64) -> String {
    let PathFinding { path, name, issuer } = finding;
    let is_one = seen.rows == 1;
    let (are, have) = if is_one {
        ("is", "has")
    } else {
        ("are", "have")
    };
    let of = format!("{} of {} certificates", grouped(seen.rows), grouped(judged));
    let what = match path {
        // a name of Microsoft's must have Microsoft's certificate; of any other it is not known whose it should be
        TlsPath::Inspected | TlsPath::PrivateRoot | TlsPath::SelfSigned if is_microsofts(name) => {
            format!("{of} {are} not Microsoft's")
        }
        TlsPath::Inspected | TlsPath::PrivateRoot | TlsPath::SelfSigned => {
            format!("{of} {are} not publicly trusted")
        }
        TlsPath::Unknown
            if !is_microsofts(name)
                && ![TlsPath::UNVERIFIED, TlsPath::CUT_SHORT]
                    .iter()
                    .any(|so| seen.evidence.contains(so)) =>
        {
            format!("{of} {are} not publicly trusted")
        }
        TlsPath::Unknown => format!("The owner of {of} could not be determined"),
        TlsPath::Expired => format!("{of} {have} expired"),
        TlsPath::NotYetValid => format!("{of} {are} not valid yet"),
        TlsPath::WrongName => format!("{of} {are} for a name other than the one asked for"),
        TlsPath::IncompleteChain => {
            format!(
                "{of} came without one that the server should also send, which is not a fault of the path"
            )
        }
        TlsPath::Direct => {
            format!(
                "{of} {are} publicly trusted, but not from an authority that Microsoft has used"
            )
        }
    };
    let kind = match short(*path) {
        "" => String::new(),
        kind => format!("; {kind}"),
    };
    let evidence = plain(&seen.evidence);
    let evidence = match (evidence.is_empty(), seen.differs) {
        (true, _) => String::new(),
        (_, false) => format!(" ({evidence})"),
        (_, true) => format!(" (one of them: {evidence})"),
    };
    let asked = match plain(name).as_ref() {
        "" | OTHER => String::new(),
        name => format!("; asked for {name}"),
    };
    format!("{what}: {}{kind}{asked}{evidence}", issued_by(issuer))
}

/// What is wrong with one certificate, in a line; nothing where nothing is.
pub fn note(path: TlsPath, issuer: &str, evidence: &str) -> Option<String> {
    if !path.has_remark(evidence) {
        return None;
    }
    let what = match short(path) {
        "" => path.meaning(),
        kind => kind,
    };
    let evidence = plain(evidence);
    let evidence = match evidence.as_ref() {
        "" => String::new(),
        evidence => format!(" ({evidence})"),
    };
    Some(format!(
        "{}: {what}{evidence}; {}",
        path.as_str(),
        issued_by(issuer)
    ))
}

fn issued_by(issuer: &str) -> String {
    match cut(&plain(issuer), LONGEST_ISSUER).as_ref() {
        "" => "issuer unknown".to_owned(),
        OTHER => "several issuers".to_owned(),
        issuer => format!("issuer {issuer}"),
    }
}

/// What it is, in a few words, where the sentence does not say it.
fn short(path: TlsPath) -> &'static str {
    match path {
        TlsPath::Inspected => "TLS inspection",
        TlsPath::PrivateRoot => "a root that only this system trusts",
        TlsPath::SelfSigned => "self-signed",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::paths::CertificateRow;

    #[test]
    fn half_a_chain_is_nobodys_distrust() {
        let told = |evidence: &str| {
            let mut paths = Paths::default();
            let row = CertificateRow {
                path: Some(TlsPath::Unknown),
                has_column: true,
                is_ours: true,
                evidence,
                at: None,
                host: "",
            };
            paths.take(row, || ["relay.example", "CN=House CA"].map(str::to_owned));
            sentences(&paths).remove(0)
        };
        let half = told("no path from the issuer, House CA; the chain was cut short");
        assert!(
            half.starts_with("The owner of 1 of 1 certificates could not be determined"),
            "{half}"
        );
        let whole = told("no path from the issuer, House CA");
        assert!(
            whole.starts_with("1 of 1 certificates is not publicly trusted"),
            "{whole}"
        );
    }
}
