//! Layer 3: the proxy.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{Facts, ProxyConnect, ProxyFacts};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::view;
use crate::judge::severity::Severity::{Fail, Warn};

/// The proxy and the status of its answer.
fn answered(facts: &Facts) -> Option<(&ProxyFacts, u16)> {
    let proxy = facts.machine.proxy.known()?.as_ref()?;
    match facts.web.connect.known()? {
        ProxyConnect::Status(status) => Some((proxy, *status)),
        ProxyConnect::Unreachable | ProxyConnect::NoAnswer => None,
    }
}

/// What no longer matters where port 443 is reached by the proxy alone.
const DIRECT: [Code; 5] = [
    Code::Tcp443Silent,
    Code::Tcp443Refused,
    Code::ControlSilent,
    Code::RelayOneSilent,
    Code::RegionSilent,
];

fn told(finding: Finding, proxy: &ProxyFacts, status: u16) -> Finding {
    finding.with("proxy", &proxy.place, "machine.proxy").with(
        "status",
        Datum::Number(status.into()),
        "web.connect",
    )
}

pub const NEEDED: Rule = Rule {
    code: Code::ProxyNeeded,
    layer: 3,
    condition: "no relay can be connected to directly on TCP 443, and the proxy answers CONNECT with 200",
    why: "media through a proxy arrives late; a proxy that answers 200 may show a page of its own instead of a relay, so that answer alone does not prove that the relay is there",
    grade: "fail, firewall, possible",
    check: |facts| {
        let (proxy, status) = answered(facts)?;
        (view::is_tcp_open(facts) == Some(false) && (200..300).contains(&status)).then(|| {
            let finding = Finding::new(Code::ProxyNeeded, Fail, Party::Firewall, Possible);
            told(finding, proxy, status)
        })
    },
    explains: |_| DIRECT.to_vec(),
};

pub const FORBIDS: Rule = Rule {
    code: Code::ProxyForbids,
    layer: 3,
    condition: "the proxy answers CONNECT with an error (403, 407, 502, 504 or another status from 400)",
    why: "the proxy's answer says who refuses; if the direct path works, it is only worth a look; that the direct path is closed is a fault of its own, as media needs it",
    grade: "fail (warn if the direct path works), proxy, certain",
    check: |facts| {
        let (proxy, status) = answered(facts)?;
        let severity = if view::is_tcp_open(facts) == Some(true) {
            Warn
        } else {
            Fail
        };
        (400..600).contains(&status).then(|| {
            let finding = Finding::new(Code::ProxyForbids, severity, Party::Proxy, Certain);
            told(finding, proxy, status).with("name", &facts.about.target, "about.target")
        })
    },
    explains: nothing,
};

pub const SILENT: Rule = Rule {
    code: Code::ProxySilent,
    layer: 3,
    condition: "a proxy is configured and cannot be connected to, or does not answer CONNECT (not with --quick, which does not wait long enough for that); no relay can be connected to directly on TCP 443, and something else on the internet answers",
    why: "if the direct path works, nobody needs the proxy; that the direct path is closed is a fault of its own, as media needs it",
    grade: "fail, proxy, likely",
    check: |facts| {
        let proxy = facts.machine.proxy.known()?.as_ref()?;
        let how = match facts.web.connect.known()? {
            ProxyConnect::Unreachable => "unreachable",
            // a proxy answers once it has reached the relay, or has given up
            ProxyConnect::NoAnswer if facts.about.quick => return None,
            ProxyConnect::NoAnswer => "no-answer",
            ProxyConnect::Status(_) => return None,
        };
        let is_alone = view::is_tcp_open(facts) == Some(false);
        (is_alone && view::is_anything_out_there(facts)).then(|| {
            Finding::new(Code::ProxySilent, Fail, Party::Proxy, Likely)
                .with("proxy", &proxy.place, "machine.proxy")
                .with("how", how, "web.connect")
        })
    },
    explains: nothing,
};

pub const UNUSED: Rule = Rule {
    code: Code::ProxyUnused,
    layer: 3,
    condition: "a relay can be connected to directly, and the proxy answers CONNECT with 200",
    why: "a proxy that is configured is not necessarily used",
    grade: "note",
    check: |facts| {
        let (proxy, status) = answered(facts)?;
        (view::is_tcp_open(facts) == Some(true) && (200..300).contains(&status))
            .then(|| told(Finding::note(Code::ProxyUnused, Certain), proxy, status))
    },
    explains: nothing,
};
