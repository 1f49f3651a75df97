//! What a reader, a monitor and a program get of whole situations.

use std::collections::BTreeSet;

use super::{document, line, manual, prtg_json, sentence, told, words};
use crate::doc::{Room, markdown, page, terminal, width};
use crate::judge::diagnose::facts::{Fact, RouterPacket};
use crate::judge::diagnose::tests::overlay::{Scenario, facts, scenarios};
use crate::judge::diagnose::{Code, Confidence, Facts, diagnose};
use crate::zone::Zone;

fn named(name: &str) -> Scenario {
    let mut all = scenarios().into_iter();
    all.find(|one| one.name == name).unwrap()
}

fn of(name: &str) -> Facts {
    facts(&[&named(name)])
}

fn shown(facts: &Facts) -> String {
    let document = document(facts, &diagnose(facts), Zone::Utc);
    let room = Room {
        columns: 80,
        rows: None,
        hint: "",
        marks: false,
    };
    plain(&terminal(&document, &room))
}

fn kept(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../../../../tests/data/snapshots", prepend_module_to_snapshot => false,
        omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// Without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        out + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[test]
fn every_code_has_its_sentences_and_every_value_in_them_is_there() {
    for code in Code::ALL {
        let words = words::words(code);
        assert!(words.said.ends_with('.'), "{}", code.as_str());
        assert!(
            words.next.ends_with('.') || words.next.ends_with('`'),
            "{}",
            code.as_str()
        );
    }
    for scenario in scenarios() {
        for finding in &diagnose(&facts(&[&scenario])).findings {
            for text in [words::said(finding), words::next(finding)] {
                let is_missing =
                    |word: &str| word.trim_matches(|c: char| ",.;:()".contains(c)) == "-";
                let is_whole = !text.split(' ').any(is_missing) && !text.contains(['{', '[', ']']);
                assert!(is_whole, "{}: {text}", scenario.name);
            }
        }
    }
}

#[test]
fn whatever_is_only_possible_says_what_would_settle_it() {
    for scenario in scenarios() {
        for finding in diagnose(&facts(&[&scenario])).findings {
            let settle = words::words(finding.code).settle;
            let is_open = finding.confidence == Confidence::Possible;
            assert!(
                !is_open || !settle.is_empty(),
                "{}: {}",
                scenario.name,
                finding.code.as_str()
            );
        }
    }
}

#[test]
fn a_terminal_of_80_columns_shows_every_situation_without_longer_lines() {
    for scenario in scenarios() {
        let text = shown(&facts(&[&scenario]));
        for line in text.lines() {
            assert!(width(line) <= 80, "{}: {line}", scenario.name);
        }
    }
}

#[test]
fn the_verdict_comes_first_then_what_follows_then_what_was_looked_at() {
    kept("diagnose-fault", &shown(&of("the internet is down")));
}

/// A hardware address in a table is no answer; a round trip to the router is.
#[test]
fn the_router_answers_only_where_it_did() {
    for (name, expected) in [
        (
            "a table of neighbours that knows the router, which answers nothing, and nothing answers",
            "Neither the relays nor teams.microsoft.com answer on TCP 443, and nothing else beyond the router answers.",
        ),
        (
            "a table of neighbours that does not know the router, and nothing answers",
            "Neither the relays nor teams.microsoft.com answer on TCP 443, and nothing else beyond the router answers.",
        ),
        (
            "the internet is down",
            "Neither the relays nor teams.microsoft.com answer on TCP 443, while the router 192.168.1.1 answers, and nothing else beyond the router answers.",
        ),
        (
            "all of TCP 443 is closed, UDP is not",
            "Neither the relays nor teams.microsoft.com answer on TCP 443, while the router 192.168.1.1 answers, and something else beyond the router does.",
        ),
    ] {
        let diagnosis = diagnose(&of(name));
        let finding = diagnosis.finding(Code::ControlSilent).unwrap();
        assert_eq!(words::said(finding), expected, "{name}");
    }
}

/// What a finding of a situation says and advises.
fn told_of(name: &str, code: Code) -> (String, String) {
    let diagnosis = diagnose(&of(name));
    let finding = diagnosis.finding(code).unwrap();
    (words::said(finding), words::next(finding))
}

#[test]
fn a_name_server_that_this_system_does_not_reach_is_not_told_to_be_repaired() {
    for (name, said, next) in [
        (
            "a firewall on this machine forbids one name server",
            "The name server 192.168.1.54:53 cannot be reached (1 query): this system refuses to send to it, as a firewall on this machine does.",
            "For 192.168.1.54:53, allow UDP and TCP 53 to it in this machine's firewall, or remove it from this machine's list of name servers.",
        ),
        (
            "there is no path to one name server",
            "The name server 192.0.2.53:53 cannot be reached (1 query): there is no path to its address.",
            "For 192.0.2.53:53, check the routes to it, or remove it from this machine's list of name servers.",
        ),
        (
            "one name server is dead",
            "The name server 192.168.1.54:53 does not answer (2 queries), and lookups that start with it wait 5 s.",
            "For 192.168.1.54:53, repair it, or remove it from this machine's list of name servers.",
        ),
    ] {
        assert_eq!(
            told_of(name, Code::DnsServerDown),
            (said.to_owned(), next.to_owned()),
            "{name}"
        );
    }
    let (said, _) = told_of(
        "one name server is forbidden by this machine, and the port of the other one is closed",
        Code::DnsUnreachable,
    );
    assert!(
        said.contains("the port of 1 of them is reported as closed, there is no path to 0, and this system refuses to send to 1"),
        "{said}"
    );
}

#[test]
fn a_certificate_that_this_system_could_not_judge_is_not_told_to_be_refuted() {
    let of = |name| told_of(name, Code::TlsUnverified).0;
    let untold = of("a chain that writes Microsoft's name, and this system could not tell");
    assert!(
        untold.contains("whether this system does could not be told"),
        "{untold}"
    );
    let refuted = of("a chain that writes Microsoft's name, and nothing verifies it");
    assert!(
        refuted.contains("but nothing here verifies that it is one"),
        "{refuted}"
    );
}

#[test]
fn the_date_of_a_certificate_of_nobodys_is_not_microsofts_to_mend() {
    let next = |name| told_of(name, Code::TlsDate).1;
    let of_nobody = next("one certificate of its own issuer that is over and for another name");
    assert_eq!(
        of_nobody,
        "Check that the date on this machine is right, then find out which server or device has this certificate, issued by router."
    );
    // DigiCert issued it: the issuer alone makes nothing Microsoft's
    for name in [
        "a certificate of DigiCert's for another name that is over, and a clock agrees",
        "a certificate of DigiCert's for another name that is not valid yet",
        "a certificate of DigiCert's for another name that is over, whose root only this system knows",
    ] {
        assert_eq!(
            next(name),
            "Check that the date on this machine is right, then find out which server or device has this certificate, issued by DigiCert Global G2 TLS RSA SHA256 2020 CA1.",
            "{name}"
        );
    }
    let of_microsoft = next("a certificate that is over, and no clock to compare with");
    assert_eq!(
        of_microsoft,
        "Check that the date on this machine is right, then see Microsoft's service health page."
    );
}

/// What is nobody's fault for sure is told as it was seen, to people and to programs.
#[test]
fn what_could_not_be_told_has_its_reason_everywhere() {
    for scenario in scenarios() {
        let facts = facts(&[&scenario]);
        let diagnosis = diagnose(&facts);
        let json = serde_json::to_value(told(&facts, &diagnosis)).unwrap();
        for check in json["checks"].as_array().unwrap() {
            let why = check["why"].as_str().unwrap_or_default();
            let is_told = !why.is_empty() && !why.contains(['{', '}']) && !why.starts_with('-');
            assert!(
                check["state"] != "could-not-tell" || is_told,
                "{}: {check}",
                scenario.name
            );
        }
    }
}

/// 51 of 51: the upper end of the 95 % interval (Wilson) is 3.84 / (51 + 3.84) = 7.0 %, above the limit of 1 %.
#[test]
fn a_stream_without_loss_that_was_interrupted_is_too_short_to_judge() {
    let mut facts = of("all is well");
    let Fact::Known(stream) = &mut facts.quality.stream else {
        panic!("no stream");
    };
    (stream.sent, stream.received, stream.jitter_n) = (51, 51, 50);
    stream.was_interrupted = true;
    let why = "too few packets to judge (51 of 51 answered): interrupted";
    let diagnosis = diagnose(&facts);
    let text = sentence(&diagnosis);
    assert_eq!(
        text,
        format!(
            "no fault found: TCP 443 to relays, TLS, UDP 3478 to 3481 answer; round trip (UDP) 22.3 ms; packet loss could not be told ({why})"
        )
    );
    let json = serde_json::to_value(told(&facts, &diagnosis)).unwrap();
    for item in ["loss", "jitter"] {
        let checks = json["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["item"] == item).unwrap();
        assert_eq!(check["why"], why, "{check}");
    }
    assert!(
        shown(&facts).contains("too few packets to judge (51 of 51"),
        "{}",
        shown(&facts)
    );
}

#[test]
fn the_short_form_says_that_loss_was_not_measured() {
    let mut facts = of("all is well");
    facts.about.quick = true;
    facts.quality.stream = Fact::default();
    let text = sentence(&diagnose(&facts));
    assert_eq!(
        text,
        "no fault found: TCP 443 to relays, TLS, UDP 3478 to 3481 answer; packet loss was not measured (run without --quick)"
    );
}

#[test]
fn silence_of_udp_443_is_told_beside_that_of_all_other_udp() {
    let facts = of("the internet is down");
    let text = sentence(&diagnose(&facts));
    assert!(!text.contains("udp443"), "{text}");
    let json = serde_json::to_value(told(&facts, &diagnose(&facts))).unwrap();
    let mut checks = json["checks"].as_array().unwrap().iter();
    let check = checks.find(|check| check["item"] == "udp443").unwrap();
    assert_eq!(
        check["why"],
        "no answer; relays need not listen there, and UDP 3478 to 3481 do not answer either"
    );
}

#[test]
fn all_is_well_says_what_was_measured() {
    let healthy = of("all is well");
    let expected = "all is well: TCP 443 to relays, TLS, UDP 3478 to 3481 answer; loss 0 of 500; round trip (UDP) 22.3 ms; jitter 0.6 ms";
    assert_eq!(sentence(&diagnose(&healthy)), expected);
    kept("diagnose-ok", &shown(&healthy));
}

#[test]
fn what_could_not_be_told_says_what_would_settle_it() {
    for (name, expected) in [
        ("nothing was measured", "a run that reaches a relay"),
        (
            "no time was left for anything on the way",
            "the same run again, to its end",
        ),
    ] {
        let text = sentence(&diagnose(&of(name)));
        assert!(
            text.contains("what would settle it") && text.contains(expected),
            "{text}"
        );
        assert!(!text.contains("all is well"), "{text}");
    }
}

#[test]
fn a_monitor_gets_one_line_with_its_numbers_and_the_state_as_exit_code() {
    let of = |name: &str| {
        let facts = of(name);
        let (line, exit) = line(&facts, &diagnose(&facts));
        assert_eq!(line.lines().count(), 1);
        assert_eq!(line.matches('|').count(), 1, "{line}");
        (line, exit.0)
    };
    let (line, exit) = of("all is well");
    assert_eq!(exit, 0);
    assert!(line.starts_with("TURNPROBE OK - "), "{line}");
    // 22,300 us, 600 us, 0 of 500, 22,300 us, 9,100 us, 2,100 us; Microsoft's 100 ms, 30 ms, 1 %
    let numbers = "faults=0;;;0 rtt=22.3ms;100;;0 jitter=0.6ms;30;;0 loss=0%;1;;0 connect=22.3ms;100;;0 dns=9.1ms;;;0 router=2.1ms;;;0";
    assert_eq!(line.split(" | ").nth(1), Some(numbers));
    assert_eq!(of("much jitter").1, 1);
    let (line, exit) = of("UDP is dropped");
    assert_eq!(exit, 2);
    assert!(
        line.starts_with("TURNPROBE CRITICAL - firewall (likely): "),
        "{line}"
    );
    assert!(
        !line.contains("loss="),
        "what was not measured has no number: {line}"
    );
    let (line, exit) = of("nothing was measured");
    assert_eq!(exit, 3);
    assert!(line.starts_with("TURNPROBE UNKNOWN - "), "{line}");
}

#[test]
fn prtg_gets_the_verdict_as_a_channel_with_limits_and_the_numbers() {
    let facts = of("a page answers on 443");
    let diagnosis = diagnose(&facts);
    let json: serde_json::Value = serde_json::from_str(&prtg_json(&facts, &diagnosis)).unwrap();
    let first = &json["prtg"]["result"][0];
    assert_eq!(
        (&first["channel"], &first["value"]),
        (&"Verdict".into(), &"2".into())
    );
    assert_eq!(
        (&first["limitmaxwarning"], &first["limitmaxerror"]),
        (&"0".into(), &"1".into())
    );
    let text = json["prtg"]["text"].as_str().unwrap();
    assert!(text.starts_with("FAULT: proxy (certain): "), "{text}");
}

#[test]
fn programs_get_stable_codes_with_numbers_and_their_units() {
    let facts = of("twelve lost of five hundred");
    let diagnosis = diagnose(&facts);
    let json = serde_json::to_value(told(&facts, &diagnosis)).unwrap();
    assert_eq!(json["verdict"]["outcome"], "fault");
    assert_eq!(json["verdict"]["roots"], serde_json::json!(["q-loss"]));
    let finding = &json["findings"][0];
    assert_eq!(finding["code"], "q-loss");
    let lost = serde_json::json!({"name": "lost", "value": 12, "unit": "", "n": 500, "source": "quality.stream"});
    assert_eq!(finding["evidence"][0], lost);
    // Wilson's formula by hand: (0.0278415 - 0.0139543) / 1.0076829
    assert_eq!(
        (
            &finding["evidence"][1]["value"],
            &finding["evidence"][1]["unit"]
        ),
        (&13_781.into(), &"ppm".into())
    );
    assert_eq!(json["checks"].as_array().unwrap().len(), 34);
}

#[test]
fn a_page_and_markdown_say_the_same_as_the_terminal() {
    let facts = of("UDP is rejected, and the one who does it signs");
    let diagnosis = diagnose(&facts);
    let document = document(&facts, &diagnosis, Zone::Utc);
    let said = words::said(&diagnosis.findings[0]);
    assert!(said.contains("10.0.0.1 rejects it"), "{said}");
    // a number stays beside its unit there
    let page = page(&document).replace('\u{a0}', " ");
    assert!(page.contains(&said));
    assert!(markdown(&document, None).contains("UDP 3478 to 3481"));
    let text = shown(&facts)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        text.contains(&said.split_whitespace().collect::<Vec<_>>().join(" ")),
        "{text}"
    );
}

#[test]
fn a_page_has_the_round_trips_as_charts_where_they_were_kept() {
    let mut facts = of("all is well");
    let section = |facts: &Facts| {
        let document = document(facts, &diagnose(facts), Zone::Utc);
        let has = document
            .sections
            .iter()
            .any(|section| section.id == "charts");
        (has, page(&document).matches("<svg").count())
    };
    assert_eq!(section(&facts), (false, 0));
    let samples: Vec<RouterPacket> = (0..500)
        .map(|packet| RouterPacket {
            at_ms: packet * 20,
            rtt_us: (packet != 77).then_some(22_000 + packet),
        })
        .collect();
    let Fact::Known(stream) = &mut facts.quality.stream else {
        panic!("the healthy path has a stream");
    };
    stream.samples = samples;
    let (has, pictures) = section(&facts);
    assert!(has && pictures > 0, "{pictures}");
    // only pages show them
    assert!(!shown(&facts).contains("Charts"));
}

/// Each choice of words has its listing, so that two of them do not stand there side by side.
#[test]
fn the_manual_has_every_choice_of_a_sentence() {
    let text = manual::codes();
    for code in Code::ALL {
        let next = words::words(code).next;
        for part in next.split('[').filter_map(|part| part.split(']').next()) {
            let choice = words::conditional(part)
                .1
                .replace("{ranges}", words::RANGES);
            assert!(text.contains(&choice), "{}: {choice}", code.as_str());
        }
        let listed = manual::listed(next);
        let is_joined = listed.contains("][") && listed.contains("!=");
        assert!(!is_joined, "{}: {listed}", code.as_str());
    }
    assert!(!text.contains(['[', ']', '?']), "a condition");
    for name in ["{mend}", "{then}", "{by}", "{state}"] {
        assert!(!text.contains(name), "{name}");
    }
}

#[test]
fn the_manual_lists_every_code_as_the_rules_have_it() {
    let made = manual::codes();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/findings.md");
    if std::env::var_os("UPDATE_MANUAL").is_some() {
        std::fs::write(file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let kept = kept.replace("\r\n", "\n");
    assert!(
        kept == made,
        "src/manual/findings.md is not what the rules say; UPDATE_MANUAL=1 writes it anew"
    );
    let listed: BTreeSet<&str> = made
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect();
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, codes);
}

#[test]
fn the_ranges_in_the_sentences_are_those_of_the_list() {
    let inside = |address: &str| {
        let relay = std::net::SocketAddr::new(address.parse().unwrap(), 3478);
        crate::endpoints::TEAMS_RANGES.contains(relay, true)
    };
    // the first and the last address of each, and their neighbours
    for address in [
        "52.112.0.0",
        "52.115.255.255",
        "52.122.0.0",
        "52.123.255.255",
        "2603:1063::",
        "2603:1063:3ff::",
    ] {
        assert!(inside(address), "{address}");
    }
    for address in [
        "52.111.255.255",
        "52.116.0.0",
        "52.121.255.255",
        "52.124.0.0",
        "2603:1063:400::",
    ] {
        assert!(!inside(address), "{address}");
    }
    assert_eq!(
        words::RANGES,
        "52.112.0.0/14, 52.122.0.0/15 and 2603:1063::/38"
    );
}

/// The largest numbers that a file can hold, in each place alone and in all at once.
#[test]
fn no_number_in_a_file_makes_it_panic() {
    let healthy = serde_json::to_value(of("all is well")).unwrap();
    let mut places = Vec::new();
    numbers(&healthy, String::new(), &mut places);
    assert!(places.len() > 150, "{}", places.len());
    let mut all = healthy.clone();
    for place in &places {
        for number in [
            u64::MAX,
            u64::from(u32::MAX),
            u64::from(u16::MAX),
            u64::from(u8::MAX),
            0,
        ] {
            let mut facts = healthy.clone();
            *facts.pointer_mut(place).unwrap() = number.into();
            let Ok(facts) = serde_json::from_value::<Facts>(facts) else {
                continue;
            };
            is_told(&facts);
            if all.pointer(place) == healthy.pointer(place) {
                *all.pointer_mut(place).unwrap() = number.into();
            }
        }
    }
    is_told(&serde_json::from_value(all).unwrap());
}

fn is_told(facts: &Facts) {
    let diagnosis = diagnose(facts);
    assert!(!shown(facts).is_empty());
    assert!(serde_json::to_string(&told(facts, &diagnosis)).is_ok());
    assert!(!line(facts, &diagnosis).0.is_empty());
}

fn numbers(at: &serde_json::Value, place: String, places: &mut Vec<String>) {
    use serde_json::Value as V;
    match at {
        V::Object(object) => {
            for (key, next) in object {
                numbers(next, format!("{place}/{key}"), places);
            }
        }
        V::Array(all) => {
            for (at, next) in all.iter().enumerate() {
                numbers(next, format!("{place}/{at}"), places);
            }
        }
        V::Number(_) => places.push(place),
        _ => {}
    }
}
