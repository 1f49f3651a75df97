//! Layer 5: the relays' certificates.

use super::tls::RELAYS;
use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{
    AddressOrigin, Dates, Endpoint, Fact, Facts, Ip, RelayCertificate, TlsOutcome,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Confidence, Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::view::{self, certificates, offset};
use crate::judge::severity::Severity::{self, Fail, Warn};
use crate::record::{TlsPath, Trust};

/// Whether a certificate, or one above it in a good chain, is not valid now.
fn has_wrong_date(certificate: &RelayCertificate) -> bool {
    certificate.dates != Dates::Valid
        || matches!(certificate.path, TlsPath::Expired | TlsPath::NotYetValid)
}

/// Certificates whose dates are wrong, whoever issued them.
pub fn dates(facts: &Facts) -> impl Iterator<Item = &RelayCertificate> {
    let all = certificates(facts).map(|(_, certificate)| certificate);
    all.filter(|certificate| has_wrong_date(certificate))
}

pub const DATE: Rule = Rule {
    code: Code::TlsDate,
    layer: 5,
    condition: "the relay's certificate has expired or is not valid yet, whoever issued it",
    why: "it is Microsoft's only if the public roots verify its chain, the names are Microsoft's, and another clock agrees with this one",
    grade: "fail, microsoft, likely with a good chain if another clock agrees; unknown, possible without one, with another chain, or with other names",
    check: |facts| {
        let certificate = dates(facts).next()?;
        let clocks = facts.web.clocks.known().map_or(&[][..], Vec::as_slice);
        let agrees = offset(facts).is_some_and(|(low, high, _)| low <= 300.0 && high >= -300.0);
        let source = clocks.first().filter(|_| agrees);
        let is_good = matches!(certificate.path, TlsPath::Expired | TlsPath::NotYetValid);
        let (party, confidence) = if is_good && certificate.has_microsofts_names && agrees {
            (Party::Microsoft, Likely)
        } else {
            (Party::Unknown, Possible)
        };
        // whose service health page it is depends on its names, which anybody's certificate of DigiCert's lacks, and on who
        // issued it: an issuer's name alone is Microsoft's where nothing says otherwise
        let names_microsoft =
            certificate.has_known_issuer && is_verified_here(certificate) != Some(false);
        let is_microsofts = certificate.has_microsofts_names && (is_good || names_microsoft);
        let issuer = (!is_microsofts).then_some(&certificate.issuer);
        Some(
            Finding::new(Code::TlsDate, Fail, party, confidence)
                .maybe("from", certificate.not_before.map(Datum::Time), RELAYS)
                .maybe("to", certificate.not_after.map(Datum::Time), RELAYS)
                .maybe("whose", is_microsofts.then_some("microsoft"), RELAYS)
                .maybe("issuer", issuer, RELAYS)
                .maybe("clock", source.map(|clock| &clock.source), "web.clocks"),
        )
    },
    explains: nothing,
};

/// Whether a root store trusts it.
pub fn is_trusted(certificate: &RelayCertificate) -> bool {
    let trusts = |trust: &Fact<Trust>| trust.known() == Some(&Trust::Trusted);
    trusts(&certificate.trust_public) || trusts(&certificate.trust_os) || certificate.path.is_fine()
}

/// Whether a relay or the control name finished TLS with a certificate that a root store trusts: nobody stands in for them.
pub fn is_tls_trusted(facts: &Facts) -> bool {
    let control = facts.encrypted.control.known();
    let mut done = view::handshakes(facts)
        .iter()
        .chain(control)
        .filter(|tls| tls.outcome == TlsOutcome::Done);
    done.any(|tls| {
        let certificate = tls.certificate.known();
        certificate.is_some_and(|certificate| {
            // a good chain, and no name was asked for that could be another
            let is_nameless = certificate.path == TlsPath::WrongName
                && certificate.has_known_issuer
                && !is_asked_by_name(facts, &tls.remote, certificate);
            is_trusted(certificate) || is_nameless
        })
    })
}

fn of_path(facts: &Facts, is: impl Fn(&RelayCertificate) -> bool) -> Option<&RelayCertificate> {
    certificates(facts)
        .map(|(_, certificate)| certificate)
        .find(|certificate| is(certificate))
}

fn about(
    code: Code,
    grade: (Severity, Party, Confidence),
    certificate: &RelayCertificate,
) -> Finding {
    let (severity, party, confidence) = grade;
    let trust = |trust: &Fact<Trust>| trust.known().map(|trust| trust.as_str());
    Finding::new(code, severity, party, confidence)
        .with("issuer", &certificate.issuer, RELAYS)
        .with("tls-path", certificate.path.as_str(), RELAYS)
        .maybe("trust-os", trust(&certificate.trust_os), RELAYS)
        .with("name", &certificate.asked, RELAYS)
}

/// Whether a relay was asked for by a name that is to be in its certificate: an address has none, and one of the list here
/// need not be that of the name.
pub fn is_asked_by_name(facts: &Facts, remote: &Endpoint, certificate: &RelayCertificate) -> bool {
    let is_address = certificate.asked.as_str().parse::<Ip>().is_ok();
    let mut relays = view::relays(facts).iter();
    let is_listed =
        relays.any(|relay| relay.remote.ip == remote.ip && relay.origin == AddressOrigin::BuiltIn);
    !is_address && !is_listed
}

/// Certificates for another name than the one that was asked for, whoever issued them.
fn wrong_names(facts: &Facts) -> impl Iterator<Item = &RelayCertificate> {
    let all = certificates(facts).filter(|(remote, certificate)| {
        let fits = certificate.fits_name.known();
        let is_wrong = fits == Some(&false) || certificate.path == TlsPath::WrongName;
        is_wrong && is_asked_by_name(facts, remote, certificate)
    });
    all.map(|(_, certificate)| certificate)
}

/// Whoever makes a certificate gives it its dates and its name: what follows, where all that are wrong are of such a maker.
fn made_by(facts: &Facts, is_made: impl Fn(&RelayCertificate) -> bool) -> Vec<Code> {
    let mut all = Vec::new();
    if dates(facts).all(&is_made) {
        all.push(Code::TlsDate);
    }
    if wrong_names(facts).all(&is_made) {
        all.push(Code::TlsWrongName);
    }
    all
}

pub const INSPECTED: Rule = Rule {
    code: Code::TlsInspected,
    layer: 5,
    condition: "the certificates come from something on the path that makes its own (`tls_path` is `inspected`)",
    why: "a product names itself, or only this system trusts the issuer of a certificate for a Microsoft name",
    grade: "warn if the system trusts it, else fail; proxy; certain if a product names itself, else likely",
    check: |facts| {
        let found = of_path(facts, |certificate| certificate.path == TlsPath::Inspected)?;
        let is_trusted = found.trust_os.known() == Some(&Trust::Trusted);
        let severity = if is_trusted { Warn } else { Fail };
        let confidence = if found.is_certain { Certain } else { Likely };
        Some(about(
            Code::TlsInspected,
            (severity, Party::Proxy, confidence),
            found,
        ))
    },
    explains: |facts| made_by(facts, |certificate| certificate.path == TlsPath::Inspected),
};

pub const WRONG_NAME: Rule = Rule {
    code: Code::TlsWrongName,
    layer: 5,
    condition: "the certificate is for a name other than the one that the relay was asked for by, whoever issued it (not for a target that is an address, nor for a relay of the list here)",
    why: "a server answers, but not the relay that was asked for; without a name that was asked for, none can be wrong",
    grade: "fail, unknown, possible",
    check: |facts| {
        let found = wrong_names(facts).next()?;
        Some(about(
            Code::TlsWrongName,
            (Fail, Party::Unknown, Possible),
            found,
        ))
    },
    explains: nothing,
};

fn is_unknown(certificate: &RelayCertificate) -> bool {
    use TlsPath as P;
    matches!(
        certificate.path,
        P::SelfSigned | P::PrivateRoot | P::Unknown
    )
}

/// Whether the chain is of nobody that is known here.
fn is_strange(certificate: &RelayCertificate) -> bool {
    is_unknown(certificate) && !certificate.has_known_issuer
}

pub const NOT_MICROSOFT: Rule = Rule {
    code: Code::TlsNotMicrosoft,
    layer: 5,
    condition: "`tls_path` is `self-signed`, `private-root` or `unknown`, and the chain names no Microsoft or DigiCert authority",
    why: "nothing shows who it is: the list here may lack an authority, and a device may hide its name",
    grade: "warn, unknown, possible",
    check: |facts| {
        let found = of_path(facts, is_strange)?;
        Some(about(
            Code::TlsNotMicrosoft,
            (Warn, Party::Unknown, Possible),
            found,
        ))
    },
    explains: |facts| made_by(facts, is_strange),
};

/// Whether this system verifies the chain, whatever dates and name; none where that is not known.
fn is_verified_here(certificate: &RelayCertificate) -> Option<bool> {
    let by_trust = || match certificate.trust_os.known()? {
        Trust::Trusted => Some(true),
        Trust::UnknownIssuer => Some(false),
        _ => None,
    };
    certificate.os_reaches.known().copied().or_else(by_trust)
}

/// Whether the chain names Microsoft's authorities, and nothing here verifies that.
fn is_refuted(certificate: &RelayCertificate) -> bool {
    is_unknown(certificate)
        && certificate.has_known_issuer
        && is_verified_here(certificate) == Some(false)
}

/// Whether it names them, and it could not be told whether this system verifies that. A wrong date that hides it is a
/// finding of its own.
fn is_untold(certificate: &RelayCertificate) -> bool {
    is_unknown(certificate)
        && certificate.has_known_issuer
        && is_verified_here(certificate).is_none()
        && !has_wrong_date(certificate)
}

pub const UNVERIFIED: Rule = Rule {
    code: Code::TlsUnverified,
    layer: 5,
    condition: "the chain names a Microsoft or DigiCert authority, and neither the public roots nor Microsoft's own verify it (`tls_path` is `self-signed`, `private-root` or `unknown`), nor does this system, or whether it does could not be told",
    why: "anybody can write a name into a certificate: it may be a Microsoft root that neither this system nor this version knows, or somebody who uses Microsoft's name",
    grade: "warn, unknown, possible",
    check: |facts| {
        let refuted = of_path(facts, is_refuted);
        let found = refuted.or_else(|| of_path(facts, is_untold))?;
        let by = if refuted.is_some() {
            "nobody"
        } else {
            "unknown"
        };
        let grade = (Warn, Party::Unknown, Possible);
        Some(about(Code::TlsUnverified, grade, found).with("verified-by", by, RELAYS))
    },
    explains: |facts| made_by(facts, is_refuted),
};

pub const MS_ROOT: Rule = Rule {
    code: Code::TlsMsRoot,
    layer: 5,
    condition: "the public roots here do not include the chain's, which names a Microsoft or DigiCert authority, and this system verifies it (`tls_path` is `private-root` or `unknown`)",
    why: "Microsoft has its own roots, and a system gets them from Microsoft; a chain that nothing verifies is `tls-unverified`",
    grade: "note",
    check: |facts| {
        let found = of_path(facts, |certificate| {
            is_unknown(certificate)
                && certificate.has_known_issuer
                && is_verified_here(certificate) == Some(true)
        })?;
        Some(about(
            Code::TlsMsRoot,
            (Severity::Note, Party::Nobody, Possible),
            found,
        ))
    },
    explains: nothing,
};
