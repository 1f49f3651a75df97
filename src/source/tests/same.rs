//! What is the same in another form, and lines that look like rows and are none.

use super::of;

const HEAD: &str =
    "started_utc,host,remotehost,remoteip,Status,failed_phase,cause,proxy,connect_us";

fn file(rows: &[&str]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

#[test]
fn blanks_around_a_cell_are_none_of_it_in_any_form_of_a_file() {
    let plain = file(&[
        "2026-03-02 07:00:00Z,PC1,relay,52.112.1.1,OK,,,,25000",
        "2026-03-02 07:00:10Z,PC1,relay,52.112.1.1,connect-timeout,connect,connect-timeout,,10000000",
    ]);
    let expected = of(&plain);
    let row = |line: &str, around: &dyn Fn(&str) -> String| {
        let cells = line.split(',').map(around);
        cells.collect::<Vec<_>>().join(",")
    };
    let padded = |around: &dyn Fn(&str) -> String| {
        let lines = plain.lines().map(|line| row(line, around));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    };
    let names: Vec<&str> = HEAD.split(',').collect();
    let objects = plain.lines().skip(1).map(|line| {
        let pairs = names.iter().zip(line.split(','));
        let pairs = pairs.map(|(name, cell)| format!("\"{name}\":\" {cell}\\t\""));
        format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(","))
    });
    for text in [
        padded(&|cell| format!("{cell:<20}")),
        padded(&|cell| format!("\"{cell:>20}\"")),
        padded(&|cell| format!("\"\t{cell}\u{a0}\"")),
        padded(&|cell| format!("\u{3000}{cell}\u{202f}")),
        objects.collect(),
    ] {
        let taken = of(&text);
        assert_eq!(taken.rows, expected.rows, "{text}");
        assert_eq!(taken.problems(), [""; 0], "{text}");
        // a reader that takes the cells as they stand would not read it so
        assert!(taken.summary.files[0].odd.is_some(), "{text}");
    }
    assert_eq!(expected.summary.files[0].odd, None);
    // queries know of blanks in this column
    let status = of(file(&[
        "2026-03-02 07:00:00Z,PC1,relay,52.112.1.1, OK ,,,,25000",
    ]));
    assert_eq!(status.column("Status"), ["OK"]);
    assert_eq!(status.summary.files[0].odd, None);
    // letters that are no blanks stay
    let label =
        of("started_utc,host,Status,label\n2026-03-02 07:00:00Z,PC1,OK,\u{c4}rger \u{fc}\n");
    assert_eq!(label.column("label"), ["\u{c4}rger \u{fc}"]);
}

#[test]
fn a_computer_has_one_name_whatever_its_letters_and_a_relay_too() {
    let taken = of(file(&[
        "2026-03-02 07:00:00Z,PC1,Tr.Teams.Microsoft.com,52.112.1.1,OK,,,http://Proxy:8080,1",
        "2026-03-02 07:00:01Z,pc1,tr.teams.microsoft.com,52.112.1.1,OK,,,HTTP://proxy:8080,2",
        "2026-03-02 07:00:02Z,Pc1,TR.TEAMS.MICROSOFT.COM,52.112.1.1,OK,,,,3",
        "2026-03-02 07:00:03Z,PC2,https://Relay/File,52.112.1.1,OK,,,,4",
        "2026-03-02 07:00:04Z,pc1,relay,52.112.1.1,OK,,,,5",
    ]));
    assert_eq!(taken.column("host"), ["PC1", "PC1", "PC1", "PC2", "PC1"]);
    let relays = taken.column("remotehost");
    assert_eq!(relays[..3], ["tr.teams.microsoft.com"; 3]);
    // the path of a page has letters of its own
    assert_eq!(relays[3..], ["https://Relay/File", "relay"]);
    assert_eq!(taken.column("proxy")[..2], ["http://proxy:8080"; 2]);
    assert!(taken.summary.files[0].odd.is_some());
}

#[test]
fn the_line_of_totals_below_a_table_is_no_row() {
    let good = "2026-03-02 07:00:00Z,PC1,relay,52.112.1.1,OK,,,,25000";
    for totals in [
        ",,,,,,,,4000000",
        "Total,,,,,,,,\"4,000,000\"",
        " , , , , , , , ,1",
        ",,,,OK,,,,12345678",
    ] {
        let taken = of(file(&[good, totals]));
        assert_eq!(taken.rows.len(), 1, "{totals}");
        assert_eq!(
            taken.problems(),
            ["3: 1 line without time and address, as the totals of a spreadsheet: left out"],
            "{totals}"
        );
        assert!(
            taken
                .summary
                .problems
                .iter()
                .all(|problem| !problem.outcomes)
        );
    }
    // a row that says anything of itself may have failed
    for row in [
        "2026-03-02 07:00:10Z,,,,,,,,1",
        "12:30,,,,,,,,1",
        ",PC1,,,,,,,1",
        ",,,,,,connect-timeout,,1",
        ",,,52.112.1.1,,,,,1",
    ] {
        let taken = of(file(&[good, row]));
        let told = taken.problems().join(" ");
        assert!(!told.contains("totals"), "{row}: {told}");
        assert!(
            taken
                .summary
                .problems
                .iter()
                .any(|problem| problem.outcomes),
            "{row}: {told}"
        );
    }
}

#[test]
fn numbers_in_the_groups_of_india_are_read_with_the_smaller_ones_of_their_column() {
    let taken = of(file(&[
        "2026-03-02 07:00:00Z,PC1,relay,52.112.1.1,OK,,,,\"13,617\"",
        "2026-03-02 07:00:01Z,PC1,relay,52.112.1.1,OK,,,,\"1,03,809\"",
        "2026-03-02 07:00:02Z,PC1,relay,52.112.1.1,OK,,,,\"12,34,567\"",
        "2026-03-02 07:00:03Z,PC1,relay,52.112.1.1,OK,,,,900",
    ]));
    assert_eq!(
        taken.column("connect_us"),
        ["13617", "103809", "1234567", "900"]
    );
    assert_eq!(taken.problems(), [""; 0]);
}

#[test]
fn what_ends_a_text_for_dos_is_no_torn_line() {
    let text = file(&["2026-03-02 07:00:00Z,PC1,relay,52.112.1.1,OK,,,,25000"]);
    for end in ["\u{1a}", "\r\n\u{1a}"] {
        let taken = of(format!("{text}{end}"));
        assert_eq!((taken.rows.len(), taken.problems()), (1, Vec::new()));
    }
    // behind the last cell
    let taken = of(format!("{}\u{1a}", text.trim_end()));
    assert_eq!(taken.column("connect_us"), ["25000"]);
}

#[test]
fn a_success_with_the_cause_of_a_failure_is_left_out_as_unknown() {
    let good = "2026-03-02 07:00:00Z,PC1,relay,52.112.1.1,OK,,,,25000";
    let taken = of(file(&[
        good,
        "2026-03-02 07:00:10Z,PC1,relay,52.112.1.1,OK,connect,connect-timeout,,10000000",
        "2026-03-02 07:00:20Z,PC1,relay,52.112.1.1,ok,tls,,,25000",
        "2026-03-02 07:00:30Z,PC1,relay,52.112.1.1,OK,NA,NA,,25000",
    ]));
    assert_eq!(taken.rows.len(), 2);
    assert_eq!(
        taken.problems(),
        [
            "3: 2 lines whose Status is OK although they name a cause or phase of failure: left out, as they contradict themselves"
        ]
    );
    assert!(taken.summary.problems[0].outcomes);
}
