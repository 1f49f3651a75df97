//! What is on the way of a TLS connection, by its certificates.
//!
//! A chain that the public roots do not know and this system trusts is not by itself inspection:
//! front ends of Microsoft leave out the certificate that leads from their own root to a public
//! one. So what is Microsoft's, known or not, is never called inspected.

use std::time::Duration;

use super::facts::{Circumstances, Name, PathFacts, Reach, Validity};
use super::products::{Product, Sure, product, products};
use crate::record::{TlsPath, Trust};

/// Longest evidence, in bytes.
const LONGEST: usize = 200;

/// Organizations whose authorities issue for Microsoft's relays.
const ISSUERS: [&str; 3] = ["microsoft corporation", "digicert inc", "digicert, inc."];

/// How the names of their authorities begin, where a certificate has no organization. "Microsoft" alone is not enough:
/// a proxy of Microsoft's own, whose authority is named so, looked into TLS, too.
const AUTHORITIES: [&str; 5] = [
    "microsoft tls ",
    "microsoft azure ",
    "microsoft rsa ",
    "microsoft ecc ",
    "digicert ",
];

/// Domains in which only Microsoft has names. Names of Azure are not among them: customers have them.
const DOMAINS: [&str; 6] = [
    "microsoft.com",
    "microsoft.us",
    "microsoft",
    "lync.com",
    "skype.com",
    "office.com",
];

/// What is on the way, and what speaks for it.
pub fn tls_path(facts: &PathFacts, beside: Circumstances) -> (TlsPath, String) {
    let (path, mut evidence) = by_nearness(by_chain(facts, beside), facts, beside);
    let is_good = matches!(path, TlsPath::Direct | TlsPath::IncompleteChain);
    let path = match (is_good, facts.validity, facts.fits_name) {
        (true, Validity::Expired, _) => TlsPath::Expired,
        (true, Validity::NotYetValid, _) => TlsPath::NotYetValid,
        (true, Validity::Valid, Some(false)) => TlsPath::WrongName,
        _ => path,
    };
    for more in besides(path, facts, beside).into_iter().flatten() {
        evidence.push_str("; ");
        evidence.push_str(more);
    }
    if !beside.is_whole {
        evidence.push_str("; ");
        evidence.push_str(TlsPath::CUT_SHORT);
    }
    (path, bounded(evidence))
}

/// What else is wrong with a certificate whose class does not say it: an authority of one's own lets it run out, too.
fn besides(path: TlsPath, facts: &PathFacts, beside: Circumstances) -> [Option<&'static str>; 2] {
    if !matches!(
        path,
        TlsPath::Inspected | TlsPath::PrivateRoot | TlsPath::SelfSigned | TlsPath::Unknown
    ) {
        return [None; 2];
    }
    let plain = match (facts.validity, beside.verdict) {
        (Validity::Expired, _) => Some("it has expired"),
        (Validity::NotYetValid, _) => Some("it is not valid yet"),
        _ if facts.fits_name == Some(false) => Some("it is for another name"),
        (_, Some(Trust::Expired)) if beside.system_note.is_empty() => {
            Some("a certificate above it has expired")
        }
        (_, Some(Trust::NotYetValid)) if beside.system_note.is_empty() => {
            Some("a certificate above it is not valid yet")
        }
        (_, Some(Trust::Revoked)) => Some("it is revoked"),
        (_, Some(Trust::BadSignature)) => Some("a signature of the chain does not fit"),
        _ => None,
    };
    let is_other = beside.verdict == Some(Trust::Other);
    let why = match refused(facts, beside) {
        "" if is_other && plain.is_none() => {
            Some("this system's verifier does not take it and does not say why")
        }
        why => Some(why).filter(|why| !why.is_empty()),
    };
    [plain, why]
}

/// Why a verifier does not take a chain, where it says so: this system's, else that of the public roots.
fn refused(facts: &PathFacts, beside: Circumstances) -> &'static str {
    // of half a chain nothing is known, and who is trusted here need not be taken elsewhere
    if !beside.is_whole || beside.verdict == Some(Trust::Trusted) {
        ""
    } else if beside.why.is_empty() {
        facts.public_why
    } else {
        beside.why
    }
}

/// Whoever ends TLS nearby with a certificate that is nobody's looks into it, also where the root is not installed
/// here; a good chain stays what it is, as it may be TCP alone that ends nearby.
fn by_nearness(
    (path, evidence): (TlsPath, String),
    facts: &PathFacts,
    beside: Circumstances,
) -> (TlsPath, String) {
    let Some(near) = beside.nearness.filter(|near| near.is_telling()) else {
        return (path, evidence);
    };
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (connect, udp) = (ms(near.connect), ms(near.udp));
    let told = format!("connect {connect:.1} ms, UDP to the same address {udp:.1} ms");
    let is_microsofts = beside.is_microsofts || is_microsofts(&facts.asked);
    let has_known_issuer = facts.issuers.iter().any(is_known_issuer);
    match path {
        TlsPath::Inspected => (path, format!("{evidence}; {told}")),
        TlsPath::Unknown | TlsPath::SelfSigned
            if facts.is_real && is_microsofts && !has_known_issuer =>
        {
            let said = format!("likely: something nearby ends TLS ({told}); {evidence}");
            (TlsPath::Inspected, said)
        }
        _ => (path, evidence),
    }
}

/// The first line that fits.
fn by_chain(facts: &PathFacts, beside: Circumstances) -> (TlsPath, String) {
    let issuer = facts.issuers.first().map_or("nobody", Name::told);
    let is_microsofts = beside.is_microsofts || is_microsofts(&facts.asked);
    let has_known_issuer = facts.issuers.iter().any(is_known_issuer);
    let product = product(&facts.issuers).filter(|_| is_microsofts || is_made_for_the_name(facts));
    let is_trusted_here = beside.system == Some(true);
    match facts.public {
        Reach::Yes if facts.is_real && is_microsofts && !has_known_issuer => {
            let said = format!(
                "leads to a public root, but {}: issued by {issuer}, neither Microsoft nor DigiCert",
                TlsPath::SUSPICIOUS
            );
            return (TlsPath::Direct, said);
        }
        Reach::Yes => return (TlsPath::Direct, "leads to a public root".to_owned()),
        _ => {}
    }
    if let Some(repair) = &facts.repair {
        let missing = &repair.missing;
        return if repair.sent_is_over {
            let said = format!("sent intermediate has expired: {missing}");
            (TlsPath::IncompleteChain, said)
        } else if beside.is_whole {
            (TlsPath::IncompleteChain, format!("not sent: {missing}"))
        } else {
            (TlsPath::Direct, format!("leads to a root with {missing}"))
        };
    }
    match facts.public {
        Reach::Before => {
            let said = "leads to a public root, but a certificate above the server's has expired";
            return (TlsPath::Expired, said.to_owned());
        }
        Reach::Later => {
            let said = "leads to a public root, but one above the server's is not valid yet";
            return (TlsPath::NotYetValid, said.to_owned());
        }
        Reach::Yes | Reach::Never => {}
    }
    if is_trusted_here && is_microsofts && !has_known_issuer {
        let whose = if self::is_microsofts(&facts.asked) {
            "a name"
        } else {
            "an address"
        };
        let said = match product {
            Some(product) => by_product(&product),
            None => format!(
                "likely: {whose} of Microsoft's, but issued by {issuer}, which this system trusts"
            ),
        };
        return (TlsPath::Inspected, noted(said, beside));
    }
    if is_trusted_here && is_microsofts {
        let said = unknown_authority(facts, product.as_ref());
        return (TlsPath::Unknown, noted(said, beside));
    }
    if is_trusted_here {
        let mut said = format!("this system trusts the issuer, {issuer}");
        if let Some(product) = product {
            said = format!("{said}; {}", by_product(&product));
        }
        return (TlsPath::PrivateRoot, noted(said, beside));
    }
    match product {
        Some(product) if !has_known_issuer => return (TlsPath::Inspected, by_product(&product)),
        _ => {}
    }
    if facts.is_own_issuer {
        let mut said = format!("its own issuer, {issuer}");
        if facts.is_real && beside.system.is_none() {
            said.push_str("; whether this system trusts it could not be told");
        }
        return (TlsPath::SelfSigned, said);
    }
    let said = if has_known_issuer {
        unknown_authority(facts, product.as_ref())
    } else if refused(facts, beside).is_empty() {
        format!("no path from the issuer, {issuer}")
    } else {
        format!("no path that is taken from the issuer, {issuer}")
    };
    (TlsPath::Unknown, noted(said, beside))
}

fn by_product(product: &Product<'_>) -> String {
    let sure = match product.sure {
        Sure::Certain => "certain",
        Sure::Likely => "likely",
    };
    format!("{sure}: {} names itself, {}", product.name, product.by)
}

fn noted(mut said: String, beside: Circumstances) -> String {
    if !beside.system_note.is_empty() {
        said = format!("{said}; {}", beside.system_note);
    }
    said
}

/// Whether a certificate was made for the name that was asked for, as who looks into TLS does: the page of a device
/// itself has another name, or is its own issuer, or names the product as its subject.
fn is_made_for_the_name(facts: &PathFacts) -> bool {
    let is_its_own = facts.names.first().is_some_and(|subject| {
        let alone = std::slice::from_ref(subject);
        product(alone).is_some()
    });
    facts.fits_name == Some(true) && !facts.is_own_issuer && !is_its_own
}

/// An authority of Microsoft's or DigiCert's by its name alone.
fn unknown_authority(facts: &PathFacts, product: Option<&Product<'_>>) -> String {
    let known = facts.issuers.iter().find(|name| is_known_issuer(name));
    let authority = known.map_or("nobody", Name::told);
    let unverified = TlsPath::UNVERIFIED;
    let said = format!("names a CA of Microsoft's or DigiCert's {unverified}: {authority}");
    match product {
        Some(product) => format!("{said}; {}", by_product(product)),
        None => said,
    }
}

/// Whether a name is that of an authority of Microsoft's or DigiCert's.
pub fn is_known_issuer(name: &Name) -> bool {
    let lower = |text: &String| text.trim().to_lowercase();
    let mut organizations = name.organizations.iter().map(lower);
    let mut common_names = name.common_names.iter().map(lower);
    organizations.any(|text| ISSUERS.contains(&text.as_str()))
        || common_names.any(|text| AUTHORITIES.iter().any(|begin| text.starts_with(begin)))
}

/// What may be told of an issuer anywhere: the words themselves where they are Microsoft's or DigiCert's, of a product that
/// looks into TLS its name, as its certificates may carry the customer's as well.
pub fn everybodys_issuer(words: &str) -> Option<&str> {
    let value = || vec![words.trim().to_lowercase()];
    let name = Name {
        organizations: value(),
        units: value(),
        common_names: value(),
    };
    if is_known_issuer(&name) {
        return Some(words);
    }
    let found = product(&[name]).map(|product| product.name);
    found.or_else(|| products().find(|known| *known == words))
}

/// Whether a name is one that only Microsoft has.
pub fn is_microsofts(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    DOMAINS.iter().any(|domain| {
        name.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// No longer than evidence may be.
fn bounded(mut text: String) -> String {
    const CUT: &str = "...";
    if text.len() > LONGEST {
        let at = (0..=LONGEST - CUT.len()).rev();
        let at = at.into_iter().find(|at| text.is_char_boundary(*at));
        text.truncate(at.unwrap_or(0));
        text.push_str(CUT);
    }
    text
}

#[cfg(test)]
mod tests;
