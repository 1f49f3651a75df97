use super::*;
use crate::cli::args::Command;
use crate::cli::mode::ProbeMode;
use crate::cli::uses;

fn words(line: &[&str]) -> Vec<OsString> {
    line.iter().map(OsString::from).collect()
}

/// What the program says to a command line with `--config` of this text.
fn said(text: &str, line: &str) -> Result<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let mut typed = words(&["turnprobe"]);
    typed.extend(line.split_whitespace().map(OsString::from));
    typed.extend(["--config".into(), file.clone().into()]);
    let shown = file.display().to_string();
    read(typed).map_err(|said| said.replace(&shown, "x.toml"))
}

/// The settings of the measurement, or what is said.
fn read(typed: Vec<OsString>) -> Result<String, String> {
    let mut line = CommandLine::of(typed);
    let text = |failure: FatalError| format!("{:#}", failure.error);
    if let Some(failure) = line.refused.take() {
        return Err(text(failure));
    }
    let (cli, given) = Cli::read(&line.words).map_err(|error| match line.refusal(&error) {
        Some(failure) => text(failure),
        None => error.to_string(),
    })?;
    let checked = uses::check(&cli.command, &given);
    checked.map_err(|failure| text(line.named(failure)))?;
    match cli.command {
        Command::Probe(args) => {
            let settings = ProbeMode::of(&args)
                .settings(&args)
                .map_err(FatalError::usage);
            settings.map_err(|failure| text(line.named(failure)))
        }
        other => Ok(format!("{other:?}")),
    }
}

#[test]
fn each_profile_of_the_example_is_a_valid_plan() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/turnprobe.toml");
    let of = |command, profile| {
        read(words(&[
            "turnprobe",
            command,
            "--config",
            example,
            "--profile",
            profile,
        ]))
        .unwrap()
    };
    let night = of("probe", "night");
    for part in [
        "Night",
        "7776000s",
        "compress: true",
        "probes.csv",
        "site=Bonn",
    ] {
        assert!(night.contains(part), "{part}: {night}");
    }
    let morning = of("report", "morning");
    assert!(morning.contains("fail_on: Some(Red)"), "{morning}");
    of("probe", "calls");
    of("diagnose", "complaint");
    // there are no others
    let text = std::fs::read_to_string(example).unwrap();
    assert_eq!(text.matches("\n[profile.").count(), 4);
}

#[test]
fn options_of_a_file_do_what_those_of_the_command_line_do() {
    let typed = |line: &str| read(line.split(' ').map(OsString::from).collect()).unwrap();
    for (text, line, same) in [
        (
            "targets = ['a.example', 'b.example:444']\ncount = 3\ntransport = ['tls', 'udp']\nipv4 = true\nmax-failed = 2.5",
            "probe",
            "turnprobe probe a.example b.example:444 -n 3 --transport tls,udp -4 --max-failed 2.5",
        ),
        // the command line counts
        (
            "targets = 'a.example'\ncount = 3\ninterval = '5s'",
            "--color never probe -n 4 b.example",
            "turnprobe --color never probe b.example -n 4 -i 5s",
        ),
        (
            "with = ['c.csv', 'd.csv']\nfiles = ['a.csv', 'b.csv']",
            "compare",
            "turnprobe compare a.csv b.csv --with c.csv d.csv",
        ),
        (
            "fail-on = 'red'",
            "report a.csv",
            "turnprobe report a.csv --fail-on red",
        ),
    ] {
        // all but which file it was
        let plain = |text: String| match text.split_once("settings: SettingsArgs") {
            Some((before, _)) => before.to_owned(),
            None => text,
        };
        assert_eq!(
            plain(said(text, line).unwrap()),
            plain(typed(same)),
            "{text}"
        );
    }
}

// `target` is the word of tls and diagnose, `targets` that of probe: neither may be passed over in silence
#[test]
fn a_host_of_the_file_is_measured_by_whatever_name() {
    let plan = |text, line| said(text, line).unwrap();
    for text in [
        "target = 'a.example'",
        "targets = ['a.example']",
        "targets = 'a.example'",
    ] {
        for line in ["probe", "tls", "diagnose"] {
            let plan = plan(text, line);
            assert!(plan.contains("a.example"), "{text} {line}: {plan}");
            assert!(
                !plan.contains("tr.teams.microsoft.com"),
                "{text} {line}: {plan}"
            );
        }
    }
    // the command's own word goes first, and the command line before both
    let both = "target = 'a.example'\ntargets = ['b.example', 'c.example']";
    let of_probe = plan(both, "probe");
    assert!(
        of_probe.contains("b.example") && !of_probe.contains("a.example"),
        "{of_probe}"
    );
    let of_tls = plan(both, "tls");
    assert!(
        of_tls.contains("a.example") && !of_tls.contains("b.example"),
        "{of_tls}"
    );
    assert!(!plan("target = 'a.example'", "probe d.example").contains("a.example"));
    let several = said("targets = ['b.example', 'c.example']", "tls").unwrap_err();
    assert!(
        several.contains("`targets` is several values, and this command takes one"),
        "{several}"
    );
}

#[test]
fn what_is_wrong_with_an_option_names_its_line() {
    #[rustfmt::skip]
    let cases = [
        (
            "quiet = true\ninterval = 'soon'",
            "probe",
            "x.toml, line 2 (interval): invalid value 'soon' for '--interval <TIME>'",
        ),
        (
            "label = [\n 'a=b',\n 'access',\n]\noutput = 'a.csv'",
            "probe",
            "x.toml, line 3 (label): --label access",
        ),
        ("transport = ['tls', 'upd']", "probe", "x.toml, line 1 (transport): invalid value 'upd'"),
        ("\nroll = 'day'", "probe", "x.toml, line 2 (roll): --roll does nothing without a file"),
        ("keep = '90d'", "probe -o a.csv", "x.toml, line 1 (keep): --keep does nothing without --roll"),
        (
            "keep = 90\nroll = 'day'",
            "probe -o a.csv",
            "x.toml, line 1 (keep): invalid value '90' for '--keep <TIME>'",
        ),
        ("proxy = 'http://proxy.example'", "probe --transport udp", "x.toml, line 1 (proxy): "),
        (
            "http = true\n\nask = 'binding'",
            "probe",
            "x.toml, line 1 (http) and line 3 (ask): --http cannot go with --ask",
        ),
        ("targets = ['a.example',\n'b..c']", "probe", "x.toml, line 2 (targets): `b..c`"),
        ("ipv6 = true", "probe 192.0.2.1", "x.toml, line 1 (ipv6): -6 contradicts",
        ),
        (
            "against = 'previous'",
            "report a.csv",
            "x.toml, line 1 (against): the following required arguments were not provided: --since <TIME>",
        ),
    ];
    for (text, line, message) in cases {
        let found = said(text, line).unwrap_err();
        assert!(found.starts_with(message), "{found}");
    }
    // what the command line says wrongly is not the file's
    let found = said("interval = '1s'", "probe -n many").unwrap_err();
    assert!(
        found.starts_with("error: invalid value 'many' for '--count <N>'"),
        "{found}"
    );
    let found = said("fail-on = 'red'", "report").unwrap_err();
    assert!(
        found.starts_with("error: the following required arguments were not provided"),
        "{found}"
    );
}
