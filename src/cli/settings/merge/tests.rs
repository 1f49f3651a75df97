use clap::CommandFactory as _;

use super::*;
use crate::cli::args::Cli;
use crate::cli::settings::{file, keys};

/// The words that a command gets of a text, or why not; `given` are ids of options of the command line.
fn of(text: &str, command: &str, profile: Option<&str>, given: &[&str]) -> Result<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.toml");
    std::fs::write(&path, text).unwrap();
    let mut file = file::read(&path, true).unwrap();
    file.shown = "x.toml".to_owned();
    let mut program = Cli::command();
    program.build();
    let commands = keys::of_all(&program);
    let given: Vec<_> = given.iter().map(|id| (*id).to_owned()).collect();
    let settings = settings(&file, (&commands, command), profile, &given);
    let settings = settings.map_err(|error| error.to_string())?;
    let words: Vec<_> = settings.iter().flat_map(Setting::written).collect();
    Ok(words.join(" "))
}

const NIGHT: &str = r#"
csv-profile = "excel-de"
interval = "1s"
quiet = true

[profile.night]
targets = ["a.example", "b.example:443"]
interval = 2
label = ["access=DSL", "site=Bonn"]
quiet = false
until = "06:41"
ipv4 = true

[profile.page]
html = 'C:\data\page.html'
"#;

#[test]
fn a_profile_counts_before_the_top_and_the_command_line_before_both() {
    let probe = |profile, given| of(NIGHT, "probe", profile, given).unwrap();
    assert_eq!(
        probe(None, &[]),
        "--csv-profile=excel-de --interval=1s --quiet"
    );
    let night = "a.example b.example:443 --interval=2 --label=access=DSL --label=site=Bonn --until=06:41 -4 --csv-profile=excel-de";
    assert_eq!(probe(Some("night"), &[]), night);
    // what rules something out stands in its place, too
    let given = [
        "targets",
        "interval",
        "label",
        "duration",
        "ipv6",
        "csv_profile",
    ];
    assert_eq!(probe(Some("night"), &given), "");
    assert_eq!(
        of(NIGHT, "report", Some("page"), &[]).unwrap(),
        r"--html=C:\data\page.html"
    );
    // of the top each command takes what it has
    assert_eq!(
        of(NIGHT, "tls", None, &[]).unwrap(),
        "--interval=1s --quiet"
    );
}

#[test]
fn who_goes_through_no_proxy_needs_nothing_of_one() {
    let text =
        "proxy = 'http://proxy.example'\nproxy-timeout = '4s'\ncompare-direct = true\ncount = 3\n";
    assert_eq!(of(text, "probe", None, &["no_proxy"]).unwrap(), "--count=3");
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_the_fix() {
    let refused = |text: &str, profile| of(text, "probe", profile, &[]).unwrap_err();
    #[rustfmt::skip]
    let cases = [
        (
            "\nintervall = '1s'",
            "x.toml, line 2: there is no option `intervall` (did you mean `interval`?); keys are the long options of probe, report, compare, diagnose, tls",
        ),
        ("--interval = '1s'", "there is no option `--interval` (did you mean `interval`?)"),
        ("wait_for_file = '1s'", "(did you mean `wait-for-file`?)"),
        (
            "[night]\nquiet = true",
            "x.toml, line 1: `night` is neither an option nor a profile: [profile.night] begins one",
        ),
        ("n = 3", "x.toml, line 1: there is no option `n` (did you mean `count`?); keys"),
        ("-4 = true", "there is no option `-4` (did you mean `ipv4`?); keys"),
        ("'' = true", "x.toml, line 1: there is no option ``; keys"),
        ("x = true", "x.toml, line 1: there is no option `x`; keys"),
        ("config = 'y.toml'", "`config` is only possible on the command line",
        ),
        // a mistake in a profile that is not taken is one, too
        (
            "quiet = true\n[profile.b]\nquite = true",
            "x.toml, line 3: there is no option `quite` (did you mean `quiet`?)",
        ),
        ("quiet = 'yes'", "x.toml, line 1: `quiet` is a switch: give true or false"),
        ("interval = true", "`interval` is a text or a number"),
        ("interval = ['1s', '2s']", "`interval` is one value"),
        ("label = [\n'a=b',\n['c=d']]", "x.toml, line 3: `label` is a list of texts or numbers"),
        ("label = { a = 'b' }", "`label` is a text, a number or a list of them"),
        ("count = 0x10", "`count` is a text or a number"),
        ("output = \"C:\\temp\\new.csv\"", "`output` is a text without control characters"),
        ("targets = ['-n']", "`targets` is a target or a file, not an option"),
    ];
    for (text, said) in cases {
        let found = refused(text, None);
        assert!(found.contains(said), "{found}");
    }
    let found = refused(NIGHT, Some("nigth"));
    assert_eq!(
        found,
        "x.toml has no profile `nigth` (did you mean `night`?); it has night, page"
    );
    let found = refused("quiet = true", Some("night"));
    assert_eq!(
        found,
        "x.toml has no profile `night`, and no other: [profile.night] begins it"
    );
    let found = refused(NIGHT, Some("page"));
    assert!(found.starts_with("x.toml, line 15: `html` in [profile.page] is an option of report, compare, diagnose, not of probe: "), "{found}");
}

#[test]
fn a_value_of_the_wrong_kind_may_be_a_password() {
    for text in [
        "proxy = ['http://u:secret@h']",
        "proxy = \"http://u:secret\\u0007@h\"",
        "proxy = { a = 'secret' }",
    ] {
        let found = of(text, "probe", None, &[]).unwrap_err();
        assert!(!found.contains("secret"), "{found}");
    }
}
