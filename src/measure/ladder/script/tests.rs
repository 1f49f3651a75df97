//! The text against servers that are a few lines each.

mod server;

use super::*;
use crate::record::Order;
use crate::record::ProtocolVersion::{Ssl2, Ssl3, Tls10, Tls11, Tls12, Tls13};
use crate::wire::tls_ask::{HelloRefusal, HelloReply, HelloShape};
use crate::wire::tls_hello::FirstBytes;
use OddAnswer::{Fails, Unsteady, Works};
use server::Server;

const GCM_256: u16 = 0xC030;
const GCM_128: u16 = 0xC02F;
const CBC: u16 = 0xC014;
const PLAIN_RSA: u16 = 0x002F;
const ECDSA: u16 = 0xC02B;
/// `TLS_DH_anon_WITH_AES_128_CBC_SHA`, which is among the rare ones.
const ANON: u16 = 0x0034;

/// All questions with what was found.
fn climb(answer: impl FnMut(&Step, &[Step]) -> StepAnswer) -> (Findings, Vec<Step>) {
    climb_as(Some("relay.example"), answer)
}

/// The same of a relay that goes by this name, or by none.
fn climb_as(
    name: Option<&str>,
    mut answer: impl FnMut(&Step, &[Step]) -> StepAnswer,
) -> (Findings, Vec<Step>) {
    let mut script = Script::new(name.map(str::to_owned));
    let (mut steps, mut next) = (Vec::new(), script.next(None));
    while let Some(asked) = next {
        assert!(!asked.about.is_empty());
        let answer = answer(&asked.step, &steps);
        steps.push(asked.step);
        assert!(steps.len() < 400, "there is no end");
        next = script.next(Some(answer));
    }
    (script.into_findings(), steps)
}

fn of(server: &Server) -> (Findings, usize) {
    let (findings, steps) = climb(|step, before| server.answer(step, before));
    (findings, steps.len())
}

#[test]
fn a_relay_of_tls_1_2_alone_is_known_after_some_forty_questions() {
    let server = Server::new(&[(Tls12, &[GCM_256, GCM_128, CBC, PLAIN_RSA])]);
    let (findings, questions) = of(&server);
    let accepted: Vec<_> = findings
        .told
        .iter()
        .map(|told| (told.version, told.accepted))
        .collect();
    let no = |version| (version, Some(false));
    assert_eq!(
        accepted,
        [
            (Tls12, Some(true)),
            no(Tls13),
            no(Tls11),
            no(Tls10),
            no(Ssl3),
            no(Ssl2)
        ]
    );
    let told = findings.told(Tls12).unwrap();
    assert_eq!(told.suites, [GCM_256, GCM_128, CBC, PLAIN_RSA]);
    assert_eq!(
        (told.suites_are_all, told.order),
        (true, Some(Order::Server))
    );
    assert_eq!(
        (told.groups.as_slice(), told.groups_are_all),
        (&[29, 23][..], true)
    );
    assert_eq!(
        (told.resumption, told.compression, told.stapling),
        (Some(true), Some(false), Some(false))
    );
    assert_eq!(
        (told.has_extension(0xFF01), told.has_extension(23)),
        (Some(true), Some(false))
    );
    assert_eq!(findings.chain, [b"own".to_vec()]);
    assert_eq!(findings.without_name, Some(NameAnswer::Same));
    assert!(
        findings
            .odd
            .iter()
            .all(|(_, answer)| *answer == OddAnswer::Works)
            && findings.odd.len() == 3
    );
    assert_eq!(findings.stop, None);
    assert!(questions < 45, "{questions}");
}

#[test]
fn whose_order_counts_is_told_by_a_list_that_is_turned_round() {
    let mut server = Server::new(&[
        (Tls12, &[PLAIN_RSA, GCM_128, GCM_256]),
        (Tls13, &[0x1301, 0x1302]),
    ]);
    let (findings, _) = of(&server);
    for version in [Tls12, Tls13] {
        assert_eq!(findings.told(version).unwrap().order, Some(Order::Server));
    }
    assert_eq!(
        findings.told(Tls12).unwrap().suites,
        [PLAIN_RSA, GCM_128, GCM_256]
    );
    server.order = Order::Client;
    let (findings, _) = of(&server);
    for version in [Tls12, Tls13] {
        assert_eq!(findings.told(version).unwrap().order, Some(Order::Client));
    }
    // a single suite has no order
    let one = Server::new(&[(Tls12, &[GCM_128])]);
    assert_eq!(of(&one).0.told(Tls12).unwrap().order, None);
}

// the usual ones and the others are asked for apart, which hides the order between them
#[test]
fn the_order_of_a_server_with_rare_suites_is_its_own() {
    let own = [ANON, GCM_128, 0x001B, PLAIN_RSA];
    let (findings, _) = of(&Server::new(&[(Tls12, &own)]));
    assert_eq!(findings.told(Tls12).unwrap().suites, own);
}

#[test]
fn a_server_that_has_rare_suites_only_is_accepted() {
    let mut server = Server::new(&[(Tls12, &[ANON])]);
    server.refusal = |_| HelloRefusal::Alert(40);
    let (findings, _) = of(&server);
    assert_eq!(findings.told(Tls12).unwrap().suites, [ANON]);
    assert_eq!(
        findings.told(Tls11).unwrap().refusal,
        Some(HelloRefusal::Alert(40))
    );
}

#[test]
fn ssl_3_has_no_groups_and_is_no_endless_question() {
    let (findings, _) = of(&Server::new(&[
        (Ssl3, &[CBC, PLAIN_RSA]),
        (Tls12, &[GCM_128]),
    ]));
    let told = findings.told(Ssl3).unwrap();
    assert_eq!(
        (told.accepted, told.suites.as_slice()),
        (Some(true), &[CBC, PLAIN_RSA][..])
    );
    assert_eq!(told.has_extension(23), None);
}

#[test]
fn the_curve_of_a_certificate_hides_no_other_group() {
    let mut server = Server::new(&[(Tls12, &[ECDSA])]);
    // its own curve last: behind it no other would ever be chosen
    (server.groups, server.curve) = (vec![29, 24, 23], Some(23));
    let (findings, _) = of(&server);
    let told = findings.told(Tls12).unwrap();
    assert_eq!(
        (told.groups.as_slice(), told.groups_are_all),
        (&[29, 24, 23][..], true)
    );
}

#[test]
fn tls_1_3_is_found_also_where_a_key_must_be_in_the_first_hello() {
    let mut server = Server::new(&[(Tls13, &[0x1302, 0x1301])]);
    server.wants_share = true;
    let (findings, _) = of(&server);
    let told = findings.told(Tls13).unwrap();
    assert_eq!(
        (told.accepted, told.suites.as_slice()),
        (Some(true), &[0x1302, 0x1301][..])
    );
    // what TLS 1.3 hides comes from whole handshakes
    assert_eq!((told.stapling, told.resumption), (Some(true), Some(true)));
    assert_eq!(findings.chain, [b"own".to_vec()]);
    assert_eq!(
        findings.alpn,
        [("stun.turn", Alpn::Ignored), ("http/1.1", Alpn::Ignored)]
    );
}

#[test]
fn another_certificate_for_another_name_is_told() {
    let mut server = Server::new(&[(Tls12, &[GCM_128])]);
    server.other_for = vec![None];
    let (findings, _) = of(&server);
    assert_eq!(
        findings.without_name,
        Some(NameAnswer::Other(b"other".to_vec()))
    );
    assert_eq!(findings.wrong_name, Some(NameAnswer::Same));
    let mut hidden = Server::new(&[(Tls13, &[0x1301])]);
    hidden.other_for = vec![Some(WRONG_NAME)];
    let (findings, _) = of(&hidden);
    assert_eq!(findings.without_name, Some(NameAnswer::Same));
    assert_eq!(
        findings.wrong_name,
        Some(NameAnswer::Other(b"other".to_vec()))
    );
}

#[test]
fn an_odd_hello_counts_only_if_it_fails_twice_while_the_plain_one_works() {
    let mut server = Server::new(&[(Tls12, &[GCM_128])]);
    server.stumbles = |hello| hello.shape == HelloShape::Split;
    let answers = |findings: Findings| {
        findings
            .odd
            .into_iter()
            .map(|(_, answer)| answer)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        answers(of(&server).0),
        [Works, Fails(HelloRefusal::Silence), Works]
    );
    // once only
    let mut times = 0;
    let (findings, _) = climb(|step, before| {
        let is_long = matches!(step, Step::Hello(hello) if hello.shares.len() == 2);
        times += u32::from(is_long);
        match times {
            1 if is_long => StepAnswer::Reply(HelloReply::Refused(HelloRefusal::Reset)),
            _ => Server::new(&[(Tls12, &[GCM_128])]).answer(step, before),
        }
    });
    assert_eq!(answers(findings), [Unsteady, Works, Works]);
    // where the plain one fails nothing is told
    server.stumbles = |hello| hello.versions.len() > 1;
    assert_eq!(answers(of(&server).0), []);
}

#[test]
fn silence_tells_nothing_unless_as_large_an_answer_came() {
    let mut server = Server::new(&[(Tls12, &[GCM_128])]);
    server.refusal = |_| HelloRefusal::Silence;
    let with = |certificates: Vec<Vec<u8>>| {
        let server = &server;
        climb(move |step, before| match server.answer(step, before) {
            StepAnswer::Reply(HelloReply::Chosen(mut chosen)) => {
                chosen.flight.certificates.clone_from(&certificates);
                StepAnswer::Reply(HelloReply::Chosen(chosen))
            }
            answer => answer,
        })
        .0
    };
    // those of another version are as large, whatever they are
    for size in [800, 2000] {
        let findings = with(vec![vec![0; size]]);
        assert_eq!(findings.told(Tls10).unwrap().accepted, Some(false));
    }
    server.versions.clear();
    let (findings, questions) = of(&server);
    assert_eq!((findings.stop, questions), (Some(ScriptStop::Silence), 4));
    assert!(findings.told.iter().all(|told| told.accepted.is_none()));
    // closed or reset by whoever, at every version
    for refusal in [(|_| HelloRefusal::Eof) as fn(_) -> _, |_| {
        HelloRefusal::Reset
    }] {
        server.refusal = refusal;
        assert!(
            of(&server)
                .0
                .told
                .iter()
                .all(|told| told.accepted.is_none())
        );
    }
}

#[test]
fn it_stops_early_where_nothing_is_to_be_found() {
    let http = || FirstBytes::Http("HTTP/1.1 400 Bad Request".to_owned());
    let (findings, steps) =
        climb(|_, _| StepAnswer::Reply(HelloReply::Refused(HelloRefusal::NotTls(http()))));
    assert_eq!(
        (findings.stop, steps.len()),
        (Some(ScriptStop::NotTls(http().to_string())), 2)
    );
    let (findings, steps) = climb(|_, _| StepAnswer::Unreachable("connect-refused".to_owned()));
    assert_eq!(
        (findings.stop, steps.len()),
        (
            Some(ScriptStop::Unreachable("connect-refused".to_owned())),
            1
        )
    );
    // in the middle: what is known stays known
    let server = Server::new(&[(Tls12, &[GCM_256, GCM_128, CBC])]);
    let (findings, steps) = climb(|step, before| match before.len() {
        8.. => StepAnswer::Unreachable("connect-timeout".to_owned()),
        _ => server.answer(step, before),
    });
    assert_eq!(steps.len(), 9);
    let told = findings.told(Tls12).unwrap();
    assert!(told.suites.len() >= 2 && !told.suites_are_all);
}

#[test]
fn a_list_that_ends_in_a_reset_is_not_called_whole() {
    let server = Server::new(&[(Tls12, &[GCM_256, GCM_128])]);
    let (findings, _) = climb(|step, before| match server.answer(step, before) {
        StepAnswer::Reply(HelloReply::Refused(_)) if before.len() > 6 => {
            StepAnswer::Reply(HelloReply::Refused(HelloRefusal::Reset))
        }
        answer => answer,
    });
    let told = findings.told(Tls12).unwrap();
    assert_eq!(
        (told.suites.as_slice(), told.suites_are_all),
        (&[GCM_256, GCM_128][..], false)
    );
}

fn refused(refusal: HelloRefusal) -> StepAnswer {
    StepAnswer::Reply(HelloReply::Refused(refusal))
}

/// What is told of each version, in the order of asking.
fn accepted(findings: &Findings) -> Vec<Option<bool>> {
    findings.told.iter().map(|told| told.accepted).collect()
}

// an MTU hole: the alerts to other versions are small and pass, the certificates do not
#[test]
fn a_large_answer_that_is_lost_is_no_refusal() {
    let server = Server::new(&[(Tls12, &[GCM_256, GCM_128])]);
    for lost in [HelloRefusal::Silence, HelloRefusal::Gap] {
        let (findings, _) = climb(|step, before| match server.answer(step, before) {
            StepAnswer::Reply(HelloReply::Chosen(_)) => refused(lost.clone()),
            answer => answer,
        });
        let no = Some(false);
        assert_eq!(accepted(&findings), [None, no, no, no, no, no]);
        assert_eq!(findings.told(Tls12).unwrap().refusal, Some(lost));
    }
}

// the truth: four suites in TLS 1.2, two groups, no application protocol, any name
#[test]
fn a_server_that_stops_answering_is_not_told_to_refuse_what_comes_then() {
    let server = Server::new(&[(Tls12, &[GCM_256, GCM_128, CBC, PLAIN_RSA])]);
    let all = of(&server).1;
    for end in [
        HelloRefusal::Silence,
        HelloRefusal::Reset,
        HelloRefusal::Eof,
    ] {
        for after in 1..all {
            let (findings, steps) = climb(|step, before| {
                if before.len() < after {
                    server.answer(step, before)
                } else {
                    refused(end.clone())
                }
            });
            // the version whose answer was the last, and every other one, are what they are or untold
            let truth = [true, false, false, false, false, false];
            for (told, truth) in accepted(&findings).into_iter().zip(truth) {
                assert!(told.is_none_or(|told| told == truth), "{end} after {after}");
            }
            let told = findings.told(Tls12).unwrap();
            assert!(
                !told.suites_are_all || told.suites.len() == 4,
                "{end} after {after}"
            );
            assert!(
                !told.groups_are_all || told.groups.len() == 2,
                "{end} after {after}"
            );
            let is_fair =
                |answer: &Alpn| matches!(answer, Alpn::Ignored | Alpn::Failed(NoAnswer::Untold));
            assert!(findings.alpn.iter().all(|(_, answer)| is_fair(answer)));
            for name in [findings.without_name, findings.wrong_name] {
                assert!(matches!(
                    name,
                    None | Some(NameAnswer::Same | NameAnswer::Failed(NoAnswer::Untold))
                ));
            }
            let is_fair = |answer: &OddAnswer| !matches!(answer, Fails(_));
            assert!(findings.odd.iter().all(|(_, answer)| is_fair(answer)));
            // a few questions are left between the first one without an answer and the second plain one
            assert!(steps.len() <= after + 12, "{} of {after}", steps.len());
        }
    }
}

#[test]
fn a_server_that_resets_now_and_then_is_told_as_it_is() {
    let server = Server::new(&[(Tls12, &[GCM_256, GCM_128, CBC, PLAIN_RSA])]);
    for every in [3, 4, 5] {
        let (findings, _) = climb(|step, before| match before.len() % every {
            1 => refused(HelloRefusal::Reset),
            _ => server.answer(step, before),
        });
        let truth = [true, false, false, false, false, false];
        for (told, truth) in accepted(&findings).into_iter().zip(truth) {
            assert!(told.is_none_or(|told| told == truth), "every {every}");
        }
        let told = findings.told(Tls12).unwrap();
        assert!(
            !told.suites_are_all || told.suites.len() == 4,
            "every {every}"
        );
        assert!(findings.is_unsteady, "every {every}");
        assert!(!matches!(
            findings.without_name,
            Some(NameAnswer::Failed(NoAnswer::Unsaid(_)))
        ));
    }
}

#[test]
fn a_closed_connection_counts_twice_while_a_plain_hello_works() {
    let mut server = Server::new(&[(Tls12, &[GCM_128])]);
    server.refusal = |_| HelloRefusal::Eof;
    let (findings, _) = of(&server);
    let no = Some(false);
    assert_eq!(accepted(&findings), [Some(true), no, no, no, no, no]);
    assert!(!findings.is_unsteady && findings.stop.is_none());
}

#[test]
fn an_alert_about_the_name_is_no_refusal_of_a_version() {
    let said = |name, alert: u8| climb_as(name, |_, _| refused(HelloRefusal::Alert(alert))).0;
    let name = Some("relay.example");
    let owned = "relay.example".to_owned();
    for (name, alert, doubt) in [
        (name, 112, NameDoubt::Unknown(owned.clone())),
        (name, 80, NameDoubt::Perhaps(owned)),
        (None, 112, NameDoubt::Wanted),
        (None, 80, NameDoubt::PerhapsWanted),
        (None, 40, NameDoubt::PerhapsWanted),
    ] {
        let findings = said(name, alert);
        assert_eq!(accepted(&findings), [None; 6], "{alert}");
        assert_eq!(findings.doubt, Some(doubt));
    }
    // with the name, nothing in common is nothing in common; and a version that is none is none
    for (name, alert) in [(name, 40), (name, 70), (None, 70)] {
        let findings = said(name, alert);
        assert_eq!(accepted(&findings), [Some(false); 6], "{alert}");
        assert_eq!(findings.doubt, None);
    }
    // where a version is accepted the name is known
    let mut server = Server::new(&[(Tls12, &[GCM_128])]);
    server.refusal = |_| HelloRefusal::Alert(80);
    let findings = of(&server).0;
    assert_eq!(accepted(&findings)[1..], [Some(false); 5]);
    assert_eq!(findings.doubt, None);
}
