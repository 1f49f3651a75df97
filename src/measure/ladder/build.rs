//! From the answers to the result: numbers become names, certificates are read.

use super::finished::{Grade, LadderRelay, LadderWay, Offer, Sent, Version};
use super::runner::Climbed;
use super::script::{
    Alpn, Findings, NameAnswer, NameDoubt, NoAnswer, OddAnswer, ScriptStop, VersionFindings,
};
use super::way::Walked;
use crate::arrange::Arrange as _;
use crate::judge::ladder::{Impostor, VersionFacts, WayFacts, impostor, names, versions};
use crate::judge::severity::Colour;
use crate::net::certificate;
use crate::record::{ProtocolVersion, TurnReply, group_name, micros, millis, suite_name};
use crate::wire::tls_ask::{HelloRefusal, ssl2_suite_name};

/// What is told where an answer may be missing for no other reason than that the relay does not always answer.
const UNTOLD: &str = "could not tell";

/// Extensions that a server's hello shows.
const EXTENDED_MASTER_SECRET: u16 = 23;
const RENEGOTIATION_INFO: u16 = 0xFF01;

/// A relay as it is told.
pub fn relay(climbed: &Climbed, walked: &Walked) -> LadderRelay {
    let findings = &climbed.findings;
    let mut told: Vec<Version> = findings.told.iter().map(version).collect();
    for left in ProtocolVersion::ALL {
        if findings.told(left).is_none() {
            told.push(version(&VersionFindings::new(left)));
        }
    }
    told.arrange_by_key(|version| version.version);
    let (way, judged) = way(climbed, walked);
    LadderRelay {
        address: walked
            .to
            .address
            .map(|address| address.to_string())
            .unwrap_or_default(),
        port: walked.to.port,
        verdict: verdict((&told, findings), (&way, walked), judged),
        versions: told,
        alpn: findings
            .alpn
            .iter()
            .map(|(name, answer)| alpn(name, answer))
            .collect(),
        without_sni: findings.without_name.as_ref().map(name_answer),
        wrong_sni: findings.wrong_name.as_ref().map(name_answer),
        odd_hellos: findings
            .odd
            .iter()
            .map(|(odd, answer)| odd_hello(odd.meaning(), answer))
            .collect(),
        certificates: findings.chain.iter().map(|der| sent(der)).collect(),
        chain_is_whole: findings.chain_is_whole,
        tls_path: walked.path,
        tls_path_evidence: walked.path_evidence.clone(),
        http_reply: walked.http_reply,
        way,
        is_unsteady: findings.is_unsteady,
        stopped: findings.stop.as_ref().map(stopped).unwrap_or_default(),
        connections: climbed.connections + walked.connections,
        took_ms: millis(climbed.took),
    }
}

fn version(told: &VersionFindings) -> Version {
    let own = told.ssl2_suites.iter().map(|suite| ssl2_suite_name(*suite));
    let suites = told
        .suites
        .iter()
        .map(|suite| suite_name(*suite).into_owned());
    Version {
        version: told.version,
        accepted: told.accepted,
        refused_by: told
            .refusal
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        suites: suites.chain(own).collect(),
        suites_are_all: told.suites_are_all,
        order: told.order,
        groups: told
            .groups
            .iter()
            .map(|group| group_name(*group).into_owned())
            .collect(),
        groups_are_all: told.groups_are_all,
        dh_bits: told.dh_bits,
        extended_master_secret: told.has_extension(EXTENDED_MASTER_SECRET),
        secure_renegotiation: told.has_extension(RENEGOTIATION_INFO),
        compression: told.compression,
        resumption: told.resumption,
        ocsp_stapling: told.stapling,
    }
}

fn alpn(name: &'static str, answer: &Alpn) -> Offer {
    let (said, taken) = match answer {
        Alpn::Chosen => ("taken".to_owned(), Some(true)),
        Alpn::Ignored => (
            "not taken, the connection continues without it".to_owned(),
            Some(false),
        ),
        Alpn::Failed(none) => {
            let is_said = matches!(none, NoAnswer::Said(_));
            (no_answer(none), is_said.then_some(false))
        }
    };
    Offer {
        offer: name,
        answer: said,
        taken,
    }
}

fn name_answer(answer: &NameAnswer) -> String {
    match answer {
        NameAnswer::Same => "the same certificate".to_owned(),
        NameAnswer::Other(der) => {
            let other = sent(der);
            format!(
                "another certificate: {}, SHA-256 {}",
                other.subject, other.sha256
            )
        }
        NameAnswer::Failed(none) => no_answer(none),
    }
}

fn no_answer(none: &NoAnswer) -> String {
    match none {
        NoAnswer::Said(why) => format!("refused: {why}"),
        NoAnswer::Unsaid(why) => format!("fails twice: {why}"),
        NoAnswer::Untold => UNTOLD.to_owned(),
    }
}

fn odd_hello(meaning: &'static str, answer: &OddAnswer) -> Offer {
    let (said, taken) = match answer {
        OddAnswer::Works => ("works".to_owned(), Some(true)),
        OddAnswer::Fails(refusal) => (format!("fails: {refusal}"), Some(false)),
        OddAnswer::Unsteady => ("failed once and worked once".to_owned(), None),
        OddAnswer::Untold => (UNTOLD.to_owned(), None),
    };
    Offer {
        offer: meaning,
        answer: said,
        taken,
    }
}

/// A certificate in words.
fn sent(der: &[u8]) -> Sent {
    let read = certificate::read(der).unwrap_or_else(|error| *error.certificate);
    Sent {
        subject: read.subject,
        issuer: read.issuer,
        not_before: read.not_before,
        not_after: read.not_after,
        serial_number: read.serial_number,
        key: read.key,
        signature: read.signature_algorithm,
        sha1: read.thumbprint,
        sha256: read.sha256,
        names: read.sans,
        faults: read.faults,
        der: der.to_vec(),
    }
}

fn stopped(stop: &ScriptStop) -> String {
    match stop {
        ScriptStop::Unreachable(why) => format!("no connection: {why}"),
        ScriptStop::NotTls(what) => format!("the same answer twice, which is not TLS: {what}"),
        ScriptStop::Silence => {
            "not a byte came back after a ClientHello of TLS 1.2, 1.3, 1.1 and 1.0".to_owned()
        }
        ScriptStop::NoMoreAnswers => {
            "a ClientHello that had been answered before was not answered any more".to_owned()
        }
        ScriptStop::Interrupted => "interrupted".to_owned(),
        ScriptStop::Connections(most) => format!("the limit of {most} connections was reached"),
        ScriptStop::Time(most) => format!("the limit of {most} s was reached"),
    }
}

fn way(climbed: &Climbed, walked: &Walked) -> (LadderWay, Option<Impostor>) {
    let refused_by = |by: fn(&HelloRefusal) -> bool| {
        let refusals = climbed
            .findings
            .told
            .iter()
            .filter(|told| told.accepted == Some(false))
            .filter_map(|told| told.refusal.as_ref());
        refusals.filter(|refusal| by(refusal)).count()
    };
    let connect = climbed.connects.iter().min().copied();
    let facts = WayFacts {
        is_microsofts: walked.is_microsofts,
        path: walked.path,
        path_evidence: &walked.path_evidence,
        connect,
        connect_3478: walked.connect_3478,
        turn: walked.turn,
        turn_3478: walked.turn_3478,
        eofs: refused_by(|refusal| *refusal == HelloRefusal::Eof),
        alerts: refused_by(|refusal| matches!(refusal, HelloRefusal::Alert(_))),
    };
    let (judged, evidence) = impostor(&facts);
    let reply = |reply: Option<TurnReply>| {
        reply
            .map(|reply| reply.word().into_owned())
            .unwrap_or_default()
    };
    let way = LadderWay {
        connect_us: connect.map(micros),
        connect_3478_us: walked.connect_3478.map(micros),
        turn_in_the_clear: reply(walked.turn),
        turn_on_3478: reply(walked.turn_3478),
        not_the_relay: match judged {
            Some(Impostor::Certain) => "certain",
            Some(Impostor::Likely) => "likely",
            None => "",
        },
        evidence,
    };
    (way, judged)
}

fn verdict(
    (told, findings): (&[Version], &Findings),
    (way, walked): (&LadderWay, &Walked),
    judged: Option<Impostor>,
) -> Grade {
    let of = |wanted: Option<bool>| {
        let versions = told.iter().filter(|version| version.accepted == wanted);
        versions.map(|version| version.version).collect()
    };
    let refused: Vec<ProtocolVersion> = of(Some(false));
    let facts = VersionFacts {
        accepted: of(Some(true)),
        unknown: of(None),
        refuses: !refused.is_empty(),
    };
    let (colour, text) = versions(&facts);
    let because = |text: String| match &findings.stop {
        Some(stop @ (ScriptStop::Unreachable(_) | ScriptStop::NotTls(_) | ScriptStop::Silence)) => {
            format!("{text}: {}", stopped(stop))
        }
        Some(stop) => format!("{text}; not tested completely: {}", stopped(stop)),
        None => text,
    };
    let mut text = text;
    if let Some(doubt) = &findings.doubt {
        text = format!("{text}; {}", doubted(doubt));
    }
    let gaps = findings
        .told
        .iter()
        .filter(|told| told.refusal == Some(HelloRefusal::Gap));
    let gaps: Vec<_> = gaps.map(|told| told.version).collect();
    if !gaps.is_empty() {
        text = format!(
            "{text}; packets of an answer to {} arrived, and the one before them never did, as where large packets are \
             lost on the path (MTU)",
            names(&gaps)
        );
    }
    let text = because(text);
    let evidence = way.evidence.join("; ");
    match judged {
        None => match walked.path.filter(|path| !path.is_fine()) {
            // whatever versions it has, that is no certificate of a relay's
            Some(path) => Grade {
                colour: Colour::Amber.as_str(),
                text: format!(
                    "{text}; {} its certificate is {}: {}",
                    if colour == Some(Colour::Green) {
                        "but"
                    } else {
                        "and"
                    },
                    path.as_str(),
                    walked.path_evidence
                ),
            },
            None => Grade {
                colour: colour.map_or("", |colour| colour.as_str()),
                text,
            },
        },
        Some(sure) => {
            let accepted = names(&facts.accepted);
            let is = match sure {
                Impostor::Certain => "is",
                Impostor::Likely => "is likely",
            };
            Grade {
                colour: match sure {
                    Impostor::Certain => Colour::Red.as_str(),
                    Impostor::Likely => Colour::Amber.as_str(),
                },
                text: format!(
                    "this {is} not the relay: something on the path inspects TLS ({evidence}); it accepts {accepted}"
                ),
            }
        }
    }
}

fn doubted(doubt: &NameDoubt) -> String {
    let fix = "give the name that it has with --sni";
    match doubt {
        NameDoubt::Unknown(name) => {
            format!(
                "the server says that it does not know the name {name}, which is no answer about a version: {fix}"
            )
        }
        NameDoubt::Perhaps(name) => {
            format!("its alert may be about the name {name} and not about a version: {fix}")
        }
        NameDoubt::Wanted => {
            format!("the server wants a name (SNI), and none was sent, as for an address: {fix}")
        }
        NameDoubt::PerhapsWanted => {
            format!(
                "its alert may mean that it wants a name (SNI), and none was sent, as for an address: {fix}"
            )
        }
    }
}

/// What all relays come to: the worst of them first.
pub fn together(relays: &[LadderRelay], left: usize) -> Grade {
    let rank = |relay: &&LadderRelay| match Colour::of_word(relay.verdict.colour) {
        Some(Colour::Red) => 0,
        Some(Colour::Amber) => 1,
        None => 2,
        Some(Colour::Green) => 3,
    };
    let Some(worst) = relays.iter().min_by_key(rank) else {
        return Grade::default();
    };
    let mut verdict = worst.verdict.clone();
    let same = relays
        .iter()
        .filter(|relay| relay.verdict == worst.verdict)
        .count();
    if relays.len() > 1 {
        verdict.text = if same == relays.len() {
            format!("all {same} relays: {}", verdict.text)
        } else if same > 1 {
            format!(
                "{same} of {} relays, {} first: {}",
                relays.len(),
                worst.address,
                verdict.text
            )
        } else {
            format!(
                "{}, the worst of {} relays: {}",
                worst.address,
                relays.len(),
                verdict.text
            )
        };
    }
    if left > 0 {
        verdict.text = format!("{}; {left} more were not tested", verdict.text);
    }
    verdict
}
