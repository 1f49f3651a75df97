use super::*;
use crate::doc::parts;
use crate::doc::section::Paragraph;
use crate::doc::table::{ShownRows, TableColumn};

fn shown(table: Table, columns: usize, rows: Option<usize>) -> Vec<String> {
    let of = Section {
        id: "t",
        title: "Title",
        main: false,
        at_once: false,
        blocks: vec![Block::Table(table)],
    };
    let room = Room {
        columns,
        rows,
        hint: "; ask for more",
        marks: false,
    };
    let text = section(&of, Zone::Utc, &room);
    text.lines().map(str::to_owned).collect()
}

fn groups() -> Table {
    let key = vec![TableColumn::words("region", "region")];
    let columns = vec![
        TableColumn::number("n", "n"),
        TableColumn::number("mean_us", "avg"),
    ];
    let row =
        |name: &str, n: u64, ms: f64| ([Cell::name(name, "region")], [n.into(), Cell::Millis(ms)]);
    Table::new("groups", "", key, columns).rows([
        row("ukwest", 66_191, 28.53),
        row("a-name-too-long-for-all-of-it", 8, 2.125),
        row("", 1, 20.0),
    ])
}

#[test]
fn numbers_stand_to_the_right_and_a_long_name_on_a_line_of_its_own() {
    assert_eq!(
        shown(groups(), 30, None),
        [
            "",
            "\u{1b}[1mTitle\u{1b}[0m",
            "region                 n   avg",
            "ukwest            66\u{202f}191 28.53",
            "a-name-too-long-for-all-of-it",
            "                       8  2.12",
            "(no region)            1 20.00",
        ]
    );
}

#[test]
fn rows_that_fit_no_line_stand_below_their_names() {
    assert_eq!(
        shown(groups(), 18, None)[2..],
        [
            "ukwest",
            "  n 66\u{202f}191, avg",
            "  28.53",
            "a-name-too-long-fo",
            "r-all-of-it",
            "  n 8, avg 2.125",
            "(no region)",
            "  n 1, avg 20",
        ]
    );
}

#[test]
fn the_heaviest_rows_are_shown_in_their_order_and_the_others_counted() {
    let mut table = groups();
    table.keep = ShownRows::Heaviest;
    for (row, weight) in table.rows.iter_mut().zip([1, 9, 5]) {
        row.weight = weight;
    }
    table.unlisted = 3;
    let lines = shown(table, 60, Some(2));
    assert!(lines[3].starts_with("a-name"), "{lines:?}");
    assert!(lines[4].starts_with("(no region)"), "{lines:?}");
    assert_eq!(lines[5], "and 4 more; ask for more");
}

#[test]
fn spare_columns_go_first_and_words_at_the_end_are_wrapped() {
    let columns = vec![
        TableColumn::words("to", "until").spare(),
        TableColumn::words("why", "why"),
    ];
    let table = Table::new("t", "", vec![TableColumn::words("from", "from")], columns).rows([(
        [Cell::from("10:00")],
        [
            Cell::from("11:00 of the next day"),
            Cell::from("the relay gave no answer at all"),
        ],
    )]);
    assert_eq!(
        shown(table, 30, None)[2..],
        [
            "from   why",
            "10:00  the relay gave no",
            "       answer at all",
        ]
    );
}

// a wide character takes two columns (UAX #11)
#[test]
fn columns_stay_in_line_behind_wide_characters() {
    let table = Table::new(
        "t",
        "",
        vec![TableColumn::words("host", "host")],
        vec![TableColumn::number("n", "n")],
    )
    .rows([
        ([Cell::from("東京")], [Cell::Count(7)]),
        ([Cell::from("Köln")], [Cell::Count(7)]),
    ]);
    assert_eq!(shown(table, 80, None)[2..], ["host n", "東京 7", "Köln 7"]);
}

#[test]
fn colour_comes_from_the_meaning_and_not_from_the_word() {
    let table = Table::new(
        "t",
        "",
        vec![TableColumn::words("line", "line")],
        vec![TableColumn::words("verdict", "verdict")],
    )
    .rows([
        (
            [Cell::from("a")],
            [Cell::Text("bypass".into(), Style::Plain)],
        ),
        ([Cell::from("b")], [Cell::Text("pass".into(), Style::Good)]),
        ([Cell::from("c")], [Cell::Text("3".into(), Style::Bad)]),
    ]);
    let lines = shown(table, 80, None);
    assert_eq!(lines[3], "a     bypass");
    assert_eq!(lines[4], "b     \u{1b}[32mpass\u{1b}[0m");
    assert_eq!(lines[5], "c     \u{1b}[31m3\u{1b}[0m");
}

#[test]
fn a_facet_has_a_table_of_its_own_and_what_is_the_same_everywhere_is_no_column() {
    let key = vec![
        TableColumn::words("host", "host"),
        TableColumn::words("target", "target"),
    ];
    let mut table = Table::new("t", "By host", key, vec![TableColumn::number("n", "n")]);
    table.facets = "time in ms";
    for (host, facet, n) in [
        ("a", "dns", 1),
        ("a", "tls", 2),
        ("b", "dns", 3),
        ("b", "tls", 4),
    ] {
        table.rows.push(TableRow {
            key: vec![Cell::from(host), Cell::from("relay:443")],
            facet,
            cells: vec![Cell::Count(n)],
            ..TableRow::default()
        });
    }
    let lines = shown(table, 80, None);
    assert_eq!(
        lines,
        [
            "",
            "\u{1b}[1mBy host: dns time in ms\u{1b}[0m",
            "host n",
            "a    1",
            "b    3",
            "",
            "\u{1b}[1mBy host: tls time in ms\u{1b}[0m",
            "host n",
            "a    2",
            "b    4",
        ]
    );
}

// a terminal obeys whatever comes behind an escape, wherever the text stands
#[test]
fn no_text_of_a_document_is_an_order_to_the_terminal() {
    let bad = || "a\x1b[2J\u{7}b".to_owned();
    let mut table = groups();
    table.caption = bad();
    table.columns[0].head = bad().into();
    let document = Document {
        title: bad(),
        maker: bad(),
        zone: Zone::Utc,
        about: vec![Paragraph::new(bad())],
        verdict: Paragraph::new(bad()),
        sections: vec![Section {
            id: "t",
            title: "Title",
            main: false,
            at_once: false,
            blocks: vec![
                Block::Facts(vec![
                    NamedValue::new("Fact", Cell::None).note(bad()),
                    NamedValue::new("Fact", 1).note(bad()),
                ]),
                Block::Paragraph(Paragraph::bad(bad())),
                Block::Table(table),
            ],
        }],
        footer: bad(),
    };
    for columns in [1, 30, 200] {
        let room = Room {
            columns,
            rows: None,
            hint: "",
            marks: false,
        };
        let text = terminal(&document, &room);
        let own = ["\x1b[1m", "\x1b[31m", "\x1b[0m"];
        let rest = own.iter().fold(text, |text, own| text.replace(own, ""));
        assert!(!rest.contains(['\x1b', '\u{7}']), "{rest:?}");
    }
}

#[test]
fn a_line_of_marks_is_for_terminals_that_have_the_characters() {
    let spark = Spark {
        label: "Median",
        unit: "ms",
        each: "h",
        values: vec![Some(10.0), Some(24.0)],
    };
    let of = parts::section("part", "Part", vec![Block::Sparks(vec![spark])]);
    for (marks, wanted) in [
        (
            true,
            "\n\x1b[1mPart\x1b[0m\n  Median  ▁█  10 to 24 ms, a mark each h\n",
        ),
        (false, ""),
    ] {
        let room = Room {
            columns: 80,
            rows: None,
            hint: "",
            marks,
        };
        assert_eq!(section(&of, Zone::Utc, &room), wanted);
    }
}
