use super::*;
use crate::cli::args::{Cli, Command};
use crate::cli::run::outputs::Stdout;
use crate::cli::uses;
use crate::cli::values::StdoutFormat;
use crate::net::dns::Resolver;

fn settings(line: &str) -> Result<RunPlan<Probes>, String> {
    let words = ["turnprobe", "probe"]
        .into_iter()
        .chain(line.split_whitespace());
    let (cli, given) = Cli::read(words).map_err(|error| error.to_string())?;
    uses::check(&cli.command, &given).map_err(|failure| failure.error.to_string())?;
    let Command::Probe(args) = cli.command else {
        return Err("no probe".to_owned());
    };
    job(&args).map_err(|error| format!("{error:#}"))
}

fn refusal(line: &str) -> String {
    settings(line).map_or_else(|error| error, |_| panic!("`{line}` was accepted"))
}

#[test]
fn without_flags_it_probes_the_teams_relay_once_a_second_until_stopped() {
    let settings = settings("").unwrap();
    assert_eq!(
        settings.engine.targets.of_slot(0).to_string(),
        "tr.teams.microsoft.com"
    );
    assert_eq!(settings.engine.pace.slots(), None);
    assert_eq!(settings.engine.concurrency, 25);
    assert!(matches!(settings.outputs.stdout, Stdout::Text));
    assert!(!settings.path.fast);
}

#[test]
fn concurrency_covers_an_outage_between_8_and_64() {
    assert_eq!(settings("-i 100ms").unwrap().engine.concurrency, 64);
    assert_eq!(settings("-i 1m").unwrap().engine.concurrency, 8);
    assert_eq!(settings("-i 0").unwrap().engine.concurrency, 1);
    assert_eq!(settings("--concurrency 3").unwrap().engine.concurrency, 3);
}

#[test]
fn more_than_ten_a_second_is_fast() {
    assert!(!settings("-i 100ms").unwrap().path.fast);
    assert!(settings("-i 99ms").unwrap().path.fast);
    assert!(!settings("-i 0").unwrap().path.fast);
}

#[test]
fn the_same_host_several_times_is_probed_that_much_faster() {
    let fast = |line: &str| settings(line).unwrap().path.fast;
    assert!(!fast("-i 50ms 192.0.2.1 192.0.2.2"));
    assert!(fast("-i 60ms 192.0.2.1 192.0.2.1"));
    assert!(!fast("-i 100ms 192.0.2.1 192.0.2.1"));
    assert!(fast("-i 60ms relay.example RELAY.example:444"));
    assert!(fast(
        "-i 60ms --address 192.0.2.1 relay.example other.example"
    ));
    assert!(fast("-i 40ms 192.0.2.1 192.0.2.2"));
    // one's own need no permission, however often
    assert!(!fast("-i 40ms 192.0.2.1 10.0.0.1 10.0.0.1"));
}

#[test]
fn the_interval_that_is_polite_goes_by_the_probes_of_a_slot_and_the_targets() {
    let polite = |line| settings(line).unwrap().kind.polite.as_millis();
    assert_eq!(polite(""), 100);
    // four ports, three transports, and two targets that take turns
    assert_eq!(polite("--transport udp --ports 3478-3481"), 400);
    assert_eq!(polite("--transport tls,udp,pseudo-tls"), 300);
    assert_eq!(polite("--transport tls,udp,tcp,pseudo-tls"), 400);
    assert_eq!(polite("a.example b.example"), 50);
    assert_eq!(polite("a.example b.example c.example"), 34);
    let fast = |line| settings(line).unwrap().path.fast;
    assert!(!fast("--transport udp --ports 3478-3481 -i 400ms"));
    assert!(fast("--transport udp --ports 3478-3481 -i 399ms"));
}

#[test]
fn stdout_gets_rows_when_asked_for_and_nothing_beside_a_file() {
    assert!(matches!(
        settings("-o -").unwrap().outputs.stdout,
        Stdout::Rows(StdoutFormat::Csv, _)
    ));
    let Stdout::Rows(StdoutFormat::List, columns) =
        settings("--format list").unwrap().outputs.stdout
    else {
        panic!("no list")
    };
    // besides, remarks that most rows have not
    assert_eq!(
        columns.iter().filter(|column| !column.is_remark).count(),
        22
    );
    assert!(matches!(
        settings("-o a.csv").unwrap().outputs.stdout,
        Stdout::Nothing
    ));
    assert!(matches!(
        settings("-q").unwrap().outputs.stdout,
        Stdout::Nothing
    ));
}

#[test]
fn what_is_wrong_is_named_with_its_fix() {
    #[rustfmt::skip]
    let cases = [
        ("-n 0", "--count 0 would do nothing; give 1 or more"),
        ("-i 25h", "--interval must be from 1ms to 24h, or 0 for back to back"),
        ("-i 1us", "--interval must be from 1ms to 24h, or 0 for back to back"),
        ("-4 [fd00::1]", "-4 contradicts the address fd00::1"),
        ("-6 10.0.0.1", "-6 contradicts the address 10.0.0.1"),
        ("--lab 10.0.0.1", "the lab has only loopback addresses"),
        ("--lab --address 10.0.0.1", "the lab has only loopback addresses"),
        (
            "--lab --resolver os",
            "--resolver does nothing with --lab, which has its own relays: leave one of them out",
        ),
        (
            "--csv-profile excel -o a.jsonl",
            "--csv-profile does nothing with this --output, as no CSV is written: give --output FILE.csv",
        ),
        (
            "--transport tls,udp turn:relay?transport=tcp",
            "the target turn:relay?transport=tcp already names its transport",
        ),
        (
            "turn:relay?transport=tcp --tls-timeout 1s",
            "--tls-timeout does nothing with the target turn:relay?transport=tcp, as no handshake is done",
        ),
        ("--transport tcp --ports 3478", "as nothing goes over UDP: give --transport udp"),
        ("--turn-timeout 0 --ask binding", "--turn-timeout must be from 1ms to 10m"),
        ("--transport sctp", "tls"),
        ("--transport udp,udp", "`udp` appears twice"),
        (
            "--transport udp turns:relay",
            "the target turns:relay already names its transport; leave --transport out",
        ),
        ("--transport tls,udp --ask none", "over udp there is nothing to measure without a request"),
        ("--transport pseudo-tls --ask binding", "give ms-allocate, or leave --ask out"),
        (
            "--ports 3478",
            "--ports does nothing with tls alone, as nothing goes over UDP: give --transport udp",
        ),
        ("--transport udp --ports 3478-3481 relay:3478",
            "already names a port",
        ),
        ("--transport udp --ports 3478-3500", "at most 16 ports"),
        ("--transport udp --ports 1-65535", "at most 16 ports"),
        ("--transport udp --ports 3478,3478", "3478 appears twice"),
        ("--transport udp --ports 3481-3478", "a range such as 3478-3481"),
        ("--transport udp --lab --ports 3478", "--ports does nothing with --lab, which has its own relays"),
        ("--source-port 0", "a port from 1 to 65535"),
        ("--transport udp --alpn stun.turn", "give --transport tls"),
        ("--dns-timeout 0", "--dns-timeout must be from 1ms to 10m"),
        ("--format csv --columns nope", "there is no column `nope`; `turnprobe schema` lists them"),
        ("--format csv --columns CN,CN", "`CN` appears twice"),
        ("--format csv --columns all,CN", "`all` stands alone, and for a list of columns"),
        (
            "--connect-timeout 1s udp://127.0.0.1",
            "as nothing goes over TCP: give another target, or leave it out",
        ),
        ("-o - --label x", "write it as KEY=VALUE"),
        ("-o - --label =x", "neither key nor value may be empty"),
        ("--roll day", "--roll does nothing without a file: give --output FILE"),
        ("--resolver nowhere", "give system, os, an address or address:port"),
        ("--sni a/b", "--sni a/b: neither a host name nor an address"),
        ("-o a.csv -o ./a.csv", "twice"),
        ("-o - -o -", "--output names stdout (-) twice"),
        ("-o a.txt", ".csv"),
        ("http://x", "`http:` is not supported"),
        ("--max-failed 101", "from 0 to 100"),
        ("--lab-fault reset", "--lab-fault does nothing without --lab: give --lab, or leave it out"),
        (
            "--lab --lab-fault udp-loss",
            "--lab-fault udp-loss does nothing with tls alone, as nothing goes over UDP: give --transport udp",
        ),
        (
            "--lab --lab-fault turn-500",
            "--lab-fault turn-500 does nothing with tls alone, as no request is sent: give --ask allocate",
        ),
        (
            "--lab --transport tcp --lab-fault expired",
            "--lab-fault expired does nothing with --transport tcp, as no TLS handshake is done",
        ),
        (
            "--lab --watch --lab-fault udp-loss,reset",
            "--lab-fault reset does nothing with --watch, as nothing goes over TCP: leave one of them out",
        ),
        (
            "--lab --hold 9s --lab-fault udp-loss",
            "--lab-fault udp-loss does nothing with --hold, as nothing goes over UDP: leave one of them out",
        ),
        ("--watch --for 4s", "--for does nothing with --watch, as it is for --burst: leave one of them out"),
        ("--for 4s", "--for does nothing without --burst: give --burst"),
        ("--hold 2s --burst 50/s", "--burst cannot go with --hold: leave one of them out"),
        ("--hops", "--hops does nothing without --burst or --watch: give --burst or --watch"),
        ("--burst 50/s -i 5m", "--interval does nothing with --burst, of which there is only one: give -n or -d"),
        (
            "--resolver os 127.0.0.1",
            "--resolver does nothing with the target 127.0.0.1, as no name is resolved: give a name",
        ),
        (
            "--address 127.0.0.1 10.0.0.1",
            "the target 10.0.0.1 is an address: give a name, or leave one of them out",
        ),
        (
            "--tls 1.3 udp://relay",
            "--tls does nothing with the target udp://relay, as no TLS handshake is done",
        ),
        (
            "--turn-timeout 2s",
            "--turn-timeout does nothing with tls alone, as no request is sent: give --ask allocate",
        ),
        ("--columns CN", "--columns does nothing without rows: give --output FILE or --format csv"),
        ("--lab --lab-fault-share 5", "--lab-fault-share does nothing without --lab-fault"),
        ("-4 -6", "-4 cannot go with -6: leave one of them out"),
    ];
    for (line, part) in cases {
        let refusal = refusal(line);
        assert!(refusal.contains(part), "`{line}`: {refusal}");
    }
}

#[test]
fn several_rows_a_slot_count_for_the_rate_and_for_the_places() {
    let line = "--transport tls,udp --ports 3478-3481";
    assert!(!settings(&format!("{line} -i 500ms")).unwrap().path.fast);
    assert!(settings(&format!("{line} -i 499ms")).unwrap().path.fast);
    // 5 s + 20 s + 4 x 3 s
    assert_eq!(settings(line).unwrap().engine.concurrency, 37);
}

#[test]
fn transports_ports_and_question_reach_the_plan() {
    let line = "--transport udp --transport pseudo-tls --ask allocate --ports 3478-3479,3481";
    let settings = settings(line).unwrap();
    let ways = settings.path.ways(settings.engine.targets.of_slot(0));
    let words: Vec<_> = ways
        .iter()
        .map(|w| (w.transport.as_str(), w.ask.unwrap().as_str(), w.port))
        .collect();
    assert_eq!(
        words,
        [
            ("udp", "allocate", 3478),
            ("udp", "allocate", 3479),
            ("udp", "allocate", 3481),
            ("pseudo-tls", "ms-allocate", 443),
        ]
    );
    assert!(transports::has_turn(
        &settings.path,
        &settings.engine.targets
    ));
}

#[test]
fn resolvers_are_read_in_every_form() {
    for text in ["9.9.9.9", "127.0.0.1:5353", "::1", "[::1]", "[::1]:53"] {
        let line = format!("--resolver {text}");
        assert!(
            matches!(settings(&line).unwrap().path.resolver, Resolver::Servers(_)),
            "{text}"
        );
    }
}
