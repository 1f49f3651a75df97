//! The command line: help, schema, exit codes, what goes where.

use crate::command::{Rows, no_resolver, on_wine, output, own_addresses, run, run_into, turnprobe};

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../data/snapshots", prepend_module_to_snapshot => false,
        omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_help_is_an_interface_and_the_short_one_fits_a_terminal() {
    let short = run("probe -h").stdout;
    assert!(
        short.lines().count() <= 40,
        "{} lines",
        short.lines().count()
    );
    assert!(
        short.lines().all(|line| line.chars().count() <= 80),
        "{short}"
    );
    snapshot("help", &run("-h").stdout);
    snapshot("help-probe-short", &short);
    snapshot("help-probe", &run("probe --help").stdout);
    let report = run("report -h").stdout;
    assert!(report.lines().count() <= 40, "{report}");
    assert!(
        report.lines().all(|line| line.chars().count() <= 80),
        "{report}"
    );
    snapshot("help-report-short", &report);
    snapshot("help-report", &run("report --help").stdout);
    snapshot("help-long", &run("--help").stdout);
    for command in ["compare", "diagnose", "tls", "endpoints"] {
        let short = run(&format!("{command} -h")).stdout;
        assert!(short.lines().count() <= 40, "{short}");
        let fits = short.lines().all(|line| line.chars().count() <= 80);
        assert!(fits, "{short}");
    }
    for command in ["list", "check", "fetch", "probe"] {
        let short = run(&format!("endpoints {command} -h")).stdout;
        assert!(short.lines().count() <= 40, "{short}");
        let fits = short.lines().all(|line| line.chars().count() <= 80);
        assert!(fits, "{short}");
        snapshot(&format!("help-endpoints-{command}-short"), &short);
    }
    for command in [
        "compare",
        "diagnose",
        "tls",
        "endpoints",
        "schema",
        "completions",
        "man",
    ] {
        let short = run(&format!("{command} -h")).stdout;
        snapshot(&format!("help-{command}-short"), &short);
        let long = run(&format!("{command} --help")).stdout;
        snapshot(&format!("help-{command}"), &long);
    }
    for command in ["probe", "report", "schema"] {
        let (help, long) = (format!("help {command}"), format!("{command} --help"));
        assert_eq!(run(&help).stdout, run(&long).stdout);
    }
}

#[test]
fn the_schema_is_an_interface() {
    let table = run("schema").stdout;
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    snapshot("schema", &table);
    for row in ["burst", "packet", "hold", "sample", "ladder"] {
        let table = run(&format!("schema {row}")).stdout;
        assert!(
            table.lines().all(|line| line.chars().count() <= 80),
            "{table}"
        );
        snapshot(&format!("schema-{row}"), &table);
    }
    let json: serde_json::Value =
        serde_json::from_str(&run("schema --format json").stdout).unwrap();
    let columns = json.as_array().unwrap();
    assert_eq!(columns[0]["name"], "datetime");
    assert_eq!(columns[21]["name"], "totaltimems");
    assert!(columns.iter().all(|c| {
        ["type", "unit", "since", "meaning"]
            .iter()
            .all(|k| c[k].is_string())
    }));
}

#[test]
fn completions_and_man_pages_come_from_the_binary() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = run(&format!("completions {shell}")).ended(0);
        assert!(said.stdout.contains("lab-fault-share"), "{shell}");
    }
    // nothing on Windows shows a man page, so there it is text
    for (topic, page, text) in [
        ("turnprobe", ".TH TURNPROBE 1", "EXIT STATUS"),
        ("probe", "connect\\-timeout", "--connect-timeout"),
        (
            "endpoints-fetch",
            "client\\-request\\-id",
            "client-request-id",
        ),
    ] {
        let said = run(&format!("man {topic}")).stdout;
        let expected = if cfg!(windows) { text } else { page };
        assert!(said.contains(expected), "{said}");
    }
    let said = run("man nothing").ended(2);
    said.err_has("there is no page or chapter `nothing`; there are turnprobe, probe");
}

/// What bash offers for the last of these words, which it takes apart at equals signs.
#[cfg(target_os = "linux")]
fn offered_by_bash(words: &[&str]) -> String {
    let (last, before) = words.split_last().unwrap();
    let line = format!(
        "source <({} completions bash) && COMP_WORDS=({}) COMP_CWORD={} && \
         _turnprobe_whole_words turnprobe \"$1\" \"$2\" && echo \"${{COMPREPLY[*]}}\"",
        env!("CARGO_BIN_EXE_turnprobe"),
        words.join(" "),
        words.len() - 1
    );
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "-c", &line, "bash"])
        .args([last, before.last().unwrap()]);
    let said = bash.output().unwrap();
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn bash_completes_values_also_behind_an_equals_sign() {
    for (words, offered) in [
        ("turnprobe report --where cause = dns-time", "dns-timeout"),
        ("turnprobe report --where = cause = dns-time", "dns-timeout"),
        ("turnprobe compare a.csv --a transport = ps", "pseudo-tls"),
        ("turnprobe probe --transport = ps", "pseudo-tls"),
        ("turnprobe probe --transport ps", "pseudo-tls"),
        ("turnprobe probe --transport udp,ps", "udp,pseudo-tls"),
        (
            "turnprobe probe --transport = udp,tls,ps",
            "udp,tls,pseudo-tls",
        ),
        ("turnprobe report --by region,egr", "region,egress"),
        ("turnprobe probe --lab-fault reset,udp-lo", "reset,udp-loss"),
        (
            "turnprobe probe --label site = Bonn --dscp AF1",
            "AF11 AF12 AF13",
        ),
        ("turnprobe endpo", "endpoints"),
    ] {
        let words: Vec<_> = words.split(' ').collect();
        assert_eq!(offered_by_bash(&words), offered, "{words:?}");
    }
}

#[test]
fn the_manual_is_in_the_program() {
    let list = run("man").stdout;
    for topic in [
        "turnprobe",
        "probe",
        "endpoints-fetch",
        "methods",
        "kernel",
        "findings",
        "how-to",
        "store",
        "changes",
    ] {
        let begin = format!("  {topic} ");
        assert!(list.lines().any(|line| line.starts_with(&begin)), "{list}");
    }
    // a chapter has the width of the terminal, 80 without one
    for (chapter, begin) in [
        ("methods", "Phases\n======\n"),
        ("how-to", "Measure a night, every night\n====="),
        ("store", "A store: rows in a database\n====="),
        ("changes", "0.1.0 (2026-11-30)\n"),
    ] {
        let said = run(&format!("man {chapter}")).ended(0);
        assert!(said.stdout.starts_with(begin), "{}", said.stdout);
        let lines = said.stdout.lines();
        let mut wide = lines.filter(|line| line.chars().count() > 80 && !line.starts_with("    "));
        assert_eq!(wide.next(), None);
    }
}

#[test]
fn a_command_whose_name_is_a_chapters_has_a_page_in_every_form() {
    let list = run("man").stdout;
    assert!(list.contains("\n  turnprobe-store "), "{list}");
    let page = run("man turnprobe-store --html").ended(0).stdout;
    assert!(page.contains("turnprobe-store-init"), "{page}");
    let chapter = run("man store --html").ended(0).stdout;
    assert!(chapter.contains("A store: rows in a database"));
    // any page can be asked for by its file's name
    let names = ["probe", "turnprobe-probe"].map(|name| run(&format!("man {name}")).ended(0));
    assert_eq!(names[0].stdout, names[1].stdout);
    let folder = tempfile::tempdir().unwrap();
    let written = crate::command::start(turnprobe("man --html --out").arg(folder.path()));
    crate::command::finished(written).ended(0);
    let index = std::fs::read_to_string(folder.path().join("index.html")).unwrap();
    assert!(index.contains("turnprobe-store.html"));
    assert!(folder.path().join("turnprobe-store.html").exists());
}

#[test]
fn pages_name_the_variables_and_files_that_a_command_reads() {
    for (page, parts) in [
        (
            "probe",
            &[
                "HTTPS_PROXY",
                "SSL_CERT_FILE",
                "RES_OPTIONS",
                "TZ",
                "PGPASSWORD",
                "OTEL_",
                "FILE.db",
                "turnprobe-spool",
                "turnprobe.toml",
            ][..],
        ),
        ("report", &["TZ", "PGPASSWORD", "FILE.db", "turnprobe.toml"]),
        ("tls", &["NO_PROXY", "SSL_CERT_DIR", "RES_OPTIONS"]),
        ("store-init", &["PGPASSFILE", "pgpass"]),
    ] {
        let text = run(&format!("man {page}")).ended(0).stdout;
        let text = text.replace("\\-", "-");
        for part in parts {
            assert!(text.contains(part), "{page}: {part}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_printed_is_a_failure_also_help_and_version() {
    for line in ["--help", "-h", "-V", "probe --help", "schema", "man"] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut command = turnprobe(line);
        let child = crate::command::start(command.stdout(full.unwrap()));
        let said = crate::command::finished(child);
        assert_eq!(said.code, Some(3), "{line}");
        assert!(
            said.stderr.contains("No space left"),
            "{line}: {}",
            said.stderr
        );
    }
}

#[test]
fn a_lab_series_prints_a_line_per_probe_and_a_summary_within_80_columns() {
    let said = run("probe --lab -n 5 -i 0").ended(0);
    assert_eq!(
        said.stdout
            .lines()
            .filter(|line| line.ends_with("  OK"))
            .count(),
        5
    );
    said.out_has("5 sent, 5 ok, 0 failed, 0 missed slots");
    assert!(said.stdout.contains("5 distinct addresses") || !own_addresses());
    assert!(
        said.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        said.stdout
    );
    assert!(!said.stdout.contains('\x1b'), "colours in a pipe");
    assert_eq!(said.stderr, "");
}

#[test]
fn a_healthy_lab_reads_as_healthy() {
    let said = run("probe --lab -n 4 -i 0 --format csv --columns all").ended(0);
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("Status"), ["OK"; 4]);
    assert_eq!(rows.column("trust_public"), ["trusted"; 4]);
    assert_eq!(rows.column("trust_os"), ["trusted"; 4]);
    assert_eq!(rows.column("tls_path"), ["direct"; 4]);
    assert_eq!(rows.column("in_teams_range"), ["true"; 4]);
    assert_eq!(rows.column("world"), ["lab"; 4]);
    assert_eq!(rows.column("slot"), ["0", "1", "2", "3"]);
    assert_eq!(rows.column("lag_us"), [""; 4], "back to back has no lag");
    let regions = rows.column("region");
    assert_eq!(
        regions,
        ["francecentral", "northeurope", "ukwest", "westeurope"]
    );
    assert!(
        said.stderr.contains("4 sent, 4 ok"),
        "the summary goes to stderr: {}",
        said.stderr
    );
}

#[test]
fn the_columns_of_a_row_add_up_to_its_total() {
    let said = run("probe --lab -n 8 -i 0 --format csv --quiet");
    let rows = Rows::of(&said.stdout);
    let number = |name: &str, row: usize| rows.column(name)[row].parse::<u64>().unwrap();
    for row in 0..8 {
        let sum = number("dns_us", row) + number("connect_us", row) + number("tls_us", row);
        assert_eq!(sum, number("total_us", row));
    }
    assert_eq!(said.stderr, "", "--quiet prints nothing but errors");
}

/// Faults, and the causes that design and README promise for them.
#[test]
fn every_fault_of_the_lab_has_its_cause_and_the_right_exit_code() {
    let limits = "--dns-timeout 400ms --tls-timeout 400ms";
    // where relays share an address there is none where nothing listens
    let refused = if own_addresses() {
        "connect-refused"
    } else {
        "tls-reset"
    };
    for (fault, cause, code) in [
        ("dns-servfail", "dns-servfail", 1),
        ("dns-nxdomain", "dns-nxdomain", 1),
        ("dns-refused", "dns-refused", 1),
        ("dns-no-data", "dns-no-data", 1),
        ("dns-timeout", "dns-timeout", 1),
        ("dns-loop", "dns-loop", 1),
        ("dns-malformed", "dns-malformed", 1),
        ("refused", refused, 1),
        ("reset", "tls-reset", 1),
        ("tls-alert", "tls-alert", 1),
        ("tls-eof", "tls-eof", 1),
        ("tls-stall", "tls-timeout", 1),
        ("silent", "tls-timeout", 1),
        ("not-tls", "tls-not-tls", 1),
        ("tls13-only", "tls-version", 1),
        ("dns-truncated", "", 0),
        ("dns-partial", "", 0),
        ("expired", "", 0),
        ("self-signed", "", 0),
        ("wrong-host", "", 0),
    ] {
        let said = run(&format!(
            "probe --lab -n 1 --format csv {limits} --lab-fault {fault}"
        ));
        let rows = Rows::of(&said.stdout);
        if on_wine() && rows.column("cause") == ["tls-eof"] && cause == "tls-reset" {
            continue;
        }
        assert_eq!(rows.column("cause"), [cause], "{fault}: {}", said.stdout);
        assert_eq!(said.code, Some(code), "{fault}");
        let phase = cause.split('-').next().unwrap();
        assert_eq!(rows.column("failed_phase"), [phase], "{fault}");
        assert_eq!(
            rows.column("Status"),
            [if cause.is_empty() { "OK" } else { cause }]
        );
        let trust = match fault {
            "expired" => "expired",
            "self-signed" => "unknown-issuer",
            "wrong-host" => "wrong-name",
            _ => continue,
        };
        assert_eq!(rows.column("trust_public"), [trust], "{fault}");
        assert_eq!(rows.column("trust_os"), [trust], "{fault}");
        let path = if fault == "self-signed" { fault } else { trust };
        assert_eq!(rows.column("tls_path"), [path], "{fault}");
    }
}

#[test]
fn a_share_of_faults_hits_that_share_and_the_threshold_decides() {
    let line = "probe --lab -n 8 -i 0 --lab-fault tls-alert --lab-fault-share 25";
    let said = run(line);
    assert_eq!(said.code, Some(0), "something answered");
    said.out_has("8 sent, 6 ok, 2 failed (25 %)");
    said.out_has("tls-alert");
    assert_eq!(run(&format!("{line} --max-failed 25")).code, Some(0));
    assert_eq!(run(&format!("{line} --max-failed 24.9")).code, Some(1));
}

#[test]
fn tls_13_is_spoken_on_request() {
    let said = run("probe --lab -n 1 --lab-fault tls13-only --tls 1.3 --format csv");
    let rows = Rows::of(&said.stdout);
    assert_eq!(
        (said.code, rows.column("tls_version")),
        (Some(0), vec!["TLSv1.3"])
    );
    assert_eq!(rows.column("SslProtocol"), ["Tls13"]);
    let said = run("probe --lab -n 1 --tls auto --format csv");
    assert_eq!(Rows::of(&said.stdout).column("tls_version"), ["TLSv1.2"]);
}

#[test]
fn the_list_is_the_references_list() {
    let said = run("probe --lab -n 1 --format list");
    let names: Vec<_> = said
        .stdout
        .lines()
        .filter(|l| !l.is_empty())
        .map(|l| l.split(':').next().unwrap().trim())
        .collect();
    assert_eq!(names.len(), 22);
    assert_eq!((names[0], names[21]), ("datetime", "totaltimems"));
    said.out_has("SslProtocol                    : Tls12");
    said.out_has("KeyExchangeAlgorithm           : 44550");
}

#[test]
fn json_lines_are_objects_with_numbers() {
    let said = run("probe --lab -n 2 -i 0 --format jsonl --label access=Telekom");
    let rows: Vec<serde_json::Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0]["tls_us"].is_u64() && rows[0]["turn_us"].is_null());
    assert_eq!(rows[1]["dns_ttls"], serde_json::json!([0, 0, 0, 10]));
    assert_eq!(rows[0]["label"], serde_json::json!(["access=Telekom"]));
}

#[test]
fn what_is_wrong_on_the_command_line_ends_with_2_and_names_the_fix() {
    #[rustfmt::skip]
    let cases = [
        ("probe --interval soon", "write a time as 90s, 8h41m or 500ms"),
        ("probe host:0", "`0` is no port"),
        ("probe --output rows.txt", ".csv or .jsonl"),
        ("probe --lab --lab-fault nonsense", "dns-servfail"),
        ("probe --tls 1.1", "1.2"),
        ("probe -o - --columns nope", "turnprobe schema"),
        ("nonsense", "unrecognized subcommand"),
        ("probe --lab -d 8h 41m", "write 8h41m"),
        ("probe --lab -i 1 -d 5 min", "write 5min"),
        ("probe -d 1 h 30 min relay.example", "write 1h30min"),
        ("diagnose --lab --repeat 5 min", "write 5min"),
        ("report --slow 5 s rows.csv", "write 5s"),
        ("probe -d 1,5h", "write 1.5h"),
        ("probe -n ten", "give a whole number"),
        ("probe -n 17%", "give a whole number"),
        ("probe -n 64k", "give a whole number"),
        ("probe --receive-buffer 64k", "from 1024 to 1073741824"),
        ("report --top ten rows.csv", "give a whole number"),
        ("--lab", "write `turnprobe probe --lab`"),
        ("-n 10", "write `turnprobe probe -n 10`"),
        ("relay.example:443", "write `turnprobe probe relay.example:443`"),
        ("rows.csv", "write `turnprobe report rows.csv`"),
        ("probe --lab --lab-fault dns-timout", "'dns-timeout'"),
        ("tls --lab --lab-fault dns-timout", "'dns-timeout'"),
        ("probe --transport upd", "'udp'"),
        ("probe -o - --columns remotip", "did you mean `remoteip`?"),
        ("man prob", "did you mean `probe`?"),
        ("man howto", "did you mean `how-to`?"),
        ("probe relay.example:", "`relay.example:` has no port"),
        (
            "probe -o rows.csv.gz",
            "use a name that ends in .csv or .jsonl",
        ),
        (
            "report --html x.pdf rows.csv",
            "use a name that ends in .html",
        ),
        ("diagnose --html x.json", "use a name that ends in .html"),
        ("probe -o - --label a=b --label a=c", "the key `a` is already in --label a=b",
        ),
        ("probe --max-loss 5", "--burst"),
        ("probe --burst 50/s --fail-on red", "quality"),
    ];
    for (line, part) in cases {
        let said = run(line);
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(part), "{line}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{line}");
    }
}

#[test]
fn a_long_time_without_a_unit_is_seconds_and_says_so_once() {
    #[rustfmt::skip]
    let cases = [
        ("-i 500", Some("--interval 500 is read as 500 s; write 500ms or 500s")),
        ("--dns-timeout 100", Some("100 is read as 100 s; write 100ms or 100s")),
        ("-d 86400", Some("86400 is read as 86400 s")),
        ("-i 99", None),
        ("-d 86399", None),
        ("-i 500s", None),
    ];
    for (line, note) in cases {
        let said = run(&format!("probe --lab -n 1 -q {line}"));
        assert_eq!(said.code, Some(0), "{line}: {}", said.stderr);
        assert_eq!(
            said.stderr.matches("note:").count(),
            usize::from(note.is_some()),
            "{line}: {}",
            said.stderr
        );
        assert!(said.stderr.contains(note.unwrap_or_default()), "{line}");
    }
}

#[test]
fn a_public_address_is_not_probed_more_than_ten_times_a_second_unasked() {
    // nothing is sent: the address is refused before a socket is made
    let said = run("probe --address 203.0.113.7 -i 50ms -n 3").ended(2);
    said.err_has("more than 10 probes a second to 203.0.113.7");
    said.err_has("--i-own-this-server");
    // each port is a probe: the advice is an interval that works
    let four = "probe --transport udp --ports 3478-3481 --address 203.0.113.7 -n 1 -i";
    let said = run(&format!("{four} 100ms")).ended(2);
    said.err_has("--interval 400ms");
    let said = run("probe --address 127.0.0.1 relay.test:1 -i 50ms -n 3");
    assert_eq!(
        said.code,
        Some(1),
        "loopback is nobody else's: {}",
        said.stderr
    );
}

#[test]
fn a_machine_without_name_service_is_told_of_the_lab_once() {
    let said = run("probe --resolver 127.0.0.1:1 -n 3 -i 20ms --dns-timeout 1s").ended(1);
    assert_eq!(
        said.stderr.matches("turnprobe probe --lab").count(),
        1,
        "{}",
        said.stderr
    );
    said.out_has(no_resolver());
    let said = run("probe 127.0.0.1:1 -n 1");
    assert!(
        !said.stderr.contains("--lab"),
        "no name, no hint: {}",
        said.stderr
    );
}

#[test]
fn the_lab_never_leaves_the_machine() {
    for line in [
        "--resolver 127.0.0.1:1",
        "--resolver os",
        "--address 203.0.113.7",
        "203.0.113.7",
    ] {
        let said = run(&format!("probe --lab -n 1 {line}"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stdout);
    }
}

#[test]
fn an_address_skips_the_name_service_and_keeps_the_name() {
    let said = run("probe --lab -n 1 --address 127.0.0.1 --format csv -q");
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("dns_us"), [""]);
    assert_eq!(rows.column("remotehost"), ["tr.teams.microsoft.com"]);
    assert_eq!(rows.column("remoteip"), ["127.0.0.1"]);
}

#[test]
fn colours_are_a_matter_of_choice() {
    let always = run("--color always probe --lab -n 1 --lab-fault refused");
    always.out_has("\x1b[31m");
    let never = run("--color never probe --lab -n 1 --lab-fault refused");
    assert!(!never.stdout.contains('\x1b'));
}

#[test]
fn version_is_told() {
    assert_eq!(
        run("--version").stdout,
        format!("turnprobe {}\n", env!("CARGO_PKG_VERSION"))
    );
    for line in ["--version --verbose", "--verbose --version", "-V --verbose"] {
        let said = run(line).stdout;
        let names: Vec<_> = said.lines().map(|line| line.split(' ').next()).collect();
        let wanted = ["turnprobe", "commit:", "target:", "features:", "endpoints:"];
        assert_eq!(names, wanted.map(Some), "{said}");
        assert!(said.contains(std::env::consts::ARCH), "{said}");
    }
    let alone = run("--verbose probe --lab -n 1").ended(2);
    alone.err_has("--version");
}

#[test]
fn several_outputs_get_the_same_rows() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, jsonl) = (dir.path().join("a.csv"), dir.path().join("b.jsonl"));
    let mut command = turnprobe("probe --lab -n 3 -i 0 -o - -o");
    command.arg(&csv).arg("-o").arg(&jsonl);
    let output = output(&mut command);
    assert_eq!(output.status.code(), Some(0));
    let stdout = String::from_utf8(output.stdout).unwrap();
    let file = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(file.replace("\r\n", "\n"), stdout.replace("\r\n", "\n"));
    let lines = std::fs::read_to_string(&jsonl).unwrap();
    let slots: Vec<_> = lines
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["slot"].clone())
        .collect();
    assert_eq!(slots, [0, 1, 2]);
}

#[test]
fn a_file_beside_leaves_stdout_to_the_summary() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let said = run_into(&file, "probe --lab -n 2 -i 0");
    assert!(
        said.stdout
            .trim_start()
            .starts_with("--- tr.teams.microsoft.com (lab) ---"),
        "{}",
        said.stdout
    );
    assert_eq!(said.stderr, "", "no status line where there is no terminal");
    let said = run_into(&file, "probe --lab -n 2 -i 0 --quiet");
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    assert_eq!(Rows::in_file(&file).rows.len(), 4);
}

#[test]
fn a_failure_that_goes_on_is_told_once_and_counted_when_it_is_over() {
    let said = run("probe --lab --lab-fault dns-nxdomain -n 6 -i 0 --concurrency 1");
    assert_eq!(said.stdout.matches(" FAIL\n").count(), 6, "{}", said.stdout);
    let lines = said.stdout.split("\n---").next().unwrap();
    assert_eq!(lines.matches("dns-nxdomain").count(), 1, "{lines}");
    // three of four are hit: three failures, then one that worked
    let line =
        "probe --lab --lab-fault dns-nxdomain --lab-fault-share 75 -n 9 -i 0 --concurrency 1";
    let said = run(line);
    let lines = said.stdout.split("\n---").next().unwrap();
    assert!(lines.contains("dns-nxdomain, 3 times since "), "{lines}");
}
