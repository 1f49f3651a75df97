//! What is asked once for all versions: compression, resumption, application protocols, other names, and forms of
//! ClientHello that devices on the path are known to drop.

use super::findings::{Alpn, Findings, NameAnswer, OddAnswer, OddHello};
use super::reading::{Pause, ScriptReading, hello, sends_names, usual_groups};
use super::step::{HandshakeStep, WRONG_NAME, Whole};
use crate::record::ProtocolVersion::{self, Tls12, Tls13};
use crate::wire::tls_ask::{GROUPS_13, Hello, HelloReply, HelloShape, SUITES_13, usual_suites};

/// Application protocols that are asked for: the relay's (RFC 7443) and the one of every web server.
const PROTOCOLS: [&str; 2] = ["stun.turn", "http/1.1"];

/// The group whose key alone is longer than most segments.
const LONG: u16 = 4588;

/// Suites that the server has in the version, for a hello that asks for something else.
fn known(findings: &Findings, version: ProtocolVersion) -> Vec<u16> {
    let told = findings.told(version);
    told.map(|told| told.suites.clone()).unwrap_or_default()
}

/// Asks for compression.
pub(super) fn compression(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<(), Pause> {
    let ask = Hello {
        deflate: true,
        ..hello(
            reading,
            version,
            &known(findings, version),
            usual_groups(version),
        )
    };
    let about = || format!("{}: compression", version.as_str());
    if let HelloReply::Chosen(chosen) = reading.hello(findings, about, &ask)?
        && let Some(told) = findings.told_mut(version)
    {
        told.compression = chosen.flight.compression.map(|method| method != 0);
    }
    Ok(())
}

/// Tries to go on with a session: two whole handshakes.
pub(super) fn resumption(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<(), Pause> {
    let handshake = whole(reading, version, &[]);
    let about = || format!("{}: a whole handshake", version.as_str());
    let Ok(first) = reading.handshake(findings, about, &handshake)? else {
        return Ok(());
    };
    take_certificates(findings, version, first);
    let about = || format!("{}: does the session resume?", version.as_str());
    let second = reading.handshake(findings, about, &handshake)?;
    if let (Ok(second), Some(told)) = (second, findings.told_mut(version)) {
        told.resumption = Some(second.resumed);
    }
    Ok(())
}

/// What TLS 1.3 hides from who does not end the handshake.
fn take_certificates(findings: &mut Findings, version: ProtocolVersion, whole: &Whole) {
    if findings.chain.is_empty() {
        findings.chain.clone_from(&whole.chain);
        findings.chain_is_whole = !whole.chain.is_empty();
    }
    if version == Tls13
        && let Some(told) = findings.told_mut(version)
    {
        told.stapling = Some(whole.stapled);
    }
}

fn whole(reading: &ScriptReading<'_>, version: ProtocolVersion, alpn: &[&str]) -> HandshakeStep {
    HandshakeStep {
        version,
        alpn: alpn.iter().map(|name| (*name).to_owned()).collect(),
        server_name: reading.server_name.map(str::to_owned),
    }
}

/// Asks for each application protocol by itself.
pub(super) fn alpn(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    clear: Option<ProtocolVersion>,
) -> Result<(), Pause> {
    for protocol in PROTOCOLS {
        let about = || format!("ALPN {protocol}");
        let of = |chosen: Option<&str>| {
            if chosen == Some(protocol) {
                Alpn::Chosen
            } else {
                Alpn::Ignored
            }
        };
        let found = if let Some(version) = clear {
            let ask = Hello {
                alpn: vec![protocol.to_owned()],
                ..hello(
                    reading,
                    version,
                    &known(findings, version),
                    usual_groups(version),
                )
            };
            match reading.hello(findings, about, &ask)? {
                HelloReply::Chosen(chosen) => of(chosen.flight.alpn.as_deref()),
                HelloReply::Refused(refusal) => Alpn::Failed(refusal.into()),
            }
        } else if findings.accepted().contains(&Tls13) {
            let ask = whole(reading, Tls13, &[protocol]);
            match reading.handshake(findings, about, &ask)? {
                Ok(whole) => of(whole.alpn.as_deref()),
                Err(none) => Alpn::Failed(none.into()),
            }
        } else {
            return Ok(());
        };
        findings.alpn.push((protocol, found));
    }
    Ok(())
}

/// Asks without a name and with one that no server has.
pub(super) fn names(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    clear: Option<ProtocolVersion>,
) -> Result<(), Pause> {
    // one that goes by its address was asked without a name all along
    if reading.server_name.is_some() {
        let about = "without a name (SNI)";
        findings.without_name = name(reading, findings, (clear, None), about)?;
    }
    let about = "with a wrong name (SNI)";
    findings.wrong_name = name(reading, findings, (clear, Some(WRONG_NAME)), about)?;
    Ok(())
}

fn name(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    (clear, server_name): (Option<ProtocolVersion>, Option<&str>),
    about: &str,
) -> Result<Option<NameAnswer>, Pause> {
    let about = || about.to_owned();
    let against = findings.chain.first().cloned();
    let compared = |certificate: Option<&Vec<u8>>| {
        let certificate = certificate?;
        Some(if Some(certificate) == against.as_ref() {
            NameAnswer::Same
        } else {
            NameAnswer::Other(certificate.clone())
        })
    };
    if let Some(version) = clear.filter(|version| sends_names(*version)) {
        // the very hello whose answer showed the certificate, but for the name
        let mut ask = hello(reading, version, usual_suites(), usual_groups(version));
        ask.server_name = server_name.map(str::to_owned);
        return Ok(match reading.hello(findings, about, &ask)? {
            HelloReply::Chosen(chosen) => compared(chosen.flight.certificates.first()),
            HelloReply::Refused(refusal) => Some(NameAnswer::Failed(refusal.into())),
        });
    }
    if !findings.accepted().contains(&Tls13) {
        return Ok(None);
    }
    let ask = HandshakeStep {
        server_name: server_name.map(str::to_owned),
        ..whole(reading, Tls13, &[])
    };
    Ok(match reading.handshake(findings, about, &ask)? {
        Ok(whole) => compared(whole.chain.first()),
        Err(none) => Some(NameAnswer::Failed(none.into())),
    })
}

/// Asks in forms that are right and that devices on the way are known to drop. One that fails is asked for again,
/// after the plain one: only what fails twice, while that works, counts.
pub(super) fn middleboxes(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
) -> Result<(), Pause> {
    let accepted = findings.accepted();
    let Some(highest) = accepted
        .first()
        .copied()
        .filter(|version| *version >= Tls12)
    else {
        return Ok(());
    };
    let mut plain = hello(
        reading,
        Tls13,
        &[SUITES_13, usual_suites()].concat(),
        GROUPS_13,
    );
    plain.versions = vec![Tls13, Tls12];
    plain.shares = vec![29];
    let about = || format!("{} or lower: a plain ClientHello", Tls13.as_str());
    let works = matches!(reading.hello(findings, about, &plain)?, HelloReply::Chosen(chosen) if chosen.version <= highest);
    if !works {
        return Ok(());
    }
    for odd in [OddHello::Long, OddHello::Split, OddHello::Grease] {
        let mut ask = plain.clone();
        match odd {
            OddHello::Long => ask.shares = vec![LONG, 29],
            OddHello::Split => ask.shape = HelloShape::Split,
            OddHello::Grease => ask.shape = HelloShape::Grease,
        }
        let about = || odd.meaning().to_owned();
        let answer = match reading.hello_once(findings, about, &ask)? {
            HelloReply::Chosen(_) => OddAnswer::Works,
            HelloReply::Refused(refusal) => {
                let again = || "a plain ClientHello again".to_owned();
                let plain_works = matches!(
                    reading.hello_once(findings, again, &plain)?,
                    HelloReply::Chosen(_)
                );
                findings.is_unsteady |= !plain_works;
                let second = reading.hello_once(findings, about, &ask)?;
                match (second, plain_works) {
                    (HelloReply::Refused(_), true) => OddAnswer::Fails(refusal.clone()),
                    (HelloReply::Refused(_), false) => OddAnswer::Untold,
                    (HelloReply::Chosen(_), _) => OddAnswer::Unsteady,
                }
            }
        };
        findings.odd.push((odd, answer));
    }
    Ok(())
}

impl OddHello {
    /// What is odd about it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Long => "a ClientHello over two segments, as with a post-quantum key",
            Self::Split => "a ClientHello in two records",
            Self::Grease => "a ClientHello with unknown values (GREASE)",
        }
    }
}
